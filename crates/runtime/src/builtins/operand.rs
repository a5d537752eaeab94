//! For implementations of builtins: reading operands, with OPA's words where one has the wrong type. Positions count from 1.

use alloc::{format, string::String, vec::Vec};

use num_bigint::BigInt;

use super::BuiltinError;
use crate::{Heap, Kind, Value};

/// The operand at `position`.
pub fn at(args: &[Value], position: usize) -> Value {
    args.get(position.wrapping_sub(1))
        .copied()
        .unwrap_or(Value::UNDEFINED)
}

/// An operand that is none of the types it may have. `expected` holds their names.
pub fn type_error(heap: &Heap<'_>, position: usize, got: Value, expected: &[&str]) -> BuiltinError {
    let got = heap.kind(got).name();
    BuiltinError::operand(match expected {
        [one] => format!("operand {position} must be {one} but got {got}"),
        many => format!(
            "operand {position} must be one of {{{}}} but got {got}",
            many.join(", ")
        ),
    })
}

/// A collection that holds an element of another type than it may.
pub fn element_error(
    heap: &Heap<'_>,
    position: usize,
    collection: Value,
    got: Value,
    expected: &str,
) -> BuiltinError {
    let outer = heap.kind(collection).name();
    let inner = heap.kind(got).name();
    BuiltinError::operand(format!(
        "operand {position} must be {outer} of {expected}s but got {outer} containing {inner}"
    ))
}

/// An error about one operand in words of its own.
pub fn wrong(position: usize, text: &str) -> BuiltinError {
    BuiltinError::operand(format!("operand {position} {text}"))
}

/// An operand of one kind.
pub fn of_kind(
    heap: &Heap<'_>,
    args: &[Value],
    position: usize,
    kind: Kind,
) -> Result<Value, BuiltinError> {
    let v = at(args, position);
    if heap.kind(v) == kind {
        Ok(v)
    } else {
        Err(type_error(heap, position, v, &[kind.name()]))
    }
}

/// A string.
pub fn text<'h>(
    heap: &'h Heap<'_>,
    args: &[Value],
    position: usize,
) -> Result<&'h str, BuiltinError> {
    of_kind(heap, args, position, Kind::String).map(|v| heap.text(v))
}

/// A string, or nothing, where the type decides the result and is no error.
pub fn text_or_none<'h>(heap: &'h Heap<'_>, args: &[Value]) -> Option<&'h str> {
    let v = at(args, 1);
    (heap.kind(v) == Kind::String).then(|| heap.text(v))
}

/// An array.
pub fn array(heap: &Heap<'_>, args: &[Value], position: usize) -> Result<Value, BuiltinError> {
    of_kind(heap, args, position, Kind::Array)
}

/// An object.
pub fn object(heap: &Heap<'_>, args: &[Value], position: usize) -> Result<Value, BuiltinError> {
    of_kind(heap, args, position, Kind::Object)
}

/// A set.
pub fn set(heap: &Heap<'_>, args: &[Value], position: usize) -> Result<Value, BuiltinError> {
    of_kind(heap, args, position, Kind::Set)
}

/// A number.
pub fn number(heap: &Heap<'_>, args: &[Value], position: usize) -> Result<Value, BuiltinError> {
    of_kind(heap, args, position, Kind::Number)
}

/// The items of an array or the members of a set.
pub fn list(
    heap: &mut Heap<'_>,
    args: &[Value],
    position: usize,
    expected: &[&str],
) -> Result<Vec<Value>, BuiltinError> {
    let v = at(args, position);
    match heap.kind(v) {
        Kind::Array | Kind::Set => Ok(heap.items(v)),
        _ => Err(type_error(heap, position, v, expected)),
    }
}

/// Checks that all items of a collection are strings.
pub fn all_text(
    heap: &Heap<'_>,
    position: usize,
    collection: Value,
    items: &[Value],
) -> Result<(), BuiltinError> {
    match items.iter().find(|v| heap.kind(**v) != Kind::String) {
        None => Ok(()),
        Some(v) => Err(element_error(heap, position, collection, *v, "string")),
    }
}

