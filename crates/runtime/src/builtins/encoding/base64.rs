//! Base64 in both alphabets. Decoding skips line breaks, wants padding, and names the byte that is wrong.

use alloc::{format, string::String, vec::Vec};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD},
};

use super::{
    super::{BuiltinError, Outcome, operand::text},
    from_bytes, valid,
};
use crate::{Heap, Value};

pub(super) fn encode(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let out = STANDARD.encode(text(heap, args, 1)?);
    Ok(heap.string(&out))
}

pub(super) fn url_encode(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let out = URL_SAFE.encode(text(heap, args, 1)?);
    Ok(heap.string(&out))
}

pub(super) fn url_encode_no_pad(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let out = URL_SAFE_NO_PAD.encode(text(heap, args, 1)?);
    Ok(heap.string(&out))
}

pub(super) fn decode(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let bytes = std_decoded(text(heap, args, 1)?)?;
    Ok(from_bytes(heap, &bytes))
}

pub(super) fn is_valid(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    valid(heap, args, |s| std_decoded(s).is_ok())
}

pub(super) fn url_decode(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let bytes = url_decoded(text(heap, args, 1)?)?;
    Ok(from_bytes(heap, &bytes))
}

/// The bytes of the standard alphabet.
///
/// # Errors
/// An error with the position of the byte that is wrong.
pub fn std_decoded(s: &str) -> Result<Vec<u8>, BuiltinError> {
    decoded(s, b"+/")
}

/// The bytes of the alphabet for URLs, whose padding may be left out.
///
/// # Errors
/// An error with the position of the byte that is wrong.
pub fn url_decoded(s: &str) -> Result<Vec<u8>, BuiltinError> {
    let padding = match s.len() % 4 {
        _ if s.ends_with('=') => "",
        0 => "",
        2 => "==",
        3 => "=",
        _ => {
            return Err(BuiltinError::failed(format!(
                "illegal base64url string: {s}"
            )));
        }
    };
    let mut padded = String::from(s);
    padded.push_str(padding);
    decoded(&padded, b"-_")
}

fn corrupt(at: usize) -> BuiltinError {
    BuiltinError::failed(format!("illegal base64 data at input byte {at}"))
}

fn sextet(b: u8, last: &[u8; 2]) -> Option<u32> {
    Some(match b {
        b'A'..=b'Z' => u32::from(b - b'A'),
        b'a'..=b'z' => u32::from(b - b'a') + 26,
        b'0'..=b'9' => u32::from(b - b'0') + 52,
        _ => 62 + u32::try_from(last.iter().position(|l| *l == b)?).ok()?,
    })
}

/// Decodes the alphabet whose last two characters are `last`. What a rest of fewer than eight bits holds is ignored.
fn decoded(s: &str, last: &[u8; 2]) -> Result<Vec<u8>, BuiltinError> {
    let mut out = Vec::with_capacity(s.len() / 4 * 3 + 3);
    let mut input = s
        .bytes()
        .enumerate()
        .filter(|(_, b)| !matches!(b, b'\n' | b'\r'));
    let (mut group, mut filled) = (0u32, 0usize);
    while let Some((at, b)) = input.next() {
        if let Some(n) = sextet(b, last) {
            group = (group << 6) | n;
            filled += 1;
            if filled == 4 {
                out.extend(group.to_be_bytes().into_iter().skip(1));
                (group, filled) = (0, 0);
            }
            continue;
        }
        if b != b'=' || filled < 2 {
            return Err(corrupt(at));
        }
        if filled == 2 {
            match input.next() {
                Some((_, b'=')) => {}
                Some((second, _)) => return Err(corrupt(second.saturating_sub(1))),
                None => return Err(corrupt(s.len())),
            }
        }
        if let Some((rest, _)) = input.next() {
            return Err(corrupt(rest));
        }
        let bytes = (group << (6 * (4 - filled))).to_be_bytes();
        out.extend(bytes.into_iter().skip(1).take(filled - 1));
        return Ok(out);
    }
    if filled > 0 {
        return Err(corrupt(s.len().saturating_sub(filled)));
    }
    Ok(out)
}
