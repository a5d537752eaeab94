//! Quoted and plain scalars.

use std::borrow::Cow;

use crate::yaml::chars::{is_blank, may_end_plain};
use crate::yaml::scanner::{Kind, Scanner, SyntaxError, error};

/// Line breaks inside of a scalar, which are folded: one is a blank, more are one less.
#[derive(Debug, Default)]
struct Fold {
    first: &'static str,
    more: String,
}

impl Fold {
    fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    fn add(&mut self, line_break: &'static str) {
        if self.first.is_empty() {
            self.first = line_break;
        } else {
            self.more.push_str(line_break);
        }
    }

    /// Writes what the breaks stand for, and forgets them.
    fn flush(&mut self, text: &mut String) {
        match self.first {
            "" => {}
            "\n" if self.more.is_empty() => text.push(' '),
            "\n" => {}
            other => text.push_str(other),
        }
        text.push_str(&self.more);
        self.first = "";
        self.more.clear();
    }
}

impl<'a> Scanner<'a> {
    /// A scalar without quotes.
    pub(super) fn plain(&mut self) -> Result<(), SyntaxError> {
        // `-` can begin one unless a blank follows, `?` and `:` in blocks only.
        let flow = self.in_flow();
        match self.byte(0) {
            b'?' | b':' if flow => return self.cannot_begin(),
            0 => return error("the text ends too early", self.pos),
            _ => {}
        }
        self.save_key()?;
        self.key_allowed = false;
        let indent = self.indent + 1;
        let start = self.pos;
        let mut end = self.pos;
        // What was folded so far; a scalar on one line is a piece of the source.
        let mut folded: Option<String> = None;
        let mut piece = self.pos;
        let mut fold = Fold::default();
        loop {
            if self.at_document_mark() || self.byte(0) == b'#' {
                break;
            }
            let from = self.pos;
            self.plain_word(flow);
            if self.pos > from {
                if !fold.is_empty() {
                    let text = folded.get_or_insert_with(String::new);
                    text.push_str(self.text.get(piece..end).unwrap_or_default());
                    fold.flush(text);
                    piece = from;
                }
                end = self.pos;
            }
            if !is_blank(self.byte(0)) && self.break_len(0) == 0 {
                break;
            }
            loop {
                if is_blank(self.byte(0)) {
                    if !fold.is_empty() && self.byte(0) == b'\t' && self.column() < indent {
                        return error("a tab cannot stand where indentation is expected", self.pos);
                    }
                    self.pos += 1;
                } else if self.break_len(0) > 0 {
                    let line_break = self.line_break();
                    fold.add(line_break);
                } else {
                    break;
                }
            }
            if !flow && self.column() < indent {
                break;
            }
        }
        // After a line break a key can begin.
        if !fold.is_empty() {
            self.key_allowed = true;
        }
        let last = self.slice(piece, end);
        let text = match folded {
            Some(mut text) => {
                text.push_str(last);
                Cow::Owned(text)
            }
            None => Cow::Borrowed(last),
        };
        self.push(Kind::Scalar(text, true), start);
        if let Some(token) = self.queue.back_mut() {
            token.end = end;
        }
        Ok(())
    }

    /// Steps over what belongs to a plain scalar up to a blank.
    fn plain_word(&mut self, flow: bool) {
        loop {
            let rest = self.bytes.get(self.pos..).unwrap_or_default();
            let run = rest.iter().position(|byte| may_end_plain(*byte));
            self.pos += run.unwrap_or(rest.len());
            match self.byte(0) {
                b':' if !self.is_blankz(1) => {}
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if !flow => {}
                0xc2 | 0xe2 if self.break_len(0) == 0 => {}
                _ => return,
            }
            self.pos += 1;
        }
    }

