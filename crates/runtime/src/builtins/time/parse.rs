//! Times in a layout of Go's, read.

use alloc::{
    format,
    string::{String, ToString},
};

use super::{
    super::BuiltinError,
    civil::{MONTHS, NANOS, WEEKDAYS, days_from_civil, days_in, is_leap},
    layout::{self, Element, Offset},
    quote,
};

/// What has been read so far. Where there is no date, it is the first day of the year 0.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: i64,
    afternoon: Option<bool>,
    /// Seconds east of Greenwich.
    offset: i64,
}

/// Why an element could not be read.
enum Problem {
    /// Something else stands there.
    Bad,
    /// The number is too large; with its name.
    Range(&'static str),
}

/// Reads a time: nanoseconds since the epoch.
pub(super) fn parse(layout: &str, value: &str) -> Result<i128, BuiltinError> {
    let failed =
        |text: String| BuiltinError::failed(format!("parsing time {}{text}", quote(value)));
    let unreadable = |there: &str, wanted: &str| {
        failed(format!(
            " as {}: cannot parse {} as {}",
            quote(layout),
            quote(there),
            quote(wanted)
        ))
    };
    let mut fields = Fields::default();
    let mut rest = Input { text: value };
    let mut remaining = layout;
    loop {
        let chunk = layout::next(remaining);
        if !rest.skip(chunk.prefix) {
            return Err(unreadable(rest.text, chunk.prefix));
        }
        let Some(element) = chunk.element else {
            if rest.text.is_empty() {
                break;
            }
            return Err(failed(format!(": extra text: {}", quote(rest.text))));
        };
        remaining = chunk.rest;
        let hold = rest.text;
        match read(&mut rest, element, remaining, &mut fields) {
            Ok(()) => {}
            Err(Problem::Bad) => return Err(unreadable(hold, chunk.written)),
            Err(Problem::Range(what)) => return Err(failed(format!(": {what} out of range"))),
        }
    }
    fields.instant().map_err(|what| failed(what.to_string()))
}

impl Fields {
    fn instant(&self) -> Result<i128, &'static str> {
        let hour = match self.afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let days = match self.year_day {
            Some(n) => self.day_of_year(n)?,
            None => {
                let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
                if day < 1 || day > days_in(self.year, month) {
                    return Err(": day out of range");
                }
                days_from_civil(self.year, month, day)
            }
        };
        let seconds = days * 86_400 + hour * 3600 + self.minute * 60 + self.second - self.offset;
        Ok(i128::from(seconds) * NANOS + i128::from(self.nanosecond))
    }

    fn day_of_year(&self, n: i64) -> Result<i64, &'static str> {
        if n < 1 || n > 365 + i64::from(is_leap(self.year)) {
            return Err(": day-of-year out of range");
        }
        let days = days_from_civil(self.year, 1, n);
        let mut left = n;
        let mut month = 1;
        while left > days_in(self.year, month) {
            left -= days_in(self.year, month);
            month += 1;
        }
        if self.month.is_some_and(|m| m != month) {
            return Err(": day-of-year does not match month");
        }
        if self.day.is_some_and(|d| d != left) {
            return Err(": day-of-year does not match day");
        }
        Ok(days)
    }
}

struct Input<'v> {
    text: &'v str,
}

impl<'v> Input<'v> {
    fn byte(&self, i: usize) -> Option<u8> {
        self.text.as_bytes().get(i).copied()
    }

    fn digit(&self, i: usize) -> Option<i64> {
        self.byte(i)
            .filter(u8::is_ascii_digit)
            .map(|b| i64::from(b - b'0'))
    }

