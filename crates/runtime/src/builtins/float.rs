//! Doubles as text, as Go's `strconv` writes them.

use alloc::{format, string::String};

use crate::{Heap, Value};

/// A double needs no more digits than this behind the point, or all in all.
const MAX_DIGITS: usize = 1100;

/// Significant digits and the place of the decimal point before them: `0.d1d2d3… × 10^point`.
struct Digits {
    digits: String,
    point: i32,
}

/// Digits of a positive finite double: the fewest that mean it, or `count` of them, without zeros at the end.
fn digits(f: f64, count: Option<usize>) -> Digits {
    let text = match count {
        None => format!("{f:e}"),
        Some(n) => format!("{f:.*e}", n.saturating_sub(1).min(MAX_DIGITS)),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    Digits {
        digits: String::from(digits.trim_end_matches('0')),
        point: exponent.parse::<i32>().unwrap_or(0) + 1,
    }
}

/// A finite double with Go's verb `e`, `E`, `f`, `g`, `G`, `x`, `X` or `b`; without a precision as many digits as
/// it takes to tell the double from its neighbours.
pub(super) fn format(f: f64, verb: char, precision: Option<usize>) -> String {
    let sign = if f.is_sign_negative() { "-" } else { "" };
    if f.is_nan() {
        return String::from("NaN");
    }
    if f.is_infinite() {
        return format!("{}Inf", if sign.is_empty() { "+" } else { "-" });
    }
    let f = f64::from_bits(f.to_bits() & !(1 << 63));
    let body = match verb {
        'e' | 'E' => scientific(f, precision, verb),
        'g' | 'G' => general(f, precision, verb),
        'x' | 'X' => hexadecimal(f, precision, verb),
        'b' => binary(f),
        _ => fixed(f, precision),
    };
    format!("{sign}{body}")
}

fn fixed(f: f64, precision: Option<usize>) -> String {
    match precision {
        None => format!("{f}"),
        Some(p) => {
            let mut out = format!("{f:.*}", p.min(MAX_DIGITS));
            zeros(&mut out, p.saturating_sub(MAX_DIGITS));
            out
        }
    }
}

fn zeros(out: &mut String, n: usize) {
    out.extend(core::iter::repeat_n('0', n));
}

fn scientific(f: f64, precision: Option<usize>, e: char) -> String {
    let text = match precision {
        None => format!("{f:e}"),
        Some(p) => format!("{f:.*e}", p.min(MAX_DIGITS)),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mut out = String::from(mantissa);
    zeros(&mut out, precision.unwrap_or(0).saturating_sub(MAX_DIGITS));
    out.push_str(&exponent_text(e, exponent.parse().unwrap_or(0)));
    out
}

/// At least two digits, and always a sign.
fn exponent_text(e: char, exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{e}{sign}{:02}", exponent.unsigned_abs())
}

fn general(f: f64, precision: Option<usize>, verb: char) -> String {
    let e = if verb == 'G' { 'E' } else { 'e' };
    if f == 0.0 {
        return String::from("0");
    }
    let wanted = precision.map(|p| p.max(1));
    let Digits { digits, point } = digits(f, wanted);
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let limit = match wanted.map(|p| i32::try_from(p).unwrap_or(i32::MAX)) {
        None => 6,
        Some(p) if p > count && count >= point => count,
        Some(p) => p,
    };
    let exponent = point - 1;
    if exponent < -4 || exponent >= limit {
        let (first, rest) = digits.split_at(1.min(digits.len()));
        let dot = if rest.is_empty() { "" } else { "." };
        return format!("{first}{dot}{rest}{}", exponent_text(e, exponent));
    }
    plain(&digits, point)
}

/// Digits without an exponent.
fn plain(digits: &str, point: i32) -> String {
    let mut out = String::new();
    if point <= 0 {
        out.push_str("0.");
        zeros(&mut out, point.unsigned_abs() as usize);
        out.push_str(digits);
        return out;
    }
    let point = point.unsigned_abs() as usize;
    match digits.get(point..) {
        None | Some("") => {
            out.push_str(digits);
            zeros(&mut out, point.saturating_sub(digits.len()));
        }
        Some(rest) => {
            out.push_str(digits.get(..point).unwrap_or(""));
            out.push('.');
            out.push_str(rest);
        }
    }
    out
}

/// Mantissa and exponent, so that the double is `mantissa × 2^exponent`.
fn parts(f: f64) -> (u64, i32) {
    let bits = f.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
    let fraction = bits & ((1 << 52) - 1);
    if exponent == 0 {
        (fraction, -1074)
    } else {
        (fraction | (1 << 52), exponent - 1075)
    }
}

fn binary(f: f64) -> String {
    let (mantissa, exponent) = parts(f);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}p{sign}{}", exponent.unsigned_abs())
}

fn hexadecimal(f: f64, precision: Option<usize>, verb: char) -> String {
    let (mut mantissa, mut exponent) = parts(f);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // The leading 1 goes to bit 60, so that what follows it is 15 hexadecimal digits.
        let shift = mantissa.leading_zeros() - 3;
        mantissa <<= shift;
        exponent += 60 - i32::try_from(shift).unwrap_or(0);
    }
    if let Some(p) = precision.filter(|p| *p < 15) {
        let dropped = 60 - 4 * u32::try_from(p).unwrap_or(0);
        let half = 1u64 << (dropped - 1);
        let rest = mantissa & ((1 << dropped) - 1);
        mantissa = (mantissa >> dropped) << dropped;
        if rest > half || (rest == half && (mantissa >> dropped) & 1 == 1) {
            mantissa += 1 << dropped;
        }
        if mantissa >> 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let mut fraction = format!("{:015x}", mantissa & ((1 << 60) - 1));
    match precision {
        None => fraction.truncate(fraction.trim_end_matches('0').len()),
        Some(p) if p < 15 => fraction.truncate(p),
        Some(p) => zeros(&mut fraction, p - 15),
    }
    let dot = if fraction.is_empty() { "" } else { "." };
    let out = format!(
        "0x{}{dot}{fraction}{}",
        mantissa >> 60,
        exponent_text('p', exponent)
    );
    if verb == 'X' {
        out.to_ascii_uppercase()
    } else {
        out
    }
}

/// A finite double as a number of the language, with the fewest digits that mean it.
pub(super) fn to_value(heap: &mut Heap<'_>, f: f64) -> Option<Value> {
    if !f.is_finite() {
        return None;
    }
    let integral = f % 1.0 == 0.0;
    let text = format(f, if integral { 'f' } else { 'g' }, None);
    heap.number(if text == "-0" { "0" } else { &text })
}

/// A finite single, with the fewest digits that mean it.
pub(super) fn format_single(f: f32) -> String {
    // The shortest digits of the single, read as a double, are the shortest of that double too.
    let shortest: f64 = format!("{f:e}").parse().unwrap_or(0.0);
    format(shortest, 'g', None)
}
