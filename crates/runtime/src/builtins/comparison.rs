//! `equal`, `neq`, `lt`, `lte`, `gt`, `gte`, and membership (`in`).

use super::{Outcome, Table, operand::at};
use crate::{Heap, Kind, Value};

pub(super) const TABLE: Table = &[
    ("equal", equal),
    ("gt", |h, a| {
        Ok(Value::boolean(h.compare(at(a, 1), at(a, 2)).is_gt()))
    }),
    ("gte", |h, a| {
        Ok(Value::boolean(h.compare(at(a, 1), at(a, 2)).is_ge()))
    }),
    ("internal.member_2", member),
    ("internal.member_3", member_at),
    ("lt", |h, a| {
        Ok(Value::boolean(h.compare(at(a, 1), at(a, 2)).is_lt()))
    }),
    ("lte", |h, a| {
        Ok(Value::boolean(h.compare(at(a, 1), at(a, 2)).is_le()))
    }),
    ("neq", |h, a| {
        Ok(Value::boolean(!h.equal(at(a, 1), at(a, 2))))
    }),
];

fn equal(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    Ok(Value::boolean(heap.equal(at(args, 1), at(args, 2))))
}

/// `x in xs`: a set's member, an array's item or an object's value.
fn member(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let (x, xs) = (at(args, 1), at(args, 2));
    let found = match heap.kind(xs) {
        Kind::Set => heap.set_contains(xs, x),
        Kind::Array => (0..heap.len(xs)).any(|i| heap.equal(heap.item(xs, i), x)),
        Kind::Object => (0..heap.len(xs)).any(|i| heap.equal(heap.entry(xs, i).1, x)),
        _ => false,
    };
    Ok(Value::boolean(found))
}

/// `k, v in xs`.
fn member_at(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let (k, v, xs) = (at(args, 1), at(args, 2), at(args, 3));
    let found = match heap.kind(xs) {
        Kind::Set => heap.set_contains(xs, k) && heap.equal(k, v),
        Kind::Array | Kind::Object => {
            let there = heap.dot(xs, k);
            there.is_defined() && heap.equal(there, v)
        }
        _ => false,
    };
    Ok(Value::boolean(found))
}
