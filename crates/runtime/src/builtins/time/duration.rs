//! Durations: Go's (`1h30m`), and days, weeks and years of fixed length.

use alloc::{format, string::String};

use super::super::{BuiltinError, float, rego_text::quoted};
use super::quote;

/// Reads a duration: nanoseconds.
pub(super) fn parse(s: &str) -> Result<i64, BuiltinError> {
    if s.contains(['d', 'w', 'y']) {
        let rewritten =
            rewritten(s).ok_or_else(|| failed(format!("invalid duration {}", quoted(s))))?;
        return plain(&rewritten).map_err(|problem| failed(problem.text(s)));
    }
    go(s)
}

/// Reads a duration of the units that Go has.
pub(super) fn go(s: &str) -> Result<i64, BuiltinError> {
    plain(s).map_err(|problem| failed(problem.text(s)))
}

fn failed(text: String) -> BuiltinError {
    BuiltinError::failed(format!("time: {text}"))
}

enum Problem {
    Invalid,
    MissingUnit,
    UnknownUnit(String),
}

impl Problem {
    fn text(&self, s: &str) -> String {
        let s = quote(s);
        match self {
            Problem::Invalid => format!("invalid duration {s}"),
            Problem::MissingUnit => format!("missing unit in duration {s}"),
            Problem::UnknownUnit(unit) => {
                format!("unknown unit {} in duration {s}", quote(unit))
            }
        }
    }
}

/// One part of a duration: its digits before and after the point, and its unit.
struct Part<'s> {
    whole: &'s str,
    fraction: &'s str,
    unit: &'s str,
    rest: &'s str,
}

fn part(s: &str) -> Option<Part<'_>> {
    let digits_at = |from: usize| {
        let rest = s.get(from..).unwrap_or("");
        rest.bytes().take_while(u8::is_ascii_digit).count()
    };
    let point = digits_at(0);
    let end = match s.as_bytes().get(point) {
        Some(b'.') => point + 1 + digits_at(point + 1),
        _ => point,
    };
    let (digits, after) = s.split_at_checked(end)?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let end = after
        .find(|c: char| c.is_ascii_digit() || c == '.')
        .unwrap_or(after.len());
    let (unit, rest) = after.split_at_checked(end)?;
    Some(Part {
        whole,
        fraction,
        unit,
        rest,
    })
}

/// A duration with days, weeks and years as hours. Its parts are digits, and a letter or one of the longer units.
fn rewritten(s: &str) -> Option<String> {
    let mut rest = s.strip_prefix(['-', '+']).unwrap_or(s);
    let mut out = String::from(s.get(..s.len() - rest.len())?);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (digits, after) = rest.split_at_checked(end).filter(|(d, _)| !d.is_empty())?;
        let long = ["ms", "us", "µs", "ns"]
            .into_iter()
            .find(|u| after.starts_with(u));
        let length = match long {
            Some(unit) => unit.len(),
            None if after.starts_with(|c: char| c.is_ascii_lowercase()) => 1,
            None => return None,
        };
        let (unit, after) = after.split_at_checked(length)?;
        let hours = match unit {
            "d" => Some(24.0),
            "w" => Some(7.0 * 24.0),
            "y" => Some(365.0 * 24.0),
            _ => None,
        };
        match hours {
            Some(hours) => {
                let n: f64 = digits.parse().ok()?;
                out.push_str(&float::format(n * hours, 'f', None));
                out.push('h');
            }
            None => {
                out.push_str(digits);
                out.push_str(unit);
            }
        }
        rest = after;
    }
    Some(out)
}

fn plain(s: &str) -> Result<i64, Problem> {
    let (negative, mut rest) = match s.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, s.strip_prefix('+').unwrap_or(s)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(Problem::Invalid);
    }
    let mut total = 0u64;
    while !rest.is_empty() {
        let p = part(rest).ok_or(Problem::Invalid)?;
        let unit: u64 = match p.unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "" => return Err(Problem::MissingUnit),
            other => return Err(Problem::UnknownUnit(String::from(other))),
        };
        let n = amount(&p, unit).ok_or(Problem::Invalid)?;
        total = total
            .checked_add(n)
            .filter(|t| *t <= 1 << 63)
            .ok_or(Problem::Invalid)?;
        rest = p.rest;
    }
    if negative {
        return Ok(0i64.wrapping_sub_unsigned(total));
    }
    i64::try_from(total).map_err(|_| Problem::Invalid)
}

/// A part in nanoseconds.
fn amount(p: &Part<'_>, unit: u64) -> Option<u64> {
    let whole: u64 = if p.whole.is_empty() {
        0
    } else {
        p.whole.parse().ok()?
    };
    let whole = whole.checked_mul(unit).filter(|n| *n <= 1 << 63)?;
    if p.fraction.is_empty() {
        return Some(whole);
    }
    // Digits that 63 bits do not hold are dropped.
    let (mut numerator, mut scale) = (0u64, 1f64);
    for b in p.fraction.bytes() {
        match numerator
            .checked_mul(10)
            .and_then(|n| n.checked_add(u64::from(b - b'0')))
            .filter(|n| *n <= 1 << 63)
        {
            Some(n) => numerator = n,
            None => break,
        }
        scale *= 10.0;
    }
    let part = numerator as f64 * (unit as f64 / scale);
    whole.checked_add(part as u64).filter(|n| *n <= 1 << 63)
}
