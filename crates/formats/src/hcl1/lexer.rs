//! Tokens of HCL1.

use std::ops::Range;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Ident(String),
    Literal(Literal),
    /// `{`, `}`, `[`, `]`, `,` or `=`.
    Sign(char),
    End,
}

/// A value that is no object and no list.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Bool(bool),
    Float(f64),
    Integer(i64, String),
    /// In quotes; a key, too.
    String(String),
    Heredoc(String),
}

/// A message and where it belongs.
pub(super) type Refusal = (String, Range<usize>);

type Lexed<T> = Result<T, Refusal>;

pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Lexer<'a> {
        Lexer { text, at }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn refuse<T>(&self, message: &str, range: Range<usize>) -> Lexed<T> {
        Err((message.to_owned(), range))
    }

    /// The next token and where it stands; comments are none.
    pub(super) fn next(&mut self) -> Lexed<(Token, Range<usize>)> {
        self.blanks()?;
        let start = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok((Token::End, start..start));
        };
        let token = match first {
            '{' | '}' | '[' | ']' | ',' | '=' => {
                self.at += 1;
                Token::Sign(first)
            }
            '"' => Token::Literal(Literal::String(self.string()?)),
            '<' => Token::Literal(Literal::Heredoc(self.heredoc()?)),
            _ if is_letter(first) => {
                let len = rest
                    .find(|char| !is_letter(char) && !is_digit(char) && !matches!(char, '-' | '.'))
                    .unwrap_or(rest.len());
                self.at += len;
                match rest.get(..len).unwrap_or_default() {
                    "true" => Token::Literal(Literal::Bool(true)),
                    "false" => Token::Literal(Literal::Bool(false)),
                    name => Token::Ident(name.to_owned()),
                }
            }
            '0'..='9' | '-' | '.' => Token::Literal(self.number(rest)?),
            _ => {
                let message = "this character is not part of the language";
                return self.refuse(message, start..start + first.len_utf8());
            }
        };
        Ok((token, start..self.at))
    }

    fn blanks(&mut self) -> Lexed<()> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r']);
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with('#') || trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if let Some(behind) = trimmed.strip_prefix("/*") {
                match behind.find("*/") {
                    Some(end) => self.at += end + 4,
                    None => {
                        return self.refuse("the comment has no end", self.at..self.at + 2);
                    }
                }
            } else {
                return Ok(());
            }
        }
    }

    fn number(&mut self, rest: &str) -> Lexed<Literal> {
        let bytes = rest.as_bytes();
        let start = self.at;
        let digits = |from: usize, accept: fn(&u8) -> bool| {
            let tail = bytes.get(from..).unwrap_or_default();
            from + tail.iter().take_while(|byte| accept(byte)).count()
        };
        let sign = usize::from(rest.starts_with('-'));
        let body = rest.get(sign..).unwrap_or_default();
        let mut float = false;
        let mut end;
        if body.starts_with("0x") || body.starts_with("0X") {
            end = digits(sign + 2, u8::is_ascii_hexdigit);
        } else {
            end = digits(sign, u8::is_ascii_digit);
            if bytes.get(end) == Some(&b'.') {
                float = true;
                end = digits(end + 1, u8::is_ascii_digit);
            }
            if matches!(bytes.get(end), Some(b'e' | b'E')) {
                float = true;
                let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
                end = digits(end + 1 + sign, u8::is_ascii_digit);
            }
        }
        let text = rest.get(..end).unwrap_or_default();
        self.at += end.max(1);
        let value = if float {
            text.parse()
                .ok()
                .filter(|value: &f64| value.is_finite())
                .map(Literal::Float)
        } else {
            integer(text).map(|value| Literal::Integer(value, text.to_owned()))
        };
        match value {
            Some(value) => Ok(value),
            None => self.refuse("the number is malformed or out of range", start..self.at),
        }
    }

    /// A string in quotes. What is in `${}` stays as it is, quotes included.
    fn string(&mut self) -> Lexed<String> {
        let start = self.at;
        let mut out: Vec<u8> = Vec::new();
        let mut braces = 0usize;
        self.at += 1;
        loop {
            let rest = self.rest();
            let Some(char) = rest.chars().next() else {
                return self.refuse("the string has no closing quote", start..start + 1);
            };
            let len = char.len_utf8();
            match char {
                '"' if braces == 0 => {
                    self.at += 1;
                    // Escapes may name bytes that are no text.
                    return Ok(String::from_utf8_lossy(&out).into_owned());
                }
                '\n' if braces == 0 => {
                    return self.refuse("the string has no closing quote", start..self.at);
                }
                '\0' | '\u{e123}' => {
                    let message = "this character is not part of the language";
                    return self.refuse(message, self.at..self.at + len);
                }
                '\\' => {
                    let from = self.at;
                    let bytes = self.escape()?;
                    if braces == 0 {
                        out.extend(bytes);
                    } else {
                        let raw = self.text.get(from..self.at).unwrap_or_default();
                        out.extend(raw.as_bytes());
                    }
                    continue;
                }
                '$' if braces == 0 && rest.starts_with("${") => {
                    braces = 1;
                    out.extend(b"${");
                    self.at += 2;
                    continue;
                }
                // Line feeds are the only ends of lines.
                '\r' if rest.starts_with("\r\n") => {
                    self.at += 1;
                    continue;
                }
                '{' if braces > 0 => braces += 1,
                '}' if braces > 0 => braces -= 1,
                _ => {}
            }
            out.extend(rest.get(..len).unwrap_or_default().as_bytes());
            self.at += len;
        }
    }

    fn escape(&mut self) -> Lexed<Vec<u8>> {
        let start = self.at;
        let rest = self.rest();
        let selector = rest.chars().nth(1).unwrap_or(' ');
        let (from, count, base) = match selector {
            '0'..='7' => (1, 3, 8),
            'x' => (2, 2, 16),
            'u' => (2, 4, 16),
            'U' => (2, 8, 16),
            _ => {
                let byte = match selector {
                    'a' => 7,
                    'b' => 8,
                    't' => 9,
                    'n' => 10,
                    'v' => 11,
                    'f' => 12,
                    'r' => 13,
                    '\\' => b'\\',
                    '"' => b'"',
                    _ => {
                        let end = start + 1 + selector.len_utf8();
                        let end = end.min(self.text.len());
                        return self.refuse("this is no escape sequence", start..end);
                    }
                };
                self.at += 2;
                return Ok(vec![byte]);
            }
        };
        let digits = rest.get(from..from + count).unwrap_or_default();
        let code = digits
            .chars()
            .all(|digit| digit.is_digit(base))
            .then(|| u32::from_str_radix(digits, base).ok())
            .flatten();
        self.at += from + count;
        let byte = code.and_then(|code| u8::try_from(code).ok());
        let bytes = match (selector, code, byte) {
            ('u' | 'U', Some(code), _) if code <= 0x10_ffff => {
                // Half of a pair is no character.
                let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                char.to_string().into_bytes()
            }
            ('0'..='7' | 'x', _, Some(byte)) => vec![byte],
            _ => return self.refuse("this is no escape sequence", start..start + 2),
        };
        Ok(bytes)
    }

    /// A heredoc with its first and its last line; its value is what is between.
    fn heredoc(&mut self) -> Lexed<String> {
        let start = self.at;
        let rest = self.rest();
        let head = rest.find('\n').unwrap_or(rest.len());
        let line = rest.get(..head).unwrap_or_default();
        let anchor = line.strip_suffix('\r').unwrap_or(line);
        let malformed = "a heredoc begins with `<<`, a name and the end of the line";
        let Some(anchor) = anchor.strip_prefix("<<") else {
            return self.refuse(malformed, start..start + 1);
        };
        let (name, indented) = match anchor.strip_prefix('-') {
            Some(name) => (name, true),
            None => (anchor, false),
        };
        if name.is_empty() || !name.chars().all(|char| is_letter(char) || is_digit(char)) {
            return self.refuse(malformed, start..start + head);
        }
        let mut at = head + 1;
        let end = loop {
            let tail = rest.get(at..).unwrap_or_default();
            let Some(len) = tail.find('\n') else {
                let message = format!("the heredoc has no end: a line `{name}`");
                return Err((message, start..start + head));
            };
            let line = tail.get(..len).unwrap_or_default();
            let line = line.strip_suffix('\r').unwrap_or(line);
            at += len + 1;
            let blanks = ['\t', '\n', '\u{b}', '\u{c}', '\r', ' '];
            // The dash counts as a byte of the name here: an end without indentation is none.
            if line.len() >= anchor.len()
                && line.trim_start_matches(blanks).trim_end_matches('\r') == name
            {
                break at;
            }
        };
        self.at += end;
        // Line feeds are the only ends of lines.
        let whole = rest.get(..end).unwrap_or_default().replace("\r\n", "\n");
        match heredoc_value(&whole, anchor.len() + 2, indented) {
            Some(value) => Ok(value),
            None => self.refuse(
                "the heredoc's end does not fit its beginning",
                start..start + head,
            ),
        }
    }
}

