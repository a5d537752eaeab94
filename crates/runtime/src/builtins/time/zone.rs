//! Time zones. The guest carries no zone database: it knows the names of UTC and the zones of fixed offset.

use alloc::format;

use super::super::BuiltinError;

/// A zone with one offset.
#[derive(Clone, Copy)]
pub(super) struct Zone {
    /// Seconds east of Greenwich.
    pub(super) offset: i64,
    /// Its abbreviation; empty where Go shows the offset.
    pub(super) name: &'static str,
}

/// Universal time.
pub(super) const UTC: Zone = Zone {
    offset: 0,
    name: "UTC",
};

/// The zone with a name of the zone database.
pub(super) fn find(name: &str) -> Result<Zone, BuiltinError> {
    let offset = match name {
        // A guest's local time is UTC.
        "" | "UTC" | "Local" | "Etc/UTC" | "Etc/UCT" | "Etc/Universal" | "Etc/Zulu" | "UCT"
        | "Universal" | "Zulu" => return Ok(UTC),
        "GMT" | "GMT0" | "GMT+0" | "GMT-0" | "Greenwich" | "Etc/GMT" | "Etc/GMT0" | "Etc/GMT+0"
        | "Etc/GMT-0" | "Etc/Greenwich" => {
            return Ok(Zone {
                offset: 0,
                name: "GMT",
            });
        }
        _ => name.strip_prefix("Etc/GMT").and_then(fixed),
    };
    match offset {
        Some(offset) => Ok(Zone { offset, name: "" }),
        None => Err(BuiltinError::failed(format!("unknown time zone {name}"))),
    }
}

/// `+5` lies five hours west of Greenwich.
fn fixed(text: &str) -> Option<i64> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (-3600, digits),
        ("-", digits) => (3600, digits),
        _ => return None,
    };
    let hours: i64 = digits.parse().ok()?;
    let limit = if sign < 0 { 12 } else { 14 };
    ((1..=limit).contains(&hours) && !digits.starts_with(['0', '+'])).then_some(sign * hours)
}
