//! Time zones by their present rules. The guest carries no history of zones: a time before a zone's present rule
//! is left to the host, not guessed.

use alloc::format;

use super::{
    super::BuiltinError,
    civil::{days_from_civil, days_in, is_leap, year_of},
};

/// Name, first second of the rule, and rule, a line each.
const TABLE: &str = include_str!("zones.tsv");

/// An offset from universal time with its abbreviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offset {
    /// Seconds east of Greenwich.
    pub seconds: i64,
    /// The abbreviation.
    pub name: &'static str,
}

/// What a zone's offset was at a second since the epoch, before the zone's present rule.
pub type History = fn(zone: &str, second: i64) -> Option<Offset>;

/// Universal time.
const UTC_OFFSET: Offset = Offset {
    seconds: 0,
    name: "UTC",
};

/// A zone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Zone {
    standard: Offset,
    summer: Option<Summer>,
    /// The first second that the rule is known to hold in.
    since: i64,
    /// Where to look for what was before.
    history: Option<History>,
    name: &'static str,
}

/// The part of the year with another offset.
#[derive(Debug, Clone, Copy)]
struct Summer {
    offset: Offset,
    start: Day,
    end: Day,
}

/// A day of each year, and the seconds after its midnight, by the clock that is in force before.
#[derive(Debug, Clone, Copy)]
struct Day {
    date: Date,
    seconds: i64,
}

#[derive(Debug, Clone, Copy)]
enum Date {
    /// The weekday's occurrence in a month; the fifth is the last one.
    Weekday { month: i64, week: i64, day: i64 },
    /// From 1; the 29th of February is not counted.
    Julian(i64),
    /// From 0; the 29th of February is counted.
    OfYear(i64),
}

/// Universal time.
pub(super) const UTC: Zone = Zone {
    standard: UTC_OFFSET,
    summer: None,
    since: i64::MIN,
    history: None,
    name: "UTC",
};

/// The zone with a name of the zone database. A guest's local time is UTC.
pub(super) fn find(name: &str, history: Option<History>) -> Result<Zone, BuiltinError> {
    if matches!(name, "" | "UTC" | "Local") {
        return Ok(UTC);
    }
    let unknown = || BuiltinError::failed(format!("unknown time zone {name}"));
    let line = TABLE.lines().find_map(|line| {
        let (zone, rest) = line.split_once('\t')?;
        (zone == name && !line.starts_with('#')).then_some((zone, rest))
    });
    let (name, rest) = line.ok_or_else(unknown)?;
    rest.split_once('\t')
        .and_then(|(since, rule)| Some((since.parse().ok()?, rule)))
        .and_then(|(since, rule)| parse(name, since, rule))
        .map(|zone| Zone { history, ..zone })
        .ok_or_else(unknown)
}

impl Zone {
    /// The offset at a second since the epoch.
    pub(super) fn at(&self, second: i64) -> Result<Offset, BuiltinError> {
        if second < self.since {
            let known = self.history.and_then(|history| history(self.name, second));
            return known.ok_or_else(|| {
                BuiltinError::elsewhere(format!("time zone {} is not known so early", self.name))
            });
        }
        let Some(summer) = self.summer else {
            return Ok(self.standard);
        };
        let year = year_of(second + self.standard.seconds);
        let start = summer.start.second(year) - self.standard.seconds;
        let end = summer.end.second(year) - summer.offset.seconds;
        let is_summer = if start < end {
            start <= second && second < end
        } else {
            second < end || start <= second
        };
        Ok(if is_summer {
            summer.offset
        } else {
            self.standard
        })
    }

    /// The offset that a clock's reading is to be taken with: a reading is given as the second that it would be in
    /// universal time.
    pub(super) fn at_reading(&self, reading: i64) -> Result<Offset, BuiltinError> {
        let guess = self.at(reading)?;
        if guess.seconds == 0 {
            return Ok(guess);
        }
        self.at(reading - guess.seconds)
    }
}

impl Day {
    /// The second in a year at which the day's moment comes, by its own clock.
    fn second(self, year: i64) -> i64 {
        let day = match self.date {
            Date::Weekday { month, week, day } => {
                let first = days_from_civil(year, month, 1);
                let offset = (day - (first + 4)).rem_euclid(7);
                let mut n = offset + (week - 1) * 7;
                while n >= days_in(year, month) {
                    n -= 7;
                }
                first + n
            }
            Date::Julian(n) => {
                let leap = i64::from(is_leap(year) && n >= 60);
                days_from_civil(year, 1, 1) + n - 1 + leap
            }
            Date::OfYear(n) => days_from_civil(year, 1, 1) + n,
        };
        day * 86_400 + self.seconds
    }
}

/// Reads a rule: `CET-1CEST,M3.5.0,M10.5.0/3`.
fn parse(name: &'static str, since: i64, rule: &'static str) -> Option<Zone> {
    let mut parts = rule.split(',');
    let (standard, rest) = abbreviation(parts.next()?)?;
    let (seconds, rest) = clock(rest)?;
    let standard = Offset {
        seconds: -seconds,
        name: standard,
    };
    let mut zone = Zone {
        standard,
        summer: None,
        since,
        history: None,
        name,
    };
    if rest.is_empty() {
        return Some(zone);
    }
    let (summer, rest) = abbreviation(rest)?;
    let seconds = match rest {
        "" => standard.seconds + 3600,
        rest => -clock(rest).filter(|(_, rest)| rest.is_empty())?.0,
    };
    zone.summer = Some(Summer {
        offset: Offset {
            seconds,
            name: summer,
        },
        start: day(parts.next()?)?,
        end: day(parts.next()?)?,
    });
    Some(zone)
}

/// Letters, or anything in angle brackets, and what follows.
fn abbreviation(text: &'static str) -> Option<(&'static str, &'static str)> {
    if let Some(rest) = text.strip_prefix('<') {
        return rest.split_once('>');
    }
    let end = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    text.split_at_checked(end)
        .filter(|(name, _)| !name.is_empty())
}

/// `[+-]h[:mm[:ss]]` in seconds, and what follows.
fn clock(text: &str) -> Option<(i64, &str)> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = unsigned
        .find(|c: char| !(c.is_ascii_digit() || c == ':'))
        .unwrap_or(unsigned.len());
    let (digits, rest) = unsigned.split_at_checked(end)?;
    let mut seconds = 0;
    let mut unit = 3600;
    for part in digits.split(':') {
        seconds += part.parse::<i64>().ok()? * unit;
        unit /= 60;
    }
    Some((sign * seconds, rest))
}

fn day(text: &str) -> Option<Day> {
    let (date, seconds) = match text.split_once('/') {
        Some((date, time)) => (date, clock(time).filter(|(_, rest)| rest.is_empty())?.0),
        None => (text, 2 * 3600),
    };
    let date = if let Some(rest) = date.strip_prefix('M') {
        let mut numbers = rest.split('.').map(str::parse::<i64>);
        Date::Weekday {
            month: numbers.next()?.ok()?,
            week: numbers.next()?.ok()?,
            day: numbers.next()?.ok()?,
        }
    } else if let Some(rest) = date.strip_prefix('J') {
        Date::Julian(rest.parse().ok()?)
    } else {
        Date::OfYear(date.parse().ok()?)
    };
    Some(Day { date, seconds })
}
