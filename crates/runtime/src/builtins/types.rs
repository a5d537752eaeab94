//! `is_*`, `type_name`, and the deprecated `cast_*`.

use super::{
    Outcome, Table,
    operand::{at, list, of_kind},
};
use crate::{Heap, Kind, Value};

pub(super) const TABLE: Table = &[
    ("cast_array", cast_array),
    ("cast_boolean", |h, a| of_kind(h, a, 1, Kind::Boolean)),
    ("cast_null", |h, a| of_kind(h, a, 1, Kind::Null)),
    ("cast_object", |h, a| of_kind(h, a, 1, Kind::Object)),
    ("cast_set", cast_set),
    ("cast_string", |h, a| of_kind(h, a, 1, Kind::String)),
    ("is_array", |h, a| is(h, a, Kind::Array)),
    ("is_boolean", |h, a| is(h, a, Kind::Boolean)),
    ("is_null", |h, a| is(h, a, Kind::Null)),
    ("is_number", |h, a| is(h, a, Kind::Number)),
    ("is_object", |h, a| is(h, a, Kind::Object)),
    ("is_set", |h, a| is(h, a, Kind::Set)),
    ("is_string", |h, a| is(h, a, Kind::String)),
    ("type_name", type_name),
];

fn is(heap: &mut Heap<'_>, args: &[Value], kind: Kind) -> Outcome {
    Ok(Value::boolean(heap.kind(at(args, 1)) == kind))
}

fn type_name(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let name = heap.kind(at(args, 1)).name();
    Ok(heap.string(name))
}

fn cast_array(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let v = at(args, 1);
    let items = list(heap, args, 1, &["array", "set"])?;
    if heap.kind(v) == Kind::Array {
        return Ok(v);
    }
    Ok(heap.array(&items))
}

fn cast_set(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let v = at(args, 1);
    let items = list(heap, args, 1, &["array", "set"])?;
    if heap.kind(v) == Kind::Set {
        return Ok(v);
    }
    Ok(heap.set(&items))
}
