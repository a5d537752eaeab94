//! Tokens: what the marking pass needs to know about a text before the grammar reads it.
//!
//! The pass is linear, keeps its own stack of open brackets (so depth is bounded here, before any recursion),
//! and reports what only a scanner can: strings without an end, characters that mean nothing, brackets that do
//! not match.

mod brackets;
mod literals;

use kpol_diagnostics::{Diagnostic, SourceId, Span};

use super::PARSE_ERROR;

/// The index of no token.
pub(super) const NO_TOKEN: u32 = u32::MAX;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or keyword.
    Word,
    /// A number.
    Number,
    /// A string or raw string.
    Text,
    /// The beginning or middle of a template string, up to a hole.
    TemplateHead,
    /// The end of a template string (or all of one without holes).
    TemplateTail,
    /// `(`, `[`, `{`, or a hole's `{`.
    Open(Bracket),
    /// The closing counterparts.
    Close(Bracket),
    /// `.`
    Dot,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// `;`
    Semicolon,
    /// `:=` or `=`
    Assign,
    /// `|`
    Bar,
    /// `-`
    Minus,
    /// Another infix operator.
    Infix,
}

/// The kinds of brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    /// `( )`
    Paren,
    /// `[ ]`
    Square,
    /// `{ }`
    Brace,
    /// `{ }` in a template string.
    Hole,
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// First byte.
    pub(super) start: u32,
    /// Byte after the last.
    pub(super) end: u32,
    /// Where the first line feed between the token before and this one is.
    pub(super) line_feed: Option<u32>,
    /// For brackets: the token that closes or opens it, [`NO_TOKEN`] if there is none.
    pub(super) mate: u32,
    /// The brackets that were open before this token were given up.
    pub(super) resets: bool,
}

impl Token {
    /// Whether a term may end with this token.
    pub(super) fn ends_term(&self) -> bool {
        matches!(
            self.kind,
            Kind::Word | Kind::Number | Kind::Text | Kind::TemplateTail | Kind::Close(_)
        ) && self.kind != Kind::Close(Bracket::Hole)
    }
}

/// A comment, without its `#`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment {
    /// Offset of the `#`.
    pub(super) start: u32,
    /// Offset of the end of its line, without line feed and carriage return.
    pub(super) end: u32,
    /// Line, from 1.
    pub(super) line: u32,
    /// Distance from the start of the line, in bytes.
    pub(super) column: u32,
}

/// What the scan found.
#[derive(Debug)]
pub(super) struct Lexed {
    /// The tokens.
    pub(super) tokens: Vec<Token>,
    /// The comments.
    pub(super) comments: Vec<Comment>,
    /// The prepared copy so far: comments, line feeds and tabs blanked, strings without quotes and holes inside.
    pub(super) text: Vec<u8>,
    /// What was wrong, in order.
    pub(super) errors: Vec<Diagnostic>,
    /// Whether brackets nest too deep: nothing else is worth reporting then.
    pub(super) too_deep: bool,
    /// Whether all brackets match.
    pub(super) balanced: bool,
}

/// What to do about brackets that are not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recovery {
    /// They reach to the end of the text.
    None,
    /// A word at the start of a line begins a new statement whatever is open.
    Lines,
}

/// Scans a text.
pub(super) fn lex(source: SourceId, text: &str, recovery: Recovery) -> Lexed {
    let mut lexer = Lexer {
        source,
        bytes: text.as_bytes(),
        at: 0,
        line: 1,
        line_start: 0,
        line_feed: None,
        open: Vec::new(),
        recovery,
        resets: false,
        out: Lexed {
            tokens: Vec::with_capacity(text.len() / 4),
            comments: Vec::new(),
            text: text.as_bytes().to_vec(),
            errors: Vec::new(),
            too_deep: false,
            balanced: true,
        },
    };
    lexer.run(text);
    lexer.out
}

struct Lexer<'a> {
    source: SourceId,
    bytes: &'a [u8],
    at: usize,
    line: u32,
    line_start: usize,
    line_feed: Option<u32>,
    /// Indices of the open brackets' tokens, and for holes whether the template is a raw one.
    open: Vec<(u32, bool)>,
    recovery: Recovery,
    resets: bool,
    out: Lexed,
}

