//! Upper and lower case, one character for one, as Go maps them.

use alloc::string::String;

use super::super::{
    Outcome,
    operand::{at, text},
};
use super::changed;
use crate::{Heap, Value};

pub(super) fn lower(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let s = text(heap, args, 1)?;
    let out: String = if s.is_ascii() {
        s.to_ascii_lowercase()
    } else {
        s.chars().map(lower_char).collect()
    };
    Ok(changed(heap, at(args, 1), &out))
}

pub(super) fn upper(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let s = text(heap, args, 1)?;
    let out: String = if s.is_ascii() {
        s.to_ascii_uppercase()
    } else {
        s.chars().map(upper_char).collect()
    };
    Ok(changed(heap, at(args, 1), &out))
}

/// The one character of a mapping, or `None` where it has several.
fn single(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next();
    if mapped.next().is_none() { first } else { None }
}

pub(in crate::builtins) fn lower_char(c: char) -> char {
    // The dotted capital I is the only one that the full mapping makes two characters of.
    single(c.to_lowercase()).unwrap_or(if c == '\u{130}' { 'i' } else { c })
}

fn upper_char(c: char) -> char {
    single(c.to_uppercase()).unwrap_or_else(|| simple_upper(c))
}

/// The simple mapping of those that the full mapping makes several characters of.
fn simple_upper(c: char) -> char {
    let shift = match c {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => 8,
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => 9,
        _ => 0,
    };
    char::from_u32(c as u32 + shift).unwrap_or(c)
}
