//! A value as Rego text: what `sprintf("%v")`, template strings and error messages show.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use crate::{Heap, Kind, Value};

/// What is still to be written, innermost last.
enum Pending {
    Value(Value),
    Text(&'static str),
}

/// A value as text; strings in quotes.
pub(crate) fn write(heap: &mut Heap<'_>, v: Value) -> String {
    let mut out = String::new();
    let mut stack = vec![Pending::Value(v)];
    while let Some(next) = stack.pop() {
        match next {
            Pending::Text(s) => out.push_str(s),
            Pending::Value(v) => write_one(heap, v, &mut out, &mut stack),
        }
    }
    out
}

/// A value as text; a string as it is.
pub(super) fn plain(heap: &mut Heap<'_>, v: Value) -> String {
    if heap.kind(v) == Kind::String {
        heap.text(v).to_string()
    } else {
        write(heap, v)
    }
}

fn write_one(heap: &mut Heap<'_>, v: Value, out: &mut String, stack: &mut Vec<Pending>) {
    match heap.kind(v) {
        Kind::Undefined => out.push_str("<undefined>"),
        Kind::Null => out.push_str("null"),
        Kind::Boolean => out.push_str(if v == Value::TRUE { "true" } else { "false" }),
        Kind::Number => out.push_str(&heap.number_text(v)),
        Kind::String => quote(heap.text(v), out),
        Kind::Array => list(heap.items(v), '[', "]", out, stack),
        Kind::Set if heap.len(v) == 0 => out.push_str("set()"),
        Kind::Set => list(heap.items(v), '{', "}", out, stack),
        Kind::Object => {
            let entries = heap.entries(v);
            out.push('{');
            stack.push(Pending::Text("}"));
            for (i, (k, v)) in entries.into_iter().enumerate().rev() {
                stack.push(Pending::Value(v));
                stack.push(Pending::Text(": "));
                stack.push(Pending::Value(k));
                if i > 0 {
                    stack.push(Pending::Text(", "));
                }
            }
        }
    }
}

fn list(
    items: Vec<Value>,
    open: char,
    close: &'static str,
    out: &mut String,
    stack: &mut Vec<Pending>,
) {
    out.push(open);
    stack.push(Pending::Text(close));
    for (i, v) in items.into_iter().enumerate().rev() {
        stack.push(Pending::Value(v));
        if i > 0 {
            stack.push(Pending::Text(", "));
        }
    }
}

/// A string in double quotes, with Go's escapes.
pub(super) fn quote(s: &str, out: &mut String) {
    out.push('"');
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            _ => escape(c, out),
        }
    }
    out.push('"');
}

/// A string in double quotes, with Go's escapes.
#[must_use]
pub fn quoted(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    quote(s, &mut out);
    out
}

/// One character inside quotes, the quote itself excepted.
pub(super) fn escape(c: char, out: &mut String) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        c if is_print(c) => out.push(c),
        c if c < '\u{80}' => out.push_str(&format!("\\x{:02x}", c as u32)),
        c if c < '\u{10000}' => out.push_str(&format!("\\u{:04x}", c as u32)),
        c => out.push_str(&format!("\\U{:08x}", c as u32)),
    }
}

/// Whether Go prints a character as it is: letters, marks, numbers, punctuation, symbols and the ASCII space.
pub(super) fn is_print(c: char) -> bool {
    if c.is_ascii() {
        return (' '..='~').contains(&c);
    }
    // The standard library knows which characters are printable, and shows it only through the escapes of a
    // string. A character after another is escaped just where it is not printable.
    let mut buffer = [0; 5];
    let (head, tail) = buffer.split_at_mut(1);
    head.copy_from_slice(b"a");
    let n = 1 + c.encode_utf8(tail).len();
    let text = buffer.get(..n).and_then(|b| core::str::from_utf8(b).ok());
    text.is_some_and(|t| t.escape_debug().nth(1) != Some('\\'))
}
