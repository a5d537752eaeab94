//! Operators: arithmetic, equality, order.

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, TimeDelta};

use crate::error::EvalError;
use crate::eval::{Budget, with_room};
use crate::node::Operator;
use crate::value::{Key, Value};

type Outcome = Result<Value, EvalError>;

const INT_OVERFLOW: EvalError = EvalError {
    kind: crate::EvalErrorKind::NoValue,
    message: std::borrow::Cow::Borrowed("integer overflow"),
};
const UINT_OVERFLOW: EvalError = EvalError {
    kind: crate::EvalErrorKind::NoValue,
    message: std::borrow::Cow::Borrowed("unsigned integer overflow"),
};

pub(crate) fn binary(op: Operator, a: &Value, b: &Value, budget: &Budget) -> Outcome {
    match op {
        Operator::Add => {
            budget.spend(a.weight().saturating_add(b.weight()))?;
            add(a, b)
        }
        Operator::Subtract => subtract(a, b),
        Operator::Multiply => multiply(a, b),
        Operator::Divide => divide(a, b),
        Operator::Modulo => modulo(a, b),
        Operator::Equals => Ok(Value::Bool(equal(a, b, budget)?)),
        Operator::NotEquals => Ok(Value::Bool(!equal(a, b, budget)?)),
        Operator::Less => ordered(a, b, "_<_", Ordering::is_lt),
        Operator::LessEquals => ordered(a, b, "_<=_", Ordering::is_le),
        Operator::Greater => ordered(a, b, "_>_", Ordering::is_gt),
        Operator::GreaterEquals => ordered(a, b, "_>=_", Ordering::is_ge),
        Operator::In => contains(b, a, budget).map(Value::Bool),
    }
}

fn ordered(a: &Value, b: &Value, symbol: &'static str, holds: fn(Ordering) -> bool) -> Outcome {
    if numeric(a) && numeric(b) {
        return Ok(Value::Bool(numbers(a, b).is_some_and(holds)));
    }
    match compare(a, b) {
        Ok(order) => Ok(Value::Bool(holds(order))),
        Err(_) => Err(no_overload(compare(a, a).is_ok(), symbol)),
    }
}

/// No overload of an operator: the left operand does not have it at all, or not with the right one.
fn no_overload(a_has_it: bool, symbol: &'static str) -> EvalError {
    if a_has_it {
        EvalError::no_overload()
    } else {
        EvalError::new(format!("no such overload: {symbol}"))
    }
}

fn add(a: &Value, b: &Value) -> Outcome {
    Ok(match (a, b) {
        (Value::Int(a), Value::Int(b)) => Value::Int(a.checked_add(*b).ok_or(INT_OVERFLOW)?),
        (Value::Uint(a), Value::Uint(b)) => Value::Uint(a.checked_add(*b).ok_or(UINT_OVERFLOW)?),
        (Value::Double(a), Value::Double(b)) => Value::Double(a + b),
        (Value::String(a), Value::String(b)) => Value::from(format!("{a}{b}")),
        (Value::Bytes(a), Value::Bytes(b)) => Value::Bytes([&**a, &**b].concat().into()),
        (Value::List(a), Value::List(b)) => {
            Value::from(a.iter().chain(b.iter()).cloned().collect::<Vec<_>>())
        }
        (Value::Timestamp(t), Value::Duration(d)) | (Value::Duration(d), Value::Timestamp(t)) => {
            timestamp(t.checked_add_signed(*d))?
        }
        (Value::Duration(a), Value::Duration(b)) => duration(a.checked_add(b))?,
        _ => {
            let adds = matches!(
                a,
                Value::Int(_)
                    | Value::Uint(_)
                    | Value::Double(_)
                    | Value::String(_)
                    | Value::Bytes(_)
                    | Value::List(_)
                    | Value::Timestamp(_)
                    | Value::Duration(_)
            );
            return Err(no_overload(adds, "_+_"));
        }
    })
}

