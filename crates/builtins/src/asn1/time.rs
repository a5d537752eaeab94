//! Times of certificates, in seconds.

use std::fmt;

use super::id;

/// A point in time in a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Time {
    /// Seconds since 1970, UTC.
    pub(crate) seconds: i64,
    /// What the clocks are ahead of UTC, in minutes.
    offset: i32,
}

/// As RFC 3339 has it.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.seconds + i64::from(self.offset) * 60;
        let (days, rest) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = date(days);
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        if self.offset == 0 {
            return f.write_str("Z");
        }
        let (sign, minutes) = (if self.offset < 0 { '-' } else { '+' }, self.offset.abs());
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// Reads a `UTCTime` or a `GeneralizedTime`.
pub(crate) fn time(kind: u8, content: &[u8]) -> Option<Time> {
    let text = std::str::from_utf8(content).ok()?;
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, zone) = text.split_at_checked(digits)?;
    // `UTCTime` may leave the seconds out.
    let (year, rest) = match (kind, digits) {
        (id::UTC_TIME, 10 | 12) => {
            let (year, rest) = number.split_at_checked(2)?;
            let year: i64 = year.parse().ok()?;
            (if year >= 50 { 1900 + year } else { 2000 + year }, rest)
        }
        (id::GENERALIZED_TIME, 14) => {
            let (year, rest) = number.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let mut fields = [0i64; 5];
    for (field, i) in fields.iter_mut().zip((0..rest.len()).step_by(2)) {
        *field = rest.get(i..i + 2)?.parse().ok()?;
    }
    let [month, day, hour, minute, second] = fields;
    let valid = (1..=12).contains(&month)
        && (1..=month_length(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !valid {
        return None;
    }
    let offset = zone_offset(zone)?;
    let days = days_before(year, month) + day - 1;
    let local = ((days * 24 + hour) * 60 + minute) * 60 + second;
    Some(Time {
        seconds: local - i64::from(offset) * 60,
        offset,
    })
}

/// `Z`, or `+0130`; not `+0000`, which has a shorter spelling.
fn zone_offset(zone: &str) -> Option<i32> {
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("Z", "") => return Some(0),
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = digits.split_at_checked(2)?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let offset = sign * (hours * 60 + minutes);
    (hours <= 24 && minutes < 60 && offset != 0).then_some(offset)
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970 to the first of a month.
fn days_before(year: i64, month: i64) -> i64 {
    let past = year - 1;
    let leaps = |y: i64| y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400);
    let months: i64 = (1..month).map(|m| month_length(year, m)).sum();
    (year - 1970) * 365 + leaps(past) - leaps(1969) + months
}

/// Year, month and day of a day since 1970.
fn date(days: i64) -> (i64, i64, i64) {
    // Not past the year in question, and not far before it.
    let mut year = 1970 + days.div_euclid(if days < 0 { 365 } else { 366 });
    while days_before(year + 1, 1) <= days {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days_before(year, month + 1) <= days {
        month += 1;
    }
    (year, month, days - days_before(year, month) + 1)
}
