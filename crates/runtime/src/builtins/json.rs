//! `json.marshal`, `json.marshal_with_options`, `json.unmarshal`, `json.is_valid`.

use alloc::{
    format,
    string::{String, ToString},
};

use super::{
    BuiltinError, Outcome, Table,
    operand::{at, object, text, text_or_none, wrong},
    rego_text,
};
use crate::{Heap, Kind, Value, json};

pub(super) const TABLE: Table = &[
    ("json.is_valid", is_valid),
    ("json.marshal", marshal),
    ("json.marshal_with_options", marshal_with_options),
    ("json.unmarshal", unmarshal),
];

/// A value as JSON on one line.
pub(super) fn compact(heap: &mut Heap<'_>, v: Value) -> String {
    let mut out = String::new();
    json::write_escaped(heap, v, &mut out);
    if out.contains(['\u{2028}', '\u{2029}']) {
        out = out
            .replace('\u{2028}', "\\u2028")
            .replace('\u{2029}', "\\u2029");
    }
    out
}

fn marshal(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let out = compact(heap, at(args, 1));
    Ok(heap.string(&out))
}

fn unmarshal(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let source = text(heap, args, 1)?.to_string();
    json::parse(heap, &source).map_err(|e| BuiltinError::failed(e.to_string()))
}

fn is_valid(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let Some(source) = text_or_none(heap, args).map(ToString::to_string) else {
        return Ok(Value::FALSE);
    };
    Ok(Value::boolean(json::parse(heap, &source).is_ok()))
}

/// How `json.marshal_with_options` lays its text out.
struct Options {
    prefix: String,
    indent: String,
    pretty: bool,
}

fn options(heap: &mut Heap<'_>, args: &[Value]) -> Result<Options, BuiltinError> {
    let o = object(heap, args, 2)?;
    let mut out = Options {
        prefix: String::new(),
        indent: String::from("\t"),
        pretty: false,
    };
    let mut explicit = None;
    for (i, (k, v)) in heap.entries(o).into_iter().enumerate() {
        if heap.kind(k) != Kind::String {
            let shown = rego_text::write(heap, k);
            let got = heap.kind(k).name();
            return Err(wrong(
                2,
                &format!(
                    "failed to stringify key {shown} at index {i}: operand {i} must be string but got {got}"
                ),
            ));
        }
        let key = rego_text::write(heap, k);
        let got = heap.kind(v);
        match key.as_str() {
            "\"prefix\"" | "\"indent\"" => {
                if got != Kind::String {
                    return Err(wrong(
                        2,
                        &format!(
                            "key {key} failed cast to string: operand {i} must be string but got {}",
                            got.name()
                        ),
                    ));
                }
                let text = heap.text(v).to_string();
                out.pretty = true;
                if key == "\"prefix\"" {
                    out.prefix = text;
                } else {
                    out.indent = text;
                }
            }
            "\"pretty\"" if got == Kind::Boolean => explicit = Some(v == Value::TRUE),
            "\"pretty\"" => return Err(wrong(2, &format!("key {key} failed cast to bool"))),
            _ => return Err(wrong(2, &format!("object contained unknown key {key}"))),
        }
    }
    out.pretty = explicit.unwrap_or(out.pretty);
    Ok(out)
}

fn marshal_with_options(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let options = options(heap, args)?;
    let line = compact(heap, at(args, 1));
    let out = if options.pretty {
        indented(&line, &options)
    } else {
        line
    };
    Ok(heap.string(&out))
}

/// Breaks JSON text into lines: one for each item or entry, empty brackets together.
fn indented(line: &str, options: &Options) -> String {
    let mut out = options.prefix.clone();
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    let newline = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&options.prefix);
        for _ in 0..depth {
            out.push_str(&options.indent);
        }
    };
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if quoted {
            out.push(c);
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '{' | '[' => {
                out.push(c);
                if let Some(close) = chars.next_if(|c| matches!(c, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    newline(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                newline(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                newline(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c => {
                quoted = c == '"';
                out.push(c);
            }
        }
    }
    out
}
