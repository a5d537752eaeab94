//! `replace` and `strings.replace_n`: all patterns at once, the first that fits at a place wins.

use alloc::{string::String, vec::Vec};

use super::super::{
    Outcome,
    operand::{at, object, text, wrong},
};
use super::changed;
use crate::{Heap, Kind, Value};

pub(super) fn replace(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let s = text(heap, args, 1)?;
    let old = text(heap, args, 2)?;
    let new = text(heap, args, 3)?;
    let out = s.replace(old, new);
    Ok(changed(heap, at(args, 1), &out))
}

pub(super) fn replace_n(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let patterns = object(heap, args, 1)?;
    text(heap, args, 2)?;
    let entries = heap.entries(patterns);
    for (k, v) in &entries {
        if heap.kind(*k) != Kind::String {
            return Err(wrong(1, "non-string key found in pattern object"));
        }
        if heap.kind(*v) != Kind::String {
            return Err(wrong(1, "non-string value found in pattern object"));
        }
    }
    let pairs: Vec<(&str, &str)> = entries
        .iter()
        .map(|(k, v)| (heap.text(*k), heap.text(*v)))
        .collect();
    let out = replaced(text(heap, args, 2)?, &pairs);
    Ok(changed(heap, at(args, 2), &out))
}

fn replaced(s: &str, pairs: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(s.len());
    let mut rest = s;
    // An empty pattern fits everywhere, but not twice at one place.
    let mut after_empty = false;
    loop {
        let hit = pairs
            .iter()
            .find(|(old, _)| rest.starts_with(old) && !(after_empty && old.is_empty()));
        if let Some((old, new)) = hit {
            after_empty = old.is_empty();
            out.push_str(new);
            rest = rest.get(old.len()..).unwrap_or("");
            continue;
        }
        after_empty = false;
        let Some(c) = rest.chars().next() else {
            return out;
        };
        out.push(c);
        rest = rest.get(c.len_utf8()..).unwrap_or("");
    }
}
