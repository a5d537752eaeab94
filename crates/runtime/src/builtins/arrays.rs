//! `array.concat`, `array.flatten`, `array.reverse`, `array.slice`.

use alloc::vec::Vec;

use super::{
    Outcome, Table,
    operand::{array, int},
};
use crate::{Heap, Kind, Value};

pub(super) const TABLE: Table = &[
    ("array.concat", concat),
    ("array.flatten", flatten),
    ("array.reverse", reverse),
    ("array.slice", slice),
];

fn concat(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let a = array(heap, args, 1)?;
    let b = array(heap, args, 2)?;
    if heap.len(a) == 0 {
        return Ok(b);
    }
    if heap.len(b) == 0 {
        return Ok(a);
    }
    let mut items = heap.items(a);
    items.extend(heap.items(b));
    Ok(heap.array(&items))
}

fn flatten(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let a = array(heap, args, 1)?;
    let items = heap.items(a);
    if !items.iter().any(|v| heap.kind(*v) == Kind::Array) {
        return Ok(a);
    }
    let mut flat = Vec::with_capacity(items.len());
    for v in items {
        if heap.kind(v) == Kind::Array {
            flat.extend(heap.items(v));
        } else {
            flat.push(v);
        }
    }
    Ok(heap.array(&flat))
}

fn reverse(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let a = array(heap, args, 1)?;
    let mut items = heap.items(a);
    items.reverse();
    Ok(heap.array(&items))
}

fn slice(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let a = array(heap, args, 1)?;
    let start = int(heap, args, 2)?;
    let stop = int(heap, args, 3)?;
    let len = i64::from(heap.len(a));
    let stop = stop.clamp(0, len);
    let start = start.clamp(0, stop);
    if start == 0 && stop == len {
        return Ok(a);
    }
    let items = heap.items(a);
    let range = usize::try_from(start).unwrap_or(0)..usize::try_from(stop).unwrap_or(0);
    Ok(heap.array(items.get(range).unwrap_or(&[])))
}
