//! `strings.any_prefix_match` and `strings.any_suffix_match`.

use alloc::{vec, vec::Vec};

use super::super::{
    BuiltinError, Outcome,
    operand::{all_text, at, type_error},
};
use crate::{Heap, Kind, Value};

pub(super) fn any_prefix_match(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    any_match(heap, args, |s, affix| s.starts_with(affix))
}

pub(super) fn any_suffix_match(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    any_match(heap, args, |s, affix| s.ends_with(affix))
}

fn any_match(heap: &mut Heap<'_>, args: &[Value], fits: fn(&str, &str) -> bool) -> Outcome {
    let strings = operand(heap, args, 1)?;
    let affixes = operand(heap, args, 2)?;
    let found = strings.iter().any(|s| {
        let s = heap.text(*s);
        affixes.iter().any(|affix| fits(s, heap.text(*affix)))
    });
    Ok(Value::boolean(found))
}

/// One string, or many in an array or a set.
fn operand(
    heap: &mut Heap<'_>,
    args: &[Value],
    position: usize,
) -> Result<Vec<Value>, BuiltinError> {
    let v = at(args, position);
    match heap.kind(v) {
        Kind::String => Ok(vec![v]),
        Kind::Array | Kind::Set => {
            let items = heap.items(v);
            all_text(heap, position, v, &items)?;
            Ok(items)
        }
        _ => Err(type_error(heap, position, v, &["string", "set", "array"])),
    }
}