fn subtract(a: &Value, b: &Value) -> Outcome {
    Ok(match (a, b) {
        (Value::Int(a), Value::Int(b)) => Value::Int(a.checked_sub(*b).ok_or(INT_OVERFLOW)?),
        (Value::Uint(a), Value::Uint(b)) => Value::Uint(a.checked_sub(*b).ok_or(UINT_OVERFLOW)?),
        (Value::Double(a), Value::Double(b)) => Value::Double(a - b),
        (Value::Timestamp(t), Value::Duration(d)) => timestamp(t.checked_sub_signed(*d))?,
        (Value::Timestamp(a), Value::Timestamp(b)) => duration(Some(a.signed_duration_since(*b)))?,
        (Value::Duration(a), Value::Duration(b)) => duration(a.checked_sub(b))?,
        _ => {
            return Err(no_overload(numeric(a) || receives(a), "_-_"));
        }
    })
}

fn multiply(a: &Value, b: &Value) -> Outcome {
    Ok(match (a, b) {
        (Value::Int(a), Value::Int(b)) => Value::Int(a.checked_mul(*b).ok_or(INT_OVERFLOW)?),
        (Value::Uint(a), Value::Uint(b)) => Value::Uint(a.checked_mul(*b).ok_or(UINT_OVERFLOW)?),
        (Value::Double(a), Value::Double(b)) => Value::Double(a * b),
        _ => return Err(no_overload(numeric(a) || receives(a), "_*_")),
    })
}

fn divide(a: &Value, b: &Value) -> Outcome {
    Ok(match (a, b) {
        (Value::Int(_), Value::Int(0)) | (Value::Uint(_), Value::Uint(0)) => {
            return Err(EvalError::new("division by zero"));
        }
        (Value::Int(a), Value::Int(b)) => Value::Int(a.checked_div(*b).ok_or(INT_OVERFLOW)?),
        (Value::Uint(a), Value::Uint(b)) => Value::Uint(a.checked_div(*b).ok_or(UINT_OVERFLOW)?),
        (Value::Double(a), Value::Double(b)) => Value::Double(a / b),
        _ => return Err(no_overload(numeric(a) || receives(a), "_/_")),
    })
}

fn modulo(a: &Value, b: &Value) -> Outcome {
    Ok(match (a, b) {
        (Value::Int(_), Value::Int(0)) | (Value::Uint(_), Value::Uint(0)) => {
            return Err(EvalError::new("modulus by zero"));
        }
        (Value::Int(a), Value::Int(b)) => Value::Int(a.checked_rem(*b).ok_or(INT_OVERFLOW)?),
        (Value::Uint(a), Value::Uint(b)) => Value::Uint(a.checked_rem(*b).ok_or(UINT_OVERFLOW)?),
        _ => {
            let divides = matches!(a, Value::Int(_) | Value::Uint(_)) || receives(a);
            return Err(no_overload(divides, "_%_"));
        }
    })
}

pub(crate) fn negate(a: &Value) -> Outcome {
    Ok(match a {
        Value::Int(a) => Value::Int(a.checked_neg().ok_or(INT_OVERFLOW)?),
        Value::Double(a) => Value::Double(-a),
        Value::Duration(a) => duration(TimeDelta::zero().checked_sub(a))?,
        _ => {
            return Err(no_overload(
                receives(a) || matches!(a, Value::Bool(_)),
                "-_",
            ));
        }
    })
}

/// Types that take any operator, if only to refuse it.
fn receives(a: &Value) -> bool {
    matches!(
        a,
        Value::String(_) | Value::Timestamp(_) | Value::Duration(_)
    )
}

fn numeric(a: &Value) -> bool {
    matches!(a, Value::Int(_) | Value::Uint(_) | Value::Double(_))
}

/// A time within the years 1 to 9999.
pub(crate) fn timestamp(at: Option<DateTime<FixedOffset>>) -> Outcome {
    const FIRST: i64 = -62_135_596_800;
    const LAST: i64 = 253_402_300_799;
    at.filter(|at| (FIRST..=LAST).contains(&at.timestamp()))
        .map(Value::Timestamp)
        .ok_or_else(|| EvalError::new("timestamp overflow"))
}

/// A duration that Go can hold: its nanoseconds fit 64 bits.
pub(crate) fn duration(of: Option<TimeDelta>) -> Outcome {
    of.filter(|d| d.num_nanoseconds().is_some())
        .map(Value::Duration)
        .ok_or_else(|| EvalError::new("duration overflow"))
}

