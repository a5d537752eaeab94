//! A value to YAML: block style, two spaces a level, keys in natural order.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::cmp::Ordering;

use super::{
    super::{float, rego_text},
    scalar::{Scalar, resolve},
};
use crate::{Heap, Kind, Value, value::MAX_DEPTH};

/// Writes a document.
pub(super) fn emit(heap: &mut Heap<'_>, v: Value) -> String {
    let mut out = String::new();
    node(heap, v, 0, Place::Root, &mut out, 0);
    out
}

/// The longest key that stands before its colon without a mark.
const MAX_KEY: usize = 128;

/// Where a node stands, which decides what comes before its first line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    /// After `key:`.
    Value,
    /// After `-`.
    Item,
}

fn node(heap: &mut Heap<'_>, v: Value, indent: usize, place: Place, out: &mut String, depth: u32) {
    let kind = heap.kind(v);
    let empty = heap.len(v) == 0;
    let block =
        matches!(kind, Kind::Array | Kind::Set | Kind::Object) && !empty && depth <= MAX_DEPTH;
    if !block {
        if place != Place::Root {
            out.push(' ');
        }
        leaf(heap, v, indent, out);
        return;
    }
    let mut first = match place {
        Place::Root => true,
        Place::Item => {
            out.push(' ');
            true
        }
        Place::Value => {
            out.push('\n');
            false
        }
    };
    let mut line = |out: &mut String| {
        if !core::mem::take(&mut first) {
            out.extend(core::iter::repeat_n(' ', indent));
        }
    };
    if kind == Kind::Object {
        for (key, value) in natural(heap, v) {
            line(out);
            // A key that is long or has several lines needs a mark of its own.
            let complex = key.contains('\n') || key.len() > MAX_KEY;
            if complex {
                out.push_str("? ");
            }
            out.push_str(&text(&key, indent + 2));
            if complex {
                if !out.ends_with('\n') {
                    out.push('\n');
                }
                out.extend(core::iter::repeat_n(' ', indent));
            }
            out.push(':');
            node(heap, value, indent + 2, Place::Value, out, depth + 1);
        }
    } else {
        for item in heap.items(v) {
            line(out);
            out.push('-');
            node(heap, item, indent + 2, Place::Item, out, depth + 1);
        }
    }
}

/// A scalar or an empty collection, and the end of its line.
fn leaf(heap: &mut Heap<'_>, v: Value, indent: usize, out: &mut String) {
    match heap.kind(v) {
        Kind::Null | Kind::Undefined => out.push_str("null"),
        Kind::Boolean => out.push_str(if v == Value::TRUE { "true" } else { "false" }),
        Kind::Number => out.push_str(&number(&heap.number_text(v))),
        Kind::String => {
            let s = heap.text(v).to_string();
            out.push_str(&text(&s, indent));
            if s.contains('\n') && out.ends_with('\n') {
                return;
            }
        }
        Kind::Array | Kind::Set => out.push_str("[]"),
        Kind::Object => out.push_str("{}"),
    }
    out.push('\n');
}

/// Numbers go through YAML's own reading: what is no 64-bit integer is a double.
fn number(spelling: &str) -> String {
    match resolve(spelling) {
        Scalar::Integer(n) => n,
        Scalar::Float(f) => float::format(f, 'g', None),
        _ => spelling.to_string(),
    }
}

/// A string, plain or quoted as it needs to be.
fn text(s: &str, indent: usize) -> String {
    let shape = Shape::of(s);
    if s.contains('\n') {
        if shape.special || s.contains(" \n") || s.ends_with(' ') {
            return double_quoted(s);
        }
        return literal(s, indent);
    }
    let plain = matches!(resolve(s), Scalar::Text | Scalar::Merge)
        && !is_base60(s)
        && !is_old_boolean(s)
        && !is_timestamp(s);
    if !plain || shape.special {
        return double_quoted(s);
    }
    if shape.plain {
        return s.to_string();
    }
    // Quotes of one kind may hold spaces at their ends only where they are not next to a line break.
    format!("'{}'", s.replace('\'', "''"))
}

/// What decides how a string may be written.
struct Shape {
    /// It may stand without quotes.
    plain: bool,
    /// It has characters that only an escape shows.
    special: bool,
}

impl Shape {
    fn of(s: &str) -> Shape {
        let mut plain = !(s.starts_with("---") || s.starts_with("..."));
        let mut special = false;
        let chars: Vec<char> = s.chars().collect();
        let mut before_is_space = true;
        for (i, c) in chars.iter().enumerate() {
            let next_is_space = chars
                .get(i + 1)
                .is_none_or(|n| matches!(n, ' ' | '\t' | '\n' | '\r'));
            let indicator = if i == 0 {
                match c {
                    '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\''
                    | '"' | '%' | '@' | '`' => true,
                    '?' | ':' | '-' => next_is_space,
                    _ => false,
                }
            } else {
                match c {
                    ':' => next_is_space,
                    '#' => before_is_space,
                    _ => false,
                }
            };
            plain &= !indicator;
            let shown = *c == '\n' || (*c != '\u{feff}' && is_printable(*c));
            special |= !shown;
            before_is_space = matches!(c, ' ' | '\t' | '\n' | '\r');
        }
        plain &= !(s.starts_with(' ') || s.ends_with(' ') || s.contains('\n'));
        Shape { plain, special }
    }
}

