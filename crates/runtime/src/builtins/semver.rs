//! `semver.compare` and `semver.is_valid`: Semantic Versioning 2.0.0, with an optional `v` before it.

use alloc::format;
use core::cmp::Ordering;

use super::{
    BuiltinError, Outcome, Table,
    operand::{text, text_or_none},
    rego_text::quoted,
};
use crate::{Heap, Value};

pub(super) const TABLE: Table = &[("semver.compare", compare), ("semver.is_valid", is_valid)];

struct Version<'v> {
    numbers: [i64; 3],
    pre_release: &'v str,
}

fn parse(text: &str) -> Option<Version<'_>> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (text, metadata) = match text.split_once('+') {
        Some((text, metadata)) => (text, Some(metadata)),
        None => (text, None),
    };
    let (text, pre_release) = match text.split_once('-') {
        Some((text, pre_release)) => (text, Some(pre_release)),
        None => (text, None),
    };
    let no_zeros = |id: &str| id.len() < 2 || !id.starts_with('0') || !is_number(id);
    if !metadata.is_none_or(is_identifiers)
        || !pre_release.is_none_or(|p| is_identifiers(p) && p.split('.').all(no_zeros))
    {
        return None;
    }
    let mut parts = text.split('.').map(number);
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(Version {
        numbers,
        pre_release: pre_release.unwrap_or(""),
    })
}

fn is_number(s: &str) -> bool {
    !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit())
}

fn number(s: &str) -> Option<i64> {
    let leading_zero = s.len() > 1 && s.starts_with('0');
    if is_number(s) && !leading_zero {
        s.parse().ok()
    } else {
        None
    }
}

fn is_identifiers(s: &str) -> bool {
    s.split('.')
        .all(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

impl Version<'_> {
    fn compare(&self, other: &Version<'_>) -> Ordering {
        self.numbers
            .cmp(&other.numbers)
            .then_with(|| match (self.pre_release, other.pre_release) {
                (a, b) if a == b => Ordering::Equal,
                ("", _) => Ordering::Greater,
                (_, "") => Ordering::Less,
                (a, b) => a
                    .split('.')
                    .map(Identifier::new)
                    .cmp(b.split('.').map(Identifier::new)),
            })
    }
}

/// Numbers come before words; both in their own order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Identifier<'v> {
    /// Digits without leading zeros, by length first: so they compare as numbers of any size.
    Number(usize, &'v str),
    Word(&'v str),
}

impl<'v> Identifier<'v> {
    fn new(s: &'v str) -> Self {
        if is_number(s) {
            Identifier::Number(s.len(), s)
        } else {
            Identifier::Word(s)
        }
    }
}

fn compare(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let a = text(heap, args, 1)?;
    let b = text(heap, args, 2)?;
    let bad = |n: u32, s: &str| {
        BuiltinError::failed(format!(
            "operand {n}: string {} is not a valid SemVer",
            quoted(s)
        ))
    };
    let left = parse(a).ok_or_else(|| bad(1, a))?;
    let right = parse(b).ok_or_else(|| bad(2, b))?;
    let order = left.compare(&right) as i64;
    Ok(heap.integer(order))
}

fn is_valid(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let valid = text_or_none(heap, args).is_some_and(|s| parse(s).is_some());
    Ok(Value::boolean(valid))
}
