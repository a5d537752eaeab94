//! What the line-based formats share.

use crate::finding::{Finding, Location};
use crate::problem::Problem;
use crate::report::Counts;
use crate::text::plural;

pub(crate) const RED: &str = "31";
pub(crate) const GREEN: &str = "32";
pub(crate) const YELLOW: &str = "33";
pub(crate) const BLUE: &str = "34";
pub(crate) const CYAN: &str = "36";

/// A text in a colour, as conftest paints it.
pub(crate) fn paint(text: &str, colour: &str, on: bool) -> String {
    if on {
        format!("\u{1b}[{colour}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// conftest's summary: what was skipped counts, and is not named.
pub(crate) fn totals(counts: Counts) -> String {
    format!(
        "{}, {} passed, {}, {}, {}",
        plural(counts.tests, "test"),
        counts.passed,
        plural(counts.warnings, "warning"),
        plural(counts.failures, "failure"),
        plural(counts.exceptions, "exception"),
    )
}

/// `file:line:column`.
pub(crate) fn at(place: &Location) -> String {
    format!("{}:{}:{}", place.file, place.line, place.column)
}

/// Where a finding is: its place, else its file.
pub(crate) fn finding_at(finding: &Finding, filename: &str) -> String {
    finding
        .location
        .as_ref()
        .map_or_else(|| filename.to_owned(), at)
}

/// Where a problem is; empty where it has no place.
pub(crate) fn problem_at(problem: &Problem) -> String {
    problem.location.as_ref().map(at).unwrap_or_default()
}

/// The first line of a message.
pub(crate) fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default()
}

/// A string as Go's `%q` writes it.
pub(crate) fn go_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            char if char < ' ' || char == '\u{7f}' => {
                out.push_str(&format!("\\x{:02x}", u32::from(char)));
            }
            char if char.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(char))),
            char => out.push(char),
        }
    }
    out.push('"');
    out
}
