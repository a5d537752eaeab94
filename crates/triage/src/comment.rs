//! Exceptions in comments: `# kpol:ignore RULE until 2027-03-01: reason`.
//!
//! Behind other text of a line it is for that line. On a line of its own it is for what the next line begins: a whole
//! document if that is its first line, else, in YAML, everything that is indented below it.

use kpol_diagnostics::{SourceId, SourceMap, Span};
use kpol_findings::Problem;

use crate::clause::Clause;
use crate::waiver::{Scope, Waiver, invalid};

/// What a comment with an exception begins with.
pub const MARK: &str = "kpol:ignore";

/// The exceptions in the comments of a text. `indented` says whether indentation has a meaning in it, as in YAML.
#[must_use]
pub fn comments(
    sources: &SourceMap,
    source: SourceId,
    indented: bool,
) -> (Vec<Waiver>, Vec<Problem>) {
    let text = sources.text(source);
    let mut waivers = Vec::new();
    let mut problems = Vec::new();
    if !text.contains(MARK) {
        return (waivers, problems);
    }
    let lines: Vec<Line<'_>> = lines(text);
    for (at, line) in lines.iter().enumerate() {
        let Some((before, clause)) = marked(line.text) else {
            continue;
        };
        let start = line.start + (line.text.len() - clause.len());
        let span = Span::new(
            source,
            offset(line.start + before.len()),
            offset(line.start + line.text.len()),
        );
        let scope = if before.trim().is_empty() {
            below(&lines, at, indented)
        } else {
            let line = number(at);
            Scope::Lines {
                first: line,
                last: line,
            }
        };
        match clause.parse::<Clause>() {
            Ok(clause) => waivers.push(Waiver::new(clause, scope, "comment", sources, span)),
            Err(error) => {
                let span = Span::new(source, offset(start), span.end);
                problems.push(invalid(sources, &error, span));
            }
        }
    }
    (waivers, problems)
}

struct Line<'t> {
    text: &'t str,
    start: usize,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        lines.push(Line {
            text: line.trim_end_matches(['\n', '\r']),
            start,
        });
        start += line.len();
    }
    lines
}

fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// The number of the line with an index.
fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1)
}

/// What stands in front of a comment's sign, and what behind the mark.
fn marked(line: &str) -> Option<(&str, &str)> {
    let at = line.find(MARK)?;
    let (before, rest) = line.split_at(at);
    let clause = rest.get(MARK.len()..)?;
    if !clause.is_empty() && !clause.starts_with([' ', '\t', ':']) {
        return None;
    }
    let before = before.trim_end();
    let before = ["#", "//", ";", "<!--", "/*"]
        .iter()
        .find_map(|sign| before.strip_suffix(sign))?;
    // A sign in the middle of a word begins no comment.
    if !before.is_empty() && !before.ends_with([' ', '\t']) {
        return None;
    }
    let clause = clause.trim_start_matches(':').trim();
    let clause = ["-->", "*/"]
        .iter()
        .find_map(|end| clause.strip_suffix(end))
        .unwrap_or(clause);
    Some((before, clause.trim()))
}

/// Whether a line has nothing of the document in it: blank ones, comments, and what templates have between documents.
fn is_empty(text: &str) -> bool {
    let text = text.trim();
    let commented = ["#", "//", "{{", "%"]
        .iter()
        .any(|sign| text.starts_with(sign));
    text.is_empty() || commented
}

fn ends_document(text: &str) -> bool {
    text.strip_prefix("---")
        .or_else(|| text.strip_prefix("..."))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

fn indentation(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

/// What a comment on a line of its own is for.
fn below(lines: &[Line<'_>], at: usize, indented: bool) -> Scope {
    let texts = || lines.iter().enumerate().map(|(at, line)| (at, line.text));
    // A document's marker may stand between the comment and what it is for.
    let next = texts()
        .skip(at + 1)
        .find(|(_, text)| !is_empty(text) && !ends_document(text));
    let Some((next, first)) = next else {
        return Scope::Lines {
            first: number(at),
            last: number(lines.len()),
        };
    };
    let is_first = texts()
        .take(next)
        .rev()
        .take_while(|(_, text)| !ends_document(text))
        .all(|(_, text)| is_empty(text));
    if is_first {
        let end = texts()
            .skip(next)
            .find(|(_, text)| indented && ends_document(text));
        return Scope::Lines {
            first: number(next),
            last: end.map_or(number(lines.len()), |(at, _)| number(at)),
        };
    }
    let mut last = next;
    if indented {
        let depth = indentation(first);
        let item = first.trim_start().starts_with('-');
        for (at, text) in texts().skip(next + 1) {
            if is_empty(text) {
                continue;
            }
            let own = indentation(text);
            // The items of a list may stand as deep as the key that it belongs to.
            let list = own == depth && !item && text.trim_start().starts_with("- ");
            if ends_document(text) || (own <= depth && !list) {
                break;
            }
            last = at;
        }
    }
    Scope::Lines {
        first: number(next),
        last: number(last),
    }
}
