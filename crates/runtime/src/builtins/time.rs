//! `time.*`. Times are nanoseconds since the epoch that fit 64 bits; layouts are Go's.

mod civil;
mod duration;
mod layout;
mod parse;
mod zone;

use alloc::{format, string::String};

use kpol_abi::layout::control;

use self::civil::{Civil, NANOS, days_from_civil, days_in};
pub use self::zone::{History, Offset};
use super::{
    BuiltinError, Outcome, Table,
    operand::{at, int, number, text, type_error},
};
use crate::{Heap, Kind, Value};

pub(super) const TABLE: Table = &[
    ("time.add_date", |heap, args| add_date(heap, args, None)),
    ("time.clock", |heap, args| clock(heap, args, None)),
    ("time.date", |heap, args| date(heap, args, None)),
    ("time.diff", |heap, args| diff(heap, args, None)),
    ("time.format", |heap, args| format(heap, args, None)),
    ("time.now_ns", now_ns),
    ("time.parse_duration_ns", parse_duration_ns),
    ("time.parse_ns", parse_ns),
    ("time.parse_rfc3339_ns", parse_rfc3339_ns),
    ("time.weekday", |heap, args| weekday(heap, args, None)),
];

const RFC3339: &str = "2006-01-02T15:04:05Z07:00";
const RFC3339_NANO: &str = "2006-01-02T15:04:05.999999999Z07:00";

/// The layout that a name stands for.
fn named(layout: &str) -> &str {
    match layout {
        "ANSIC" => "Mon Jan _2 15:04:05 2006",
        "UnixDate" => "Mon Jan _2 15:04:05 MST 2006",
        "RubyDate" => "Mon Jan 02 15:04:05 -0700 2006",
        "RFC822" => "02 Jan 06 15:04 MST",
        "RFC822Z" => "02 Jan 06 15:04 -0700",
        "RFC850" => "Monday, 02-Jan-06 15:04:05 MST",
        "RFC1123" => "Mon, 02 Jan 2006 15:04:05 MST",
        "RFC1123Z" => "Mon, 02 Jan 2006 15:04:05 -0700",
        "RFC3339" => RFC3339,
        "RFC3339Nano" => RFC3339_NANO,
        other => other,
    }
}

/// The builtins that zones matter to, with zones of which all times are known: for the host, which the runtime leaves
/// times to that it does not know. `None` for any other name.
#[must_use]
pub fn with_history(
    name: &str,
    heap: &mut Heap<'_>,
    args: &[Value],
    history: History,
) -> Option<Outcome> {
    let run = match name {
        "time.add_date" => add_date,
        "time.clock" => clock,
        "time.date" => date,
        "time.diff" => diff,
        "time.format" => format,
        "time.weekday" => weekday,
        _ => return None,
    };
    Some(run(heap, args, Some(history)))
}

/// The time of the evaluation: the same for all calls in it.
fn now_ns(heap: &mut Heap<'_>, _: &[Value]) -> Outcome {
    let low = i64::from(heap.control(control::NOW));
    let high = i64::from(heap.control(control::NOW + 4));
    Ok(heap.integer(low | (high << 32)))
}

/// Nanoseconds as a value, where 64 bits hold them.
fn safe(heap: &mut Heap<'_>, nanos: i128) -> Outcome {
    match i64::try_from(nanos) {
        Ok(n) => Ok(heap.integer(n)),
        Err(_) => Err(BuiltinError::failed("time outside of valid range")),
    }
}

/// Whether a text is a time in a layout of Go's.
#[must_use]
pub fn is_time(layout: &str, text: &str) -> bool {
    parse::parse(layout, text).is_ok()
}

/// Nanoseconds since 1970 of a time in a layout of Go's.
#[must_use]
pub fn instant(layout: &str, text: &str) -> Option<i128> {
    parse::parse(layout, text).ok()
}

/// A time in nanoseconds since 1970, in UTC and a layout of Go's.
#[must_use]
pub fn format_utc(nanos: i64, layout: &str) -> String {
    Civil::at(nanos, zone::UTC)
        .map_or_else(|_| String::new(), |civil| layout::format(&civil, layout))
}

/// A duration as Go reads it: nanoseconds.
///
/// # Errors
/// Go's words about a text that is none.
pub fn duration(text: &str) -> Result<i64, BuiltinError> {
    duration::go(text)
}

fn parse_ns(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let layout = named(text(heap, args, 1)?);
    let nanos = parse::parse(layout, text(heap, args, 2)?)?;
    safe(heap, nanos)
}

fn parse_rfc3339_ns(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let nanos = parse::parse(RFC3339, text(heap, args, 1)?)?;
    safe(heap, nanos)
}

fn parse_duration_ns(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let nanos = duration::parse(text(heap, args, 1)?)?;
    Ok(heap.integer(nanos))
}

/// The operand of most of these builtins: nanoseconds, or an array of them with a zone and perhaps a layout.
struct Moment {
    civil: Civil,
    layout: String,
}

