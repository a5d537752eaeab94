//! `units.parse` and `units.parse_bytes`.

use alloc::{format, string::String};

use num_bigint::BigInt;
use num_traits::Signed;

use super::{
    BuiltinError, Outcome, Table,
    operand::{from_big, text},
    strings::lower_char,
};
use crate::{Heap, Value};

pub(super) const TABLE: Table = &[("units.parse", parse), ("units.parse_bytes", parse_bytes)];

/// More digits than this an exponent may not have.
const MAX_EXPONENT_DIGITS: usize = 6;
/// Exponents beyond this give numbers that are no values.
const MAX_EXPONENT: i64 = 400_000;

fn kilo(power: u32) -> BigInt {
    BigInt::from(1000).pow(power)
}

fn kibi(power: u32) -> BigInt {
    BigInt::from(1) << (10 * power)
}

/// Cuts a text into number and unit; nothing where the exponent is too large.
fn number_and_unit(s: &str) -> Option<(&str, &str)> {
    let bytes = s.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let sign = |i: usize| matches!(bytes.get(i), Some(b'+' | b'-'));
    let mut i = 0;
    while let Some(b) = bytes.get(i) {
        match b {
            b'e' | b'E' if !digit(i + 1) && !sign(i + 1) => break,
            b'e' | b'E' => {
                i += usize::from(sign(i + 1));
                let digits = (i + 1..).take_while(|j| digit(*j)).count();
                if digits > MAX_EXPONENT_DIGITS {
                    return None;
                }
            }
            b'0'..=b'9' | b'.' | b'+' | b'-' => {}
            _ => break,
        }
        i += 1;
    }
    Some((s.get(..i)?, s.get(i..)?))
}

/// A decimal as a fraction of two integers.
struct Fraction {
    numerator: BigInt,
    /// A power of ten.
    denominator: BigInt,
}

