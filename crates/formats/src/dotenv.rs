//! `.env`: lines `KEY=value`, with quotes, several lines in quotes, and variables in values.

use kpol_diagnostics::Span;
use kpol_input::{Document, InputError};

use crate::text::Text;
use crate::tree::{Object, Value};

pub(crate) const UNSUPPORTED: Option<&str> = None;

/// Bytes that variables may add, over all of a text.
const EXPANDED_BYTES: usize = 16 << 20;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let (body, skipped) = text.without_mark();
    let mut lines = Lines {
        body,
        at: 0,
        base: skipped,
    };
    let mut root = Object::new();
    let mut budget = EXPANDED_BYTES.saturating_add(text.text.len());
    while let Some((line, start)) = lines.next() {
        let start = start + (line.len() - line.trim_start().len());
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut entry = line.to_owned();
        let mut end = start + line.len();
        if let Some(quote) = open_quote(line) {
            let mut closed = false;
            for (next, at) in lines.by_ref() {
                entry.push('\n');
                entry.push_str(next);
                end = at + next.len();
                if let Some(close) = next.rfind(quote)
                    && !next
                        .get(..close)
                        .is_some_and(|before| before.ends_with('\\'))
                {
                    closed = true;
                    break;
                }
            }
            if !closed {
                return Err(text.error("the quotes are not closed", start..start + line.len()));
            }
        }
        let Some(parts) = Parts::of(&entry) else {
            let message = format!("`{line}` is no `KEY=value`");
            return Err(text.error(message, start..start + line.len()));
        };
        let key = text.span(start + parts.key.0..start + parts.key.1);
        let value = entry.get(parts.value.0..parts.value.1).unwrap_or_default();
        let span = match parts.value {
            (from, to) if from == to => Span::NOWHERE,
            // Behind the first line, breaks may have been two bytes long.
            (from, to) if to > line.len() => text.span(start + from..end),
            (from, to) => text.span(start + from..start + to),
        };
        let name = entry.get(parts.key.0..parts.key.1).unwrap_or_default();
        let value =
            evaluate(value.trim(), &root, text.options.env, &mut budget).ok_or_else(|| {
                let message = "variables stand for too much text";
                text.error(message, start..start + line.len())
            })?;
        root.insert(name.to_owned(), Value::String(value).at(span).member(key));
    }
    let whole = text.span(0..text.text.len());
    text.document(&Value::Object(root).at(whole))
}

/// Lines that end in a line feed, a carriage return, or both, and where they begin.
struct Lines<'a> {
    body: &'a str,
    at: usize,
    base: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (&'a str, usize);

    fn next(&mut self) -> Option<(&'a str, usize)> {
        let rest = self.body.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let len = rest.find(['\r', '\n']).unwrap_or(rest.len());
        let (line, behind) = rest.split_at_checked(len)?;
        let ending = match behind {
            _ if behind.starts_with("\r\n") => 2,
            _ if behind.is_empty() => 0,
            _ => 1,
        };
        self.at += len + ending;
        Some((line, start + self.base))
    }
}

/// The quote that a line's value opens and does not close.
fn open_quote(line: &str) -> Option<char> {
    let delimiter = line.find('=').or_else(|| line.find(':'))?;
    let value = line.get(delimiter + 1..)?.trim();
    let quote = value
        .chars()
        .next()
        .filter(|char| matches!(char, '"' | '\''))?;
    if delimiter == 0 {
        return None;
    }
    let inner = value.get(1..)?.trim();
    match inner.rfind(quote) {
        // The byte in front of the quote, which may be the opening one.
        Some(close) if value.as_bytes().get(close) != Some(&b'\\') => None,
        _ => Some(quote),
    }
}

/// Where the key and the value of an entry are, in bytes.
struct Parts {
    key: (usize, usize),
    value: (usize, usize),
}

const BLANK: [char; 5] = ['\t', '\n', '\u{c}', '\r', ' '];