fn moment(heap: &Heap<'_>, v: Value, history: Option<History>) -> Result<Moment, BuiltinError> {
    let (nanos, zone, layout) = match heap.kind(v) {
        Kind::Number => (v, Value::UNDEFINED, Value::UNDEFINED),
        Kind::Array if heap.len(v) > 0 => (heap.item(v, 0), heap.item(v, 1), heap.item(v, 2)),
        _ => {
            return Err(type_error(
                heap,
                1,
                v,
                &["either number (ns) or [number (ns), string (tz)]"],
            ));
        }
    };
    number(heap, &[nanos], 1)?;
    let zone = if zone.is_defined() {
        zone::find(text(heap, &[zone], 1)?, history)?
    } else {
        zone::UTC
    };
    let layout = if layout.is_defined() {
        String::from(named(text(heap, &[layout], 1)?))
    } else {
        String::new()
    };
    let nanos = heap
        .as_i64(nanos)
        .ok_or_else(|| BuiltinError::failed("timestamp too big"))?;
    Ok(Moment {
        civil: Civil::at(nanos, zone)?,
        layout,
    })
}

fn integers(heap: &mut Heap<'_>, numbers: &[i64]) -> Value {
    let out = heap.array_new(u32::try_from(numbers.len()).unwrap_or(0));
    for n in numbers {
        let n = heap.integer(*n);
        heap.array_push(out, n);
    }
    out
}

fn date(heap: &mut Heap<'_>, args: &[Value], history: Option<History>) -> Outcome {
    let c = moment(heap, at(args, 1), history)?.civil;
    Ok(integers(heap, &[c.year, c.month, c.day]))
}

fn clock(heap: &mut Heap<'_>, args: &[Value], history: Option<History>) -> Outcome {
    let c = moment(heap, at(args, 1), history)?.civil;
    Ok(integers(heap, &[c.hour, c.minute, c.second]))
}

fn weekday(heap: &mut Heap<'_>, args: &[Value], history: Option<History>) -> Outcome {
    let c = moment(heap, at(args, 1), history)?.civil;
    Ok(heap.string(c.weekday_name()))
}

fn format(heap: &mut Heap<'_>, args: &[Value], history: Option<History>) -> Outcome {
    let m = moment(heap, at(args, 1), history)?;
    let layout = if m.layout.is_empty() {
        RFC3339_NANO
    } else {
        &m.layout
    };
    let out = layout::format(&m.civil, layout);
    Ok(heap.string(&out))
}

fn add_date(heap: &mut Heap<'_>, args: &[Value], history: Option<History>) -> Outcome {
    let c = moment(heap, at(args, 1), history)?.civil;
    let years = int(heap, args, 2)?;
    let months = int(heap, args, 3)?;
    let days = int(heap, args, 4)?;
    let month = i128::from(c.month - 1) + i128::from(months);
    let year = i128::from(c.year) + i128::from(years) + month.div_euclid(12);
    let month = i64::try_from(month.rem_euclid(12)).unwrap_or(0) + 1;
    // Years beyond these are outside of the range whatever the days add.
    let limit = i128::from(i64::MAX / 800);
    let year = i64::try_from(year.clamp(-limit, limit)).unwrap_or(0);
    let day =
        i128::from(days_from_civil(year, month, 1)) + i128::from(c.day - 1) + i128::from(days);
    let reading = day * 86_400 * NANOS + c.nanos_of_day();
    let Ok(second) = i64::try_from(reading.div_euclid(NANOS)) else {
        return Err(BuiltinError::failed("time outside of valid range"));
    };
    let offset = i128::from(c.zone.at_reading(second)?.seconds);
    safe(heap, reading - offset * NANOS)
}

/// Years, months, days, hours, minutes and seconds between two times, the earlier first.
fn diff(heap: &mut Heap<'_>, args: &[Value], history: Option<History>) -> Outcome {
    let a = moment(heap, at(args, 1), history)?.civil;
    // Both are read off the clock of the first one's zone.
    let b = moment(heap, at(args, 2), history)?.civil.in_zone(a.zone)?;
    let (a, b) = if a.instant() > b.instant() {
        (b, a)
    } else {
        (a, b)
    };
    let mut year = b.year - a.year;
    let mut month = b.month - a.month;
    let mut day = b.day - a.day;
    let mut hour = b.hour - a.hour;
    let mut minute = b.minute - a.minute;
    let mut second = b.second - a.second;
    if second < 0 {
        second += 60;
        minute -= 1;
    }
    if minute < 0 {
        minute += 60;
        hour -= 1;
    }
    if hour < 0 {
        hour += 24;
        day -= 1;
    }
    if day < 0 {
        day += days_in(a.year, a.month);
        month -= 1;
    }
    if month < 0 {
        month += 12;
        year -= 1;
    }
    Ok(integers(heap, &[year, month, day, hour, minute, second]))
}

/// A text in quotes, as Go's `time` shows it.
fn quote(s: &str) -> String {
    let mut out = String::from("\"");
    for b in s.bytes() {
        match b {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(b));
            }
            b' '..=b'~' => out.push(char::from(b)),
            _ => out.push_str(&format!("\\x{b:02x}")),
        }
    }
    out.push('"');
    out
}