/// What a heredoc says. Lengths are counted from its first line, as if the last one were as long.
fn heredoc_value(whole: &str, head: usize, indented: bool) -> Option<String> {
    let first = head + 1;
    if !indented {
        return whole
            .get(first..(whole.len() + 1).checked_sub(head)?)
            .map(str::to_owned);
    }
    let body = whole.get(first..(whole.len() + 2).checked_sub(head)?)?;
    let lines: Vec<&str> = body.split('\n').collect();
    let (prefix, lines) = lines.split_last()?;
    if !lines.iter().all(|line| line.starts_with(prefix)) {
        let body = whole.get(first..(whole.len() + 1).checked_sub(head)?)?;
        return Some(body.trim_end_matches([' ', '\t']).to_owned());
    }
    let mut out = String::new();
    for line in lines {
        out.push_str(line.strip_prefix(prefix).unwrap_or(line));
        out.push('\n');
    }
    Some(out)
}

/// An integer with a prefix for its base: `0x1f`, `017`.
pub(super) fn integer(text: &str) -> Option<i64> {
    let (sign, body) = match text.strip_prefix('-') {
        Some(body) => ("-", body),
        None => ("", text),
    };
    let (digits, base) = match body.strip_prefix("0x").or(body.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if body.len() > 1 && body.starts_with('0') => (body, 8),
        None => (body, 10),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(&format!("{sign}{digits}"), base).ok()
}

fn is_letter(char: char) -> bool {
    char == '_' || char.is_alphabetic()
}

fn is_digit(char: char) -> bool {
    char.is_ascii_digit() || !char.is_ascii() && char.is_numeric()
}
