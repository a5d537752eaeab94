//! `base64.*`, `base64url.*`, `hex.*`, `urlquery.*`.
//!
//! A string of Rego holds text: what decodes to other bytes than UTF-8 has them replaced by U+FFFD.

mod base64;
mod url;

use alloc::{format, string::String, vec::Vec};

use self::url::{query_escape, query_unescape};
use super::{
    BuiltinError, Outcome, Table,
    operand::{at, text, text_or_none, type_error, wrong},
    rego_text,
};
use crate::{Heap, Kind, Value};

pub use self::base64::{std_decoded, url_decoded};
pub(crate) use self::url::escaped;

pub(super) const TABLE: Table = &[
    ("base64.decode", base64::decode),
    ("base64.encode", base64::encode),
    ("base64.is_valid", base64::is_valid),
    ("base64url.decode", base64::url_decode),
    ("base64url.encode", base64::url_encode),
    ("base64url.encode_no_pad", base64::url_encode_no_pad),
    ("hex.decode", hex_decode),
    ("hex.encode", hex_encode),
    ("urlquery.decode", urlquery_decode),
    ("urlquery.decode_object", urlquery_decode_object),
    ("urlquery.encode", urlquery_encode),
    ("urlquery.encode_object", urlquery_encode_object),
];

/// Bytes as a string.
fn from_bytes(heap: &mut Heap<'_>, bytes: &[u8]) -> Value {
    match core::str::from_utf8(bytes) {
        Ok(s) => heap.string(s),
        Err(_) => heap.string(&String::from_utf8_lossy(bytes)),
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn hex_encode(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let out = hex(text(heap, args, 1)?.as_bytes());
    Ok(heap.string(&out))
}

fn hex_decode(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let s = text(heap, args, 1)?.as_bytes();
    let mut out = Vec::with_capacity(s.len() / 2);
    for pair in s.chunks(2) {
        let mut byte = 0;
        for b in pair {
            let digit = char::from(*b).to_digit(16).ok_or_else(|| bad_byte(*b))?;
            byte = byte * 16 + digit;
        }
        if pair.len() < 2 {
            return Err(BuiltinError::failed("encoding/hex: odd length hex string"));
        }
        out.push(u8::try_from(byte).unwrap_or(0));
    }
    Ok(from_bytes(heap, &out))
}

fn bad_byte(b: u8) -> BuiltinError {
    let c = char::from(b);
    let shown = if rego_text::is_print(c) {
        format!(" '{c}'")
    } else {
        String::new()
    };
    BuiltinError::failed(format!("encoding/hex: invalid byte: U+{b:04X}{shown}"))
}

fn urlquery_encode(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let out = query_escape(text(heap, args, 1)?);
    Ok(heap.string(&out))
}

fn urlquery_decode(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let bytes = query_unescape(text(heap, args, 1)?)?;
    Ok(from_bytes(heap, &bytes))
}

fn urlquery_encode_object(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let o = at(args, 1);
    if heap.kind(o) != Kind::Object {
        return Err(type_error(heap, 1, o, &["object"]));
    }
    let bad = || wrong(1, "values must be string, array[string], or set[string]");
    let mut pairs = Vec::new();
    for (k, v) in heap.entries(o) {
        let key = query_escape(&rego_text::plain(heap, k));
        let values = match heap.kind(v) {
            Kind::String => Vec::from([v]),
            Kind::Array | Kind::Set => heap.items(v),
            _ => return Err(bad()),
        };
        for v in values {
            if heap.kind(v) != Kind::String {
                return Err(bad());
            }
            pairs.push(format!("{key}={}", query_escape(heap.text(v))));
        }
    }
    Ok(heap.string(&pairs.join("&")))
}

fn urlquery_decode_object(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let query = text(heap, args, 1)?;
    let mut pairs = Vec::new();
    let mut problem = None;
    for part in query.split('&').filter(|p| !p.is_empty()) {
        if part.contains(';') {
            problem = Some(BuiltinError::failed("invalid semicolon separator in query"));
            continue;
        }
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match query_unescape(key).and_then(|k| Ok((k, query_unescape(value)?))) {
            Ok(pair) => pairs.push(pair),
            Err(e) => {
                problem.get_or_insert(e);
            }
        }
    }
    if let Some(e) = problem {
        return Err(e);
    }
    let out = heap.object_new();
    for (key, value) in pairs {
        let key = from_bytes(heap, &key);
        let value = from_bytes(heap, &value);
        let mut list = heap.object_get(out, key);
        if !list.is_defined() {
            list = heap.array_new(1);
            heap.object_set(out, key, list);
        }
        heap.array_push(list, value);
    }
    Ok(out)
}

/// The first operand where it is a string: for the builtins that call anything else invalid.
fn valid(heap: &mut Heap<'_>, args: &[Value], test: fn(&str) -> bool) -> Outcome {
    Ok(Value::boolean(text_or_none(heap, args).is_some_and(test)))
}
