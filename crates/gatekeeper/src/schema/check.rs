//! Holding values against schemas.

use kpol_diagnostics::Span;
use kpol_input::{Document, Kind, NodeId};

use super::{Additional, Schema, Shape, Type};
use crate::error::{Code, Error};
use crate::fields::{join, type_of};

/// What is wrong with a value.
pub(super) fn check(schema: &Schema, document: &Document, node: NodeId, path: &str) -> Vec<Error> {
    let mut checker = Checker {
        schema,
        document,
        errors: Vec::new(),
    };
    checker.value(&schema.root, node, path);
    checker.unknown(&schema.root, node, path);
    checker.errors.sort_by_key(|error| error.span);
    checker.errors
}

struct Checker<'s> {
    schema: &'s Schema,
    document: &'s Document,
    errors: Vec<Error>,
}

impl<'s> Checker<'s> {
    fn error(&mut self, message: String, span: Span) {
        self.errors
            .push(Error::new(Code::Parameters, message, span));
    }

    /// Holds a value against a shape. The depth of documents is limited, and so that of this.
    fn value(&mut self, shape: &'s Shape, node: NodeId, path: &str) {
        let document = self.document;
        let (kind, span) = (document.kind(node), document.span(node));
        if kind == Kind::Null && shape.nullable {
            return;
        }
        if !fits(shape, kind) {
            let wanted = if shape.int_or_string {
                "an integer or a string"
            } else {
                shape.kind.map_or("a value", Type::words)
            };
            self.error(
                format!("`{path}` must be {wanted}, not {}", type_of(kind)),
                span,
            );
            return;
        }
        self.choices(shape, node, path);
        match kind {
            Kind::Object(_) => self.object(shape, node, path),
            Kind::Array(_) => self.array(shape, node, path),
            Kind::String(text) => self.string(shape, text, span, path),
            Kind::Integer(_) | Kind::Number(_) => self.number(shape, kind, span, path),
            Kind::Null | Kind::Bool(_) => {}
        }
        self.combined(shape, node, path);
    }

    fn choices(&mut self, shape: &Shape, node: NodeId, path: &str) {
        let Some(choices) = &shape.choices else {
            return;
        };
        let (document, theirs) = (self.document, &self.schema.document);
        if choices
            .iter()
            .any(|choice| same((document, node), (theirs, *choice)))
        {
            return;
        }
        let words: Vec<String> = choices
            .iter()
            .map(|choice| theirs.json_of(*choice))
            .collect();
        let message = format!(
            "`{path}` must be one of {}, not {}",
            words.join(", "),
            document.json_of(node)
        );
        self.error(message, document.span(node));
    }

    fn object(&mut self, shape: &'s Shape, node: NodeId, path: &str) {
        let document = self.document;
        let span = document.span(node);
        for name in &shape.required {
            if document.get(node, name).is_none() {
                self.error(format!("`{path}` needs `{name}`"), span);
            }
        }
        let count = document.children(node).count();
        self.size(shape.limits.members, count, "members", span, path);
        for (key, value) in document.members(node) {
            let name = document.str(key).unwrap_or_default();
            let path = join(path, name);
            if let Some(property) = shape.property(name).or(shape.additional()) {
                self.value(property, value, &path);
            } else if matches!(shape.additional, Additional::Any(false)) {
                self.error(format!("unknown field `{path}`"), document.span(key));
            }
        }
    }

    fn array(&mut self, shape: &'s Shape, node: NodeId, path: &str) {
        let document = self.document;
        let span = document.span(node);
        let items: Vec<NodeId> = document.children(node).collect();
        self.size(shape.limits.items, items.len(), "items", span, path);
        if shape.limits.unique {
            let twice = items.iter().enumerate().find(|(at, item)| {
                let before = items.get(..*at).unwrap_or_default();
                before
                    .iter()
                    .any(|other| same((document, **item), (document, *other)))
            });
            if let Some((_, item)) = twice {
                let message = format!("`{path}` has {} twice", document.json_of(*item));
                self.error(message, document.span(*item));
            }
        }
        if let Some(shape) = &shape.items {
            for (at, item) in items.into_iter().enumerate() {
                self.value(shape, item, &format!("{path}[{at}]"));
            }
        }
    }

    fn string(&mut self, shape: &Shape, text: &str, span: Span, path: &str) {
        let count = text.chars().count();
        self.size(shape.limits.length, count, "characters", span, path);
        if let Some((pattern, regex)) = &shape.limits.pattern
            && !regex.is_match(text)
        {
            self.error(format!("`{path}` must match `{pattern}`"), span);
        }
    }

    fn number(&mut self, shape: &Shape, kind: Kind<'_>, span: Span, path: &str) {
        let Some(value) = as_float(kind) else {
            return;
        };
        let limits = &shape.limits;
        if let Some(minimum) = limits.minimum
            && (value < minimum || (limits.exclusive_minimum && value <= minimum))
        {
            let than = if limits.exclusive_minimum {
                "greater than"
            } else {
                "at least"
            };
            self.error(format!("`{path}` must be {than} {minimum}"), span);
        }
        if let Some(maximum) = limits.maximum
            && (value > maximum || (limits.exclusive_maximum && value >= maximum))
        {
            let than = if limits.exclusive_maximum {
                "less than"
            } else {
                "at most"
            };
            self.error(format!("`{path}` must be {than} {maximum}"), span);
        }
        if let Some(step) = limits.multiple_of
            && step > 0.0
            && (value / step).fract() != 0.0
        {
            self.error(format!("`{path}` must be a multiple of {step}"), span);
        }
    }

