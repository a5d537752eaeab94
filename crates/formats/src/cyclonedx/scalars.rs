//! Texts of elements and attributes, and what they are in JSON.

use kpol_diagnostics::Span;
use kpol_input::InputError;

use super::choices::Answer;
use super::schema::{Field, Kind};
use crate::gotypes::{parse_bool, parse_float};
use crate::tree::{Node, Object, Value};
use crate::xml::dom::Element;

pub(super) fn insert(object: &mut Object, key: &str, node: Node) {
    let span = node.span;
    object.insert(key.to_owned(), node.member(span));
}

/// Adds attributes that are not empty under their own names.
pub(super) fn attributes(object: &mut Object, element: &Element, names: &[&str]) {
    for name in names {
        if let Some(value) = attribute(element, name).filter(|value| !value.is_empty()) {
            insert(object, name, Value::String(value).at(element.span));
        }
    }
}

pub(super) fn attribute(element: &Element, name: &str) -> Option<String> {
    let found = element
        .attributes
        .iter()
        .rfind(|found| found.name == name)?;
    Some(found.value.clone())
}

/// What an element refers to.
pub(super) fn reference(element: &Element) -> String {
    attribute(element, "ref").unwrap_or_default()
}

pub(super) fn own_text(element: &Element) -> String {
    element
        .texts
        .iter()
        .map(|(text, _)| text.as_str())
        .collect()
}

pub(super) fn merge(before: Node, next: Node) -> Node {
    let span = before.span.to(next.span);
    match (before.value, next.value) {
        (Value::Object(mut before), Value::Object(next)) => {
            before.extend(next);
            Value::Object(before).at(span)
        }
        (_, next) => next.at(span),
    }
}

pub(super) fn scalar(field: &Field, text: &str, span: Span) -> Answer<Option<Node>> {
    let (kind, optional) = match &field.kind {
        Kind::Optional(kind) => (&**kind, true),
        kind => (kind, false),
    };
    let value = parse(kind, text, span)?;
    let empty = match &value {
        Value::String(text) => text.is_empty(),
        Value::Integer(value) => *value == 0,
        Value::Float(value) => *value == 0.0,
        Value::Bool(value) => !value,
        _ => false,
    };
    Ok((optional || field.always || !empty).then(|| value.at(span)))
}

pub(super) fn scalar_default(field: &Field, span: Span) -> Answer<Option<Node>> {
    match field.kind {
        Kind::Optional(_) => Ok(None),
        _ => scalar(field, "", span),
    }
}

pub(super) fn parse(kind: &Kind, text: &str, span: Span) -> Answer<Value> {
    let trimmed = text.trim();
    let wrong = |what: &str| error(format!("`{trimmed}` is no {what}"), span);
    match kind {
        Kind::Integer if text.is_empty() => Ok(Value::Integer(0)),
        Kind::Float if text.is_empty() => Ok(Value::Integer(0)),
        Kind::Bool if text.is_empty() => Ok(Value::Bool(false)),
        Kind::Integer => {
            let value = trimmed.parse().map_err(|_| wrong("integer"))?;
            Ok(Value::Integer(value))
        }
        Kind::Float => {
            let value = parse_float(trimmed).filter(|value| value.is_finite());
            Ok(Value::Float(value.ok_or_else(|| wrong("number"))?))
        }
        Kind::Bool => {
            let value = parse_bool(trimmed).ok_or_else(|| wrong("boolean"))?;
            Ok(Value::Bool(value))
        }
        _ => Ok(Value::string(text)),
    }
}

pub(super) fn error(message: impl Into<String>, span: Span) -> InputError {
    InputError::Syntax {
        message: message.into(),
        span,
        inside: None,
    }
}

pub(super) fn unknown(name: &str, element: &Element) -> InputError {
    error(format!("unknown element `{name}`"), element.span)
}
