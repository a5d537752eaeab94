//! Conversions between types, and `size`.

use std::sync::Arc;

use super::{Found, Function, Words, failed, number, time, truth};
use crate::error::EvalError;
use crate::ops::double_text;
use crate::value::Value;

pub(super) static TABLE: &[Function] = &[
    Function::global("type", 1, |args, _| match args {
        [v] => Some(Ok(Value::Type(Arc::from(v.type_name())))),
        _ => None,
    }),
    Function::global("dyn", 1, |args, _| args.first().cloned().map(Ok)),
    Function::global("size", 1, |args, _| size(args)).words(Words::Name),
    Function::member("size", 1, |args, _| size(args)).words(Words::Name),
    Function::global("string", 1, |args, _| {
        let text = to_text(args.first()?)?;
        Some(text.map(Value::String))
    }),
    Function::global("int", 1, |args, _| int(args)),
    Function::global("uint", 1, |args, _| uint(args)),
    Function::global("double", 1, |args, _| double(args)),
    Function::global("bool", 1, |args, _| match args {
        [Value::Bool(b)] => truth(*b),
        [Value::String(s)] => match &**s {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => truth(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => truth(false),
            _ => failed("type conversion error from 'string' to 'bool'"),
        },
        _ => None,
    }),
    Function::global("bytes", 1, |args, _| match args {
        [Value::Bytes(b)] => Some(Ok(Value::Bytes(b.clone()))),
        [Value::String(s)] => Some(Ok(Value::Bytes(Arc::from(s.as_bytes())))),
        _ => None,
    }),
];

fn size(args: &[Value]) -> Found {
    match args {
        [Value::String(s)] => number(s.chars().count()),
        [Value::Bytes(b)] => number(b.len()),
        [Value::List(items)] => number(items.len()),
        [Value::Map(map)] => number(map.len()),
        _ => None,
    }
}

/// What `string()` makes of a value; nothing where it takes no such value.
pub(crate) fn to_text(value: &Value) -> Option<Result<Arc<str>, EvalError>> {
    let text = match value {
        Value::String(s) => return Some(Ok(s.clone())),
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Uint(u) => u.to_string(),
        Value::Double(d) => double_text(*d),
        Value::Bytes(b) => match std::str::from_utf8(b) {
            Ok(s) => s.to_owned(),
            Err(_) => {
                return Some(Err(EvalError::new(
                    "invalid UTF-8 in bytes, cannot convert to string",
                )));
            }
        },
        Value::Timestamp(t) => time::timestamp_text(t),
        Value::Duration(d) => time::duration_text(d),
        Value::Ip(ip) => ip.to_string(),
        Value::Cidr(cidr) => cidr.to_string(),
        _ => return None,
    };
    Some(Ok(Arc::from(text)))
}

fn int(args: &[Value]) -> Found {
    let value = match args {
        [Value::Int(i)] => Some(*i),
        [Value::Uint(u)] => i64::try_from(*u).ok(),
        // The bounds themselves are not exact as doubles: neither is taken.
        [Value::Double(d)] => {
            let bound = 9_223_372_036_854_775_807_f64;
            (*d > -bound && *d < bound).then(|| d.trunc() as i64)
        }
        [Value::String(s)] => match s.parse() {
            Ok(i) => Some(i),
            Err(_) => return failed("type conversion error from 'string' to 'int'"),
        },
        [Value::Timestamp(t)] => Some(t.timestamp()),
        [Value::Duration(d)] => d.num_nanoseconds(),
        _ => return None,
    };
    Some(
        value
            .map(Value::Int)
            .ok_or_else(|| EvalError::new("integer overflow")),
    )
}

fn uint(args: &[Value]) -> Found {
    let value = match args {
        [Value::Uint(u)] => Some(*u),
        [Value::Int(i)] => u64::try_from(*i).ok(),
        [Value::Double(d)] => {
            (*d >= 0.0 && *d < 18_446_744_073_709_551_615_f64).then(|| d.trunc() as u64)
        }
        [Value::String(s)] => match s.parse() {
            Ok(u) => Some(u),
            Err(_) => return failed("type conversion error from 'string' to 'uint'"),
        },
        _ => return None,
    };
    Some(
        value
            .map(Value::Uint)
            .ok_or_else(|| EvalError::new("unsigned integer overflow")),
    )
}

fn double(args: &[Value]) -> Found {
    let value = match args {
        [Value::Double(d)] => *d,
        [Value::Int(i)] => *i as f64,
        [Value::Uint(u)] => *u as f64,
        [Value::String(s)] => match s.parse() {
            Ok(d) => d,
            Err(_) => return failed("type conversion error from 'string' to 'double'"),
        },
        _ => return None,
    };
    Some(Ok(Value::Double(value)))
}
