//! Durations: Go's (`1h30m`), and days, weeks and years of fixed length.

use alloc::{format, string::String};

use super::super::{BuiltinError, float, rego_text::quoted};

/// Reads a duration: nanoseconds.
pub(super) fn parse(s: &str) -> Result<i64, BuiltinError> {
    if s.contains(['d', 'w', 'y']) {
        let rewritten =
            rewritten(s).ok_or_else(|| failed(format!("invalid duration {}", quoted(s))))?;
        return plain(&rewritten).map_err(|problem| failed(problem.text(s)));
    }
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
        let s = quoted(s);
        match self {
            Problem::Invalid => format!("invalid duration {s}"),
            Problem::MissingUnit => format!("missing unit in duration {s}"),
            Problem::UnknownUnit(unit) => {
                format!("unknown unit {} in duration {s}", quoted(unit))
            }
        }
    }
}

/// One part of a duration: its digits before and after the point, and its unit.
struct Part<'s> {
    whole: &'s str,
    fraction: &'s str,
    digits: &'s str,
    unit: &'s str,
    rest: &'s str,
}

fn part(s: &str) -> Option<Part<'_>> {
    let end = s
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(s.len());
    let (digits, after) = s.split_at_checked(end)?;
    let (whole, fraction) = match digits.split_once('.') {
        // A second point begins no unit.
        Some((_, fraction)) if fraction.contains('.') => return None,
        Some((whole, fraction)) => (whole, fraction),
        None => (digits, ""),
    };
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
        digits,
        unit,
        rest,
    })
}

/// A duration with days, weeks and years as hours.
fn rewritten(s: &str) -> Option<String> {
    let mut rest = s.strip_prefix(['-', '+']).unwrap_or(s);
    let mut out = String::from(s.get(..s.len() - rest.len())?);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let p = part(rest)?;
        let hours = match p.unit {
            "d" => 24.0,
            "w" => 7.0 * 24.0,
            "y" => 365.0 * 24.0,
            "ns" | "us" | "µs" | "μs" | "ms" | "s" | "m" | "h" => 0.0,
            _ => return None,
        };
        if hours > 0.0 {
            let n: f64 = p.digits.parse().ok()?;
            out.push_str(&float::format(n * hours, 'f', None));
            out.push('h');
        } else {
            out.push_str(p.digits);
            out.push_str(p.unit);
        }
        rest = p.rest;
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
