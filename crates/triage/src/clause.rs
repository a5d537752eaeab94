//! What an exception says in a comment or an annotation: `RULE[, RULE]… [until YYYY-MM-DD]: reason`.

use std::fmt;
use std::str::FromStr;

use globset::GlobMatcher;

/// A day, as `2027-03-01`; ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The last day that can be written.
    pub const LAST: Date = Date {
        year: 9999,
        month: 12,
        day: 31,
    };

    /// A day of the proleptic Gregorian calendar, if there is such a day.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (1..=days)
            .contains(&day)
            .then_some(Date { year, month, day })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = ClauseError;

    fn from_str(text: &str) -> Result<Date, ClauseError> {
        let part = |range: std::ops::Range<usize>| {
            let part = text.get(range)?;
            part.bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| part.parse::<u16>().ok())?
        };
        let shaped = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
        let date = shaped
            .then(|| {
                let month = u8::try_from(part(5..7)?).ok()?;
                let day = u8::try_from(part(8..10)?).ok()?;
                Date::new(part(0..4)?, month, day)
            })
            .flatten();
        date.ok_or_else(|| ClauseError::Date(text.to_owned()))
    }
}

/// Why an exception is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClauseError {
    /// It names no rule.
    #[error("an exception names the rules that it is for")]
    NoRule,
    /// It has no reason.
    #[error("an exception says why")]
    NoReason,
    /// There is no such day.
    #[error("`{0}` is no day: days are written as 2027-03-01")]
    Date(String),
    /// A rule's name is no pattern.
    #[error("`{0}` is no rule id: {1}")]
    Rule(String, String),
}

impl ClauseError {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "exception-invalid"
    }
}

/// The id of a rule, in which `*` stands for anything.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    text: String,
    matcher: GlobMatcher,
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Result<Pattern, ClauseError> {
        let glob = globset::GlobBuilder::new(text)
            .literal_separator(false)
            .build();
        match glob {
            Ok(glob) => Ok(Pattern {
                text: text.to_owned(),
                matcher: glob.compile_matcher(),
            }),
            Err(error) => Err(ClauseError::Rule(text.to_owned(), error.kind().to_string())),
        }
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        self.text == name || self.matcher.is_match(name)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// Which rules do not count, until when, and why.
#[derive(Clone, Debug)]
pub struct Clause {
    pub(crate) rules: Vec<Pattern>,
    /// The last day that it holds.
    pub until: Option<Date>,
    /// Why.
    pub reason: String,
}

impl FromStr for Clause {
    type Err = ClauseError;

    fn from_str(text: &str) -> Result<Clause, ClauseError> {
        // Ids of rules may have colons of their own: the reason begins behind the first that a space follows, or ends it.
        let (head, reason) = match text.split_once(": ") {
            Some((head, reason)) => (head, reason.trim()),
            None => (text.trim_end().trim_end_matches(':'), ""),
        };
        let mut words = head
            .split(|char: char| char == ',' || char.is_whitespace())
            .filter(|word| !word.is_empty());
        let mut rules = Vec::new();
        let mut until = None;
        while let Some(word) = words.next() {
            if word == "until" {
                until = Some(words.next().unwrap_or_default().parse()?);
                if let Some(more) = words.next() {
                    return Err(ClauseError::Date(more.to_owned()));
                }
            } else {
                rules.push(Pattern::new(word)?);
            }
        }
        if rules.is_empty() {
            return Err(ClauseError::NoRule);
        }
        if reason.is_empty() {
            return Err(ClauseError::NoReason);
        }
        Ok(Clause {
            rules,
            until,
            reason: reason.to_owned(),
        })
    }
}