    fn take(&mut self, bytes: usize) -> Result<&'v str, Problem> {
        let (taken, rest) = self.text.split_at_checked(bytes).ok_or(Problem::Bad)?;
        self.text = rest;
        Ok(taken)
    }

    /// Skips the text between elements: a space stands for any number of them.
    fn skip(&mut self, prefix: &str) -> bool {
        let mut prefix = prefix;
        while let Some(c) = prefix.chars().next() {
            if c == ' ' {
                if !self.text.is_empty() && !self.text.starts_with(' ') {
                    return false;
                }
                prefix = prefix.trim_start_matches(' ');
                self.text = self.text.trim_start_matches(' ');
                continue;
            }
            let Some(rest) = self.text.strip_prefix(c) else {
                return false;
            };
            self.text = rest;
            prefix = prefix.get(c.len_utf8()..).unwrap_or("");
        }
        true
    }

    /// Exactly that many digits.
    fn digits(&mut self, count: usize) -> Result<i64, Problem> {
        let text = self.take(count)?;
        if text.bytes().all(|b| b.is_ascii_digit()) {
            text.parse().map_err(|_| Problem::Bad)
        } else {
            Err(Problem::Bad)
        }
    }

    /// Two digits, or one where that may be.
    fn number(&mut self, fixed: bool) -> Result<i64, Problem> {
        let one = !fixed && self.digit(0).is_some() && self.digit(1).is_none();
        self.digits(if one { 1 } else { 2 })
    }

    fn below(&mut self, fixed: bool, end: i64, name: &'static str) -> Result<i64, Problem> {
        let n = self.number(fixed)?;
        if n < end {
            Ok(n)
        } else {
            Err(Problem::Range(name))
        }
    }

    /// One of some names, or their first three letters, in any case: its place.
    fn name(&mut self, names: &[&str], length: Option<usize>) -> Result<i64, Problem> {
        for (i, name) in names.iter().enumerate() {
            let name = name.get(..length.unwrap_or(name.len())).unwrap_or(name);
            let there = self.text.get(..name.len());
            if there.is_some_and(|t| t.eq_ignore_ascii_case(name)) {
                self.take(name.len())?;
                return i64::try_from(i).map_err(|_| Problem::Bad);
            }
        }
        Err(Problem::Bad)
    }

    /// A point or comma and digits, `length` bytes in all; digits after the ninth do not count.
    fn fraction(&mut self, length: usize) -> Result<i64, Problem> {
        let text = self.take(length)?;
        let digits = text.strip_prefix(['.', ',']).ok_or(Problem::Bad)?;
        let digits = digits.get(..9).unwrap_or(digits);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Problem::Bad);
        }
        format!("{digits:0<9}").parse().map_err(|_| Problem::Bad)
    }

    /// The length of a point or comma with digits after it, or 0.
    fn fraction_length(&self) -> usize {
        if !matches!(self.byte(0), Some(b'.' | b',')) {
            return 0;
        }
        match (1..).take_while(|i| self.digit(*i).is_some()).count() {
            0 => 0,
            n => n + 1,
        }
    }
}

fn read(
    input: &mut Input<'_>,
    element: Element,
    rest: &str,
    fields: &mut Fields,
) -> Result<(), Problem> {
    match element {
        Element::Year => {
            let n = input.digits(2)?;
            fields.year = if n >= 69 { 1900 + n } else { 2000 + n };
        }
        Element::LongYear => fields.year = input.digits(4)?,
        Element::Month => fields.month = Some(input.name(&MONTHS, Some(3))? + 1),
        Element::LongMonth => fields.month = Some(input.name(&MONTHS, None)? + 1),
        Element::NumMonth | Element::ZeroMonth => {
            let n = input.below(element == Element::ZeroMonth, 13, "month")?;
            if n == 0 {
                return Err(Problem::Range("month"));
            }
            fields.month = Some(n);
        }
        Element::Weekday => {
            input.name(&WEEKDAYS, Some(3))?;
        }
        Element::LongWeekday => {
            input.name(&WEEKDAYS, None)?;
        }
        Element::Day | Element::UnderDay | Element::ZeroDay => {
            if element == Element::UnderDay && input.byte(0) == Some(b' ') {
                input.take(1)?;
            }
            fields.day = Some(input.number(element == Element::ZeroDay)?);
        }
        Element::UnderYearDay | Element::ZeroYearDay => {
            fields.year_day = Some(year_day(input, element == Element::ZeroYearDay)?);
        }
        Element::Hour => fields.hour = input.below(false, 24, "hour")?,
        Element::Hour12 | Element::ZeroHour12 => {
            fields.hour = input.below(element == Element::ZeroHour12, 13, "hour")?;
        }
        Element::Minute | Element::ZeroMinute => {
            fields.minute = input.below(element == Element::ZeroMinute, 60, "minute")?;
        }
        Element::Second | Element::ZeroSecond => {
            fields.second = input.below(element == Element::ZeroSecond, 60, "second")?;
            // A fraction may follow although the layout has none.
            let length = input.fraction_length();
            let has_own = matches!(layout::next(rest).element, Some(Element::Fraction { .. }));
            if length > 0 && !has_own {
                fields.nanosecond = input.fraction(length)?;
            }
        }
        Element::UpperPm | Element::LowerPm => {
            fields.afternoon = match (input.take(2)?, element) {
                ("PM", Element::UpperPm) | ("pm", Element::LowerPm) => Some(true),
                ("AM", Element::UpperPm) | ("am", Element::LowerPm) => Some(false),
                _ => return Err(Problem::Bad),
            };
        }
        Element::Offset(o) => fields.offset = offset(input, o)?,
        Element::ZoneName => zone_name(input)?,
        Element::Fraction { trimmed: true, .. } => {
            let length = input.fraction_length();
            if length > 0 {
                fields.nanosecond = input.fraction(length)?;
            }
        }
        Element::Fraction { digits, .. } => fields.nanosecond = input.fraction(digits + 1)?,
    }
    Ok(())
}

