//! Strings, by characters where OPA counts characters.

mod affix;
mod case;
mod replace;
mod search;

use alloc::{string::String, vec::Vec};

pub(super) use self::case::lower_char;
use super::{
    BuiltinError, ErrorKind, Outcome, Table,
    operand::{self, all_text, array, at, int, list, plain_int, text, truncated, wrong},
    rego_text,
};
use crate::{Heap, Kind, Value};

pub(super) const TABLE: Table = &[
    ("concat", concat),
    ("contains", search::contains),
    ("endswith", search::endswith),
    ("format_int", format_int),
    ("indexof", search::indexof),
    ("indexof_n", search::indexof_n),
    ("internal.template_string", template_string),
    ("lower", case::lower),
    ("replace", replace::replace),
    ("split", split),
    ("startswith", search::startswith),
    ("strings.any_prefix_match", affix::any_prefix_match),
    ("strings.any_suffix_match", affix::any_suffix_match),
    ("strings.count", search::count),
    ("strings.replace_n", replace::replace_n),
    ("strings.reverse", reverse),
    ("strings.split_n", split_n),
    ("substring", substring),
    ("trim", |h, a| {
        trimmed(h, a, |s, set| s.trim_matches(|c| set.contains(c)))
    }),
    ("trim_left", |h, a| {
        trimmed(h, a, |s, set| s.trim_start_matches(|c| set.contains(c)))
    }),
    ("trim_prefix", |h, a| {
        trimmed(h, a, |s, prefix| s.strip_prefix(prefix).unwrap_or(s))
    }),
    ("trim_right", |h, a| {
        trimmed(h, a, |s, set| s.trim_end_matches(|c| set.contains(c)))
    }),
    ("trim_space", trim_space),
    ("trim_suffix", |h, a| {
        trimmed(h, a, |s, suffix| s.strip_suffix(suffix).unwrap_or(s))
    }),
    ("upper", case::upper),
];

/// Puts a result on the heap; the operand itself where nothing changed.
fn changed(heap: &mut Heap<'_>, operand: Value, result: &str) -> Value {
    if heap.text(operand) == result {
        operand
    } else {
        heap.string(result)
    }
}

fn trimmed(
    heap: &mut Heap<'_>,
    args: &[Value],
    trim: for<'s> fn(&'s str, &str) -> &'s str,
) -> Outcome {
    let s = text(heap, args, 1)?;
    let rest = trim(s, text(heap, args, 2)?);
    if rest.len() == s.len() {
        return Ok(at(args, 1));
    }
    let rest = String::from(rest);
    Ok(heap.string(&rest))
}

fn trim_space(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let rest = String::from(text(heap, args, 1)?.trim());
    Ok(changed(heap, at(args, 1), &rest))
}

fn concat(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let glue = String::from(text(heap, args, 1)?);
    let items = list(heap, args, 2, &["set", "array"])?;
    all_text(heap, 2, at(args, 2), &items)?;
    let mut out = String::new();
    for (i, v) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(&glue);
        }
        out.push_str(heap.text(*v));
    }
    Ok(heap.string(&out))
}

/// The parts of a string between delimiters; its characters where the delimiter is empty.
fn parts<'s>(s: &'s str, delimiter: &str) -> Vec<&'s str> {
    if delimiter.is_empty() {
        let mut ends = s.char_indices().map(|(i, c)| s.get(i..i + c.len_utf8()));
        return ends.by_ref().flatten().collect();
    }
    s.split(delimiter).collect()
}

fn strings(heap: &mut Heap<'_>, parts: &[String]) -> Value {
    let out = heap.array_new(u32::try_from(parts.len()).unwrap_or(0));
    for part in parts {
        let v = heap.string(part);
        heap.array_push(out, v);
    }
    out
}

fn split(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let s = text(heap, args, 1)?;
    let parts = parts(s, text(heap, args, 2)?);
    let parts: Vec<String> = parts.into_iter().map(String::from).collect();
    Ok(strings(heap, &parts))
}

fn split_n(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let s = text(heap, args, 1)?;
    let delimiter = text(heap, args, 2)?;
    let n = int(heap, args, 3)?;
    let parts = parts(s, delimiter);
    let count = usize::try_from(n.unsigned_abs())
        .unwrap_or(usize::MAX)
        .min(parts.len());
    let chosen = if n >= 0 {
        parts.get(..count)
    } else {
        parts.get(parts.len() - count..)
    };
    let chosen: Vec<String> = chosen
        .unwrap_or(&[])
        .iter()
        .map(|s| String::from(*s))
        .collect();
    Ok(strings(heap, &chosen))
}

fn substring(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let s = text(heap, args, 1)?;
    let start = int(heap, args, 2)?;
    let length = int(heap, args, 3)?;
    if start < 0 {
        return Err(BuiltinError::failed("negative offset"));
    }
    // In the guest, `usize` has 32 bits: an offset may be larger than any.
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let from = s.char_indices().nth(start).map_or(s.len(), |(i, _)| i);
    let rest = s.get(from..).unwrap_or("");
    let to = rest
        .char_indices()
        .nth(length)
        .map_or(rest.len(), |(i, _)| i);
    let part = String::from(rest.get(..to).unwrap_or(""));
    Ok(changed(heap, at(args, 1), &part))
}

fn reverse(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let reversed: String = text(heap, args, 1)?.chars().rev().collect();
    Ok(heap.string(&reversed))
}

fn format_int(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let n = operand::number(heap, args, 1)?;
    let base = operand::number(heap, args, 2)?;
    let radix = match heap.number_text(base).as_str() {
        "2" => 2,
        "8" => 8,
        "10" => 10,
        "16" => 16,
        _ => return Err(wrong(2, "must be one of {2, 8, 10, 16}")),
    };
    let out = match plain_int(heap, n) {
        Some(n) if radix == 10 => alloc::format!("{n}"),
        _ => truncated(&heap.number_text(n)).to_str_radix(radix),
    };
    Ok(heap.string(&out))
}

/// `$"…{x}…"`: each part is a scalar, or a set of the one value that an expression has, or of none.
fn template_string(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let parts = array(heap, args, 1)?;
    let mut out = String::new();
    for part in heap.items(parts) {
        let value = match heap.kind(part) {
            Kind::Set => match heap.items(part).as_slice() {
                [] => Value::UNDEFINED,
                [one] => *one,
                _ => {
                    return Err(BuiltinError::failed(
                        "template-strings must not produce multiple outputs",
                    ));
                }
            },
            Kind::Array | Kind::Object => {
                return Err(BuiltinError {
                    kind: ErrorKind::Builtin,
                    message: alloc::format!("illegal argument type: {}", heap.kind(part).name()),
                });
            }
            _ => part,
        };
        out.push_str(&rego_text::plain(heap, value));
    }
    Ok(heap.string(&out))
}