impl Parts {
    /// `export`? key, `=` or `: `, value or nothing, comment or nothing.
    fn of(entry: &str) -> Option<Parts> {
        let body = entry.trim_start_matches(BLANK);
        let exported = body
            .strip_prefix("export")
            .filter(|rest| rest.starts_with(BLANK))
            .map(|rest| rest.trim_start_matches(BLANK));
        // Without its name, an `export` may be a name itself.
        exported
            .and_then(|body| Parts::of_assignment(entry, body))
            .or_else(|| Parts::of_assignment(entry, body))
    }

    fn of_assignment(entry: &str, body: &str) -> Option<Parts> {
        let word = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '.';
        let rest = body.trim_start_matches(word);
        if rest.len() == body.len() {
            return None;
        }
        let key = (entry.len() - body.len(), entry.len() - rest.len());
        let blank = rest.trim_start_matches(BLANK);
        let value = match blank.strip_prefix('=') {
            Some(value) => value,
            // A colon follows the key at once, and a blank follows it.
            None => rest
                .strip_prefix(':')
                .filter(|rest| rest.starts_with(BLANK))?,
        };
        let value = value.trim_start_matches(BLANK);
        let from = entry.len() - value.len();
        let end = value_end(value)?;
        Some(Parts {
            key,
            value: (from, from + end),
        })
    }
}

/// Where a value ends, if nothing but blanks and a comment follows: a quoted one at the last quote for which that is
/// so, any other one at a comment or the end of the line.
fn value_end(value: &str) -> Option<usize> {
    for quote in ['\'', '"'] {
        if !value.starts_with(quote) {
            continue;
        }
        let mut to = value.len();
        while let Some(close) = value.get(..to).and_then(|text| text.rfind(quote)) {
            if close == 0 {
                break;
            }
            if only_comment(value.get(close + 1..).unwrap_or_default()) {
                return Some(close + 1);
            }
            to = close;
        }
    }
    let end = value.find(['#', '\n']).unwrap_or(value.len());
    let rest = value.get(end..).unwrap_or_default();
    only_comment(rest).then_some(end)
}

/// Whether a text is blank, or a comment that ends with its line.
fn only_comment(text: &str) -> bool {
    let text = text.trim_start_matches(BLANK);
    text.is_empty() || (text.starts_with('#') && !text.contains('\n'))
}

/// The text of a value; `None` when variables stand for too much.
fn evaluate(
    value: &str,
    known: &Object,
    env: fn(&str) -> Option<String>,
    budget: &mut usize,
) -> Option<String> {
    let inner = |quote: char| {
        let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
        Some(inner)
    };
    if let Some(inner) = inner('\'') {
        return Some(inner.to_owned());
    }
    match inner('"') {
        None => expand(value, known, env, budget),
        Some(inner) => {
            let text = inner.replace("\\n", "\n").replace("\\r", "\r");
            expand(&unescape(&text), known, env, budget)
        }
    }
}

/// Backslashes go, but for those in front of a dollar sign.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match chars.peek() {
            Some(next) if char == '\\' && *next != '$' => {
                out.push(*next);
                chars.next();
            }
            _ => out.push(char),
        }
    }
    out
}

/// Puts in the values of `$NAME` and `${NAME}`: of the environment, or of an earlier line.
fn expand(
    text: &str,
    known: &Object,
    env: fn(&str) -> Option<String>,
    budget: &mut usize,
) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let after = from.get(1..).unwrap_or_default();
        let open = usize::from(after.starts_with('{'));
        let body = after.get(open..).unwrap_or_default();
        let upper = |char: char| char.is_ascii_uppercase() || char.is_ascii_digit() || char == '_';
        let tail = body.trim_start_matches(upper);
        let name = body.get(..body.len() - tail.len()).unwrap_or_default();
        let tail = tail.strip_prefix('}').unwrap_or(tail);
        let whole = from.get(..from.len() - tail.len()).unwrap_or_default();
        if let Some(before) = before.strip_suffix('\\') {
            out.push_str(before);
            out.push_str(whole);
        } else {
            out.push_str(before);
            if name.is_empty() {
                out.push_str(whole);
            } else {
                let from_env = env(name);
                let value = match (&from_env, known.get(name).map(|member| &member.node.value)) {
                    (Some(value), _) | (None, Some(Value::String(value))) => value.as_str(),
                    _ => "",
                };
                *budget = budget.checked_sub(value.len())?;
                out.push_str(value);
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    Some(out)
}