/// A number that is written as an integer (digits, perhaps with zeros after the point) and fits 64 bits.
pub fn int(heap: &Heap<'_>, args: &[Value], position: usize) -> Result<i64, BuiltinError> {
    let v = number(heap, args, position)?;
    if let Some(n) = v.as_small() {
        return Ok(i64::from(n));
    }
    plain_int(heap, v).ok_or_else(|| {
        wrong(
            position,
            "must be integer number but got floating-point number",
        )
    })
}

/// The value of a number that is written without an exponent, if it is integral and fits 64 bits.
pub fn plain_int(heap: &Heap<'_>, v: Value) -> Option<i64> {
    if let Some(n) = v.as_small() {
        return Some(i64::from(n));
    }
    let n = heap.as_i64(v)?;
    let spelling = heap.number_text(v);
    (!spelling.contains(['e', 'E'])).then_some(n)
}

/// An integer of any size.
pub fn big(heap: &Heap<'_>, args: &[Value], position: usize) -> Result<BigInt, BuiltinError> {
    let v = at(args, position);
    if heap.kind(v) != Kind::Number {
        return Err(type_error(heap, position, v, &["integer"]));
    }
    big_of(heap, v).ok_or_else(|| {
        wrong(
            position,
            "must be integer number but got floating-point number",
        )
    })
}

/// The exact value of a number that is integral.
pub fn big_of(heap: &Heap<'_>, v: Value) -> Option<BigInt> {
    match heap.as_i64(v) {
        Some(n) => Some(BigInt::from(n)),
        None => big_from_text(&heap.number_text(v)),
    }
}

/// Reads an integral decimal exactly: `12`, `1.50e3`.
pub fn big_from_text(text: &str) -> Option<BigInt> {
    /// Beyond this many digits an exponent is refused: numbers of that size are not values.
    const DIGITS: i64 = 100_000;
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(i) => (text.get(..i)?, text.get(i + 1..)?.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = String::from(whole);
    digits.push_str(fraction);
    let shift = exponent - i64::try_from(fraction.len()).ok()?;
    if shift >= 0 {
        if shift > DIGITS {
            return None;
        }
        for _ in 0..shift {
            digits.push('0');
        }
        return digits.parse().ok();
    }
    let dropped = usize::try_from(-shift).ok()?;
    let zeros = digits.bytes().rev().take_while(|b| *b == b'0').count();
    if dropped > zeros {
        return digits
            .bytes()
            .all(|b| matches!(b, b'0' | b'-' | b'+'))
            .then(|| BigInt::from(0));
    }
    digits.truncate(digits.len() - dropped);
    if matches!(digits.as_str(), "" | "-" | "+") {
        return Some(BigInt::from(0));
    }
    digits.parse().ok()
}

/// The value of an integer of any size.
pub fn from_big(heap: &mut Heap<'_>, n: &BigInt) -> Value {
    match i64::try_from(n) {
        Ok(n) => heap.integer(n),
        Err(_) => {
            let text = n.to_str_radix(10);
            heap.number(&text).unwrap_or(Value::UNDEFINED)
        }
    }
}

/// A decimal without its fraction.
pub fn truncated(text: &str) -> BigInt {
    if let Some(n) = big_from_text(text) {
        return n;
    }
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(i) => (
            text.get(..i).unwrap_or(text),
            text.get(i + 1..)
                .and_then(|e| e.parse::<i64>().ok())
                .unwrap_or(0),
        ),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let negative = whole.starts_with('-');
    let whole = whole.trim_start_matches(['-', '+']);
    let mut digits = String::from(whole);
    digits.push_str(fraction);
    let point = i64::try_from(whole.len())
        .unwrap_or(0)
        .saturating_add(exponent);
    let kept = usize::try_from(point).unwrap_or(0).min(digits.len());
    let n = digits
        .get(..kept)
        .and_then(|d| d.parse::<BigInt>().ok())
        .unwrap_or_default();
    if negative { -n } else { n }
}
