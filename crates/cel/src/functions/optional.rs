//! `optional.*`, and what an optional value can do. `or` and `orValue` are nodes: they do not evaluate all arguments.

use super::{Found, Function, failed, shared, truth};
use crate::value::Value;

pub(super) static TABLE: &[Function] = &[
    Function::global("optional.of", 1, |args, _| some(args.first()?.clone())),
    Function::global("optional.none", 0, |_, _| Some(Ok(Value::Optional(None)))),
    Function::global("optional.ofNonZeroValue", 1, |args, _| {
        match args.first()? {
            v if is_zero(v) => Some(Ok(Value::Optional(None))),
            v => some(v.clone()),
        }
    }),
    Function::member("hasValue", 1, |args, _| match args {
        [Value::Optional(v)] => truth(v.is_some()),
        _ => None,
    }),
    Function::member("value", 1, |args, _| match args {
        [Value::Optional(Some(v))] => Some(Ok(Value::clone(v))),
        [Value::Optional(None)] => failed("optional.none() dereference"),
        _ => None,
    }),
];

fn some(value: Value) -> Found {
    Some(Ok(Value::Optional(Some(shared(value)))))
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Optional(None) => true,
        Value::Bool(b) => !b,
        Value::Int(i) => *i == 0,
        Value::Uint(u) => *u == 0,
        Value::Double(d) => *d == 0.0,
        Value::String(s) => s.is_empty(),
        Value::Bytes(b) => b.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Duration(d) => d.is_zero(),
        _ => false,
    }
}
