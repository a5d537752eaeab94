//! `sets.*`: lists taken as sets.

use super::{Found, Function, truth};
use crate::eval::Budget;
use crate::ops;
use crate::value::Value;

pub(super) static TABLE: &[Function] = &[
    Function::global("sets.contains", 2, |args, budget| match args {
        [Value::List(a), Value::List(_)] => subset(args.get(1)?, a, budget),
        _ => None,
    }),
    Function::global("sets.equivalent", 2, |args, budget| match args {
        [first @ Value::List(a), second @ Value::List(b)] => match subset(second, a, budget)? {
            Ok(Value::Bool(true)) => subset(first, b, budget),
            other => Some(other),
        },
        _ => None,
    }),
    Function::global("sets.intersects", 2, |args, budget| match args {
        [Value::List(a), second @ Value::List(_)] => {
            for item in a.iter() {
                match ops::contains(second, item, budget) {
                    Ok(true) => return truth(true),
                    Ok(false) => {}
                    Err(error) => return Some(Err(error)),
                }
            }
            truth(false)
        }
        _ => None,
    }),
];

/// Whether all of `small` are in `large`.
fn subset(small: &Value, large: &[Value], budget: &Budget) -> Found {
    let Value::List(small) = small else {
        return None;
    };
    let large = Value::from(large.to_vec());
    for item in small.iter() {
        match ops::contains(&large, item, budget) {
            Ok(true) => {}
            Ok(false) => return truth(false),
            Err(error) => return Some(Err(error)),
        }
    }
    truth(true)
}
