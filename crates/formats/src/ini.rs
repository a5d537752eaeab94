//! INI, by the rules of the library that conftest uses: continuation lines, several kinds of quotes, comments behind
//! values. Keys in front of the first section do not count, and values that look like numbers or booleans are such.

use kpol_diagnostics::Span;
use kpol_input::{Document, InputError};

use crate::gotypes::{parse_bool, parse_float};
use crate::text::Text;
use crate::tree::{Node, Object, Value};

pub(crate) const UNSUPPORTED: Option<&str> = None;

/// The section that has no header.
const DEFAULT: &str = "DEFAULT";

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let (body, skipped) = text.without_mark();
    let mut reader = Reader {
        text,
        body,
        skipped,
        at: 0,
    };
    let root = reader.file()?;
    text.document(&Value::Object(root).at(text.span(0..text.text.len())))
}

struct Reader<'t, 'a> {
    text: &'t Text<'a>,
    body: &'a str,
    skipped: usize,
    /// Where the next line begins.
    at: usize,
}

impl<'a> Reader<'_, 'a> {
    /// The next line with its line feed, and where it begins.
    fn line(&mut self) -> Option<(&'a str, usize)> {
        let rest = self.body.get(self.at..).filter(|rest| !rest.is_empty())?;
        let len = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let start = self.at;
        self.at += len;
        Some((rest.get(..len).unwrap_or(rest), start))
    }

    fn span(&self, start: usize, end: usize) -> Span {
        self.text.span(start + self.skipped..end + self.skipped)
    }

    fn error(&self, message: impl Into<String>, start: usize, line: &str) -> InputError {
        let end = start + line.trim_end().len();
        self.text
            .error(message, start + self.skipped..end + self.skipped)
    }

    fn file(&mut self) -> Result<Object, InputError> {
        let mut root = Object::new();
        let mut section = DEFAULT.to_owned();
        let mut count = 1;
        while let Some((line, start)) = self.line() {
            let start = start + (line.len() - line.trim_start().len());
            let line = line.trim_start();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(header) = line.strip_prefix('[') {
                let Some(end) = header.rfind(']') else {
                    return Err(self.error("the section's name has no closing `]`", start, line));
                };
                let name = header.get(..end).unwrap_or_default();
                if name.is_empty() {
                    return Err(self.error("the section has no name", start, line));
                }
                count = 1;
                section = name.to_owned();
                if name != DEFAULT {
                    let key = self.span(start + 1, start + 1 + end);
                    let empty = Value::Object(Object::new()).at(self.span(start, start + end + 2));
                    root.entry(section.clone())
                        .or_insert_with(|| empty.member(key));
                }
                continue;
            }
            let (name, behind) =
                key_name(line).map_err(|message| self.error(message, start, line))?;
            let key = self.span(start, start + name.end);
            let mut name = name.text.to_owned();
            if name == "-" {
                name = format!("#{count}");
                count += 1;
            }
            let value = self.value(line.get(behind..).unwrap_or_default(), start + behind)?;
            if name.is_empty() {
                return Err(self.error("the key is empty", start, line));
            }
            if let Some(member) = root.get_mut(&section)
                && let Value::Object(members) = &mut member.node.value
            {
                members.insert(name, value.member(key));
            }
        }
        Ok(root)
    }

    /// A value with its type, given what is behind the delimiter on its first line.
    fn value(&mut self, line: &'a str, start: usize) -> Result<Node, InputError> {
        let (text, span) = self.raw_value(line, start)?;
        let value = match parse_float(&text).filter(|number| number.is_finite()) {
            Some(number) => Value::Float(number),
            None => match parse_bool(&text) {
                Some(value) => Value::Bool(value),
                None => Value::String(text),
            },
        };
        Ok(value.at(span))
    }

    fn raw_value(&mut self, line: &'a str, start: usize) -> Result<(String, Span), InputError> {
        let start = start + (line.len() - line.trim_start().len());
        let line = line.trim_start();
        if line.is_empty() {
            return Ok((String::new(), Span::NOWHERE));
        }
        let quote = match line {
            _ if line.len() > 3 && line.starts_with("\"\"\"") => "\"\"\"",
            _ if line.starts_with('`') => "`",
            _ => "",
        };
        if !quote.is_empty() {
            let inner = line.get(quote.len()..).unwrap_or_default();
            return match inner.rfind(quote) {
                Some(end) => {
                    let span = self.span(start, start + end + 2 * quote.len());
                    Ok((inner.get(..end).unwrap_or_default().to_owned(), span))
                }
                None => self.more_lines(line, inner, start, quote),
            };
        }
        let line = line.trim_end();
        if let Some(first) = line.strip_suffix('\\') {
            return Ok(self.continuation(first, start));
        }
        let mut value = line;
        if let Some(comment) = line.find(['#', ';']) {
            value = line.get(..comment).unwrap_or_default().trim();
        }
        let span = self.span(start, start + value.len());
        for quote in ['\'', '"'] {
            let inner = value
                .strip_prefix(quote)
                .and_then(|rest| rest.strip_suffix(quote));
            if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
                value = inner;
                break;
            }
        }
        Ok((value.to_owned(), span))
    }

    /// The rest of a value whose quotes are closed on a later line.
    fn more_lines(
        &mut self,
        line: &str,
        first: &str,
        start: usize,
        quote: &str,
    ) -> Result<(String, Span), InputError> {
        let mut value = first.to_owned();
        while let Some((next, at)) = self.line() {
            if let Some(end) = next.rfind(quote) {
                value.push_str(next.get(..end).unwrap_or_default());
                return Ok((value, self.span(start, at + end + quote.len())));
            }
            value.push_str(next);
        }
        Err(self.error("the quotes are not closed", start, line))
    }

    /// The rest of a value whose lines end in a backslash.
    fn continuation(&mut self, first: &str, start: usize) -> (String, Span) {
        let mut value = first.to_owned();
        let mut end = start + first.len() + 1;
        while let Some((line, at)) = self.line() {
            let next = line.trim();
            if next.is_empty() {
                break;
            }
            end = at + line.trim_end().len();
            value.push_str(next);
            if !value.ends_with('\\') {
                break;
            }
            value.pop();
        }
        (value, self.span(start, end))
    }
}

struct Name<'a> {
    text: &'a str,
    /// Where it ends in its line, quotes included.
    end: usize,
}

/// The key at the beginning of a line, and where its value begins.
fn key_name(line: &str) -> Result<(Name<'_>, usize), &'static str> {
    let quote = match line {
        _ if line.len() > 6 && line.starts_with("\"\"\"") => "\"\"\"",
        _ if line.starts_with('"') => "\"",
        _ if line.starts_with('`') => "`",
        _ => "",
    };
    if quote.is_empty() {
        return match line.find(['=', ':']) {
            None => Err("there is no `=` or `:` between a key and a value"),
            Some(0) => Err("there is no key in front of the delimiter"),
            Some(at) => {
                let text = line.get(..at).unwrap_or_default().trim();
                Ok((
                    Name {
                        text,
                        end: text.len(),
                    },
                    at + 1,
                ))
            }
        };
    }
    let inner = line.get(quote.len()..).unwrap_or_default();
    let close = inner.find(quote).ok_or("the key's quotes are not closed")?;
    let end = close + 2 * quote.len();
    let behind = line.get(end..).unwrap_or_default();
    let delimiter = behind
        .find(['=', ':'])
        .ok_or("there is no `=` or `:` between a key and a value")?;
    let text = inner.get(..close).unwrap_or_default().trim();
    Ok((Name { text, end }, end + delimiter + 1))
}
