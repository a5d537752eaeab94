//! Go's layouts: the reference time `Mon Jan 2 15:04:05 MST 2006`, each element of which stands for itself.

use alloc::{format, string::String};

use super::civil::Civil;

/// An element of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    ZoneName,
    Offset(Offset),
    /// Digits after a point or comma: as many as there are, with zeros (`.000`) or without (`.999`).
    Fraction {
        digits: usize,
        trimmed: bool,
    },
}

/// How an offset from UTC is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offset {
    /// Whether UTC is `Z`.
    pub(super) z: bool,
    pub(super) minutes: bool,
    pub(super) seconds: bool,
    pub(super) colon: bool,
}

impl Offset {
    /// The length of an offset in bytes.
    pub(super) const fn len(self) -> usize {
        let parts = self.minutes as usize + self.seconds as usize;
        3 + parts * (2 + self.colon as usize)
    }
}

/// A layout cut at its first element.
pub(super) struct Chunk<'l> {
    pub(super) prefix: &'l str,
    pub(super) element: Option<Element>,
    /// The element as it is written.
    pub(super) written: &'l str,
    pub(super) rest: &'l str,
}

/// The first element of a layout, and what stands before and after it.
pub(super) fn next(layout: &str) -> Chunk<'_> {
    for (i, _) in layout.char_indices() {
        let tail = layout.get(i..).unwrap_or("");
        if let Some((element, skipped, length)) = element(tail) {
            return Chunk {
                prefix: layout.get(..i + skipped).unwrap_or(""),
                element: Some(element),
                written: layout.get(i + skipped..i + length).unwrap_or(""),
                rest: layout.get(i + length..).unwrap_or(""),
            };
        }
    }
    Chunk {
        prefix: layout,
        element: None,
        written: "",
        rest: "",
    }
}

/// Elements by what they begin with, longer ones first.
const PLAIN: &[(&str, Element)] = &[
    ("January", Element::LongMonth),
    ("Monday", Element::LongWeekday),
    ("MST", Element::ZoneName),
    ("002", Element::ZeroYearDay),
    ("01", Element::ZeroMonth),
    ("02", Element::ZeroDay),
    ("03", Element::ZeroHour12),
    ("04", Element::ZeroMinute),
    ("05", Element::ZeroSecond),
    ("06", Element::Year),
    ("15", Element::Hour),
    ("1", Element::NumMonth),
    ("2006", Element::LongYear),
    ("2", Element::Day),
    ("__2", Element::UnderYearDay),
    ("_2", Element::UnderDay),
    ("3", Element::Hour12),
    ("4", Element::Minute),
    ("5", Element::Second),
    ("PM", Element::UpperPm),
    ("pm", Element::LowerPm),
];

const OFFSETS: &[(&str, bool, bool, bool)] = &[
    ("070000", true, true, false),
    ("07:00:00", true, true, true),
    ("0700", true, false, false),
    ("07:00", true, false, true),
    ("07", false, false, false),
];

/// The element at the start of a text, the bytes of it that belong to what comes before, and where it ends.
fn element(tail: &str) -> Option<(Element, usize, usize)> {
    if tail.starts_with("_2006") {
        return Some((Element::LongYear, 1, 5));
    }
    for (short, element) in [("Jan", Element::Month), ("Mon", Element::Weekday)] {
        let long = tail.starts_with("January") || tail.starts_with("Monday");
        if let Some(after) = tail.strip_prefix(short)
            && !long
            && !after.starts_with(|c: char| c.is_ascii_lowercase())
        {
            return Some((element, 0, 3));
        }
    }
    for (text, element) in PLAIN {
        if tail.starts_with(text) {
            return Some((*element, 0, text.len()));
        }
    }
    let first = tail.as_bytes().first()?;
    let after = tail.get(1..)?;
    match first {
        b'-' | b'Z' => {
            let (text, minutes, seconds, colon) =
                OFFSETS.iter().find(|(text, ..)| after.starts_with(text))?;
            let offset = Offset {
                z: *first == b'Z',
                minutes: *minutes,
                seconds: *seconds,
                colon: *colon,
            };
            Some((Element::Offset(offset), 0, text.len() + 1))
        }
        b'.' | b',' => {
            let digit = after.bytes().next().filter(|b| matches!(b, b'0' | b'9'))?;
            let digits = after.bytes().take_while(|b| *b == digit).count();
            let ends = !after.as_bytes().get(digits).is_some_and(u8::is_ascii_digit);
            let element = Element::Fraction {
                digits,
                trimmed: digit == b'9',
            };
            ends.then_some((element, 0, digits + 1))
        }
        _ => None,
    }
}

