//! `count`, `sum`, `product`, `max`, `min`, `sort`, and the deprecated `all` and `any`.

use core::cmp::Ordering;

use alloc::vec::Vec;

use num_bigint::BigInt;

use super::{
    BuiltinError, Outcome, Table,
    operand::{at, big_of, element_error, from_big, list, type_error},
};
use crate::{Heap, Kind, Value, value::number};

pub(super) const TABLE: Table = &[
    ("all", all),
    ("any", any),
    ("count", count),
    ("max", max),
    ("min", min),
    ("product", product),
    ("sort", sort),
    ("sum", sum),
];

fn count(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let v = at(args, 1);
    let n = match heap.kind(v) {
        Kind::Array | Kind::Object | Kind::Set => i64::from(heap.len(v)),
        Kind::String => i64::try_from(heap.text(v).chars().count()).unwrap_or(i64::MAX),
        _ => {
            return Err(type_error(
                heap,
                1,
                v,
                &["array", "object", "set", "string"],
            ));
        }
    };
    Ok(heap.integer(n))
}

/// The numbers of the first operand.
fn numbers(heap: &mut Heap<'_>, args: &[Value]) -> Result<Vec<Value>, BuiltinError> {
    let items = list(heap, args, 1, &["set", "array"])?;
    match items.iter().find(|v| heap.kind(**v) != Kind::Number) {
        None => Ok(items),
        Some(v) => Err(element_error(heap, 1, at(args, 1), *v, "number")),
    }
}

fn sum(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let items = numbers(heap, args)?;
    let mut total = 0i64;
    let small = items.iter().all(|v| {
        let next = heap.as_i64(*v).and_then(|n| total.checked_add(n));
        total = next.unwrap_or(total);
        next.is_some()
    });
    if small {
        return Ok(heap.integer(total));
    }
    if let Some(n) = exact(heap, &items, BigInt::from(0), |a, b| a + b) {
        return Ok(n);
    }
    let mut acc = Value::small(0).unwrap_or_default();
    for v in items {
        acc = number::add(heap, acc, v).unwrap_or(Value::UNDEFINED);
    }
    Ok(acc)
}

fn product(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let items = numbers(heap, args)?;
    let mut total = 1i64;
    let small = items.iter().all(|v| {
        let next = heap.as_i64(*v).and_then(|n| total.checked_mul(n));
        total = next.unwrap_or(total);
        next.is_some()
    });
    if small {
        return Ok(heap.integer(total));
    }
    if let Some(n) = exact(heap, &items, BigInt::from(1), |a, b| a * b) {
        return Ok(n);
    }
    // OPA rounds each product of fractions to a double, unlike `*`.
    let mut acc = heap.integer(1);
    for v in items {
        acc = number::mul(heap, acc, v).unwrap_or(Value::UNDEFINED);
        let rounded = heap.as_f64(acc);
        acc = rounded
            .and_then(|f| super::float::to_value(heap, f))
            .unwrap_or(acc);
    }
    Ok(acc)
}

/// Folds integers of any size; nothing where one is not an integer.
fn exact(
    heap: &mut Heap<'_>,
    items: &[Value],
    init: BigInt,
    op: impl Fn(BigInt, BigInt) -> BigInt,
) -> Option<Value> {
    let mut acc = init;
    for v in items {
        acc = op(acc, big_of(heap, *v)?);
    }
    Some(from_big(heap, &acc))
}

fn max(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    extreme(heap, args, Ordering::Less)
}

fn min(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    extreme(heap, args, Ordering::Greater)
}

/// The item that no other one follows; `replaced` is how the best so far compares to a better one.
fn extreme(heap: &mut Heap<'_>, args: &[Value], replaced: Ordering) -> Outcome {
    let items = list(heap, args, 1, &["set", "array"])?;
    let mut best = Value::UNDEFINED;
    for v in items {
        if !best.is_defined() || heap.compare(best, v) == replaced {
            best = v;
        }
    }
    Ok(best)
}

fn sort(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let mut items = list(heap, args, 1, &["set", "array"])?;
    if heap.kind(at(args, 1)) == Kind::Array {
        items.sort_by(|a, b| heap.compare(*a, *b));
    }
    Ok(heap.array(&items))
}

fn all(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let items = list(heap, args, 1, &["array", "set"])?;
    Ok(Value::boolean(items.iter().all(|v| *v == Value::TRUE)))
}

fn any(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let items = list(heap, args, 1, &["array", "set"])?;
    Ok(Value::boolean(items.contains(&Value::TRUE)))
}
