//! Examples of what rules find: from the project's own manifests, each of which exists bad and put right.

use kpol_library::texts::{self, Expected};
use similar::{ChangeTag, DiffTag, TextDiff};

/// Lines of a manifest, and how they are put right.
pub(super) struct Example {
    /// What is found, with the message at its line.
    pub(super) found: String,
    /// What changes, as a diff without a head.
    pub(super) fix: String,
}

/// Lines shown in front of and behind the line that a finding points at.
const CONTEXT: usize = 3;

/// The example of a rule of the library, if there is one.
pub(super) fn of(id: &str) -> Option<Example> {
    let Expected {
        bad,
        good,
        line,
        message,
    } = texts::example(id)?;
    let lines: Vec<&str> = bad.lines().collect();
    let at = line.checked_sub(1)?;
    let first = at.saturating_sub(CONTEXT);
    let mut found = String::new();
    for (number, text) in lines.iter().enumerate().skip(first).take(2 * CONTEXT + 1) {
        found.push_str(text);
        found.push('\n');
        if number == at {
            let indent = text.len() - text.trim_start().len();
            found.push_str(&format!("{}# ^ {message}\n", " ".repeat(indent)));
        }
    }
    Some(Example {
        found,
        fix: fix(bad, good, at)?,
    })
}

/// The change that is nearest to a line, with lines around it. Names and digests of images differ between bad and good
/// examples and are no part of the fix.
fn fix(bad: &str, good: &str, at: usize) -> Option<String> {
    let diff = TextDiff::from_lines(bad, good);
    let mut best: Option<(usize, String)> = None;
    for group in diff.grouped_ops(2) {
        let changes = || group.iter().filter(|op| op.tag() != DiffTag::Equal);
        let Some(distance) = changes()
            .map(|op| {
                let range = op.old_range();
                let before = range.start.saturating_sub(at);
                let behind = at.saturating_sub(range.end.saturating_sub(1).max(range.start));
                // A finding about something missing points in front of where it belongs.
                before + 4 * behind
            })
            .min()
        else {
            continue;
        };
        if best.as_ref().is_some_and(|(known, _)| *known <= distance) {
            continue;
        }
        let mut text = String::new();
        for op in &group {
            for change in diff.iter_changes(op) {
                text.push(match change.tag() {
                    ChangeTag::Delete => '-',
                    ChangeTag::Insert => '+',
                    ChangeTag::Equal => ' ',
                });
                text.push_str(change.value().trim_end_matches('\n'));
                text.push('\n');
            }
        }
        best = Some((distance, text));
    }
    best.map(|(_, text)| text)
}
