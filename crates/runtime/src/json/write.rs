//! Values to JSON text.

use alloc::{string::String, vec::Vec};

use crate::{
    builtins,
    heap::Heap,
    value::{Kind, MAX_DEPTH, Value},
};

/// Which characters are escaped beyond those that JSON demands, and what becomes of values that JSON does not have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// The two separators that end a line in JavaScript.
    Plain,
    /// These, and `<`, `>` and `&`.
    Html,
    /// As `Plain`; sets and keys that are no strings are written as Rego's terms.
    Term,
}

/// Appends a value as JSON: keys in order, keys that are no strings as their JSON text, sets as arrays, numbers as
/// they are spelled; nothing for undefined.
pub fn write(heap: &mut Heap<'_>, v: Value, out: &mut String) {
    write_at(heap, v, Style::Plain, out, 0);
}

/// The same with `<`, `>` and `&` as `\u003c` and so on, as `json.marshal` does it.
pub fn write_escaped(heap: &mut Heap<'_>, v: Value, out: &mut String) {
    write_at(heap, v, Style::Html, out, 0);
}

/// Appends a value as a ground term of Rego that [`parse_term`](super::parse_term) reads back: JSON, and `{1,2}`,
/// `set()` and keys of any kind where JSON has none.
pub fn write_term(heap: &mut Heap<'_>, v: Value, out: &mut String) {
    write_at(heap, v, Style::Term, out, 0);
}

/// Appends a value as Rego writes it: sets in braces, an empty one as `set()`, strings in quotes.
pub fn rego_text(heap: &mut Heap<'_>, v: Value, out: &mut String) {
    out.push_str(&builtins::rego_text::write(heap, v));
}

/// Appends a string in quotes, escaped as [`write_escaped`] does it.
pub fn write_escaped_string(text: &str, out: &mut String) {
    write_string(text, Style::Html, out);
}

fn write_at(heap: &mut Heap<'_>, v: Value, style: Style, out: &mut String, depth: u32) {
    if depth > MAX_DEPTH {
        // Nothing that was parsed nests so deeply; what did would not be JSON that anyone else takes.
        out.push_str("null");
        return;
    }
    match heap.kind(v) {
        Kind::Undefined => {}
        Kind::Null => out.push_str("null"),
        Kind::Boolean => out.push_str(if v == Value::TRUE { "true" } else { "false" }),
        Kind::Number => heap.write_number(v, out),
        Kind::String => write_string(heap.text(v), style, out),
        Kind::Array | Kind::Set => write_items(heap, v, style, out, depth + 1),
        Kind::Object => write_object(heap, v, style, out, depth + 1),
    }
}

fn write_items(heap: &mut Heap<'_>, v: Value, style: Style, out: &mut String, depth: u32) {
    heap.sort(v);
    let braces = style == Style::Term && heap.kind(v) == Kind::Set;
    if braces && heap.len(v) == 0 {
        out.push_str("set()");
        return;
    }
    out.push(if braces { '{' } else { '[' });
    for i in 0..heap.len(v) {
        if i > 0 {
            out.push(',');
        }
        let item = heap.item(v, i);
        write_at(heap, item, style, out, depth);
    }
    out.push(if braces { '}' } else { ']' });
}

fn write_object(heap: &mut Heap<'_>, v: Value, style: Style, out: &mut String, depth: u32) {
    heap.sort(v);
    let len = heap.len(v);
    // Strings come after all that is scalar and before all that is not: the ends tell for all.
    let (first, last) = (heap.entry(v, 0).0, heap.entry(v, len.saturating_sub(1)).0);
    let strings = len == 0 || (heap.is_string(first) && heap.is_string(last));
    if !strings && style != Style::Term {
        return write_any_keys(heap, v, style, out, depth);
    }
    out.push('{');
    for i in 0..len {
        if i > 0 {
            out.push(',');
        }
        let (key, value) = heap.entry(v, i);
        if strings {
            write_string(heap.text(key), style, out);
        } else {
            write_at(heap, key, style, out, depth);
        }
        out.push(':');
        write_at(heap, value, style, out, depth);
    }
    out.push('}');
}

/// An object whose keys are not all strings: they become strings first, then they are sorted. Of keys that become
/// the same, the last one in Rego's order counts.
fn write_any_keys(heap: &mut Heap<'_>, v: Value, style: Style, out: &mut String, depth: u32) {
    let mut entries: Vec<(String, Value)> = Vec::new();
    for (key, value) in heap.entries(v) {
        let mut text = String::new();
        if heap.is_string(key) {
            text.push_str(heap.text(key));
        } else {
            write_at(heap, key, style, &mut text, depth);
        }
        entries.push((text, value));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1 = later.1;
        }
        same
    });
    out.push('{');
    for (i, (key, value)) in entries.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write_string(key, style, out);
        out.push(':');
        write_at(heap, *value, style, out, depth);
    }
    out.push('}');
}

fn write_string(text: &str, style: Style, out: &mut String) {
    out.push('"');
    let bytes = text.as_bytes();
    let mut start = 0;
    for (i, byte) in bytes.iter().enumerate() {
        let mut end = i + 1;
        let escaped = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..0x20 => "",
            b'<' if style == Style::Html => "\\u003c",
            b'>' if style == Style::Html => "\\u003e",
            b'&' if style == Style::Html => "\\u0026",
            0xe2 => match bytes.get(i + 1..i + 3) {
                Some([0x80, 0xa8]) => {
                    end = i + 3;
                    "\\u2028"
                }
                Some([0x80, 0xa9]) => {
                    end = i + 3;
                    "\\u2029"
                }
                _ => continue,
            },
            _ => continue,
        };
        out.push_str(text.get(start..i).unwrap_or_default());
        if escaped.is_empty() {
            out.push_str(if *byte < 0x10 { "\\u000" } else { "\\u001" });
            out.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        } else {
            out.push_str(escaped);
        }
        start = end;
    }
    out.push_str(text.get(start..).unwrap_or_default());
    out.push('"');
}