const fn is_printable(c: char) -> bool {
    matches!(c, '\u{20}'..='\u{7e}' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && c != '\u{feff}'
}

fn literal(s: &str, indent: usize) -> String {
    let mut out = String::from("|");
    if s.starts_with([' ', '\n']) {
        out.push('2');
    }
    if !s.ends_with('\n') {
        out.push('-');
    } else if s.ends_with("\n\n") || s == "\n" {
        out.push('+');
    }
    for line in s.strip_suffix('\n').unwrap_or(s).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.extend(core::iter::repeat_n(' ', indent.max(2)));
            out.push_str(line);
        }
    }
    out.push('\n');
    out
}

fn double_quoted(s: &str) -> String {
    let mut out = String::from("\"");
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{a0}' => out.push_str("\\_"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            c if is_printable(c) => out.push(c),
            c if c <= '\u{ff}' => out.push_str(&format!("\\x{:02X}", c as u32)),
            c if c <= '\u{ffff}' => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push_str(&format!("\\U{:08X}", c as u32)),
        }
    }
    out.push('"');
    out
}

/// `12:30:45`, a number to base 60 in YAML 1.1.
fn is_base60(s: &str) -> bool {
    let unsigned = s.strip_prefix(['+', '-']).unwrap_or(s);
    let mut parts = unsigned.split(':');
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let first = parts.next().unwrap_or("");
    let rest: Vec<&str> = parts.collect();
    let minute = |t: &str| {
        let whole = t.split('.').next().unwrap_or("");
        matches!(whole.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
            && t.bytes().all(|b| b.is_ascii_digit() || b"._".contains(&b))
    };
    first.starts_with(|c: char| c.is_ascii_digit())
        && digits(first)
        && !rest.is_empty()
        && rest.iter().all(|t| minute(t))
}

fn is_old_boolean(s: &str) -> bool {
    matches!(
        s,
        "y" | "Y"
            | "yes"
            | "Yes"
            | "YES"
            | "on"
            | "On"
            | "ON"
            | "n"
            | "N"
            | "no"
            | "No"
            | "NO"
            | "off"
            | "Off"
            | "OFF"
    )
}

/// `2006-01-02`, alone or before a time.
fn is_timestamp(s: &str) -> bool {
    let Some((date, time)) = s.split_at_checked(10) else {
        return false;
    };
    let shape = |text: &str, pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(b, p)| {
                if p == b'0' {
                    b.is_ascii_digit()
                } else {
                    b == p
                }
            })
    };
    let time = time.strip_prefix(['T', 't', ' ']).unwrap_or(time);
    let clock = time.get(..8).unwrap_or("");
    shape(date, "0000-00-00") && (time.is_empty() || shape(clock, "00:00:00"))
}

/// An object's entries with their keys as text, in the order that people sort numbered names in.
fn natural(heap: &mut Heap<'_>, v: Value) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    for (k, v) in heap.entries(v) {
        out.push((rego_text::plain(heap, k), v));
    }
    out.sort_by(|a, b| natural_order(&a.0, &b.0));
    out
}

fn natural_order(a: &str, b: &str) -> Ordering {
    let left: Vec<char> = a.chars().collect();
    let right: Vec<char> = b.chars().collect();
    let mut digits = false;
    for (i, (x, y)) in left.iter().zip(&right).enumerate() {
        if x == y {
            digits = x.is_numeric();
            continue;
        }
        match (x.is_alphabetic(), y.is_alphabetic()) {
            (true, true) => return x.cmp(y),
            (true, false) => {
                return if digits {
                    Ordering::Less
                } else {
                    Ordering::Greater
                };
            }
            (false, true) => {
                return if digits {
                    Ordering::Greater
                } else {
                    Ordering::Less
                };
            }
            (false, false) => {}
        }
        // A number that began before the difference counts as a whole where a zero stands at the difference.
        let mut lead = 0;
        if *x == '0' || *y == '0' {
            let before = left.get(..i).unwrap_or(&[]).iter().rev();
            let nonzero = before.take_while(|c| c.is_ascii_digit()).any(|c| *c != '0');
            lead = u64::from(nonzero);
        }
        let (m, m_end) = value(&left, i, lead);
        let (n, n_end) = value(&right, i, lead);
        return m.cmp(&n).then(m_end.cmp(&n_end)).then(x.cmp(y));
    }
    left.len().cmp(&right.len())
}

/// The number at a place, and where it ends.
fn value(chars: &[char], from: usize, lead: u64) -> (u64, usize) {
    let mut n = lead;
    let mut end = from;
    while let Some(d) = chars.get(end).and_then(|c| c.to_digit(10)) {
        n = n.wrapping_mul(10).wrapping_add(u64::from(d));
        end += 1;
    }
    (n, end)
}
