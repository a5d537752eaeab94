//! Times and durations.

use chrono::{DateTime, Datelike, FixedOffset, TimeDelta, Timelike};

use super::{Found, Function, failed, number};
use crate::error::EvalError;
use crate::ops;
use crate::value::Value;

pub(super) static TABLE: &[Function] = &[
    Function::global("timestamp", 1, |args, _| match args {
        [Value::Timestamp(t)] => Some(Ok(Value::Timestamp(*t))),
        [Value::Int(seconds)] => {
            let at = DateTime::from_timestamp(*seconds, 0).map(|at| at.fixed_offset());
            Some(ops::timestamp(at))
        }
        [Value::String(s)] => match DateTime::parse_from_rfc3339(s) {
            // Go takes no small letters.
            Ok(at) if !s.contains(['t', 'z', ' ']) => Some(ops::timestamp(Some(at))),
            _ => failed(format!("invalid RFC 3339 timestamp {s:?}")),
        },
        _ => None,
    }),
    Function::global("duration", 1, |args, _| match args {
        [Value::Duration(d)] => Some(Ok(Value::Duration(*d))),
        [Value::Int(nanos)] => Some(Ok(Value::Duration(TimeDelta::nanoseconds(*nanos)))),
        [Value::String(s)] => match parse_duration(s) {
            Some(d) => Some(ops::duration(Some(d))),
            None => failed("type conversion error from 'string' to 'google.protobuf.Duration'"),
        },
        _ => None,
    }),
    Function::member("getFullYear", 1, |args, _| {
        of_time(args, |t| i64::from(t.year()))
    }),
    Function::member("getFullYear", 2, |args, _| {
        of_time(args, |t| i64::from(t.year()))
    }),
    Function::member("getMonth", 1, |args, _| {
        of_time(args, |t| i64::from(t.month0()))
    }),
    Function::member("getMonth", 2, |args, _| {
        of_time(args, |t| i64::from(t.month0()))
    }),
    Function::member("getDate", 1, |args, _| {
        of_time(args, |t| i64::from(t.day()))
    }),
    Function::member("getDate", 2, |args, _| {
        of_time(args, |t| i64::from(t.day()))
    }),
    Function::member("getDayOfMonth", 1, |args, _| {
        of_time(args, |t| i64::from(t.day0()))
    }),
    Function::member("getDayOfMonth", 2, |args, _| {
        of_time(args, |t| i64::from(t.day0()))
    }),
    Function::member("getDayOfWeek", 1, |args, _| of_time(args, weekday)),
    Function::member("getDayOfWeek", 2, |args, _| of_time(args, weekday)),
    Function::member("getDayOfYear", 1, |args, _| {
        of_time(args, |t| i64::from(t.ordinal0()))
    }),
    Function::member("getDayOfYear", 2, |args, _| {
        of_time(args, |t| i64::from(t.ordinal0()))
    }),
    Function::member("getHours", 1, |args, _| match args {
        [Value::Duration(d)] => Some(Ok(Value::Int(d.num_hours()))),
        _ => of_time(args, |t| i64::from(t.hour())),
    }),
    Function::member("getHours", 2, |args, _| {
        of_time(args, |t| i64::from(t.hour()))
    }),
    Function::member("getMinutes", 1, |args, _| match args {
        [Value::Duration(d)] => Some(Ok(Value::Int(d.num_minutes()))),
        _ => of_time(args, |t| i64::from(t.minute())),
    }),
    Function::member("getMinutes", 2, |args, _| {
        of_time(args, |t| i64::from(t.minute()))
    }),
    Function::member("getSeconds", 1, |args, _| match args {
        [Value::Duration(d)] => Some(Ok(Value::Int(d.num_seconds()))),
        _ => of_time(args, |t| i64::from(t.second())),
    }),
    Function::member("getSeconds", 2, |args, _| {
        of_time(args, |t| i64::from(t.second()))
    }),
    Function::member("getMilliseconds", 1, |args, _| match args {
        [Value::Duration(d)] => Some(Ok(Value::Int(d.num_milliseconds()))),
        _ => of_time(args, |t| i64::from(t.nanosecond() / 1_000_000)),
    }),
    Function::member("getMilliseconds", 2, |args, _| {
        of_time(args, |t| i64::from(t.nanosecond() / 1_000_000))
    }),
];

fn weekday(t: &DateTime<FixedOffset>) -> i64 {
    i64::from(t.weekday().num_days_from_sunday())
}

