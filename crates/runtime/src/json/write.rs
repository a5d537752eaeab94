//! Values to JSON text and to Rego text.

use alloc::string::String;

use crate::{
    heap::Heap,
    value::{Kind, MAX_DEPTH, Value},
};

/// How a text is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// JSON.
    Json,
    /// JSON in which `<`, `>` and `&` are escaped.
    Html,
    /// Rego.
    Rego,
}

/// Writes a value as JSON: keys in order, keys that are no strings as their Rego text, sets as arrays, numbers as they
/// are spelled, nothing for undefined.
pub fn write(heap: &mut Heap<'_>, v: Value, out: &mut String) {
    write_at(heap, v, Style::Json, out, 0);
}

/// The same with `<`, `>` and `&` as `\u003c` and so on, as `json.marshal` does it.
pub fn write_escaped(heap: &mut Heap<'_>, v: Value, out: &mut String) {
    write_at(heap, v, Style::Html, out, 0);
}

/// Appends a value as Rego writes it: sets in braces, an empty one as `set()`.
pub fn rego_text(heap: &mut Heap<'_>, v: Value, out: &mut String) {
    write_at(heap, v, Style::Rego, out, 0);
}

fn write_at(heap: &mut Heap<'_>, v: Value, style: Style, out: &mut String, depth: u32) {
    if depth > MAX_DEPTH {
        return;
    }
    match heap.kind(v) {
        Kind::Undefined => {}
        Kind::Null => out.push_str("null"),
        Kind::Boolean => out.push_str(if v == Value::TRUE { "true" } else { "false" }),
        Kind::Number => heap.write_number(v, out),
        Kind::String => write_string(heap.text(v), style, out),
        Kind::Array => write_items(heap, v, style, ("[", "]"), out, depth + 1),
        Kind::Set if style != Style::Rego => {
            write_items(heap, v, style, ("[", "]"), out, depth + 1);
        }
        Kind::Set if heap.len(v) == 0 => out.push_str("set()"),
        Kind::Set => write_items(heap, v, style, ("{", "}"), out, depth + 1),
        Kind::Object => write_object(heap, v, style, out, depth + 1),
    }
}

fn write_items(
    heap: &mut Heap<'_>,
    v: Value,
    style: Style,
    (open, close): (&str, &str),
    out: &mut String,
    depth: u32,
) {
    heap.sort(v);
    out.push_str(open);
    for i in 0..heap.len(v) {
        if i > 0 {
            out.push_str(separator(style));
        }
        let item = heap.item(v, i);
        write_at(heap, item, style, out, depth);
    }
    out.push_str(close);
}

fn write_object(heap: &mut Heap<'_>, v: Value, style: Style, out: &mut String, depth: u32) {
    heap.sort(v);
    out.push('{');
    for i in 0..heap.len(v) {
        if i > 0 {
            out.push_str(separator(style));
        }
        let (key, value) = heap.entry(v, i);
        if style == Style::Rego || heap.kind(key) == Kind::String {
            write_at(heap, key, style, out, depth);
        } else {
            let mut text = String::new();
            write_at(heap, key, Style::Rego, &mut text, depth);
            write_string(&text, style, out);
        }
        out.push_str(if style == Style::Rego { ": " } else { ":" });
        write_at(heap, value, style, out, depth);
    }
    out.push('}');
}

const fn separator(style: Style) -> &'static str {
    match style {
        Style::Rego => ", ",
        Style::Json | Style::Html => ",",
    }
}

fn write_string(text: &str, style: Style, out: &mut String) {
    out.push('"');
    let mut start = 0;
    for (i, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x20 => "",
            b'<' if style == Style::Html => "\\u003c",
            b'>' if style == Style::Html => "\\u003e",
            b'&' if style == Style::Html => "\\u0026",
            _ => continue,
        };
        out.push_str(text.get(start..i).unwrap_or_default());
        if escape.is_empty() {
            out.push_str(if byte < 0x10 { "\\u000" } else { "\\u001" });
            out.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        } else {
            out.push_str(escape);
        }
        start = i + 1;
    }
    out.push_str(text.get(start..).unwrap_or_default());
    out.push('"');
}
