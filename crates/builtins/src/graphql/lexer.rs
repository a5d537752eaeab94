//! Tokens of a document. Positions are gqlparser's: columns count characters, and those of strings have their quirks.

use super::ast::Text;
use super::error::{File, Position};

mod text;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Invalid,
    Eof,
    Bang,
    Dollar,
    Amp,
    ParenL,
    ParenR,
    Spread,
    Colon,
    Equals,
    At,
    BracketL,
    BracketR,
    BraceL,
    BraceR,
    Pipe,
    Name,
    Int,
    Float,
    String,
    BlockString,
    Comment,
}

impl Kind {
    /// How messages call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Invalid => "<Invalid>",
            Kind::Eof => "<EOF>",
            Kind::Bang => "!",
            Kind::Dollar => "$",
            Kind::Amp => "&",
            Kind::ParenL => "(",
            Kind::ParenR => ")",
            Kind::Spread => "...",
            Kind::Colon => ":",
            Kind::Equals => "=",
            Kind::At => "@",
            Kind::BracketL => "[",
            Kind::BracketR => "]",
            Kind::BraceL => "{",
            Kind::BraceR => "}",
            Kind::Pipe => "|",
            Kind::Name => "Name",
            Kind::Int => "Int",
            Kind::Float => "Float",
            Kind::String => "String",
            Kind::BlockString => "BlockString",
            Kind::Comment => "Comment",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// Of names, numbers, strings (what they stand for) and comments; else empty.
    pub(crate) value: Text,
    pub(crate) at: Position,
    /// What is wrong with an invalid one.
    pub(crate) problem: String,
}

/// Reads tokens; after an invalid one there is nothing to be read.
#[derive(Debug)]
pub(crate) struct Lexer<'s> {
    source: &'s str,
    file: File,
    /// The byte at which the token begins, and the next one to read.
    start: usize,
    end: usize,
    /// The same in characters.
    start_chars: i64,
    end_chars: i64,
    line: i64,
    line_start: i64,
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(source: &'s str, file: File) -> Self {
        Lexer {
            source,
            file,
            start: 0,
            end: 0,
            start_chars: 0,
            end_chars: 0,
            line: 1,
            line_start: 0,
        }
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.end..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.end).copied()
    }

    /// Goes on over characters of one byte each.
    fn advance(&mut self, n: usize) {
        self.end += n;
        self.end_chars += n as i64;
    }

    /// Goes on over the next character.
    fn advance_char(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.end += c.len_utf8();
        self.end_chars += 1;
        Some(c)
    }

    fn new_line(&mut self) {
        self.line += 1;
        self.line_start = self.end_chars;
    }

    fn position(&self, chars: i64) -> Position {
        Position {
            line: self.line,
            column: chars - self.line_start + 1,
            file: self.file,
        }
    }

    fn valued(&self, kind: Kind, value: &str) -> Token {
        Token {
            kind,
            value: value.into(),
            at: self.position(self.start_chars),
            problem: String::new(),
        }
    }

    /// A token whose value is its text.
    fn token(&self, kind: Kind) -> Token {
        self.valued(
            kind,
            self.source.get(self.start..self.end).unwrap_or_default(),
        )
    }

    fn invalid(&self, problem: impl Into<String>) -> Token {
        Token {
            kind: Kind::Invalid,
            value: "".into(),
            at: self.position(self.end_chars),
            problem: problem.into(),
        }
    }

    /// The next token; at the end `Eof`, again and again.
    pub(crate) fn token_after_space(&mut self) -> Token {
        self.space();
        self.start = self.end;
        self.start_chars = self.end_chars;
        let Some(first) = self.peek() else {
            return self.token(Kind::Eof);
        };
        let kind = match first {
            b'!' => Kind::Bang,
            b'$' => Kind::Dollar,
            b'&' => Kind::Amp,
            b'(' => Kind::ParenL,
            b')' => Kind::ParenR,
            b':' => Kind::Colon,
            b'=' => Kind::Equals,
            b'@' => Kind::At,
            b'[' => Kind::BracketL,
            b']' => Kind::BracketR,
            b'{' => Kind::BraceL,
            b'}' => Kind::BraceR,
            b'|' => Kind::Pipe,
            b'.' if self.rest().starts_with("...") => {
                self.advance(3);
                return self.valued(Kind::Spread, "");
            }
            b'#' => return self.comment(),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => return self.name(),
            b'-' | b'0'..=b'9' => return self.number(),
            b'"' if self.rest().starts_with("\"\"\"") => return self.block_string(),
            b'"' => return self.string(),
            ..=0x1f => {
                return self.invalid(format!(
                    "Cannot contain the invalid character \"\\u{first:04x}\""
                ));
            }
            b'\'' => {
                return self.invalid(
                    "Unexpected single quote character ('), did you mean to use a double quote (\")?",
                );
            }
            _ => {
                let c = char::from(first);
                return self.invalid(format!("Cannot parse the unexpected character \"{c}\"."));
            }
        };
        self.advance(1);
        self.valued(kind, "")
    }

    fn space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'\t' | b' ' | b',' => self.advance(1),
                b'\n' => {
                    self.advance(1);
                    self.new_line();
                }
                b'\r' => {
                    self.advance(1);
                    self.new_line();
                    if self.peek() == Some(b'\n') {
                        self.advance(1);
                    }
                }
                0xef if self.rest().starts_with('\u{feff}') => {
                    self.advance_char();
                }
                _ => return,
            }
        }
    }

    fn comment(&mut self) -> Token {
        while self.rest().starts_with(|c| c > '\u{1f}' || c == '\t') {
            self.advance_char();
        }
        self.token(Kind::Comment)
    }

    fn name(&mut self) -> Token {
        while self
            .peek()
            .is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
        {
            self.advance(1);
        }
        self.token(Kind::Name)
    }

    fn accept(&mut self, bytes: &[u8]) -> bool {
        let found = self.peek().is_some_and(|b| bytes.contains(&b));
        self.advance(usize::from(found));
        found
    }

    fn digits(&mut self) -> usize {
        let start = self.end;
        while self.accept(b"0123456789") {}
        self.end - start
    }

    fn number(&mut self) -> Token {
        self.accept(b"-");
        if self.accept(b"0") {
            if self.peek().is_some_and(|b| b.is_ascii_digit()) {
                let next = self.next_text();
                return self.invalid(format!("Invalid number, unexpected digit after 0: {next}."));
            }
        } else if self.digits() == 0 {
            return self.no_digit();
        }
        let mut kind = Kind::Int;
        if self.accept(b".") {
            kind = Kind::Float;
            if self.digits() == 0 {
                return self.no_digit();
            }
        }
        if self.accept(b"eE") {
            kind = Kind::Float;
            self.accept(b"-+");
            if self.digits() == 0 {
                return self.no_digit();
            }
        }
        self.token(kind)
    }

    fn no_digit(&self) -> Token {
        let next = self.next_text();
        self.invalid(format!("Invalid number, expected digit but got: {next}."))
    }

    fn next_text(&self) -> String {
        self.peek()
            .map_or_else(|| "<EOF>".to_owned(), |b| format!("\"{}\"", char::from(b)))
    }
}
