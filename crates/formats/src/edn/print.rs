//! Values of EDN as Go's `%v` prints them.

use std::fmt::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Form, Kind};
use crate::gotypes::format_float;

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Nil => f.write_str("<nil>"),
            Kind::Bool(value) => write!(f, "{value}"),
            Kind::Integer(value) => write!(f, "{value}"),
            Kind::Big(digits) => f.write_str(&big(digits)),
            Kind::Float(value) => f.write_str(&format_float(*value)),
            // A character is a number in Go.
            Kind::Char(char) => write!(f, "{}", u32::from(*char)),
            Kind::String(text) | Kind::Symbol(text) | Kind::Printed(text) => f.write_str(text),
            Kind::Keyword(name) => write!(f, ":{name}"),
            Kind::List(items) => {
                f.write_char('[')?;
                for (at, item) in items.iter().enumerate() {
                    let gap = if at == 0 { "" } else { " " };
                    write!(f, "{gap}{item}")?;
                }
                f.write_char(']')
            }
            Kind::Map(members) => {
                let members = members.iter();
                let entries = members.map(|(key, value)| (key, value.to_string()));
                print_map(f, entries.collect())
            }
            Kind::Set(items) => {
                let items = items.iter();
                print_map(f, items.map(|item| (item, "true".to_owned())).collect())
            }
            Kind::Tagged(name, value) => write!(f, "#{name} {value}"),
        }
    }
}

/// Go prints maps in the order of their keys, those of one type together; the order of types is that of conftest's
/// binary. Of equal keys the last one counts.
fn print_map(f: &mut fmt::Formatter<'_>, mut entries: Vec<(&Form, String)>) -> fmt::Result {
    entries.sort_by(|(left, _), (right, _)| order(left, right));
    f.write_str("map[")?;
    let mut first = true;
    for (at, (key, value)) in entries.iter().enumerate() {
        let next = entries.get(at + 1);
        if next.is_some_and(|(next, _)| order(key, next).is_eq()) {
            continue;
        }
        let gap = if first { "" } else { " " };
        write!(f, "{gap}{key}:{value}")?;
        first = false;
    }
    f.write_char(']')
}

fn order(left: &Form, right: &Form) -> std::cmp::Ordering {
    let rank = |form: &Form| match form.kind {
        Kind::Nil => 0,
        Kind::String(_) => 1,
        Kind::Char(_) => 2,
        Kind::Integer(_) => 3,
        Kind::Float(_) => 4,
        Kind::Bool(_) => 5,
        Kind::Keyword(_) => 6,
        Kind::Symbol(_) => 7,
        Kind::Tagged(..) => 8,
        _ => 9,
    };
    match (&left.kind, &right.kind) {
        (Kind::Bool(left), Kind::Bool(right)) => left.cmp(right),
        (Kind::Integer(left), Kind::Integer(right)) => left.cmp(right),
        (Kind::Float(left), Kind::Float(right)) => left.total_cmp(right),
        (Kind::Char(left), Kind::Char(right)) => left.cmp(right),
        (Kind::String(left), Kind::String(right))
        | (Kind::Keyword(left), Kind::Keyword(right))
        | (Kind::Symbol(left), Kind::Symbol(right)) => left.cmp(right),
        _ => rank(left).cmp(&rank(right)).then_with(|| {
            if rank(left) >= 8 {
                left.to_string().cmp(&right.to_string())
            } else {
                std::cmp::Ordering::Equal
            }
        }),
    }
}

/// An integer of any size prints as what Go keeps it in: a sign, and words of 64 bits from the lowest on.
fn big(digits: &str) -> String {
    let negative = digits.starts_with('-');
    let mut words: Vec<u64> = Vec::new();
    for digit in digits.bytes().filter(u8::is_ascii_digit) {
        let mut carry = u128::from(digit - b'0');
        for word in &mut words {
            let value = u128::from(*word) * 10 + carry;
            #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
            let low = value as u64;
            *word = low;
            carry = value >> 64;
        }
        if carry > 0 {
            words.push(u64::try_from(carry).unwrap_or_default());
        }
    }
    let negative = negative && !words.is_empty();
    let words: Vec<_> = words.iter().map(u64::to_string).collect();
    format!("{{{negative} [{}]}}", words.join(" "))
}

/// `#base64`: the bytes as numbers.
pub(super) fn base64_bytes(text: &str) -> Option<String> {
    let text: String = text
        .chars()
        .filter(|char| !matches!(char, '\r' | '\n'))
        .collect();
    let bytes = STANDARD.decode(text).ok()?;
    let bytes: Vec<_> = bytes.iter().map(u8::to_string).collect();
    Some(format!("[{}]", bytes.join(" ")))
}

/// `#inst`: a timestamp of RFC 3339, with the offset in place of a zone's name.
pub(super) fn instant(text: &str) -> Option<String> {
    let digits = |range: std::ops::Range<usize>| -> Option<u32> {
        let piece = text.get(range)?;
        let all = piece.bytes().all(|byte| byte.is_ascii_digit());
        piece.parse().ok().filter(|_| all)
    };
    let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    let (hour, minute, second) = (digits(11..13)?, digits(14..16)?, digits(17..19)?);
    let marks = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")];
    if marks
        .iter()
        .any(|(at, mark)| text.get(*at..at + 1) != Some(*mark))
    {
        return None;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day == 0 || day > days || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut rest = text.get(19..)?;
    let mut fraction = "";
    if let Some(after) = rest.strip_prefix(['.', ',']) {
        let count = after.bytes().take_while(u8::is_ascii_digit).count();
        fraction = after.get(..count).filter(|digits| !digits.is_empty())?;
        rest = after.get(count..)?;
    }
    let fraction = fraction.get(..fraction.len().min(9))?.trim_end_matches('0');
    let offset = match rest {
        "Z" => "+0000 UTC".to_owned(),
        _ => {
            let sign = rest.get(..1).filter(|sign| matches!(*sign, "+" | "-"))?;
            let (hours, minutes) = (rest.get(1..3)?, rest.get(4..6)?);
            let good = rest.len() == 6
                && rest.get(3..4) == Some(":")
                && hours
                    .bytes()
                    .chain(minutes.bytes())
                    .all(|byte| byte.is_ascii_digit())
                && hours <= "24"
                && minutes < "60";
            match (good, hours, minutes) {
                (false, ..) => return None,
                (true, "00", "00") => "+0000 UTC".to_owned(),
                _ => format!("{sign}{hours}{minutes} {sign}{hours}{minutes}"),
            }
        }
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let date = text.get(..10)?;
    let time = text.get(11..19)?;
    Some(format!("{date} {time}{point}{fraction} {offset}"))
}
