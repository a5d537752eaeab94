//! Finding a string in another.

use alloc::vec::Vec;

use super::super::{BuiltinError, Outcome, operand::text};
use crate::{Heap, Value};

pub(super) fn contains(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let s = text(heap, args, 1)?;
    Ok(Value::boolean(s.contains(text(heap, args, 2)?)))
}

pub(super) fn startswith(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let s = text(heap, args, 1)?;
    Ok(Value::boolean(s.starts_with(text(heap, args, 2)?)))
}

pub(super) fn endswith(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let s = text(heap, args, 1)?;
    Ok(Value::boolean(s.ends_with(text(heap, args, 2)?)))
}

/// How often a string occurs, without overlaps; the empty one before each character and at the end.
pub(super) fn count(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let s = text(heap, args, 1)?;
    let n = s.matches(text(heap, args, 2)?).count();
    Ok(heap.integer(i64::try_from(n).unwrap_or(i64::MAX)))
}

/// The two operands; what is searched for must not be empty.
fn operands<'h>(heap: &'h Heap<'_>, args: &[Value]) -> Result<(&'h str, &'h str), BuiltinError> {
    let s = text(heap, args, 1)?;
    let wanted = text(heap, args, 2)?;
    if wanted.is_empty() {
        return Err(BuiltinError::failed("empty search character"));
    }
    Ok((s, wanted))
}

fn characters(s: &str) -> i64 {
    i64::try_from(s.chars().count()).unwrap_or(i64::MAX)
}

pub(super) fn indexof(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let (s, wanted) = operands(heap, args)?;
    let n = s
        .find(wanted)
        .map_or(-1, |i| characters(s.get(..i).unwrap_or("")));
    Ok(heap.integer(n))
}

/// All places, overlapping ones too.
pub(super) fn indexof_n(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let (s, wanted) = operands(heap, args)?;
    let mut found = Vec::new();
    let (mut from, mut passed) = (0, 0);
    while let Some(i) = s.get(from..).and_then(|rest| rest.find(wanted)) {
        let here = from + i;
        passed += characters(s.get(from..here).unwrap_or(""));
        found.push(passed);
        let step = s.get(here..).and_then(|r| r.chars().next());
        from = here + step.map_or(1, char::len_utf8);
        passed += 1;
    }
    let items: Vec<Value> = found.into_iter().map(|n| heap.integer(n)).collect();
    Ok(heap.array(&items))
}
