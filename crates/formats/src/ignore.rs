//! `.gitignore`, `.dockerignore`: a list of entries, one for each line, inside of a list.

use kpol_diagnostics::Span;
use kpol_input::{Document, InputError};

use crate::text::Text;
use crate::tree::{Node, Object, Value};

pub(crate) const UNSUPPORTED: Option<&str> = None;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let mut entries = Vec::new();
    let mut start = 0;
    for line in text.text.split('\n') {
        entries.push(entry(text, line, start));
        start += line.len() + 1;
    }
    let whole = text.span(0..text.text.len());
    // The outer list makes the file one input, where arrays are split.
    let list = Value::Array(entries).at(whole);
    text.document(&Value::Array(vec![list]).at(whole))
}

fn entry(text: &Text<'_>, line: &str, start: usize) -> Node {
    let pattern = trim_spaces(line);
    let (kind, value) = if pattern.is_empty() {
        ("Empty", line.to_owned())
    } else if let Some(comment) = pattern.strip_prefix('#') {
        ("Comment", comment.trim().to_owned())
    } else if let Some(path) = pattern.strip_prefix('!') {
        ("NegatedPath", unescape(path))
    } else {
        ("Path", unescape(pattern))
    };
    let span = text.span(start..start + line.trim_end_matches('\r').len());
    let members = [
        ("Kind", kind.to_owned()),
        ("Value", value),
        ("Original", line.to_owned()),
    ];
    let object: Object = members
        .into_iter()
        .map(|(key, value)| {
            let node = Value::String(value).at(span);
            (key.to_owned(), node.member(Span::NOWHERE))
        })
        .collect();
    Value::Object(object).at(span)
}

/// Without the spaces at the end; one behind a backslash stays.
fn trim_spaces(line: &str) -> &str {
    let trimmed = line.trim_end_matches(' ');
    if trimmed.ends_with('\\') {
        return line.get(..trimmed.len() + 1).unwrap_or(trimmed);
    }
    trimmed
}

/// Without backslashes, but for those behind one.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.push(char);
        } else if chars.next_if_eq(&'\\').is_some() {
            out.push('\\');
        }
    }
    out
}
