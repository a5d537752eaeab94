//! CODEOWNERS: the list of rules with their owners.

use kpol_diagnostics::Span;
use kpol_input::{Document, InputError};

use crate::text::Text;
use crate::tree::{Node, Object, Value};

pub(crate) const UNSUPPORTED: Option<&str> = None;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let mut rules = Vec::new();
    let mut start = 0;
    let mut number = 0;
    for line in text.text.split_inclusive('\n') {
        number += 1;
        let at = start + (line.len() - line.trim_start().len());
        start += line.len();
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') {
            rules.push(rule(text, line, at, number)?);
        }
    }
    let whole = text.span(0..text.text.len());
    let rules = match rules.is_empty() {
        true => Value::Null,
        false => Value::Array(rules),
    };
    let root = object([("rules", rules.at(whole))]);
    text.document(&root.at(whole))
}

fn object<const N: usize>(members: [(&str, Node); N]) -> Value {
    let member = |(key, node): (&str, Node)| (key.to_owned(), node.member(Span::NOWHERE));
    Value::Object(members.into_iter().map(member).collect::<Object>())
}

fn rule(text: &Text<'_>, line: &str, start: usize, number: i64) -> Result<Node, InputError> {
    let at = |from: usize, to: usize| text.span(start + from..start + to);
    let unexpected = |char: char, from: usize| {
        let range = start + from..start + from + char.len_utf8();
        Err(text.error(format!("unexpected character '{char}'"), range))
    };
    // A comment begins anywhere: also inside of a pattern.
    let (rule, comment) = match line.split_once('#') {
        Some((rule, comment)) => (rule, comment.trim()),
        None => (line, ""),
    };
    let mut escaped = false;
    let mut end = rule.len();
    for (from, char) in rule.char_indices() {
        let blank = matches!(char, ' ' | '\t');
        if blank && !escaped {
            end = from;
            break;
        }
        let known = char.is_ascii_alphanumeric() || "*?./@_+-\\()".contains(char);
        if !known && !blank {
            return unexpected(char, from);
        }
        escaped = char == '\\';
    }
    let pattern = rule.get(..end).unwrap_or_default();
    if pattern.is_empty() {
        return Err(text.error("the rule has no pattern", start..start + line.len()));
    }
    if pattern.contains("***") {
        return Err(text.error("a pattern cannot contain `***`", start..start + end));
    }
    let mut owners = Vec::new();
    let mut from = end;
    for word in rule.get(end..).unwrap_or_default().split([' ', '\t']) {
        if !word.is_empty() {
            let known = |char: char| char.is_ascii_alphanumeric() || "._@/%+-".contains(char);
            if let Some((at, char)) = word.char_indices().find(|(_, char)| !known(*char)) {
                return unexpected(char, from + at);
            }
            let Some((kind, value)) = owner(word) else {
                let range = start + from..start + from + word.len();
                return Err(text.error(format!("`{word}` is no owner"), range));
            };
            let span = at(from, from + word.len());
            owners.push(
                object([
                    ("type", Value::string(kind).at(span)),
                    ("value", Value::string(value).at(span)),
                ])
                .at(span),
            );
        }
        from += word.len() + 1;
    }
    let span = at(0, line.len());
    Ok(object([
        ("pattern", Value::string(pattern).at(at(0, end))),
        ("owners", Value::Array(owners).at(span)),
        ("comment", Value::string(comment).at(span)),
        ("lineNumber", Value::Integer(number).at(span)),
    ])
    .at(span))
}

/// What an owner is, and its name.
fn owner(word: &str) -> Option<(&'static str, &str)> {
    let of = |text: &str, others: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|char| char.is_ascii_alphanumeric() || others.contains(char))
    };
    if let Some(name) = word.strip_prefix('@') {
        return match name.split_once('/') {
            Some((group, team)) => (of(group, "-") && of(team, "_-")).then_some(("team", name)),
            None => of(name, "-_").then_some(("username", name)),
        };
    }
    let (local, domain) = word.split_once('@')?;
    let (host, top) = domain.rsplit_once('.')?;
    let letters =
        top.len() >= 2 && top.len() <= 6 && top.chars().all(|char| char.is_ascii_alphabetic());
    (of(local, "._%+-") && of(host, ".-") && letters).then_some(("email", word))
}
