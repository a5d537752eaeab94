//! Tokens: what the marking pass needs to know about a text before the grammar reads it.
//!
//! The pass is linear, keeps its own stack of open brackets (so depth is bounded here, before any recursion),
//! and reports what only a scanner can: strings without an end, characters that mean nothing, brackets that do
//! not match.

use kpol_diagnostics::{Diagnostic, SourceId, Span};

use super::{MAX_DEPTH, PARSE_ERROR, TOO_DEEP};

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
        self.out.errors.push(Diagnostic::error(PARSE_ERROR, message, span));
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
                    if self.recovery == Recovery::Lines && start == self.line_start && !self.open.is_empty() {
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
            (b'.', b'0'..=b'9') if !self.out.tokens.last().is_some_and(|last| last.ends_term() && last.end == offset(start)) => {
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
        let found = text.get(start..).and_then(|rest| rest.chars().next()).unwrap_or('\0');
        self.at += found.len_utf8();
        let message = match found {
            '!' => "unexpected `!`; negation is written `not`".to_owned(),
            '\'' => "unexpected `'`; strings are written in double quotes or backticks".to_owned(),
            '\u{a0}' => "unexpected non-breaking space".to_owned(),
            other if other.is_control() => format!("unexpected control character U+{:04X}", u32::from(other)),
            other => format!("unexpected character `{other}`"),
        };
        let end = self.at;
        self.error(message, start, end);
        self.blank_range(start, end);
    }

    fn comment(&mut self) {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
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

    fn number(&mut self) {
        let start = self.at;
        let mut problem = None;
        let integer = self.digits();
        let first = self.bytes.get(start).copied();
        if integer > 1 && first == Some(b'0') {
            problem = Some("a number cannot begin with a zero");
        }
        if self.byte(0) == b'.' {
            self.at += 1;
            if self.digits() == 0 {
                problem = Some("expected digits after the decimal point");
            }
        }
        if matches!(self.byte(0), b'e' | b'E') {
            self.at += 1;
            if matches!(self.byte(0), b'+' | b'-') {
                self.at += 1;
            }
            if self.digits() == 0 {
                problem = Some("expected digits in the exponent");
            }
        }
        while matches!(self.byte(0), b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9') {
            problem = Some("a number cannot be followed by a letter");
            self.at += 1;
        }
        if let Some(problem) = problem {
            let end = self.at;
            self.error(problem, start, end);
        }
        self.push(Kind::Number, start);
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.byte(0).is_ascii_digit() {
            self.at += 1;
        }
        self.at - start
    }

    /// The text of a quoted string or of a part of a template string, up to its end or the next hole. The first
    /// part begins at `start` with the quote behind, a later one at the hole's end.
    fn quoted(&mut self, start: usize, template: bool) {
        loop {
            match self.bytes.get(self.at).copied() {
                None | Some(b'\n') => {
                    let end = self.at;
                    self.error("the string has no end on its line", start, end);
                    self.blank_range(start, end);
                    self.push(if template { Kind::TemplateTail } else { Kind::Text }, start);
                    return;
                }
                Some(b'"') => {
                    self.at += 1;
                    self.push(if template { Kind::TemplateTail } else { Kind::Text }, start);
                    return;
                }
                Some(b'{') if template => {
                    self.push(Kind::TemplateHead, start);
                    self.open_hole(false);
                    return;
                }
                Some(b'\\') => self.escape(template),
                // Marks mean something to the grammar, control characters in a string do not.
                Some(byte) => {
                    if byte < b' ' {
                        let at = self.at;
                        self.blank(at);
                    }
                    self.at += 1;
                }
            }
        }
    }

    fn escape(&mut self, template: bool) {
        let at = self.at;
        match self.byte(1) {
            b'"' => {
                self.blank(at + 1);
                self.at += 2;
            }
            b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
            b'{' if template => self.at += 2,
            b'u' => {
                let digits = self.bytes.get(at + 2..at + 6).unwrap_or_default();
                if digits.len() == 4 && digits.iter().all(u8::is_ascii_hexdigit) {
                    self.at += 6;
                } else {
                    self.error("`\\u` takes four hexadecimal digits", at, at + 2);
                    self.at += 2;
                }
            }
            b'\n' | 0 => {
                self.error("illegal escape sequence in a string", at, at + 1);
                self.at += 1;
            }
            other => {
                let end = if other.is_ascii() { at + 2 } else { at + 1 };
                self.error("illegal escape sequence in a string", at, end);
                self.at = end;
            }
        }
    }

    fn raw(&mut self, start: usize, template: bool) {
        loop {
            match self.bytes.get(self.at).copied() {
                None => {
                    let end = self.at;
                    self.error("the raw string has no end", start, start + 1);
                    self.blank_range(start, end);
                    self.push(if template { Kind::TemplateTail } else { Kind::Text }, start);
                    return;
                }
                Some(b'`') => {
                    self.at += 1;
                    self.push(if template { Kind::TemplateTail } else { Kind::Text }, start);
                    return;
                }
                Some(b'\\') if template && self.byte(1) == b'{' => self.at += 2,
                Some(b'{') if template => {
                    self.push(Kind::TemplateHead, start);
                    self.open_hole(true);
                    return;
                }
                Some(byte) => {
                    let at = self.at;
                    if byte == b'\n' {
                        self.new_line();
                    }
                    if byte < b' ' {
                        self.blank(at);
                    }
                    self.at += 1;
                }
            }
        }
    }

    fn open(&mut self, bracket: Bracket) {
        self.open_with(bracket, false);
    }

    fn open_hole(&mut self, raw: bool) {
        let at = self.at;
        if let Some(byte) = self.out.text.get_mut(at) {
            *byte = super::mark::HOLE_OPEN;
        }
        self.open_with(Bracket::Hole, raw);
    }

    fn open_with(&mut self, bracket: Bracket, raw: bool) {
        let start = self.at;
        self.at += 1;
        if self.open.len() >= MAX_DEPTH {
            let span = Span::new(self.source, offset(start), offset(self.at));
            self.out.errors = vec![Diagnostic::error(
                TOO_DEEP,
                format!("brackets nest deeper than {MAX_DEPTH} levels"),
                span,
            )];
            self.out.too_deep = true;
            return;
        }
        self.open.push((offset(self.out.tokens.len()), raw));
        self.push(Kind::Open(bracket), start);
    }

    fn close(&mut self, bracket: Bracket) {
        let start = self.at;
        let Some((index, raw)) = self.open.last().copied() else {
            self.at += 1;
            self.out.balanced = false;
            let found = closer(bracket);
            self.error(format!("unexpected `{found}`: nothing is open"), start, start + 1);
            self.blank(start);
            return;
        };
        let opened = self.token_kind(index);
        let hole = opened == Some(Kind::Open(Bracket::Hole)) && bracket == Bracket::Brace;
        if !hole && opened != Some(Kind::Open(bracket)) {
            self.mismatch(bracket, index);
            return;
        }
        self.open.pop();
        self.at += 1;
        let closing = offset(self.out.tokens.len());
        self.push(Kind::Close(if hole { Bracket::Hole } else { bracket }), start);
        self.pair(index, closing);
        if hole {
            if let Some(byte) = self.out.text.get_mut(start) {
                *byte = super::mark::HOLE_CLOSE;
            }
            let start = self.at;
            if raw {
                self.raw(start, true);
            } else {
                self.quoted(start, true);
            }
        }
    }

    fn token_kind(&self, index: u32) -> Option<Kind> {
        self.out.tokens.get(index as usize).map(|token| token.kind)
    }

    fn pair(&mut self, opening: u32, closing: u32) {
        if let Some(token) = self.out.tokens.get_mut(opening as usize) {
            token.mate = closing;
        }
        if let Some(token) = self.out.tokens.get_mut(closing as usize) {
            token.mate = opening;
        }
    }

    /// Reports a closing bracket of the wrong kind once, and takes it for the right one if an outer bracket
    /// waits for it.
    fn mismatch(&mut self, bracket: Bracket, opening: u32) {
        let start = self.at;
        self.out.balanced = false;
        let found = closer(bracket);
        let opened = self.out.tokens.get(opening as usize).copied();
        let wanted = match opened.map(|token| token.kind) {
            Some(Kind::Open(Bracket::Paren)) => ')',
            Some(Kind::Open(Bracket::Square)) => ']',
            _ => '}',
        };
        let span = Span::new(self.source, offset(start), offset(start + 1));
        let mut error = Diagnostic::error(PARSE_ERROR, format!("expected `{wanted}`, found `{found}`"), span);
        if let Some(token) = opened {
            let place = Span::new(self.source, token.start, token.end);
            error = error.label(place, "this is not closed");
        }
        self.out.errors.push(error);
        let waits = self
            .open
            .iter()
            .rposition(|(index, _)| self.token_kind(*index) == Some(Kind::Open(bracket)));
        match waits {
            Some(position) => {
                self.open.truncate(position + 1);
                self.close(bracket);
            }
            None => {
                self.blank(start);
                self.at += 1;
            }
        }
    }

    fn unclosed(&mut self) {
        if self.out.too_deep {
            return;
        }
        if let Some((index, _)) = self.open.first().copied() {
            self.out.balanced = false;
            if let Some(token) = self.out.tokens.get(index as usize).copied() {
                let text = self.bytes.get(token.start as usize).copied().map_or('{', char::from);
                let (start, end) = (token.start as usize, token.end as usize);
                self.error(format!("this `{text}` is not closed"), start, end);
            }
        }
    }
}

fn closer(bracket: Bracket) -> char {
    match bracket {
        Bracket::Paren => ')',
        Bracket::Square => ']',
        Bracket::Brace | Bracket::Hole => '}',
    }
}
