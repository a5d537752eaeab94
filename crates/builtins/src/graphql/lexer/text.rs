//! Strings and block strings.

use super::{Kind, Lexer, Token};

impl Lexer<'_> {
    pub(super) fn string(&mut self) -> Token {
        self.advance(1);
        self.start = self.end;
        self.start_chars = self.end_chars;
        let mut value = String::new();
        loop {
            match self.peek() {
                None | Some(b'\n' | b'\r') => return self.invalid("Unterminated string."),
                Some(b) if b < 0x20 && b != b'\t' => return self.bad_character(b),
                Some(b'"') => {
                    let token = self.valued(Kind::String, &value);
                    self.advance(1);
                    return token;
                }
                Some(b'\\') => match self.escape() {
                    Ok(c) => value.push(c),
                    Err(problem) => {
                        self.advance(1);
                        return self.invalid(problem);
                    }
                },
                Some(_) => value.extend(self.advance_char()),
            }
        }
    }

    fn bad_character(&self, byte: u8) -> Token {
        self.invalid(format!(
            "Invalid character within String: \"\\u{byte:04x}\"."
        ))
    }

    /// Reads an escape sequence; where it is wrong, nothing.
    fn escape(&mut self) -> Result<char, String> {
        let wrong = |text: &[u8]| {
            let text = String::from_utf8_lossy(text);
            Err(format!("Invalid character escape sequence: \\{text}."))
        };
        let bytes = self.rest().as_bytes();
        let c = match bytes.get(1) {
            None => return Err("Invalid character escape sequence.".to_owned()),
            Some(c @ (b'"' | b'/' | b'\\')) => char::from(*c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            // The text must go on after the four digits.
            Some(b'u') => match (bytes.get(2..6), bytes.get(6)) {
                (Some(digits), Some(_)) => {
                    let Some(code) = hex(digits) else {
                        return wrong(bytes.get(1..6).unwrap_or_default());
                    };
                    self.advance(6);
                    return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                _ => return wrong(bytes.get(1..).unwrap_or_default()),
            },
            Some(c) => return wrong(char::from(*c).to_string().as_bytes()),
        };
        self.advance(2);
        Ok(c)
    }

    pub(super) fn block_string(&mut self) -> Token {
        self.advance(3);
        self.start = self.end;
        self.start_chars = self.end_chars;
        let mut raw = String::new();
        while let Some(byte) = self.peek() {
            let quotes = self.rest().bytes().take_while(|b| *b == b'"').count();
            if quotes >= 3 {
                raw.extend(std::iter::repeat_n('"', quotes - 3));
                let token = self.valued(Kind::BlockString, &unindented(&raw));
                self.advance(quotes);
                return token;
            }
            match byte {
                b'\\' if self.rest().starts_with("\\\"\"\"") => {
                    raw.push_str("\"\"\"");
                    self.advance(4);
                }
                b'\r' => {
                    let both = self.rest().starts_with("\r\n");
                    self.advance(1 + usize::from(both));
                    raw.push('\n');
                    self.new_line();
                }
                b'\n' => {
                    self.advance(1);
                    raw.push('\n');
                    self.new_line();
                }
                ..=0x1f if byte != b'\t' => return self.bad_character(byte),
                _ => raw.extend(self.advance_char()),
            }
        }
        self.invalid("Unterminated string.")
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    let mut code = 0;
    for digit in digits {
        code = code << 4 | char::from(*digit).to_digit(16)?;
    }
    Some(code)
}

/// Where a line's text begins; nothing for a line of white space.
fn indent(line: &str) -> Option<usize> {
    line.find(|c| c != ' ' && c != '\t')
}

/// What a block string stands for: without the indentation that its lines have in common, and without blank lines
/// at either end.
fn unindented(raw: &str) -> String {
    let mut lines: Vec<&str> = raw.split('\n').collect();
    if let Some(common) = lines.iter().filter_map(|line| indent(line)).min() {
        for line in lines.iter_mut().skip(1) {
            *line = line.get(common..).unwrap_or_default();
        }
    }
    let blank = |line: &&&str| indent(line).is_none();
    let first = lines.iter().take_while(blank).count();
    let last = lines.iter().rev().take_while(blank).count();
    let kept = lines.len().saturating_sub(last);
    lines.get(first..kept).unwrap_or_default().join("\n")
}
