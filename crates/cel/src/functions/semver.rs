//! Versions, as semver.org has them.

use std::cmp::Ordering;

use super::{Found, Function, failed, shared, truth};
use crate::eval::Budget;
use crate::value::Value;

/// A version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Semver {
    numbers: [u64; 3],
    pre: Vec<Identifier>,
}

/// Numbers are before texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    Number(u64),
    Text(String),
}

impl Semver {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("Version string empty".to_owned());
        }
        let mut parts = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err("No Major.Minor.Patch elements found".to_owned());
        };
        let (rest, build) = rest
            .split_once('+')
            .map_or((rest, None), |(r, b)| (r, Some(b)));
        let (patch, pre) = rest
            .split_once('-')
            .map_or((rest, None), |(p, e)| (p, Some(e)));
        let numbers = [
            plain(major, "Major", "major")?,
            plain(minor, "Minor", "minor")?,
            plain(patch, "Patch", "patch")?,
        ];
        let pre = match pre {
            None => Vec::new(),
            Some(pre) => pre.split('.').map(identifier).collect::<Result<_, _>>()?,
        };
        for part in build.into_iter().flat_map(|build| build.split('.')) {
            if part.is_empty() {
                return Err("Build meta data is empty".to_owned());
            }
            if !is_identifier(part) {
                return Err(format!(
                    "Invalid character(s) found in build meta data {part:?}"
                ));
            }
        }
        Ok(Self { numbers, pre })
    }

    /// A text that is almost a version: with a `v`, with zeros in front of numbers, or with fewer than three.
    fn parse_tolerant(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut parts: Vec<String> = text.splitn(3, '.').map(str::to_owned).collect();
        for part in &mut parts {
            let short = part.trim_start_matches('0');
            *part = match short.chars().next() {
                Some(c) if c.is_ascii_digit() => short.to_owned(),
                _ if part.starts_with('0') => format!("0{short}"),
                _ => part.clone(),
            };
        }
        if parts.len() < 3 && parts.last().is_some_and(|last| last.contains(['+', '-'])) {
            return Err("short version cannot contain PreRelease/Build meta data".to_owned());
        }
        while parts.len() < 3 {
            parts.push("0".to_owned());
        }
        Self::parse(&parts.join("."))
    }

    /// The order of two versions: what they were built from does not count.
    pub fn cmp_precedence(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| {
            // A version before a release is smaller than the release.
            match (self.pre.is_empty(), other.pre.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => self.pre.cmp(&other.pre),
            }
        })
    }
}

fn is_identifier(part: &str) -> bool {
    part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// A number without zeros in front.
fn plain(part: &str, name: &str, small: &str) -> Result<u64, String> {
    if !part.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!(
            "Invalid character(s) found in {small} number {part:?}"
        ));
    }
    if part.len() > 1 && part.starts_with('0') {
        return Err(format!(
            "{name} number must not contain leading zeroes {part:?}"
        ));
    }
    part.parse().map_err(|_| {
        let why = if part.is_empty() {
            "invalid syntax"
        } else {
            "value out of range"
        };
        format!("strconv.ParseUint: parsing {part:?}: {why}")
    })
}

fn identifier(part: &str) -> Result<Identifier, String> {
    if part.is_empty() {
        return Err("Prerelease is empty".to_owned());
    }
    if part.bytes().all(|b| b.is_ascii_digit()) {
        if part.len() > 1 && part.starts_with('0') {
            return Err(format!(
                "Numeric PreRelease version must not contain leading zeroes {part:?}"
            ));
        }
        return match part.parse() {
            Ok(number) => Ok(Identifier::Number(number)),
            Err(_) => Err(format!(
                "strconv.ParseUint: parsing {part:?}: value out of range"
            )),
        };
    }
    if !is_identifier(part) {
        return Err(format!("Invalid character(s) found in prerelease {part:?}"));
    }
    Ok(Identifier::Text(part.to_owned()))
}

fn parsed(args: &[Value]) -> Option<Result<Semver, String>> {
    match args {
        [Value::String(s)] | [Value::String(s), Value::Bool(false)] => Some(Semver::parse(s)),
        [Value::String(s), Value::Bool(true)] => Some(Semver::parse_tolerant(s)),
        _ => None,
    }
}

fn make(args: &[Value], _: &Budget) -> Found {
    match parsed(args)? {
        Ok(version) => Some(Ok(Value::Semver(shared(version)))),
        Err(why) => failed(why),
    }
}

fn is_semver(args: &[Value], _: &Budget) -> Found {
    truth(parsed(args)?.is_ok())
}

fn part(args: &[Value], at: usize) -> Found {
    match args {
        [Value::Semver(version)] => {
            let n = version.numbers.get(at).copied().unwrap_or(0);
            Some(Ok(Value::Int(i64::try_from(n).unwrap_or(i64::MAX))))
        }
        _ => None,
    }
}

pub(super) static TABLE: &[Function] = &[
    Function::global("semver", 1, make),
    Function::global("semver", 2, make),
    Function::global("isSemver", 1, is_semver),
    Function::global("isSemver", 2, is_semver),
    Function::member("major", 1, |args, _| part(args, 0)),
    Function::member("minor", 1, |args, _| part(args, 1)),
    Function::member("patch", 1, |args, _| part(args, 2)),
];

fn order(args: &[Value]) -> Option<Ordering> {
    match args {
        [Value::Semver(a), Value::Semver(b)] => Some(a.cmp_precedence(b)),
        _ => None,
    }
}

pub(super) fn is_greater(args: &[Value], _: &Budget) -> Found {
    truth(order(args)? == Ordering::Greater)
}

pub(super) fn is_less(args: &[Value], _: &Budget) -> Found {
    truth(order(args)? == Ordering::Less)
}

pub(super) fn compare_to(args: &[Value], _: &Budget) -> Found {
    Some(Ok(Value::Int(order(args)? as i64)))
}
