//! HCL2, as of Terraform: literals are values, other expressions are their text in `${}`. A block is an object in a list
//! under its name and its labels.

mod expression;
mod lexer;
mod number;
mod parser;
mod syntax;
mod template;

use std::ops::Range;

use kpol_diagnostics::Span;
use kpol_input::{Document, InputError};

use self::expression::is_literal;
use self::parser::Parser;
use self::syntax::{Block, Body, Expr, ExprKind, Name};
use crate::text::Text;
use crate::tree::{Node, Object, Value};

pub(crate) const UNSUPPORTED: Option<&str> = None;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let refuse = |(message, range): (String, Range<usize>)| text.error(message, range);
    let tokens = lexer::tokens(text.text).map_err(refuse)?;
    let mut parser = Parser::new(text.text, &tokens, text.depth());
    let body = parser.body(false);
    if let Some(range) = parser.too_deep.take() {
        return Err(text.too_deep(range));
    }
    let body = body.map_err(refuse)?;
    let object = Writer { text }.body(&body)?;
    text.document(&Value::Object(object).at(text.span(0..text.text.len())))
}

struct Writer<'t, 'a> {
    text: &'t Text<'a>,
}

impl Writer<'_, '_> {
    fn span(&self, range: &Range<usize>) -> Span {
        self.text.span(range.clone())
    }

    /// The text of an expression; a parenthesis that follows belongs to it, as in the JSON that other tools make.
    fn source(&self, range: &Range<usize>) -> &str {
        let text = self.text.text;
        let end = match text.as_bytes().get(range.end) {
            Some(b')') => range.end + 1,
            _ => range.end,
        };
        text.get(range.start..end).unwrap_or_default()
    }

    fn wrapped(&self, range: &Range<usize>) -> String {
        format!("${{{}}}", self.source(range))
    }

    fn body(&self, body: &Body) -> Result<Object, InputError> {
        let mut object = Object::new();
        for block in &body.blocks {
            self.block(block, &mut object)?;
        }
        for attribute in &body.attributes {
            let node = self.value(&attribute.value);
            let key = self.span(&attribute.name.range);
            object.insert(attribute.name.text.clone(), node.member(key));
        }
        Ok(object)
    }

    fn block(&self, block: &Block, object: &mut Object) -> Result<(), InputError> {
        let span = self.span(&block.range);
        let mixed = |name: &Name| {
            let message = format!(
                "blocks `{}` with different numbers of labels cannot stand side by side",
                block.kind.text
            );
            self.text.error(message, name.range.clone())
        };
        let mut name = &block.kind;
        let mut object = object;
        for label in &block.labels {
            let empty = || {
                Value::Object(Object::new())
                    .at(span)
                    .member(self.span(&name.range))
            };
            let member = object.entry(name.text.clone()).or_insert_with(empty);
            match &mut member.node.value {
                Value::Object(inner) => object = inner,
                _ => return Err(mixed(name)),
            }
            name = label;
        }
        let node = Value::Object(self.body(&block.body)?).at(span);
        let empty = || {
            Value::Array(Vec::new())
                .at(span)
                .member(self.span(&name.range))
        };
        let member = object.entry(name.text.clone()).or_insert_with(empty);
        match &mut member.node.value {
            Value::Array(blocks) => blocks.push(node),
            _ => return Err(mixed(name)),
        }
        Ok(())
    }

    fn value(&self, expr: &Expr) -> Node {
        let value = match &expr.kind {
            ExprKind::Wrap(inner) => return self.value(inner),
            ExprKind::Unary(kind) => literal(kind),
            ExprKind::Template(parts) => Some(Value::String(self.template(parts))),
            ExprKind::Tuple(items) => Some(Value::Array(
                items.iter().map(|item| self.value(item)).collect(),
            )),
            ExprKind::Object(items) => {
                let mut object = Object::new();
                for (key, value) in items {
                    let member = self.value(value).member(self.span(&key.range));
                    object.insert(self.key(key), member);
                }
                Some(Value::Object(object))
            }
            kind => literal(kind),
        };
        value
            .unwrap_or_else(|| Value::String(self.wrapped(&expr.range)))
            .at(self.span(&expr.range))
    }

    fn key(&self, key: &Expr) -> String {
        match key.kind {
            ExprKind::Traversal => self.source(&key.range).to_owned(),
            _ => self.part(key),
        }
    }

    fn template(&self, parts: &[Expr]) -> String {
        if is_literal(parts) {
            return parts.iter().map(|part| self.part(part)).collect();
        }
        let mut out = String::new();
        for part in parts {
            out.push_str(&self.part(part));
        }
        out
    }

    fn part(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Null => "null".to_owned(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Number(number) => number.clone(),
            ExprKind::Text(text) => text.replace("${", "$${").replace("%{", "%%{"),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Wrap(inner) => self.part(inner),
            ExprKind::Conditional(branches) => {
                let [condition, yes, no] = branches.as_ref();
                let mut out = format!(
                    "%{{if {}}}{}",
                    self.source(&condition.range),
                    self.part(yes)
                );
                let no = self.part(no);
                if !no.is_empty() {
                    out.push_str("%{else}");
                    out.push_str(&no);
                }
                out.push_str("%{endif}");
                out
            }
            ExprKind::Loop(inner) => {
                let key = inner
                    .key
                    .as_ref()
                    .map_or_else(String::new, |key| format!("{key}, "));
                format!(
                    "%{{for {key}{} in {}}}{}%{{endfor}}",
                    inner.value,
                    self.source(&inner.collection),
                    self.part(&inner.content)
                )
            }
            ExprKind::Unary(_)
            | ExprKind::Tuple(_)
            | ExprKind::Object(_)
            | ExprKind::Traversal
            | ExprKind::Other => self.wrapped(&expr.range),
        }
    }
}

fn literal(kind: &ExprKind) -> Option<Value> {
    match kind {
        ExprKind::Null => Some(Value::Null),
        ExprKind::Bool(value) => Some(Value::Bool(*value)),
        ExprKind::Number(number) => Some(Value::Number(number.clone())),
        _ => None,
    }
}
