//! `time.*` in zones whose rules have changed: the runtime knows present rules only, and leaves older times to the host.

use kpol_runtime::{
    Heap, Value,
    builtins::{
        BuiltinError, Outcome,
        time::{Offset, with_history},
    },
};

use crate::standard::{Context, Table};

/// The builtins of this category.
pub(crate) const TABLE: Table = &[
    ("time.add_date", |_: &Context<'_>, heap, args| {
        call("time.add_date", heap, args)
    }),
    ("time.clock", |_: &Context<'_>, heap, args| {
        call("time.clock", heap, args)
    }),
    ("time.date", |_: &Context<'_>, heap, args| {
        call("time.date", heap, args)
    }),
    ("time.diff", |_: &Context<'_>, heap, args| {
        call("time.diff", heap, args)
    }),
    ("time.format", |_: &Context<'_>, heap, args| {
        call("time.format", heap, args)
    }),
    ("time.weekday", |_: &Context<'_>, heap, args| {
        call("time.weekday", heap, args)
    }),
];

/// Name, offsets and changes, a line each: its first lines say how.
const ZONES: &str = include_str!("time/zones.tsv");

fn call(name: &str, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    with_history(name, heap, args, offset)
        .unwrap_or_else(|| Err(BuiltinError::failed("not available")))
}

/// What a zone's offset was before its present rule.
fn offset(zone: &str, second: i64) -> Option<Offset> {
    let (offsets, changes) = history(zone)?;
    let mut at = 0_i64;
    let mut current = 0;
    let mut rest = changes;
    while let Some(end) = rest.find(|letter: char| letter.is_ascii_uppercase()) {
        let (since, after) = rest.split_at(end);
        at += i64::from_str_radix(since, 36).ok()?;
        if second < at {
            break;
        }
        let (letter, after) = after.split_at(1);
        current = usize::from(letter.as_bytes().first()? - b'A');
        rest = after;
    }
    let (seconds, name) = offsets.split(',').nth(current)?.split_once(' ')?;
    Some(Offset {
        seconds: seconds.parse().ok()?,
        name,
    })
}

/// The offsets and the changes of a zone.
fn history(zone: &str) -> Option<(&'static str, &'static str)> {
    let line = |zone: &str| {
        ZONES.lines().find_map(|line| {
            let (name, rest) = line.split_once('\t')?;
            (name == zone).then_some(rest)
        })
    };
    let found = line(zone)?;
    match found.strip_prefix('=') {
        Some(other) => line(other)?.split_once('\t'),
        None => found.split_once('\t'),
    }
}
