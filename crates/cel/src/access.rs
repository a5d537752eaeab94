//! Fields and elements of values, and what is said where there are none.

use std::sync::Arc;

use crate::error::EvalError;
use crate::ops;
use crate::value::{Key, Value};

type Outcome = Result<Value, EvalError>;

pub(crate) fn select(operand: &Value, field: &Arc<str>) -> Outcome {
    match operand {
        Value::Map(map) => map
            .get(&**field)
            .cloned()
            .ok_or_else(|| EvalError::no_such_key(field)),
        Value::Optional(_) => optional_index(operand, &Value::String(field.clone())),
        _ => index_into(operand, &Value::String(field.clone())),
    }
}

pub(crate) fn has(operand: &Value, field: &str) -> Result<bool, EvalError> {
    match operand {
        Value::Map(map) => Ok(map.contains_key(field)),
        Value::Optional(None) => Ok(false),
        Value::Optional(Some(value)) => has(value, field),
        Value::List(_) => Err(no_index("string")),
        // Nothing else has fields.
        _ => Ok(false),
    }
}

pub(crate) fn index_into(operand: &Value, index: &Value) -> Outcome {
    match operand {
        Value::Map(map) => match Key::of(index) {
            Some(key) => map
                .get(&key)
                .cloned()
                .ok_or_else(|| EvalError::no_such_key(shown(key))),
            None if matches!(index, Value::Double(_)) => {
                Err(EvalError::no_such_key(ops::text_of(index)))
            }
            None => Err(unsupported_key(index)),
        },
        Value::List(items) => {
            let at = match Key::of(index) {
                Some(Key::Int(i)) => usize::try_from(i).ok(),
                Some(Key::Uint(u)) => usize::try_from(u).ok(),
                _ if matches!(index, Value::Double(_)) => {
                    let index = ops::text_of(index);
                    return Err(EvalError::new(format!(
                        "unsupported index value {index} in list"
                    )));
                }
                _ => return Err(no_index(index.type_name())),
            };
            at.and_then(|at| items.get(at)).cloned().ok_or_else(|| {
                EvalError::new(format!("index out of bounds: {}", ops::text_of(index)))
            })
        }
        // Nothing else has elements.
        _ => Err(match Key::of(index) {
            Some(key) => EvalError::no_such_key(shown(key)),
            None => unsupported_key(index),
        }),
    }
}

/// `a[?b]` and `a.?b`: nothing where there is no such element, or no `a`.
pub(crate) fn optional_index(operand: &Value, index: &Value) -> Outcome {
    let operand = match operand {
        Value::Optional(None) => return Ok(Value::Optional(None)),
        Value::Optional(Some(value)) => value,
        other => other,
    };
    let found = match operand {
        Value::Map(map) => Key::of(index).and_then(|key| map.get(&key).cloned()),
        Value::List(items) => match Key::of(index) {
            Some(Key::Int(i)) => usize::try_from(i)
                .ok()
                .and_then(|at| items.get(at).cloned()),
            Some(Key::Uint(u)) => usize::try_from(u)
                .ok()
                .and_then(|at| items.get(at).cloned()),
            _ => return index_into(operand, index),
        },
        _ => None,
    };
    Ok(Value::Optional(found.map(Arc::new)))
}

pub(crate) fn not_optional(value: &Value) -> EvalError {
    EvalError::new(format!(
        "cannot initialize optional list element from non-optional value {}",
        value.type_name()
    ))
}

pub(crate) fn unsupported_key(key: &Value) -> EvalError {
    EvalError::new(format!("unsupported key type: {}", key.type_name()))
}

fn no_index(kind: &str) -> EvalError {
    EvalError::new(format!("unsupported index type '{kind}' in list"))
}

/// A value that no macro goes over, by the name that its type has in Go.
pub(crate) fn not_iterable(value: &Value, pairs: bool) -> EvalError {
    let kind = match value {
        Value::Null => "types.Null",
        Value::Bool(_) => "types.Bool",
        Value::Int(_) => "types.Int",
        Value::Uint(_) => "types.Uint",
        Value::Double(_) => "types.Double",
        Value::String(_) => "types.String",
        Value::Bytes(_) => "types.Bytes",
        Value::Timestamp(_) => "types.Timestamp",
        Value::Duration(_) => "types.Duration",
        Value::Optional(_) => "*types.Optional",
        Value::Type(_) => "*types.Type",
        Value::Quantity(_) => "cel.Quantity",
        Value::Ip(_) => "cel.IP",
        Value::Cidr(_) => "cel.CIDR",
        Value::Url(_) => "cel.URL",
        Value::Semver(_) => "cel.Semver",
        Value::List(_) => "traits.Lister",
        Value::Map(_) => "traits.Mapper",
    };
    EvalError::new(if pairs {
        format!("unsupported comprehension range type: {kind}")
    } else {
        format!("got '{kind}', expected iterable type")
    })
}

/// A key as messages show it.
pub(crate) fn shown(key: Key) -> String {
    match key {
        Key::Bool(b) => b.to_string(),
        Key::Int(i) => i.to_string(),
        Key::Uint(u) => u.to_string(),
        Key::String(s) => s.to_string(),
    }
}
