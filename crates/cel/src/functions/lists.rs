//! Functions of lists.

use std::cmp::Ordering;

use super::{Found, Function, Words, failed, number, truth};
use crate::error::EvalError;
use crate::eval::{Budget, with_room};
use crate::node::Operator;
use crate::ops;
use crate::value::Value;

/// The longest list of `lists.range`.
const MAX_RANGE: i64 = 1_000_000;

pub(super) static TABLE: &[Function] = &[
    Function::member("isSorted", 1, |args, _| match args {
        [Value::List(items)] => {
            let pairs = items.iter().zip(items.iter().skip(1));
            for (a, b) in pairs {
                match ops::compare(a, b) {
                    Ok(Ordering::Greater) => return truth(false),
                    Ok(_) => {}
                    Err(error) => return Some(Err(error)),
                }
            }
            truth(true)
        }
        _ => None,
    }),
    Function::member("sum", 1, |args, budget| match args {
        [Value::List(items)] => sum(items, budget),
        _ => None,
    }),
    Function::member("min", 1, |args, _| extreme(args, "min", Ordering::Less)),
    Function::member("max", 1, |args, _| extreme(args, "max", Ordering::Greater)),
    Function::member("slice", 3, |args, _| slice(args)),
    Function::member("distinct", 1, |args, budget| match args {
        [Value::List(items)] => Some(distinct(items, budget)),
        _ => None,
    }),
    Function::member("flatten", 1, |args, budget| match args {
        [Value::List(items)] => Some(flatten(items, 1, budget)),
        _ => None,
    }),
    Function::member("flatten", 2, |args, budget| match args {
        [Value::List(_), Value::Int(depth)] if *depth < 0 => failed("level must be non-negative"),
        [Value::List(items), Value::Int(depth)] => Some(flatten(items, *depth, budget)),
        _ => None,
    }),
    Function::member("sort", 1, |args, _| match args {
        [Value::List(items)] => {
            let keyed = items.iter().map(|item| (item.clone(), item.clone()));
            Some(ops::sorted_by(keyed.collect()))
        }
        _ => None,
    })
    .words(Words::Name),
    Function::global("lists.range", 1, |args, budget| match args {
        [Value::Int(n)] if *n < 0 => {
            failed(format!("lists.range: size must be non-negative, got {n}"))
        }
        [Value::Int(n)] if *n > MAX_RANGE => failed(format!(
            "lists.range: size {n} exceeds maximum allowed ({MAX_RANGE})"
        )),
        [Value::Int(n)] => {
            if let Err(error) = budget.spend(n.unsigned_abs()) {
                return Some(Err(error));
            }
            Some(Ok(Value::from((0..*n).map(Value::Int).collect::<Vec<_>>())))
        }
        _ => None,
    }),
];

fn sum(items: &[Value], budget: &Budget) -> Found {
    let Some((first, rest)) = items.split_first() else {
        return number(0);
    };
    if !matches!(
        first,
        Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::Duration(_)
    ) {
        return None;
    }
    Some(rest.iter().try_fold(first.clone(), |total, item| {
        ops::binary(Operator::Add, &total, item, budget)
    }))
}

fn extreme(args: &[Value], name: &str, wanted: Ordering) -> Found {
    let [Value::List(items)] = args else {
        return None;
    };
    let mut items = items.iter();
    let Some(mut best) = items.next() else {
        return failed(format!("{name} called on empty list"));
    };
    for item in items {
        match ops::compare(item, best) {
            Ok(order) if order == wanted => best = item,
            Ok(_) => {}
            Err(error) => return Some(Err(error)),
        }
    }
    Some(Ok(best.clone()))
}

fn position<'v>(
    mut items: impl Iterator<Item = (usize, &'v Value)>,
    wanted: &Value,
    budget: &Budget,
) -> Found {
    let found = items.find_map(|(at, item)| match ops::equal(item, wanted, budget) {
        Ok(true) => Some(Ok(at)),
        Ok(false) => None,
        Err(error) => Some(Err(error)),
    });
    match found {
        Some(Ok(at)) => number(at),
        Some(Err(error)) => Some(Err(error)),
        None => Some(Ok(Value::Int(-1))),
    }
}

pub(super) fn index_of(args: &[Value], budget: &Budget) -> Found {
    match args {
        [Value::List(items), wanted] => position(items.iter().enumerate(), wanted, budget),
        _ => None,
    }
}

pub(super) fn last_index_of(args: &[Value], budget: &Budget) -> Found {
    match args {
        [Value::List(items), wanted] => position(items.iter().enumerate().rev(), wanted, budget),
        _ => None,
    }
}

pub(super) fn reverse(args: &[Value], _: &Budget) -> Found {
    match args {
        [Value::List(items)] => Some(Ok(Value::from(
            items.iter().rev().cloned().collect::<Vec<_>>(),
        ))),
        _ => None,
    }
}

fn slice(args: &[Value]) -> Found {
    let [Value::List(items), Value::Int(from), Value::Int(to)] = args else {
        return None;
    };
    let cannot = |why: String| failed(format!("cannot slice({from}, {to}), {why}"));
    let (Ok(start), Ok(end)) = (usize::try_from(*from), usize::try_from(*to)) else {
        return cannot("negative indexes not supported".to_owned());
    };
    if start > end {
        return cannot("start index must be less than or equal to end index".to_owned());
    }
    match items.get(start..end) {
        Some(part) => Some(Ok(Value::from(part.to_vec()))),
        None => cannot(format!("list is length {}", items.len())),
    }
}

fn distinct(items: &[Value], budget: &Budget) -> Result<Value, EvalError> {
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        let mut known = false;
        for other in &kept {
            if ops::equal(item, other, budget)? {
                known = true;
                break;
            }
        }
        if !known {
            kept.push(item.clone());
        }
    }
    Ok(Value::from(kept))
}

fn flatten(items: &[Value], depth: i64, budget: &Budget) -> Result<Value, EvalError> {
    fn into(
        items: &[Value],
        depth: i64,
        out: &mut Vec<Value>,
        budget: &Budget,
    ) -> Result<(), EvalError> {
        budget.spend_for(items.len())?;
        for item in items {
            match item {
                Value::List(inner) if depth > 0 => {
                    with_room(|| into(inner, depth - 1, out, budget))?;
                }
                other => out.push(other.clone()),
            }
        }
        Ok(())
    }
    let mut flat = Vec::new();
    into(items, depth, &mut flat, budget)?;
    Ok(Value::from(flat))
}