/// Three digits, or fewer after spaces or nothing.
fn year_day(input: &mut Input<'_>, fixed: bool) -> Result<i64, Problem> {
    if fixed {
        return input.digits(3);
    }
    for _ in 0..2 {
        if input.byte(0) == Some(b' ') {
            input.take(1)?;
        }
    }
    let count = (0..3).take_while(|i| input.digit(*i).is_some()).count();
    input.digits(count.max(1))
}

fn offset(input: &mut Input<'_>, o: Offset) -> Result<i64, Problem> {
    if o.z && input.byte(0) == Some(b'Z') {
        input.take(1)?;
        return Ok(0);
    }
    let mut text = Input {
        text: input.take(o.len())?,
    };
    let sign = match text.take(1)? {
        "+" => 1,
        "-" => -1,
        _ => return Err(Problem::Bad),
    };
    let mut part = |present: bool, first: bool| -> Result<i64, Problem> {
        if !present {
            return Ok(0);
        }
        if !first && o.colon && text.take(1)? != ":" {
            return Err(Problem::Bad);
        }
        text.digits(2)
    };
    let hours = part(true, true)?;
    let minutes = part(o.minutes, false)?;
    let seconds = part(o.seconds, false)?;
    for (n, most, name) in [
        (hours, 24, "time zone offset hour"),
        (minutes, 60, "time zone offset minute"),
        (seconds, 60, "time zone offset second"),
    ] {
        if n > most {
            return Err(Problem::Range(name));
        }
    }
    Ok(sign * (hours * 3600 + minutes * 60 + seconds))
}

/// The abbreviation of a zone. Without a zone database it tells nothing about the time.
fn zone_name(input: &mut Input<'_>) -> Result<(), Problem> {
    let text = input.text;
    let capitals = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let ends_in_t = |n: usize| text.as_bytes().get(n - 1) == Some(&b'T');
    let length = if text.len() < 3 {
        None
    } else if text.starts_with("ChST") || text.starts_with("MeST") {
        Some(4)
    } else if text.starts_with("UTC") {
        Some(3)
    } else if let Some(after) = text.strip_prefix("GMT") {
        Some(3 + signed_hours(after))
    } else if text.starts_with(['+', '-']) {
        Some(signed_hours(text)).filter(|n| *n > 0)
    } else {
        match capitals {
            3 => Some(3),
            4 if ends_in_t(4) || text.starts_with("WITA") => Some(4),
            5 if ends_in_t(5) => Some(5),
            _ => None,
        }
    };
    input.take(length.ok_or(Problem::Bad)?)?;
    Ok(())
}

/// The length of `+7` or `-11` at the start of a text, or 0.
fn signed_hours(text: &str) -> usize {
    if !text.starts_with(['+', '-']) {
        return 0;
    }
    let digits = text.bytes().skip(1).take_while(u8::is_ascii_digit).count();
    let hours = text.get(1..=digits).and_then(|t| t.parse::<u32>().ok());
    match hours {
        Some(0..=23) => digits + 1,
        _ => 0,
    }
}