/// A time in a layout.
pub(super) fn format(c: &Civil, layout: &str) -> String {
    let mut out = String::new();
    let mut rest = layout;
    loop {
        let chunk = next(rest);
        out.push_str(chunk.prefix);
        let Some(element) = chunk.element else {
            return out;
        };
        out.push_str(&one(c, element, chunk.written));
        rest = chunk.rest;
    }
}

fn one(c: &Civil, element: Element, written: &str) -> String {
    let short = |name: &str| String::from(name.get(..3).unwrap_or(name));
    let hour12 = match c.hour % 12 {
        0 => 12,
        h => h,
    };
    let afternoon = c.hour >= 12;
    match element {
        Element::LongMonth => String::from(c.month_name()),
        Element::Month => short(c.month_name()),
        Element::NumMonth => format!("{}", c.month),
        Element::ZeroMonth => format!("{:02}", c.month),
        Element::LongWeekday => String::from(c.weekday_name()),
        Element::Weekday => short(c.weekday_name()),
        Element::Day => format!("{}", c.day),
        Element::UnderDay => format!("{:2}", c.day),
        Element::ZeroDay => format!("{:02}", c.day),
        Element::UnderYearDay => format!("{:3}", c.year_day),
        Element::ZeroYearDay => format!("{:03}", c.year_day),
        Element::Hour => format!("{:02}", c.hour),
        Element::Hour12 => format!("{hour12}"),
        Element::ZeroHour12 => format!("{hour12:02}"),
        Element::Minute => format!("{}", c.minute),
        Element::ZeroMinute => format!("{:02}", c.minute),
        Element::Second => format!("{}", c.second),
        Element::ZeroSecond => format!("{:02}", c.second),
        Element::LongYear => format!("{:04}", c.year),
        Element::Year => format!("{:02}", c.year.rem_euclid(100)),
        Element::UpperPm => String::from(if afternoon { "PM" } else { "AM" }),
        Element::LowerPm => String::from(if afternoon { "pm" } else { "am" }),
        Element::ZoneName => String::from(c.offset.name),
        Element::Offset(o) if o.z && c.offset.seconds == 0 => String::from("Z"),
        Element::Offset(o) => {
            let colon = if o.colon { ":" } else { "" };
            offset(c.offset.seconds, o.minutes, o.seconds, colon)
        }
        Element::Fraction { digits, trimmed } => fraction(c.nanosecond, digits, trimmed, written),
    }
}

fn offset(seconds: i64, with_minutes: bool, with_seconds: bool, colon: &str) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let s = seconds.abs();
    let mut out = format!("{sign}{:02}", s / 3600);
    if with_minutes {
        out.push_str(&format!("{colon}{:02}", s / 60 % 60));
    }
    if with_seconds {
        out.push_str(&format!("{colon}{:02}", s % 60));
    }
    out
}

fn fraction(nanosecond: i64, digits: usize, trimmed: bool, written: &str) -> String {
    let all = format!("{nanosecond:09}");
    let mut kept = all.get(..digits.min(9)).unwrap_or("");
    if trimmed {
        kept = kept.trim_end_matches('0');
        if kept.is_empty() {
            return String::new();
        }
    }
    let mark = if written.starts_with(',') { ',' } else { '.' };
    format!("{mark}{kept}")
}
