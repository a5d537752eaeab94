//! Dates of the Gregorian calendar, extended to all years.

use super::{
    super::BuiltinError,
    zone::{Offset, Zone},
};

/// Nanoseconds in a second.
pub(super) const NANOS: i128 = 1_000_000_000;

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// A time as a calendar and a clock in a zone show it.
#[derive(Clone, Copy)]
pub(super) struct Civil {
    pub(super) year: i64,
    /// From 1.
    pub(super) month: i64,
    /// From 1.
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) nanosecond: i64,
    /// From 1.
    pub(super) year_day: i64,
    /// Days since Sunday.
    pub(super) weekday: i64,
    /// The offset at this time.
    pub(super) offset: Offset,
    pub(super) zone: Zone,
}

impl Civil {
    /// What a clock in a zone shows at a time in nanoseconds since the epoch.
    pub(super) fn at(nanos: i64, zone: Zone) -> Result<Civil, BuiltinError> {
        let offset = zone.at(i64::try_from(i128::from(nanos).div_euclid(NANOS)).unwrap_or(0))?;
        let local = i128::from(nanos) + i128::from(offset.seconds) * NANOS;
        // Both quotients are small: the dividend is little more than 64 bits.
        let whole = i64::try_from(local.div_euclid(NANOS)).unwrap_or(0);
        let nanosecond = i64::try_from(local.rem_euclid(NANOS)).unwrap_or(0);
        let days = whole.div_euclid(86_400);
        let seconds = whole.rem_euclid(86_400);
        let (year, month, day) = civil_from_days(days);
        Ok(Civil {
            year,
            month,
            day,
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            nanosecond,
            year_day: days - days_from_civil(year, 1, 1) + 1,
            weekday: (days + 4).rem_euclid(7),
            offset,
            zone,
        })
    }

    pub(super) fn weekday_name(&self) -> &'static str {
        name(&WEEKDAYS, self.weekday)
    }

    pub(super) fn month_name(&self) -> &'static str {
        name(&MONTHS, self.month - 1)
    }

    /// Nanoseconds since midnight.
    pub(super) fn nanos_of_day(&self) -> i128 {
        let seconds = self.hour * 3600 + self.minute * 60 + self.second;
        i128::from(seconds) * NANOS + i128::from(self.nanosecond)
    }

    /// Nanoseconds since the epoch.
    pub(super) fn instant(&self) -> i128 {
        let days = i128::from(days_from_civil(self.year, self.month, self.day));
        days * 86_400 * NANOS + self.nanos_of_day() - i128::from(self.offset.seconds) * NANOS
    }

    /// The same time on the clock of another zone.
    pub(super) fn in_zone(&self, zone: Zone) -> Result<Civil, BuiltinError> {
        Civil::at(i64::try_from(self.instant()).unwrap_or(0), zone)
    }
}

fn name(names: &[&'static str], i: i64) -> &'static str {
    usize::try_from(i)
        .ok()
        .and_then(|i| names.get(i))
        .copied()
        .unwrap_or("")
}

/// Days since the epoch. A month's days may go beyond its end.
pub(super) const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March put the leap day last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let month = (month + 9) % 12;
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The year of a second since the epoch.
pub(super) const fn year_of(second: i64) -> i64 {
    civil_from_days(second.div_euclid(86_400)).0
}

/// Year, month and day of a day since the epoch.
const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + (month <= 2) as i64;
    (year, month, day)
}

pub(super) const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(super) const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