/// INVARIANT (u32 offsets): `parse` refuses longer texts before the scan.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Lexer<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn blank(&mut self, at: usize) {
        if let Some(byte) = self.out.text.get_mut(at) {
            *byte = b' ';
        }
    }

    fn blank_range(&mut self, start: usize, end: usize) {
        if let Some(range) = self.out.text.get_mut(start..end) {
            range.fill(b' ');
        }
    }

    fn error(&mut self, message: impl Into<String>, start: usize, end: usize) {
        // Whole characters of the text only.
        let mut end = end.min(self.bytes.len());
        while self.bytes.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
            end += 1;
        }
        let span = Span::new(self.source, offset(start), offset(end));
        self.out
            .errors
            .push(Diagnostic::error(PARSE_ERROR, message, span));
    }

    fn push(&mut self, kind: Kind, start: usize) {
        self.out.tokens.push(Token {
            kind,
            start: offset(start),
            end: offset(self.at),
            line_feed: self.line_feed.take(),
            mate: NO_TOKEN,
            resets: std::mem::take(&mut self.resets),
        });
    }

    fn new_line(&mut self) {
        self.line = self.line.saturating_add(1);
        self.line_start = self.at + 1;
    }

    fn run(&mut self, text: &str) {
        if text.starts_with('\u{feff}') {
            self.blank_range(0, 3);
            self.at = 3;
        }
        while self.at < self.bytes.len() && !self.out.too_deep {
            let start = self.at;
            match self.byte(0) {
                b' ' => self.at += 1,
                b'\t' | b'\r' => {
                    self.blank(start);
                    self.at += 1;
                }
                b'\n' => {
                    self.blank(start);
                    self.line_feed.get_or_insert(offset(start));
                    self.new_line();
                    self.at += 1;
                }
                b'#' => self.comment(),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                    if self.recovery == Recovery::Lines
                        && start == self.line_start
                        && !self.open.is_empty()
                    {
                        self.unclosed();
                        self.open.clear();
                        self.resets = true;
                    }
                    while matches!(self.byte(0), b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9') {
                        self.at += 1;
                    }
                    self.push(Kind::Word, start);
                }
                b'0'..=b'9' => self.number(),
                b'"' => {
                    self.at += 1;
                    self.quoted(start, false);
                }
                b'`' => {
                    self.at += 1;
                    self.raw(start, false);
                }
                b'$' if self.byte(1) == b'"' => {
                    self.at += 2;
                    self.quoted(start, true);
                }
                b'$' if self.byte(1) == b'`' => {
                    self.at += 2;
                    self.raw(start, true);
                }
                b'(' => self.open(Bracket::Paren),
                b'[' => self.open(Bracket::Square),
                b'{' => self.open(Bracket::Brace),
                b')' => self.close(Bracket::Paren),
                b']' => self.close(Bracket::Square),
                b'}' => self.close(Bracket::Brace),
                byte => self.symbol(byte, text),
            }
        }
        self.unclosed();
    }

    fn symbol(&mut self, byte: u8, text: &str) {
        let start = self.at;
        let (kind, length) = match (byte, self.byte(1)) {
            (b'.', b'0'..=b'9')
                if !self
                    .out
                    .tokens
                    .last()
                    .is_some_and(|last| last.ends_term() && last.end == offset(start)) =>
            {
                self.number();
                return;
            }
            (b'.', _) => (Kind::Dot, 1),
            (b',', _) => (Kind::Comma, 1),
            (b';', _) => (Kind::Semicolon, 1),
            (b'|', _) => (Kind::Bar, 1),
            (b'-', _) => (Kind::Minus, 1),
            (b':', b'=') => (Kind::Assign, 2),
            (b':', _) => (Kind::Colon, 1),
            (b'=' | b'!' | b'<' | b'>', b'=') => (Kind::Infix, 2),
            (b'=', _) => (Kind::Assign, 1),
            (b'+' | b'*' | b'/' | b'%' | b'&' | b'<' | b'>', _) => (Kind::Infix, 1),
            _ => {
                self.illegal(text);
                return;
            }
        };
        self.at += length;
        self.push(kind, start);
    }

    fn illegal(&mut self, text: &str) {
        let start = self.at;
        let found = text
            .get(start..)
            .and_then(|rest| rest.chars().next())
            .unwrap_or('\0');
        self.at += found.len_utf8();
        let message = match found {
            '!' => "unexpected `!`; negation is written `not`".to_owned(),
            '\'' => "unexpected `'`; strings are written in double quotes or backticks".to_owned(),
            '\u{a0}' => "unexpected non-breaking space".to_owned(),
            other if other.is_control() => {
                format!("unexpected control character U+{:04X}", u32::from(other))
            }
            other => format!("unexpected character `{other}`"),
        };
        let end = self.at;
        self.error(message, start, end);
        self.blank_range(start, end);
    }

    fn comment(&mut self) {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(rest.len());
        self.at = start + length;
        let end = if length > 0 && rest.get(length - 1) == Some(&b'\r') {
            self.at - 1
        } else {
            self.at
        };
        self.out.comments.push(Comment {
            start: offset(start),
            end: offset(end),
            line: self.line,
            column: offset(start - self.line_start),
        });
        let end = self.at;
        self.blank_range(start, end);
    }
}
