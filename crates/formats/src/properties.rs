//! Java's properties. Values are taken as they stand: `${name}` in them is checked, not replaced.

use kpol_diagnostics::Span;
use kpol_input::{Document, InputError};

use crate::text::Text;
use crate::tree::{Object, Value};

pub(crate) const UNSUPPORTED: Option<&str> = None;

/// Bytes that references may become together, and how deep they go.
const EXPANSION_BYTES: usize = 1 << 20;
const EXPANSION_DEPTH: usize = 64;

const BLANK: [char; 3] = [' ', '\u{c}', '\t'];
const BREAK: [char; 2] = ['\n', '\r'];

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let (body, skipped) = text.without_mark();
    let mut reader = Reader {
        text,
        body,
        skipped,
        at: 0,
    };
    let root = reader.file()?;
    for member in root.values() {
        if let Value::String(value) = &member.node.value
            && value.contains("${")
        {
            let mut budget = EXPANSION_BYTES;
            check(value, &mut Vec::new(), &root, text, &mut budget).map_err(|message| {
                InputError::InvalidScalar {
                    message,
                    span: member.node.span,
                }
            })?;
        }
    }
    let whole = text.span(0..text.text.len());
    text.document(&Value::Object(root).at(whole))
}

struct Reader<'t, 'a> {
    text: &'t Text<'a>,
    body: &'a str,
    skipped: usize,
    at: usize,
}

impl<'a> Reader<'_, 'a> {
    fn rest(&self) -> &'a str {
        self.body.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    fn skip(&mut self, chars: &[char]) {
        self.at += self.rest().len() - self.rest().trim_start_matches(chars).len();
    }

    fn span(&self, start: usize, end: usize) -> Span {
        self.text.span(start + self.skipped..end + self.skipped)
    }

    fn error(&self, message: &str, start: usize) -> InputError {
        let range = start + self.skipped..self.at.max(start) + self.skipped;
        self.text.error(message, range)
    }

    fn file(&mut self) -> Result<Object, InputError> {
        let mut root = Object::new();
        loop {
            self.skip(&[' ', '\u{c}', '\t', '\n', '\r']);
            let Some(first) = self.peek() else {
                return Ok(root);
            };
            if matches!(first, '#' | '!') {
                let rest = self.rest();
                self.at += rest.find(BREAK).unwrap_or(rest.len());
                continue;
            }
            let start = self.at;
            let key = self.key()?;
            let key_span = self.span(start, self.at);
            self.skip(&BLANK);
            if matches!(self.peek(), Some(':' | '=')) {
                self.next();
            }
            self.skip(&BLANK);
            if key.is_empty() {
                self.at += self.rest().find(BREAK).unwrap_or(self.rest().len());
                return Err(self.error("there is no key in front of the value", start));
            }
            let from = self.at;
            let (value, to) = self.value()?;
            let span = if to > from {
                self.span(from, to)
            } else {
                Span::NOWHERE
            };
            root.insert(key, Value::String(value).at(span).member(key_span));
        }
    }

    fn key(&mut self) -> Result<String, InputError> {
        let mut key = String::new();
        while let Some(char) = self.peek() {
            match char {
                ' ' | '\u{c}' | '\t' | '\r' | '\n' | ':' | '=' => break,
                '\\' => {
                    self.next();
                    key.push(self.escape()?);
                }
                _ => {
                    key.push(char);
                    self.next();
                }
            }
        }
        Ok(key)
    }

    /// A value, and where its text ends.
    fn value(&mut self) -> Result<(String, usize), InputError> {
        let mut value = String::new();
        loop {
            let end = self.at;
            match self.next() {
                None | Some('\n' | '\r') => return Ok((value, end)),
                Some('\\') if matches!(self.peek(), Some('\n' | '\r')) => {
                    self.next();
                    self.skip(&BLANK);
                }
                Some('\\') => value.push(self.escape()?),
                Some(char) => value.push(char),
            }
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<char, InputError> {
        let start = self.at - 1;
        match self.next() {
            Some('f') => Ok('\u{c}'),
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some('u') => {
                let digits = self.rest().get(..4).unwrap_or_default();
                let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                let code = u32::from_str_radix(digits, 16).ok().filter(|_| hex);
                let Some(code) = code.filter(|_| digits.len() == 4) else {
                    return Err(self.error("`\\u` needs four hexadecimal digits", start));
                };
                self.at += 4;
                // Halves of surrogate pairs are no characters.
                Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
            }
            Some(char) => Ok(char),
            None => Err(self.error("there is nothing behind the backslash", start)),
        }
    }
}

/// Whether all references of a value lead somewhere; gives the text that it stands for.
fn check(
    value: &str,
    inside: &mut Vec<String>,
    known: &Object,
    text: &Text<'_>,
    budget: &mut usize,
) -> Result<String, String> {
    if inside.len() > EXPANSION_DEPTH {
        return Err("references go too deep".to_owned());
    }
    let mut value = value.to_owned();
    while let Some(start) = value.find("${") {
        let body = value.get(start + 2..).unwrap_or_default();
        let Some(len) = body.find('}') else {
            return Err("a `${` has no `}`".to_owned());
        };
        let name = body.get(..len).unwrap_or_default().to_owned();
        if inside.contains(&name) {
            return Err(format!("`${{{name}}}` stands for itself"));
        }
        let found = match known.get(&name).map(|member| &member.node.value) {
            Some(Value::String(value)) => value.clone(),
            _ => (text.options.env)(&name).unwrap_or_default(),
        };
        inside.push(name);
        let expanded = check(&found, inside, known, text, budget)?;
        inside.pop();
        let end = start + 2 + len + 1;
        // Each round copies the text, so that is what is counted.
        *budget = budget
            .checked_sub(value.len() + expanded.len() + 1)
            .ok_or("references stand for too much text")?;
        value.replace_range(start..end, &expanded);
    }
    Ok(value)
}