/// A part of a time, in UTC or in the zone that the second argument names.
fn of_time(args: &[Value], part: impl FnOnce(&DateTime<FixedOffset>) -> i64) -> Found {
    let (at, zone) = match args {
        [Value::Timestamp(at)] => (at, Ok(offset(0))),
        [Value::Timestamp(at), Value::String(zone)] => (at, zone_offset(zone)),
        _ => return None,
    };
    match zone {
        Ok(Some(zone)) => Some(Ok(Value::Int(part(&at.with_timezone(&zone))))),
        Ok(None) => number(0),
        Err(error) => Some(Err(error)),
    }
}

fn offset(seconds: i32) -> Option<FixedOffset> {
    FixedOffset::east_opt(seconds)
}

/// `UTC`, or an offset such as `-07:30`. Names of places need a database that is not here.
fn zone_offset(zone: &str) -> Result<Option<FixedOffset>, EvalError> {
    if matches!(zone, "" | "UTC") {
        return Ok(offset(0));
    }
    let unknown = || EvalError::new(format!("unknown time zone {zone}"));
    let (sign, digits) = match zone.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, zone.strip_prefix('+').unwrap_or(zone)),
    };
    let (hours, minutes) = digits.split_once(':').ok_or_else(unknown)?;
    let hours: i32 = hours.parse().map_err(|_| unknown())?;
    let minutes: i32 = minutes.parse().map_err(|_| unknown())?;
    if !(0..=59).contains(&minutes) || !(0..=23).contains(&hours) {
        return Err(unknown());
    }
    offset(sign * (hours * 3600 + minutes * 60))
        .map(Some)
        .ok_or_else(unknown)
}

/// A duration as Go writes it: `1h30m`, `-1.5s`, `300ms`.
fn parse_duration(text: &str) -> Option<TimeDelta> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(TimeDelta::zero());
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (digits, tail) = rest.split_at(end);
        let end = tail
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let unit: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        let whole: i128 = if whole.is_empty() {
            0
        } else {
            i128::from(whole.parse::<i64>().ok()?)
        };
        total = total.checked_add(whole.checked_mul(unit)?)?;
        let mut place = unit;
        for digit in fraction.bytes() {
            place /= 10;
            total += i128::from(digit - b'0') * place;
        }
        rest = tail;
    }
    let nanos = i64::try_from(if negative { -total } else { total }).ok()?;
    Some(TimeDelta::nanoseconds(nanos))
}

/// A duration as `string()` gives it: seconds.
pub(super) fn duration_text(d: &TimeDelta) -> String {
    let nanos = d.num_nanoseconds().unwrap_or(i64::MAX);
    // As Go's `Seconds`: whole seconds and what is left are added as doubles.
    let seconds = (nanos / 1_000_000_000) as f64 + (nanos % 1_000_000_000) as f64 / 1e9;
    format!("{seconds}s")
}

/// A time in RFC 3339, with as many digits of a second as it has.
pub(super) fn timestamp_text(t: &DateTime<FixedOffset>) -> String {
    let mut text = t.format("%Y-%m-%dT%H:%M:%S").to_string();
    let nanos = t.nanosecond() % 1_000_000_000;
    if nanos != 0 {
        let digits = format!("{nanos:09}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
    if t.offset().local_minus_utc() == 0 {
        text.push('Z');
    } else {
        text.push_str(&t.format("%:z").to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_reads_them() {
        let nanos = |text| parse_duration(text).and_then(|d| d.num_nanoseconds());
        assert_eq!(nanos("1h30m"), Some(5_400_000_000_000));
        assert_eq!(nanos("-1.5s"), Some(-1_500_000_000));
        assert_eq!(nanos("300ms"), Some(300_000_000));
        assert_eq!(nanos(".5h"), Some(1_800_000_000_000));
        assert_eq!(nanos("1.000000001s"), Some(1_000_000_001));
        assert_eq!(nanos("0"), Some(0));
        for text in ["", "1", "h", "1x", "1.2.3s", "-", "9999999999999h"] {
            assert_eq!(nanos(text), None, "{text}");
        }
    }

    #[test]
    fn texts_have_only_the_digits_they_need() {
        let at = |text| {
            DateTime::parse_from_rfc3339(text)
                .map(|t| timestamp_text(&t))
                .ok()
        };
        assert_eq!(
            at("2024-01-02T03:04:05.120Z").as_deref(),
            Some("2024-01-02T03:04:05.12Z")
        );
        assert_eq!(
            at("2024-01-02T03:04:05+01:00").as_deref(),
            Some("2024-01-02T03:04:05+01:00")
        );
        assert_eq!(duration_text(&TimeDelta::milliseconds(1500)), "1.5s");
    }
}
