//! Percent-encoding of query strings.

use alloc::{format, string::String, vec::Vec};

use super::super::{BuiltinError, rego_text::quoted};

/// A text as it may stand in a query: a space becomes `+`.
pub(in crate::builtins) fn query_escape(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for b in s.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(b));
            }
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

/// The bytes of a part of a query.
pub(in crate::builtins) fn query_unescape(s: &str) -> Result<Vec<u8>, BuiltinError> {
    let mut out = Vec::with_capacity(s.len());
    let mut rest = s.as_bytes();
    while let Some((b, tail)) = rest.split_first() {
        rest = tail;
        match b {
            b'+' => out.push(b' '),
            b'%' => {
                let (byte, tail) = escaped(tail).ok_or_else(|| bad_escape(tail))?;
                out.push(byte);
                rest = tail;
            }
            b => out.push(*b),
        }
    }
    Ok(out)
}

/// The byte of two hexadecimal digits, and what follows them.
pub(crate) fn escaped(after: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, tail) = after.split_first_chunk::<2>()?;
    let digit = |b: u8| char::from(b).to_digit(16);
    let byte = digit(digits[0])? * 16 + digit(digits[1])?;
    Some((u8::try_from(byte).ok()?, tail))
}

fn bad_escape(after: &[u8]) -> BuiltinError {
    let shown = after.get(..2).unwrap_or(after);
    let shown = format!("%{}", String::from_utf8_lossy(shown));
    BuiltinError::failed(format!("invalid URL escape {}", quoted(&shown)))
}