    /// `'…'` or `"…"`.
    pub(super) fn quoted(&mut self) -> Result<(), SyntaxError> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.pos;
        let quote = self.byte(0);
        self.pos += 1;
        let simple = self.simple_quoted(quote);
        let text = match simple {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.long_quoted(quote, start)?),
        };
        self.push(Kind::Scalar(text, false), start);
        Ok(())
    }

    /// The content of a quoted scalar on one line without escapes.
    fn simple_quoted(&mut self, quote: u8) -> Option<&'a str> {
        let from = self.pos;
        let special =
            |byte: u8| byte == quote || matches!(byte, b'\\' | b'\n' | b'\r' | 0xc2 | 0xe2);
        let rest = self.bytes.get(from..)?;
        let end = from + rest.iter().position(|byte| special(*byte))?;
        let closes = self.bytes.get(end) == Some(&quote);
        if !closes || (quote == b'\'' && self.bytes.get(end + 1) == Some(&quote)) {
            return None;
        }
        self.pos = end + 1;
        Some(self.slice(from, end))
    }

    fn long_quoted(&mut self, quote: u8, start: usize) -> Result<String, SyntaxError> {
        let double = quote == b'"';
        let mut text = String::new();
        let mut fold = Fold::default();
        loop {
            if self.at_document_mark() {
                return error("the document ends inside of quotes that begin here", start);
            }
            if self.at_end() {
                return error("the quotes that begin here are not closed", start);
            }
            // An escaped line break joins lines without a blank.
            let mut joined = false;
            while !self.is_blankz(0) {
                match self.byte(0) {
                    byte if byte == quote => {
                        if double || self.byte(1) != quote {
                            break;
                        }
                        text.push('\'');
                        self.pos += 2;
                    }
                    b'\\' if double && self.break_len(1) > 0 => {
                        self.pos += 1;
                        self.line_break();
                        joined = true;
                        break;
                    }
                    b'\\' if double => self.escape(&mut text)?,
                    _ => self.piece(quote, &mut text),
                }
            }
            if self.byte(0) == quote {
                self.pos += 1;
                return Ok(text);
            }
            let from = self.pos;
            let mut blanks_end = from;
            while is_blank(self.byte(0)) || self.break_len(0) > 0 {
                if self.break_len(0) > 0 {
                    let line_break = self.line_break();
                    if joined && fold.is_empty() {
                        // The breaks after an escaped one stay.
                        fold.more.push_str(line_break);
                    } else {
                        fold.add(line_break);
                    }
                } else {
                    self.pos += 1;
                    if !joined && fold.is_empty() {
                        blanks_end = self.pos;
                    }
                }
            }
            if joined || !fold.is_empty() {
                fold.flush(&mut text);
            } else {
                text.push_str(self.slice(from, blanks_end));
            }
        }
    }

    /// Copies text up to the next byte that means something.
    fn piece(&mut self, quote: u8, text: &mut String) {
        let from = self.pos;
        loop {
            self.pos += 1;
            let byte = self.byte(0);
            let special = byte == quote || matches!(byte, b'\\' | b' ' | b'\t' | b'\n' | b'\r' | 0);
            if special || self.break_len(0) > 0 {
                break;
            }
        }
        text.push_str(self.slice(from, self.pos));
    }

    fn escape(&mut self, text: &mut String) -> Result<(), SyntaxError> {
        let start = self.pos;
        let code = self.byte(1);
        let digits = match code {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            let from = start + 2;
            let hex = self.bytes.get(from..from + digits).unwrap_or_default();
            if hex.len() != digits || !hex.iter().all(u8::is_ascii_hexdigit) {
                return error(
                    format!("`\\{}` needs {digits} digits of base 16", char::from(code)),
                    start,
                );
            }
            let value =
                u32::from_str_radix(self.slice(from, from + digits), 16).unwrap_or(u32::MAX);
            let Some(char) = char::from_u32(value) else {
                return error("this escape stands for no character", start);
            };
            text.push(char);
            self.pos = from + digits;
            return Ok(());
        }
        text.push(match code {
            b'0' => '\0',
            b'a' => '\u{7}',
            b'b' => '\u{8}',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\u{b}',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'e' => '\u{1b}',
            b' ' => ' ',
            b'"' => '"',
            b'\'' => '\'',
            b'\\' => '\\',
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            _ => {
                let rest = self.slice(start + 1, self.bytes.len());
                let char = rest.chars().next().unwrap_or_default();
                return error(format!("there is no escape `\\{char}`"), start);
            }
        });
        self.pos += 2;
        Ok(())
    }
}
