//! OPA's tree as values of a heap, as its JSON has it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kpol_runtime::{Heap, Value};
use kpol_syntax::ast::{Import, Module};

use super::build::reference;
use super::rules::{Head, Rule};
use super::tree::{Body, Expr, Part, Template, Term, Terms, Written};

/// A module.
pub(super) fn module(
    heap: &mut Heap<'_>,
    module: &Module,
    rules: &[Rule],
    file: &str,
    text: &str,
) -> Value {
    let path: Vec<&str> = module
        .package
        .path
        .iter()
        .map(|part| part.name.as_str())
        .collect();
    let mut writer = Writer { heap };
    let Term::Ref(path) = reference("data", &path) else {
        return Value::UNDEFINED;
    };
    let path = writer.terms(&path);
    let package = writer.object(&[("path", path)]);
    let mut fields = vec![("package", package)];
    if !module.imports.is_empty() {
        let list = writer.list(&module.imports, Writer::import);
        fields.push(("imports", list));
    }
    if !rules.is_empty() {
        let list = writer.list(rules, Writer::rule);
        fields.push(("rules", list));
    }
    if !module.comments.is_empty() {
        let list = writer.comments(module, file, text);
        fields.push(("comments", list));
    }
    writer.object(&fields)
}

struct Writer<'h, 'm> {
    heap: &'h mut Heap<'m>,
}

impl Writer<'_, '_> {
    fn object(&mut self, fields: &[(&str, Value)]) -> Value {
        let entries: Vec<(Value, Value)> = fields
            .iter()
            .map(|(name, value)| (self.heap.string(name), *value))
            .collect();
        self.heap.object(&entries)
    }

    fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T) -> Value) -> Value {
        let items: Vec<Value> = items.iter().map(|item| write(self, item)).collect();
        self.heap.array(&items)
    }

    fn terms(&mut self, terms: &[Term]) -> Value {
        self.list(terms, Writer::term)
    }

    fn pair(&mut self, (key, value): &(Term, Term)) -> Value {
        let pair = [self.term(key), self.term(value)];
        self.heap.array(&pair)
    }

    fn import(&mut self, import: &Import) -> Value {
        let mut segments = import.segments();
        let head = segments.next().unwrap_or_default();
        let path: Vec<&str> = segments.collect();
        let path = self.term(&reference(head, &path));
        let mut fields = vec![("path", path)];
        if let Some(alias) = &import.alias {
            fields.push(("alias", self.heap.string(&alias.name)));
        }
        self.object(&fields)
    }

    fn comments(&mut self, module: &Module, file: &str, text: &str) -> Value {
        let file = self.heap.string(file);
        let (mut row, mut line_start, mut seen) = (1, 0, 0);
        let mut comments = Vec::with_capacity(module.comments.len());
        for span in &module.comments {
            let (start, end) = (span.start as usize, span.end as usize);
            for (at, _) in text
                .get(seen..start)
                .unwrap_or_default()
                .match_indices('\n')
            {
                row += 1;
                line_start = seen + at + 1;
            }
            seen = start;
            let row = self.heap.integer(row);
            let column = i64::try_from(start - line_start + 1).unwrap_or(i64::MAX);
            let column = self.heap.integer(column);
            let location = self.object(&[("file", file), ("row", row), ("col", column)]);
            let written = text.get(start + 1..end).unwrap_or_default();
            // OPA has no text, rather than an empty one, for a `#` before a carriage return.
            let written = if written.is_empty() && text.get(end..end + 1) == Some("\r") {
                Value::NULL
            } else {
                self.heap.string(&STANDARD.encode(written))
            };
            comments.push(self.object(&[("Text", written), ("Location", location)]));
        }
        self.heap.array(&comments)
    }

    fn rule(&mut self, rule: &Rule) -> Value {
        let mut else_ = None;
        let mut chain = Vec::new();
        let mut next = rule.else_.as_deref();
        while let Some(branch) = next {
            chain.push(branch);
            next = branch.else_.as_deref();
        }
        for branch in chain.into_iter().rev() {
            else_ = Some(self.one_rule(branch, else_));
        }
        self.one_rule(rule, else_)
    }

    fn one_rule(&mut self, rule: &Rule, else_: Option<Value>) -> Value {
        let head = self.head(&rule.head);
        let body = match &rule.body {
            Some(body) => self.body(body),
            None => {
                let value = self.term(&Term::Boolean(true));
                let index = self.heap.integer(0);
                let fields = [
                    ("generated", Value::TRUE),
                    ("index", index),
                    ("terms", value),
                ];
                let expr = self.object(&fields);
                self.heap.array(&[expr])
            }
        };
        let mut fields = vec![("head", head), ("body", body)];
        if rule.default {
            fields.push(("default", Value::TRUE));
        }
        fields.extend(else_.map(|branch| ("else", branch)));
        self.object(&fields)
    }

    fn head(&mut self, head: &Head) -> Value {
        let path = self.terms(&head.reference);
        let mut fields = vec![("ref", path)];
        if let Some(name) = &head.name {
            fields.push(("name", self.heap.string(name)));
        }
        if !head.args.is_empty() {
            fields.push(("args", self.terms(&head.args)));
        }
        if let Some(key) = &head.key {
            fields.push(("key", self.term(key)));
        }
        if let Some(value) = &head.value {
            fields.push(("value", self.term(value)));
        }
        if head.assign {
            fields.push(("assign", Value::TRUE));
        }
        self.object(&fields)
    }

    fn body(&mut self, body: &Body) -> Value {
        self.list(body, Writer::expr)
    }

    fn expr(&mut self, expr: &Expr) -> Value {
        let terms = self.statement(&expr.terms);
        let index = self
            .heap
            .integer(i64::try_from(expr.index).unwrap_or(i64::MAX));
        let mut fields = vec![("index", index), ("terms", terms)];
        if expr.negated {
            fields.push(("negated", Value::TRUE));
        }
        if !expr.with.is_empty() {
            let list = self.list(&expr.with, |this, (target, value)| {
                let fields = [("target", this.term(target)), ("value", this.term(value))];
                this.object(&fields)
            });
            fields.push(("with", list));
        }
        self.object(&fields)
    }

    fn statement(&mut self, terms: &Terms) -> Value {
        match terms {
            Terms::Term(term) => self.term(term),
            Terms::Call(call) => self.terms(call),
            Terms::Some(symbols) => {
                let symbols = self.terms(symbols);
                self.object(&[("symbols", symbols)])
            }
            Terms::Every {
                key,
                value,
                domain,
                body,
            } => {
                let fields = [
                    (
                        "key",
                        key.as_ref().map_or(Value::NULL, |key| self.term(key)),
                    ),
                    ("value", self.term(value)),
                    ("domain", self.term(domain)),
                    ("body", self.body(body)),
                ];
                self.object(&fields)
            }
            Terms::Not(body) => {
                let kind = self.heap.string("not");
                let fields = [
                    ("type", kind),
                    ("body", self.body(&body.inner)),
                    ("explicit_body", Value::boolean(body.braces)),
                ];
                self.object(&fields)
            }
            Terms::And(left, right) => self.logical("and", left, right),
            Terms::Or(left, right) => self.logical("or", left, right),
        }
    }

    fn logical(&mut self, kind: &str, left: &Written<Body>, right: &Written<Body>) -> Value {
        let kind = self.heap.string(kind);
        let mut fields = vec![
            ("type", kind),
            ("lhs", self.body(&left.inner)),
            ("rhs", self.body(&right.inner)),
        ];
        if left.braces {
            fields.push(("explicit_lhs", Value::TRUE));
        }
        if right.braces {
            fields.push(("explicit_rhs", Value::TRUE));
        }
        self.object(&fields)
    }

    fn term(&mut self, term: &Term) -> Value {
        let (kind, value) = match term {
            Term::Null => ("null", self.object(&[])),
            Term::Boolean(value) => ("boolean", Value::boolean(*value)),
            Term::Number(number) => (
                "number",
                self.heap.number(&number.0).unwrap_or(Value::UNDEFINED),
            ),
            Term::String(text) => ("string", self.heap.string(text)),
            Term::Template(template) => ("templatestring", self.template(template)),
            Term::Var(name) => ("var", self.heap.string(name)),
            Term::Ref(terms) => ("ref", self.terms(terms)),
            Term::Array(items) => ("array", self.terms(items)),
            Term::Object(entries) => ("object", self.list(entries, Writer::pair)),
            Term::Set(members) => ("set", self.terms(members)),
            Term::ArrayComprehension(member, body) => {
                ("arraycomprehension", self.comprehension(member, body))
            }
            Term::SetComprehension(member, body) => {
                ("setcomprehension", self.comprehension(member, body))
            }
            Term::ObjectComprehension(entry, body) => {
                let fields = [
                    ("key", self.term(&entry.0)),
                    ("value", self.term(&entry.1)),
                    ("body", self.body(body)),
                ];
                ("objectcomprehension", self.object(&fields))
            }
            Term::Call(call) => ("call", self.terms(call)),
        };
        let kind = self.heap.string(kind);
        self.object(&[("type", kind), ("value", value)])
    }

    fn comprehension(&mut self, member: &Term, body: &Body) -> Value {
        let fields = [("term", self.term(member)), ("body", self.body(body))];
        self.object(&fields)
    }

    fn template(&mut self, template: &Template) -> Value {
        let parts = if template.parts.is_empty() {
            Value::NULL
        } else {
            self.list(&template.parts, |this, part| match part {
                Part::Term(term) => this.term(term),
                Part::Expr(expr) => this.expr(expr),
            })
        };
        self.object(&[
            ("parts", parts),
            ("multi_line", Value::boolean(template.raw)),
        ])
    }
}