    fn size(
        &mut self,
        (least, most): (Option<i64>, Option<i64>),
        count: usize,
        what: &str,
        span: Span,
        path: &str,
    ) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        if let Some(least) = least.filter(|least| count < *least) {
            self.error(
                format!("`{path}` must have at least {least} {what}, not {count}"),
                span,
            );
        }
        if let Some(most) = most.filter(|most| count > *most) {
            self.error(
                format!("`{path}` must have at most {most} {what}, not {count}"),
                span,
            );
        }
    }

    /// `allOf`, `anyOf`, `oneOf` and `not`.
    fn combined(&mut self, shape: &'s Shape, node: NodeId, path: &str) {
        for part in &shape.all_of {
            self.value(part, node, path);
        }
        let span = self.document.span(node);
        if !shape.any_of.is_empty() && !shape.any_of.iter().any(|one| self.holds(one, node, path)) {
            self.error(
                format!("`{path}` fits none of the schema's alternatives"),
                span,
            );
        }
        if !shape.one_of.is_empty() {
            let count = (shape.one_of.iter())
                .filter(|one| self.holds(one, node, path))
                .count();
            if count != 1 {
                let message =
                    format!("`{path}` must fit one of the schema's alternatives, not {count}");
                self.error(message, span);
            }
        }
        if let Some(not) = &shape.not
            && self.holds(not, node, path)
        {
            self.error(format!("`{path}` is what the schema excludes"), span);
        }
    }

    fn holds(&self, shape: &'s Shape, node: NodeId, path: &str) -> bool {
        let mut inner = Checker {
            schema: self.schema,
            document: self.document,
            errors: Vec::new(),
        };
        inner.value(shape, node, path);
        inner.errors.is_empty()
    }

    /// Members that nothing describes: the API server drops them, and Gatekeeper refuses them.
    fn unknown(&mut self, shape: &'s Shape, node: NodeId, path: &str) {
        let document = self.document;
        match document.kind(node) {
            Kind::Object(_) => {
                for (key, value) in document.members(node) {
                    let name = document.str(key).unwrap_or_default();
                    let path = join(path, name);
                    if let Some(shape) = shape.property(name).or(shape.additional()) {
                        self.unknown(shape, value, &path);
                        continue;
                    }
                    let meta = matches!(name, "apiVersion" | "kind" | "metadata");
                    let allowed = shape.preserve
                        || !matches!(shape.additional, Additional::Unsaid)
                        || (shape.embedded && meta);
                    if !allowed {
                        self.error(format!("unknown field `{path}`"), document.span(key));
                    }
                }
            }
            Kind::Array(_) => {
                if let Some(shape) = &shape.items {
                    for (at, item) in document.children(node).enumerate() {
                        self.unknown(shape, item, &format!("{path}[{at}]"));
                    }
                }
            }
            _ => {}
        }
    }
}

fn fits(shape: &Shape, kind: Kind<'_>) -> bool {
    if shape.int_or_string {
        return is_whole(kind) || matches!(kind, Kind::String(_));
    }
    let Some(wanted) = shape.kind else {
        // Even what may be anything is not null unless that is said.
        return shape.preserve || kind != Kind::Null;
    };
    match wanted {
        Type::Object => matches!(kind, Kind::Object(_)),
        Type::Array => matches!(kind, Kind::Array(_)),
        Type::String => matches!(kind, Kind::String(_)),
        Type::Integer => is_whole(kind),
        Type::Number => matches!(kind, Kind::Integer(_) | Kind::Number(_)),
        Type::Boolean => matches!(kind, Kind::Bool(_)),
    }
}

fn is_whole(kind: Kind<'_>) -> bool {
    match kind {
        Kind::Integer(_) => true,
        Kind::Number(_) => as_float(kind).is_some_and(|value| value.fract() == 0.0),
        _ => false,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "bounds of numbers are compared as the API server does"
)]
pub(super) fn as_float(kind: Kind<'_>) -> Option<f64> {
    match kind {
        Kind::Integer(value) => Some(value as f64),
        Kind::Number(text) => text.parse().ok(),
        _ => None,
    }
}

/// Whether two values are equal. The depth of documents is limited, and so that of this.
fn same((left, a): (&Document, NodeId), (right, b): (&Document, NodeId)) -> bool {
    match (left.kind(a), right.kind(b)) {
        (Kind::Array(m), Kind::Array(n)) => {
            m == n
                && (left.children(a).zip(right.children(b)))
                    .all(|(x, y)| same((left, x), (right, y)))
        }
        (Kind::Object(m), Kind::Object(n)) => {
            m == n
                && left.members(a).all(|(key, x)| {
                    let name = left.str(key).unwrap_or_default();
                    (right.get(b, name)).is_some_and(|y| same((left, x), (right, y)))
                })
        }
        (x @ (Kind::Integer(_) | Kind::Number(_)), y @ (Kind::Integer(_) | Kind::Number(_))) => {
            x == y || as_float(x) == as_float(y)
        }
        (x, y) => x == y,
    }
}
