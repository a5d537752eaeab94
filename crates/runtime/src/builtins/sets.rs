//! `and`, `or`, `intersection`, `union`, the deprecated `set_diff`. `minus` is among the numbers.

use alloc::vec::Vec;

use super::{BuiltinError, Outcome, Table, operand::set};
use crate::{Heap, Value};

pub(super) const TABLE: Table = &[
    ("and", and),
    ("intersection", intersection),
    ("or", or),
    ("set_diff", set_diff),
    ("union", union),
];

fn and(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let a = set(heap, args, 1)?;
    let b = set(heap, args, 2)?;
    Ok(intersect(heap, a, b))
}

fn or(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let a = set(heap, args, 1)?;
    let b = set(heap, args, 2)?;
    if heap.len(a) == 0 {
        return Ok(b);
    }
    if heap.len(b) == 0 {
        return Ok(a);
    }
    let mut members = heap.items(a);
    members.extend(heap.items(b));
    Ok(heap.set(&members))
}

fn set_diff(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let a = set(heap, args, 1)?;
    let b = set(heap, args, 2)?;
    Ok(difference(heap, a, b))
}

fn intersect(heap: &mut Heap<'_>, a: Value, b: Value) -> Value {
    let (small, large) = if heap.len(a) <= heap.len(b) {
        (a, b)
    } else {
        (b, a)
    };
    let mut members = heap.items(small);
    members.retain(|v| heap.set_contains(large, *v));
    heap.set(&members)
}

/// The members of `a` that `b` has not.
pub(super) fn difference(heap: &mut Heap<'_>, a: Value, b: Value) -> Value {
    let mut members = heap.items(a);
    members.retain(|v| !heap.set_contains(b, *v));
    heap.set(&members)
}

/// The sets in a set.
fn members(heap: &mut Heap<'_>, args: &[Value]) -> Result<Vec<Value>, BuiltinError> {
    let outer = set(heap, args, 1)?;
    let inner = heap.items(outer);
    for v in &inner {
        set(heap, &[*v], 1)?;
    }
    Ok(inner)
}

fn intersection(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let mut sets = members(heap, args)?.into_iter();
    let Some(mut result) = sets.next() else {
        return Ok(heap.set_new());
    };
    for next in sets {
        result = intersect(heap, result, next);
    }
    Ok(result)
}

fn union(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let sets = members(heap, args)?;
    let mut all = Vec::new();
    for s in sets {
        all.extend(heap.items(s));
    }
    Ok(heap.set(&all))
}