fn decimal(s: &str) -> Option<Fraction> {
    let (mantissa, exponent) = match s.find(['e', 'E']) {
        Some(i) => (s.get(..i)?, s.get(i + 1..)?.parse::<i64>().ok()?),
        None => (s, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let unsigned = whole.strip_prefix(['+', '-']).unwrap_or(whole);
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if !digits(unsigned) || !digits(fraction) || (unsigned.is_empty() && fraction.is_empty()) {
        return None;
    }
    let mut numerator: BigInt = format!("{unsigned}{fraction}").parse().ok()?;
    if whole.starts_with('-') {
        numerator = -numerator;
    }
    let places = i64::try_from(fraction.len()).ok()? - exponent;
    if places.abs() > MAX_EXPONENT {
        return None;
    }
    let power = |n: i64| BigInt::from(10).pow(u32::try_from(n).unwrap_or(0));
    Some(if places >= 0 {
        Fraction {
            numerator,
            denominator: power(places),
        }
    } else {
        Fraction {
            numerator: numerator * power(-places),
            denominator: BigInt::from(1),
        }
    })
}

fn parse(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let failed = |text: &str| BuiltinError::failed(format!("units.parse: {text}"));
    let s = text(heap, args, 1)?.replace('"', "");
    if s.contains(' ') {
        return Err(failed("spaces not allowed in resource strings"));
    }
    let (number, unit) = number_and_unit(&s).ok_or_else(|| failed("exponent too large"))?;
    if number.is_empty() {
        return Err(failed("no amount provided"));
    }
    // The first letter tells `m` from `M`; the others may have any case.
    let mut letters = unit.chars();
    let mut name = String::new();
    name.extend(letters.next());
    name.extend(letters.map(lower_char));
    let factor = match name.as_str() {
        "m" => None,
        "" => Some(BigInt::from(1)),
        "k" | "K" => Some(kilo(1)),
        "ki" | "Ki" => Some(kibi(1)),
        "M" => Some(kilo(2)),
        "mi" | "Mi" => Some(kibi(2)),
        "g" | "G" => Some(kilo(3)),
        "gi" | "Gi" => Some(kibi(3)),
        "t" | "T" => Some(kilo(4)),
        "ti" | "Ti" => Some(kibi(4)),
        "p" | "P" => Some(kilo(5)),
        "pi" | "Pi" => Some(kibi(5)),
        "e" | "E" => Some(kilo(6)),
        "ei" | "Ei" => Some(kibi(6)),
        _ => return Err(failed(&format!("unit {name} not recognized"))),
    };
    let Fraction {
        mut numerator,
        mut denominator,
    } = decimal(number).ok_or_else(|| failed("could not parse amount to a number"))?;
    match factor {
        Some(factor) => numerator *= factor,
        None => milli(&mut numerator, &mut denominator),
    }
    if (&numerator % &denominator) == BigInt::ZERO {
        let n = numerator / denominator;
        return Ok(from_big(heap, &n));
    }
    let text = ten_places(&numerator, &denominator);
    heap.number(&text)
        .ok_or_else(|| failed("could not parse amount to a number"))
}

/// OPA multiplies by the double next to a thousandth.
fn milli(numerator: &mut BigInt, denominator: &mut BigInt) {
    /// 0.001 is this over 2^60.
    const THOUSANDTH: i64 = 1_152_921_504_606_847;
    *numerator *= BigInt::from(THOUSANDTH);
    *denominator <<= 60;
}

/// A fraction with ten digits after the point, rounded half away from zero.
fn ten_places(numerator: &BigInt, denominator: &BigInt) -> String {
    let scaled: BigInt = numerator.abs() * BigInt::from(10u64.pow(10));
    let rounded: BigInt = (scaled * 2 + denominator) / (denominator * BigInt::from(2));
    let digits = format!("{:0>11}", rounded.to_str_radix(10));
    let (whole, fraction) = digits.split_at(digits.len() - 10);
    let sign = if numerator.is_negative() { "-" } else { "" };
    format!("{sign}{whole}.{fraction}")
}

fn parse_bytes(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let failed = |text: &str| BuiltinError::failed(format!("units.parse_bytes: {text}"));
    let s: String = text(heap, args, 1)?
        .chars()
        .filter(|c| *c != '"')
        .map(lower_char)
        .collect();
    if s.contains(' ') {
        return Err(failed("spaces not allowed in resource strings"));
    }
    let (number, unit) = number_and_unit(&s).ok_or_else(|| failed("exponent too large"))?;
    if number.is_empty() {
        return Err(failed("no byte amount provided"));
    }
    let factor = match unit {
        "" => BigInt::from(1),
        "kb" | "k" => kilo(1),
        "kib" | "ki" => kibi(1),
        "mb" | "m" => kilo(2),
        "mib" | "mi" => kibi(2),
        "gb" | "g" => kilo(3),
        "gib" | "gi" => kibi(3),
        "tb" | "t" => kilo(4),
        "tib" | "ti" => kibi(4),
        "pb" | "p" => kilo(5),
        "pib" | "pi" => kibi(5),
        "eb" | "e" => kilo(6),
        "eib" | "ei" => kibi(6),
        _ => return Err(failed(&format!("byte unit {unit} not recognized"))),
    };
    let Fraction {
        numerator,
        denominator,
    } = decimal(number).ok_or_else(|| failed("could not parse byte amount to a number"))?;
    let (mantissa, exponent) = rounded(&numerator, &denominator);
    let (mantissa, shift) = rounded(&(mantissa * factor), &BigInt::from(1));
    let exponent = exponent + shift;
    // Truncates towards zero.
    let n = if exponent >= 0 {
        mantissa << exponent
    } else if mantissa.is_negative() {
        -(mantissa.abs() >> -exponent)
    } else {
        mantissa >> -exponent
    };
    Ok(from_big(heap, &n))
}

/// A fraction as a mantissa of at most 64 bits and a power of two, rounded to the nearest, ties to even: what OPA
/// computes bytes with.
fn rounded(numerator: &BigInt, denominator: &BigInt) -> (BigInt, i64) {
    const BITS: i64 = 64;
    let size = |n: &BigInt| i64::try_from(n.bits()).unwrap_or(i64::MAX);
    if numerator == &BigInt::ZERO {
        return (BigInt::ZERO, 0);
    }
    // Enough bits for the mantissa, one to round by, and all others in one that says whether there are any.
    let shift = BITS + 2 - (size(numerator) - size(denominator));
    let (mut top, mut bottom) = (numerator.abs(), denominator.clone());
    if shift >= 0 {
        top <<= shift;
    } else {
        bottom <<= -shift;
    }
    let mut quotient: BigInt = &top / &bottom;
    let rest = &top % &bottom != BigInt::ZERO;
    let dropped = size(&quotient) - BITS;
    let mut exponent = -shift;
    if dropped > 0 {
        let half = BigInt::from(1) << (dropped - 1);
        let low: BigInt = &quotient & ((BigInt::from(1) << dropped) - 1);
        quotient >>= dropped;
        exponent += dropped;
        let odd = quotient.bit(0);
        if low > half || (low == half && (rest || odd)) {
            quotient += 1;
        }
    }
    if numerator.is_negative() {
        quotient = -quotient;
    }
    (quotient, exponent)
}
