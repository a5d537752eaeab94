//! What a plain scalar means.

use alloc::{
    format,
    string::{String, ToString},
};

use num_bigint::BigInt;

use super::super::float;

/// A scalar's meaning.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Null,
    Boolean(bool),
    /// Digits, with a sign if it is negative. At most 64 bits.
    Integer(String),
    Float(f64),
    Merge,
    Text,
}

/// Resolves a plain scalar. Dates are texts.
pub(super) fn resolve(text: &str) -> Scalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "true" | "True" | "TRUE" => return Scalar::Boolean(true),
        "false" | "False" | "FALSE" => return Scalar::Boolean(false),
        ".nan" | ".NaN" | ".NAN" => return Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Scalar::Float(f64::INFINITY);
        }
        "-.inf" | "-.Inf" | "-.INF" => return Scalar::Float(f64::NEG_INFINITY),
        "<<" => return Scalar::Merge,
        _ => {}
    }
    match text.as_bytes().first() {
        Some(b'0'..=b'9' | b'+' | b'-') => {
            let plain = text.replace('_', "");
            if let Some(n) = integer(&plain, text) {
                return Scalar::Integer(n);
            }
            if is_decimal(&plain) {
                return plain.parse().map_or(Scalar::Text, Scalar::Float);
            }
            Scalar::Text
        }
        Some(b'.') if is_decimal(text) => text.parse().map_or(Scalar::Text, Scalar::Float),
        _ => Scalar::Text,
    }
}

/// An integer in one of the notations of YAML 1.1 and 1.2 that 64 bits hold.
fn integer(plain: &str, written: &str) -> Option<String> {
    let (negative, unsigned) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.strip_prefix('+').unwrap_or(plain)),
    };
    let lower = unsigned.to_ascii_lowercase();
    let (digits, radix) = if let Some(hex) = lower.strip_prefix("0x") {
        (hex, 16)
    } else if let Some(binary) = lower.strip_prefix("0b") {
        (binary, 2)
    } else if let Some(octal) = lower.strip_prefix("0o") {
        (octal, 8)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (lower.as_str(), 8)
    } else {
        (lower.as_str(), 10)
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) || written.ends_with('+') {
        return None;
    }
    let n = BigInt::parse_bytes(digits.as_bytes(), radix)?;
    let n = if negative { -n } else { n };
    // An explicit plus sign is for signed integers only.
    let fits = i64::try_from(&n).is_ok() || (!plain.starts_with('+') && u64::try_from(&n).is_ok());
    fits.then(|| n.to_string())
}

/// `12`, `1.`, `.5`, `1.5e-3`.
fn is_decimal(s: &str) -> bool {
    let s = s.strip_prefix(['+', '-']).unwrap_or(s);
    let (mantissa, exponent) = match s.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            (mantissa, Some(digits))
        }
        None => (s, None),
    };
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|e| !e.is_empty() && digits(e))
}

/// A finite double as JSON has it.
pub(super) fn json_number(f: f64) -> Option<String> {
    if !f.is_finite() {
        return None;
    }
    let size = f64::from_bits(f.to_bits() & !(1 << 63));
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = float::format(f, 'e', None);
        return Some(match text.split_once("e-0") {
            Some((mantissa, digit)) => format!("{mantissa}e-{digit}"),
            None => text,
        });
    }
    Some(float::format(f, 'f', None))
}

/// A key that is no string, as the text that JSON has for it; none for `null`.
pub(super) fn key(scalar: &Scalar, text: &str) -> Option<String> {
    Some(match scalar {
        Scalar::Null => return None,
        Scalar::Boolean(b) => b.to_string(),
        Scalar::Integer(n) => n.clone(),
        Scalar::Float(f) if f.is_nan() => ".nan".to_string(),
        Scalar::Float(f) if f.is_infinite() => if *f > 0.0 { ".inf" } else { "-.inf" }.to_string(),
        Scalar::Float(f) => float::format_single(*f as f32),
        Scalar::Merge | Scalar::Text => text.to_string(),
    })
}