/// Whether two values are equal. Values of different types are not, but for numbers.
///
/// # Errors
/// The budget is spent.
pub(crate) fn equal(a: &Value, b: &Value, budget: &Budget) -> Result<bool, EvalError> {
    budget.spend(1)?;
    Ok(match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Type(a), Value::Type(b)) => a == b,
        (Value::Timestamp(a), Value::Timestamp(b)) => a == b,
        (Value::Duration(a), Value::Duration(b)) => a == b,
        (Value::Quantity(a), Value::Quantity(b)) => a == b,
        (Value::Ip(a), Value::Ip(b)) => a == b,
        (Value::Cidr(a), Value::Cidr(b)) => a == b,
        (Value::Url(a), Value::Url(b)) => a == b,
        (Value::Semver(a), Value::Semver(b)) => a.cmp_precedence(b) == Ordering::Equal,
        (Value::Optional(None), Value::Optional(None)) => true,
        (Value::Optional(Some(a)), Value::Optional(Some(b))) => {
            return with_room(|| equal(a, b, budget));
        }
        (Value::List(a), Value::List(b)) => {
            return with_room(|| {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (a, b) in a.iter().zip(b.iter()) {
                    if !equal(a, b, budget)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            });
        }
        (Value::Map(a), Value::Map(b)) => {
            return with_room(|| {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (key, a) in a.iter() {
                    match b.get(key) {
                        Some(b) if equal(a, b, budget)? => {}
                        _ => return Ok(false),
                    }
                }
                Ok(true)
            });
        }
        _ if numeric(a) && numeric(b) => numbers(a, b) == Some(Ordering::Equal),
        _ => false,
    })
}

/// The order of two numbers of any types; none where one is not a number.
fn numbers(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
        (Value::Double(a), b) => double_and_integer(*a, integer(b)?),
        (a, Value::Double(b)) => double_and_integer(*b, integer(a)?).map(Ordering::reverse),
        (a, b) => Some(integer(a)?.cmp(&integer(b)?)),
    }
}

fn integer(a: &Value) -> Option<i128> {
    match a {
        Value::Int(i) => Some(i128::from(*i)),
        Value::Uint(u) => Some(i128::from(*u)),
        _ => None,
    }
}

/// An integer is compared as a double, unless the double is beyond all integers of 64 bits.
fn double_and_integer(d: f64, i: i128) -> Option<Ordering> {
    d.partial_cmp(&(i as f64))
}

/// The order of two values that have one.
pub(crate) fn compare(a: &Value, b: &Value) -> Result<Ordering, EvalError> {
    Ok(match (a, b) {
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
        (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
        _ if numeric(a) && numeric(b) => {
            numbers(a, b).ok_or_else(|| EvalError::new("NaN values cannot be ordered"))?
        }
        _ => return Err(EvalError::no_overload()),
    })
}

/// `needle in haystack`.
pub(crate) fn contains(
    haystack: &Value,
    needle: &Value,
    budget: &Budget,
) -> Result<bool, EvalError> {
    match haystack {
        Value::List(items) => {
            for item in items.iter() {
                if equal(item, needle, budget)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Map(map) => Ok(Key::of(needle).is_some_and(|key| map.contains_key(&key))),
        _ => Err(EvalError::no_overload()),
    }
}

/// Items in the order of their keys, which are of one type.
pub(crate) fn sorted_by(mut items: Vec<(Value, Value)>) -> Outcome {
    // The order is checked first: sorting cannot fail.
    if let Some((first, _)) = items.first() {
        if compare(first, first).is_err() {
            return Err(EvalError::new("list elements must be comparable"));
        }
        if items
            .iter()
            .any(|(key, _)| key.type_name() != first.type_name())
        {
            return Err(EvalError::new("list elements must have the same type"));
        }
    }
    items.sort_by(|(a, _), (b, _)| compare(a, b).unwrap_or(Ordering::Equal));
    Ok(Value::from(
        items.into_iter().map(|(_, item)| item).collect::<Vec<_>>(),
    ))
}

/// A number as Go's `%g` prints it.
pub(crate) fn double_text(d: f64) -> String {
    if d.is_nan() {
        return "NaN".to_owned();
    }
    if d.is_infinite() {
        return if d > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{d:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // With as few digits as the number needs, Go decides as for a precision of 6.
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.unsigned_abs());
    }
    format!("{d}")
}

/// A value as `string()` gives it; of others, the name of the type.
pub(crate) fn text_of(value: &Value) -> Arc<str> {
    match crate::functions::to_text(value) {
        Some(Ok(text)) => text,
        _ => Arc::from(value.type_name()),
    }
}
