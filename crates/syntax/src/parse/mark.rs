//! The marking pass: decides what only context can tell (is this word a keyword, does this brace open a body,
//! does this line feed end a statement) and writes the answer into the copy of the text that the grammar reads.
//!
//! It walks the tokens once, with the brackets' partners known, so each decision looks at most at the tokens
//! directly inside of one bracket.

mod brackets;
mod facts;

use super::keywords::{Keyword, Keywords, keyword};
use super::lexer::{Bracket, Kind, Lexed, Token};
use crate::ast::RegoVersion;

/// Over the first letter of a keyword.
const KEYWORD: u8 = 0x01;
const BODY_OPEN: u8 = 0x02;
const BODY_CLOSE: u8 = 0x03;
const BAR: u8 = 0x04;
const LINE_END: u8 = 0x05;
/// Opens an expression in a template string (written by the scan).
pub(super) const HOLE_OPEN: u8 = 0x06;
/// Closes an expression in a template string (written by the scan).
pub(super) const HOLE_CLOSE: u8 = 0x07;
const GROUP_OPEN: u8 = 0x0e;
const GROUP_CLOSE: u8 = 0x0f;
const OPERAND_OPEN: u8 = 0x10;
const OPERAND_CLOSE: u8 = 0x11;

/// What the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// A policy.
    Module,
    /// Statements.
    Query,
    /// One term.
    Term,
}

/// The result of the pass.
#[derive(Debug)]
pub(super) struct Marked {
    /// Index of the first token of each statement of a module; empty for other goals.
    pub(super) statements: Vec<usize>,
    /// The version after the imports.
    pub(super) version: RegoVersion,
    /// The keywords in force at the end.
    pub(super) keywords: Keywords,
}

/// Marks `lexed.text` in place.
pub(super) fn mark(
    lexed: &mut Lexed,
    source: &str,
    goal: Goal,
    version: RegoVersion,
    keywords: Keywords,
) -> Marked {
    let mut marker = Marker {
        source,
        tokens: &lexed.tokens,
        text: &mut lexed.text,
        frames: Vec::new(),
        before: Before::Start,
        statements: Vec::new(),
        version,
        keywords,
    };
    marker.frames.push(Frame {
        place: match goal {
            Goal::Module => Place::Module,
            Goal::Query => Place::Query,
            Goal::Term => Place::Terms,
        },
        starts: goal != Goal::Term,
        ..Frame::default()
    });
    for index in 0..marker.tokens.len() {
        marker.token(index);
    }
    Marked {
        statements: marker.statements,
        version: marker.version,
        keywords: marker.keywords,
    }
}

/// Where a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Place {
    /// Between the statements of a module, or in a rule outside of brackets.
    Module,
    /// Where statements stand and line feeds end them.
    Query,
    /// In the parentheses of an `and`/`or` group.
    Group,
    /// Where only terms stand.
    #[default]
    Terms,
}

#[derive(Clone, Copy, Debug, Default)]
struct Frame {
    place: Place,
    /// What to write over the closing bracket.
    close: Option<u8>,
    /// The token of the bar that turns this bracket into a comprehension.
    bar: Option<usize>,
    /// The next token begins a statement.
    starts: bool,
    /// An `every` waits for its body.
    every: bool,
    /// In a module: past the head of the rule.
    in_body: bool,
    /// Behind `else`: the next brace opens its body, whatever is in it.
    in_else: bool,
}

/// What the token before was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Start,
    /// A term may have ended.
    Term,
    Keyword(Keyword),
    Other,
}

struct Marker<'a> {
    source: &'a str,
    tokens: &'a [Token],
    text: &'a mut [u8],
    frames: Vec<Frame>,
    before: Before,
    statements: Vec<usize>,
    version: RegoVersion,
    keywords: Keywords,
}

