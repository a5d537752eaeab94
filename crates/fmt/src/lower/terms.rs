//! From the syntax tree to the tree that is laid out: terms.

use kpol_diagnostics::Span;
use kpol_syntax::ast::{self, TermKind};

use super::Lower;
use crate::compare::{Order, Wildcards};
use crate::tree::{Loc, Part, Term, Value};

const ORDER: Order = Order(Wildcards::Distinct);

impl Lower<'_> {
    pub(super) fn term(&mut self, term: &ast::Term) -> Term {
        let at = self.begin(term);
        let text = self.covered(term);
        let loc = self.loc_at(at, text);
        let value = match &term.kind {
            TermKind::Null => Value::Null,
            TermKind::Bool(value) => Value::Bool(*value),
            TermKind::Number(number) => Value::Number(self.number(number, at)),
            TermKind::String(text) => return self.string(text, term.span),
            TermKind::Var(var) => {
                return Term {
                    loc,
                    ..self.var(&var.name, term.span)
                };
            }
            TermKind::Ref(reference) => Value::Ref(self.path(reference)),
            TermKind::Call(call) => Value::Call(self.call(call)),
            TermKind::Array(items) => {
                Value::Array(items.iter().map(|item| self.term(item)).collect())
            }
            TermKind::Set(items) => {
                let items = items.iter().map(|item| self.term(item)).collect();
                Value::Set(self.unique(items))
            }
            TermKind::Object(entries) => {
                let mut entries: Vec<(Term, Term)> = entries
                    .iter()
                    .map(|(key, value)| (self.term(key), self.term(value)))
                    .collect();
                if self.fixed.is_some() {
                    entries.sort_by(|a, b| ORDER.terms(&a.0, &b.0));
                }
                Value::Object(entries)
            }
            TermKind::ArrayComprehension(inner) => {
                let member = self.term(&inner.term);
                Value::ArrayComprehension(Box::new(member), self.query(&inner.query))
            }
            TermKind::SetComprehension(inner) => {
                let member = self.term(&inner.term);
                Value::SetComprehension(Box::new(member), self.query(&inner.query))
            }
            TermKind::ObjectComprehension(inner) => {
                let key = self.term(&inner.key);
                let mut value = self.term(&inner.value);
                // The value stays behind its key, whatever line it was on.
                value.loc.row = loc.row;
                Value::ObjectComprehension(Box::new((key, value)), self.query(&inner.query))
            }
            TermKind::TemplateString { raw, parts } => Value::Template {
                raw: *raw,
                parts: self.parts(parts, term.span),
            },
        };
        Term { loc, value }
    }

    /// A string; it is written as it is in the source where that is known.
    pub(super) fn string(&mut self, text: &str, span: Span) -> Term {
        let quoted = |byte: u8| matches!(byte, b'"' | b'`');
        let last = self
            .fixed
            .is_none_or(|loc| quoted(self.byte(loc.text.1.saturating_sub(1))));
        let literal = last && quoted(self.byte(span.start));
        Term {
            loc: self
                .loc(Span {
                    start: self.inside(span.start),
                    ..span
                })
                .with_text(self.fixed, (span.start, span.end)),
            value: Value::String {
                value: text.to_owned(),
                literal: literal.then_some((span.start, span.end)),
            },
        }
    }

    /// A reference's head and steps.
    pub(super) fn path(&mut self, reference: &ast::Ref) -> Vec<Term> {
        let mut path = Vec::with_capacity(reference.path.len() + 1);
        path.push(self.term(&reference.head));
        path.extend(reference.path.iter().map(|arg| self.term(&arg.term)));
        path
    }

    pub(super) fn call(&mut self, call: &ast::Call) -> Vec<Term> {
        let mut terms = Vec::with_capacity(call.args.len() + 1);
        let path = self.path(&call.function);
        terms.push(Term {
            loc: self.loc(call.function.span),
            value: Value::Ref(path),
        });
        terms.extend(call.args.iter().map(|arg| self.term(arg)));
        terms
    }

    /// The first byte of a term behind the parentheses around it.
    pub(super) fn begin(&self, term: &ast::Term) -> u32 {
        match &term.kind {
            TermKind::Call(call) if call.infix => call
                .args
                .first()
                .map_or(term.span.start, |first| self.begin(first)),
            TermKind::Call(call) => self.begin(&call.function.head),
            TermKind::Ref(reference) => self.begin(&reference.head),
            _ => self.inside(term.span.start),
        }
    }

    /// The first offset behind opening parentheses, blanks and comments.
    fn inside(&self, start: u32) -> u32 {
        let bytes = self.text.as_bytes();
        let mut at = start as usize;
        if bytes.get(at) != Some(&b'(') {
            return start;
        }
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'(' | b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                b'#' => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    at += rest
                        .iter()
                        .position(|byte| *byte == b'\n')
                        .unwrap_or(rest.len());
                }
                _ => break,
            }
        }
        u32::try_from(at).unwrap_or(start)
    }

    /// The text of a term's place.
    fn covered(&self, term: &ast::Term) -> (u32, u32) {
        let span = (term.span.start, term.span.end);
        let TermKind::Ref(reference) = &term.kind else {
            return span;
        };
        let head = &reference.head;
        let plain = match &head.kind {
            TermKind::Var(_) => true,
            TermKind::Call(call) => !call.infix,
            _ => false,
        };
        // OPA counts the text of such a reference from the head's last bracket on.
        let inside = term.span.start == head.span.start;
        if inside && !(plain && self.byte(head.span.start) != b'(') {
            return (head.span.end.saturating_sub(1), term.span.end);
        }
        span
    }

    /// A number as it is written; the tree has a zero in front of a leading point.
    fn number(&self, number: &str, at: u32) -> String {
        let rest = self.text.get(at as usize..).unwrap_or_default();
        let minus = rest.starts_with('-');
        let digits = rest.trim_start_matches('-').trim_start();
        match number.trim_start_matches('-').strip_prefix('0') {
            Some(tail) if digits.starts_with('.') && tail.starts_with('.') => {
                format!("{}{tail}", if minus { "-" } else { "" })
            }
            _ => number.to_owned(),
        }
    }

    /// A set has each member once; without places it is sorted.
    fn unique(&self, items: Vec<Term>) -> Vec<Term> {
        let mut order: Vec<usize> = (0..items.len()).collect();
        let compare = |a: &usize, b: &usize| match (items.get(*a), items.get(*b)) {
            (Some(a), Some(b)) => ORDER.terms(a, b),
            _ => std::cmp::Ordering::Equal,
        };
        order.sort_by(compare);
        order.dedup_by(|b, a| compare(a, b).is_eq());
        if self.fixed.is_none() {
            order.sort_unstable();
        }
        pick(items, &order)
    }

    fn parts(&mut self, parts: &[ast::TemplatePart], span: Span) -> Vec<Part> {
        let mut made: Vec<Part> = Vec::with_capacity(parts.len());
        let mut end = span.start;
        for part in parts {
            match part {
                ast::TemplatePart::Text(text) => {
                    let row = self.loc_at(self.brace(end), (end, end)).row;
                    made.push(Part::Text {
                        row,
                        text: text.clone(),
                    });
                }
                ast::TemplatePart::Expr(expr) => {
                    let open = end;
                    end = expr.span.end;
                    let made_expr = self.expr(expr);
                    let commented = self
                        .text
                        .get(open as usize..expr.span.start as usize)
                        .and_then(|text| text.rsplit_once('{'))
                        .is_some_and(|(_, text)| text.contains('#'));
                    match constant(&made_expr) {
                        Some(text) if !commented => made.push(Part::Text {
                            row: made_expr.loc.row,
                            text,
                        }),
                        _ => made.push(Part::Expr(Box::new(made_expr))),
                    }
                }
            }
        }
        made
    }

    /// The closing brace of a template's expression that ends at `end`.
    fn brace(&self, end: u32) -> u32 {
        let bytes = self.text.as_bytes();
        let mut at = end as usize;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'}' | b'$' => break,
                b'#' => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    at += rest
                        .iter()
                        .position(|byte| *byte == b'\n')
                        .unwrap_or(rest.len());
                }
                _ => at += 1,
            }
        }
        u32::try_from(at).unwrap_or(end)
    }
}

impl Loc {
    /// Another text, unless all places are one.
    fn with_text(self, fixed: Option<Loc>, text: (u32, u32)) -> Loc {
        match fixed {
            Some(_) => self,
            None => Loc { text, ..self },
        }
    }
}

/// The text that a constant gives in a template.
fn constant(expr: &crate::tree::Expr) -> Option<String> {
    let crate::tree::Terms::Term(term) = &expr.terms else {
        return None;
    };
    if !expr.with.is_empty() {
        return None;
    }
    match &term.value {
        Value::Null => Some("null".to_owned()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.clone()),
        Value::String { value, .. } => Some(value.clone()),
        _ => None,
    }
}

fn pick<T>(items: Vec<T>, order: &[usize]) -> Vec<T> {
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    order
        .iter()
        .filter_map(|index| items.get_mut(*index)?.take())
        .collect()
}
