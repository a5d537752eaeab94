//! `yaml.unmarshal`, `yaml.is_valid`, `yaml.marshal`: YAML by the core schema of 1.2, with merge keys.

mod emit;
mod load;
mod scalar;

use alloc::string::ToString;

use super::{
    Outcome, Table,
    operand::{at, text, text_or_none},
};
use crate::{Heap, Value};

pub(super) const TABLE: Table = &[
    ("yaml.is_valid", is_valid),
    ("yaml.marshal", marshal),
    ("yaml.unmarshal", unmarshal),
];

fn unmarshal(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let source = text(heap, args, 1)?.to_string();
    load::load(heap, &source)
}

fn is_valid(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let Some(source) = text_or_none(heap, args).map(ToString::to_string) else {
        return Ok(Value::FALSE);
    };
    Ok(Value::boolean(load::load(heap, &source).is_ok()))
}

fn marshal(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let out = emit::emit(heap, at(args, 1));
    Ok(heap.string(&out))
}