impl Marker<'_> {
    fn get(&self, index: usize) -> Option<&Token> {
        self.tokens.get(index)
    }

    fn word(&self, token: &Token) -> &str {
        self.source
            .get(token.start as usize..token.end as usize)
            .unwrap_or_default()
    }

    fn write(&mut self, at: u32, byte: u8) {
        if let Some(place) = self.text.get_mut(at as usize) {
            *place = byte;
        }
    }

    fn frame(&self) -> Frame {
        self.frames.last().copied().unwrap_or_default()
    }

    fn frame_mut(&mut self) -> Option<&mut Frame> {
        self.frames.last_mut()
    }

    /// Whether a `.` or `[` (or, if asked for, `(`) follows without a space.
    fn attached(&self, index: usize, paren: bool) -> bool {
        let (Some(token), Some(next)) = (self.get(index), self.get(index + 1)) else {
            return false;
        };
        token.end == next.start
            && match next.kind {
                Kind::Dot | Kind::Open(Bracket::Square) => !paren,
                Kind::Open(Bracket::Paren) => paren,
                _ => false,
            }
    }

    /// Whether the token stands directly behind the one before.
    fn touches_before(&self, index: usize) -> bool {
        let Some(before) = index.checked_sub(1).and_then(|before| self.get(before)) else {
            return false;
        };
        self.get(index)
            .is_some_and(|token| token.start == before.end)
    }

    fn token(&mut self, index: usize) {
        let Some(token) = self.get(index).copied() else {
            return;
        };
        if token.resets {
            self.frames.truncate(1);
            self.before = Before::Start;
            if let Some(frame) = self.frame_mut() {
                frame.starts = true;
            }
        }
        let frame = self.frame();
        if frame.place == Place::Query && self.before == Before::Term && token.line_feed.is_some() {
            self.line_end(index, &token);
        }
        match token.kind {
            Kind::Word => self.mark_word(index, &token),
            Kind::Open(bracket) => self.open(index, &token, bracket),
            Kind::Close(_) => {
                if self.frames.len() > 1
                    && let Some(frame) = self.frames.pop()
                    && let Some(byte) = frame.close
                {
                    self.write(token.start, byte);
                }
                self.before = Before::Term;
                if token.kind == Kind::Close(Bracket::Hole) {
                    self.before = Before::Other;
                }
            }
            Kind::Semicolon => {
                self.before = Before::Other;
                if let Some(frame) = self.frame_mut() {
                    frame.starts = frame.place == Place::Query;
                    frame.every = false;
                }
                return;
            }
            Kind::Bar if frame.bar == Some(index) => {
                self.write(token.start, BAR);
                self.before = Before::Other;
                if let Some(frame) = self.frame_mut() {
                    frame.place = Place::Query;
                    frame.starts = true;
                }
                return;
            }
            Kind::Number | Kind::Text | Kind::TemplateTail => self.before = Before::Term,
            _ => self.before = Before::Other,
        }
        // A bracket that was opened has a frame of its own, whose first token is yet to come.
        if !matches!(token.kind, Kind::Open(_))
            && let Some(frame) = self.frame_mut()
        {
            frame.starts = false;
        }
    }

    /// In a query, a line feed after a complete term ends the statement unless what follows goes on with it.
    fn line_end(&mut self, index: usize, token: &Token) {
        let ends = match token.kind {
            Kind::Word => !self.continues(index, token),
            Kind::Open(Bracket::Brace) => !self.frame().every,
            Kind::Number | Kind::Text | Kind::TemplateHead | Kind::TemplateTail | Kind::Open(_) => {
                true
            }
            // Nothing is subtracted from a body.
            Kind::Minus => self.follows_body(index),
            _ => false,
        };
        if !ends {
            return;
        }
        if let Some(at) = token.line_feed {
            self.write(at, LINE_END);
        }
        self.before = Before::Other;
        if let Some(frame) = self.frame_mut() {
            frame.starts = true;
            frame.every = false;
        }
    }

    /// Whether the token before closes a body, as that of `every`.
    fn follows_body(&self, index: usize) -> bool {
        let before = index.checked_sub(1).and_then(|before| self.get(before));
        before
            .and_then(|token| self.text.get(token.start as usize))
            .is_some_and(|byte| matches!(*byte, BODY_CLOSE | OPERAND_CLOSE))
    }

    /// Whether a word behind a term is an operator or modifier.
    fn continues(&self, index: usize, token: &Token) -> bool {
        match keyword(self.word(token)) {
            Some(Keyword::As | Keyword::Else | Keyword::With) => !self.attached(index, false),
            Some(word @ (Keyword::In | Keyword::And | Keyword::Or)) => {
                self.keywords.has(word) && !self.names_line(index, token)
            }
            _ => false,
        }
    }

    /// Whether a word that is an operator behind a term is a name at the start of a line: `in.x := 1`. Before
    /// a bracket it is still the operator: `in[1, 2]`.
    pub(super) fn names_line(&self, index: usize, token: &Token) -> bool {
        token.line_feed.is_some()
            && self.attached(index, false)
            && self
                .get(index + 1)
                .is_some_and(|next| next.kind == Kind::Dot)
    }

    fn mark_word(&mut self, index: usize, token: &Token) {
        let after_dot = self.touches_before(index)
            && index
                .checked_sub(1)
                .and_then(|before| self.get(before))
                .is_some_and(|before| before.kind == Kind::Dot);
        let word = if after_dot {
            None
        } else {
            keyword(self.word(token))
        };
        let word = word.filter(|word| self.is_keyword(*word, index));
        if self.frame().place == Place::Module && !after_dot {
            self.statement_start(index, word);
        }
        let Some(word) = word else {
            self.before = Before::Term;
            return;
        };
        self.write(token.start, KEYWORD);
        self.before = match word {
            Keyword::True | Keyword::False | Keyword::Null => Before::Term,
            other => Before::Keyword(other),
        };
        match word {
            Keyword::Import => self.import(index),
            Keyword::Every => {
                if let Some(frame) = self.frame_mut() {
                    frame.every = true;
                }
            }
            Keyword::If | Keyword::Else => {
                if let Some(frame) = self.frame_mut() {
                    frame.in_body = true;
                    frame.in_else |= word == Keyword::Else;
                }
            }
            _ => {}
        }
    }

    /// Whether the word at `index` is that keyword there, and not a name.
    fn is_keyword(&self, word: Keyword, index: usize) -> bool {
        let frame = self.frame();
        if !self.keywords.has(word) {
            return false;
        }
        if matches!(
            self.before,
            Before::Keyword(Keyword::Package | Keyword::Import)
        ) {
            return false;
        }
        let new_line = self
            .get(index)
            .is_some_and(|token| token.line_feed.is_some());
        let operator = self.before == Before::Term && !frame.starts;
        if frame.place == Place::Module && operator && new_line && self.attached(index, false) {
            // The name of the next rule: `if.x := 1`.
            return false;
        }
        match word {
            // Anywhere but in heads it names a builtin.
            Keyword::Contains => operator && frame.place == Place::Module && !frame.in_body,
            Keyword::Else | Keyword::Package | Keyword::Import | Keyword::Default => {
                !self.attached(index, false)
            }
            Keyword::And | Keyword::Or => {
                operator || !(self.attached(index, true) || self.attached(index, false))
            }
            Keyword::In | Keyword::If | Keyword::As | Keyword::With => {
                operator || !self.attached(index, false)
            }
            Keyword::Not
            | Keyword::Some
            | Keyword::Every
            | Keyword::True
            | Keyword::False
            | Keyword::Null => !self.attached(index, false),
        }
    }

    /// A name behind a complete term, or a word that only begins statements, begins the next one.
    fn statement_start(&mut self, index: usize, word: Option<Keyword>) {
        let begins = match word {
            None => self.before == Before::Term || self.before == Before::Start,
            Some(Keyword::Package | Keyword::Import | Keyword::Default) => true,
            Some(
                Keyword::Some
                | Keyword::Every
                | Keyword::Not
                | Keyword::True
                | Keyword::False
                | Keyword::Null,
            ) => self.before == Before::Term || self.before == Before::Start,
            Some(_) => self.before == Before::Start,
        };
        if !begins {
            return;
        }
        self.statements.push(index);
        if let Some(frame) = self.frame_mut() {
            frame.starts = true;
            frame.every = false;
            frame.in_body = false;
            frame.in_else = false;
        }
    }

    /// `import future.keywords.x`, `import rego.v1` and `rego.v2` change what follows.
    fn import(&mut self, index: usize) {
        let mut path = Vec::new();
        let mut at = index + 1;
        while let Some(token) = self.get(at) {
            match token.kind {
                Kind::Word => path.push(self.word(token)),
                Kind::Text => path.push(self.word(token).trim_matches(['"', '`'])),
                _ => break,
            }
            at += 1;
            match self.get(at).map(|token| token.kind) {
                Some(Kind::Dot | Kind::Open(Bracket::Square)) => at += 1,
                _ => break,
            }
        }
        match path.as_slice() {
            ["rego", "v1"] => {
                self.version = RegoVersion::V1;
                self.keywords = self.keywords.with_v1();
            }
            ["rego", "v2"] => {
                self.version = RegoVersion::V1;
                self.keywords = self.keywords.with_v1().with_logic();
            }
            ["future", "keywords"] => self.keywords = self.keywords.with_v1().with_logic(),
            ["future", "keywords", name] => {
                if let Some(word) = keyword(name) {
                    self.keywords = self.keywords.with(word);
                }
            }
            _ => {}
        }
    }
}
