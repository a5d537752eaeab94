//! From text to tokens.
//!
//! YAML's keys are not marked as such: that something is a key shows only at the `:` after it. So tokens wait
//! in a queue while the first of them may yet turn out to begin a key, which is bounded: a key without `?`
//! stays on its line and within 1,024 bytes.
//!
//! What is accepted, refused and made of it is that of the YAML 1.1 parsers in the tradition of libyaml, which
//! Kubernetes uses by way of go-yaml.

mod block;
mod flow;
mod props;

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::yaml::chars::{forbidden, is_blank};

/// A text that is no YAML.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    pub(crate) message: Cow<'static, str>,
    /// Byte offset.
    pub(crate) at: usize,
    /// Where the collection begins that it is in, if that matters.
    pub(crate) inside: Option<usize>,
}

pub(super) fn error<T>(message: impl Into<Cow<'static, str>>, at: usize) -> Result<T, SyntaxError> {
    Err(SyntaxError {
        message: message.into(),
        at,
        inside: None,
    })
}

#[derive(Clone, Debug)]
pub(super) enum Kind<'a> {
    StreamEnd,
    /// `%YAML`, major and minor.
    Version(u32, u32),
    /// `%TAG`, handle and prefix.
    TagDirective(&'a str, Cow<'a, str>),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'a str),
    Anchor(&'a str),
    /// Handle (empty for verbatim tags) and suffix.
    Tag(&'a str, Cow<'a, str>),
    /// Text, and whether it stands without quotes and in no block.
    Scalar(Cow<'a, str>, bool),
}

#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    /// Byte offsets.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A token that may turn out to begin a key.
#[derive(Clone, Copy, Debug)]
struct SimpleKey {
    /// It begins a line of a block mapping, where nothing but a key can stand.
    required: bool,
    /// The number of the token, counted from the first of the text.
    number: usize,
    at: usize,
    line: usize,
    column: i32,
}

#[derive(Debug)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    line: usize,
    line_start: usize,
    queue: VecDeque<Token<'a>>,
    /// How many tokens have left the queue.
    taken: usize,
    ended: bool,
    /// The column of the innermost block collection, -1 outside of all.
    indent: i32,
    indents: Vec<i32>,
    /// One for each open flow collection, and one outside.
    keys: Vec<Option<SimpleKey>>,
    /// How many of `keys` are there.
    possible: usize,
    key_allowed: bool,
    depth: usize,
}

impl<'a> Scanner<'a> {
    /// A scanner that refuses texts nested deeper than `depth`, which the caller bounds more closely.
    pub(super) fn new(text: &'a str, depth: usize) -> Result<Scanner<'a>, SyntaxError> {
        if let Some(at) = forbidden(text) {
            let char = text
                .get(at..)
                .and_then(|rest| rest.chars().next())
                .unwrap_or_default();
            return error(
                format!("the character U+{:04X} is not allowed", u32::from(char)),
                at,
            );
        }
        let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Ok(Scanner {
            text,
            bytes: text.as_bytes(),
            pos: start,
            line: 0,
            line_start: start,
            queue: VecDeque::new(),
            taken: 0,
            ended: false,
            indent: -1,
            indents: Vec::new(),
            keys: vec![None],
            possible: 0,
            key_allowed: true,
            depth,
        })
    }

    /// The next token; the stream's end again and again once it is reached.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<&Token<'a>, SyntaxError> {
        while self.needs_more()? {
            self.fetch()?;
        }
        match self.queue.front() {
            Some(token) => Ok(token),
            None => error("the text ends too early", self.pos),
        }
    }

    /// Drops the token that was peeked at.
    pub(super) fn skip(&mut self) {
        if !matches!(
            self.queue.front().map(|token| &token.kind),
            Some(Kind::StreamEnd)
        ) {
            self.queue.pop_front();
            self.taken += 1;
        }
    }

    /// Takes the token that was peeked at.
    pub(super) fn take(&mut self) -> Result<Token<'a>, SyntaxError> {
        let token = self.peek()?;
        if matches!(token.kind, Kind::StreamEnd) {
            return Ok(token.clone());
        }
        self.taken += 1;
        match self.queue.pop_front() {
            Some(token) => Ok(token),
            None => error("the text ends too early", self.pos),
        }
    }

    #[inline]
    fn needs_more(&mut self) -> Result<bool, SyntaxError> {
        if self.queue.is_empty() {
            return Ok(!self.ended);
        }
        if self.possible == 0 {
            return Ok(false);
        }
        let head = self.taken;
        let level = self
            .keys
            .iter()
            .position(|key| key.is_some_and(|key| key.number == head));
        match level {
            Some(level) => self.is_possible(level),
            None => Ok(false),
        }
    }

    /// Whether the token kept at a level can still begin a key; forgets it otherwise.
    fn is_possible(&mut self, level: usize) -> Result<bool, SyntaxError> {
        let Some(Some(key)) = self.keys.get(level).copied() else {
            return Ok(false);
        };
        if key.line == self.line && key.at + 1024 >= self.pos {
            return Ok(true);
        }
        if key.required {
            return missing_colon(key);
        }
        self.forget(level);
        Ok(false)
    }

    fn forget(&mut self, level: usize) {
        if let Some(key) = self.keys.get_mut(level)
            && key.take().is_some()
        {
            self.possible -= 1;
        }
    }

    fn level(&self) -> usize {
        self.keys.len() - 1
    }

    fn in_flow(&self) -> bool {
        self.keys.len() > 1
    }

    /// Remembers that the next token may begin a key.
    fn save_key(&mut self) -> Result<(), SyntaxError> {
        if !self.key_allowed {
            return Ok(());
        }
        let column = self.column();
        let key = SimpleKey {
            required: !self.in_flow() && self.indent == column,
            number: self.taken + self.queue.len(),
            at: self.pos,
            line: self.line,
            column,
        };
        self.drop_key()?;
        if let Some(place) = self.keys.last_mut() {
            *place = Some(key);
            self.possible += 1;
        }
        Ok(())
    }

    /// The token that might have begun a key did not.
    fn drop_key(&mut self) -> Result<(), SyntaxError> {
        if let Some(Some(key)) = self.keys.last()
            && key.required
        {
            return missing_colon(*key);
        }
        self.forget(self.level());
        Ok(())
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes
            .get(self.pos + ahead)
            .copied()
            .unwrap_or_default()
    }

    fn at_end(&self) -> bool {
        self.pos >= self.bytes.len()
    }

    fn column(&self) -> i32 {
        i32::try_from(self.pos - self.line_start).unwrap_or(i32::MAX)
    }

    /// The length of the line break here, 0 if there is none.
    fn break_len(&self, ahead: usize) -> usize {
        match self.byte(ahead) {
            b'\n' => 1,
            b'\r' if self.byte(ahead + 1) == b'\n' => 2,
            b'\r' => 1,
            0xc2 if self.byte(ahead + 1) == 0x85 => 2,
            0xe2 if self.byte(ahead + 1) == 0x80 && matches!(self.byte(ahead + 2), 0xa8 | 0xa9) => {
                3
            }
            _ => 0,
        }
    }

    fn is_blankz(&self, ahead: usize) -> bool {
        let byte = self.byte(ahead);
        is_blank(byte) || byte == 0 || self.break_len(ahead) > 0
    }

    fn is_breakz(&self) -> bool {
        self.byte(0) == 0 || self.break_len(0) > 0
    }

    /// Steps over a line break and returns what it stands for.
    fn line_break(&mut self) -> &'static str {
        let text = match (self.byte(0), self.byte(2)) {
            (0xe2, 0xa8) => "\u{2028}",
            (0xe2, _) => "\u{2029}",
            _ => "\n",
        };
        self.pos += self.break_len(0);
        self.line += 1;
        self.line_start = self.pos;
        text
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        while is_blank(self.byte(0)) {
            self.pos += 1;
        }
    }

    fn skip_comment(&mut self) {
        if self.byte(0) == b'#' {
            while !self.is_breakz() {
                self.pos += 1;
            }
        }
    }

    /// Steps over what may stand between tokens.
    fn skip_to_token(&mut self) {
        loop {
            // A tab may not stand where a key could begin.
            while self.byte(0) == b' '
                || (self.byte(0) == b'\t' && (self.in_flow() || !self.key_allowed))
            {
                self.pos += 1;
            }
            self.skip_comment();
            if self.break_len(0) == 0 {
                return;
            }
            self.line_break();
            if !self.in_flow() {
                self.key_allowed = true;
            }
        }
    }

    /// `---` or `...` at the beginning of a line.
    fn at_document_mark(&self) -> bool {
        self.pos == self.line_start
            && matches!(
                self.bytes.get(self.pos..self.pos + 3),
                Some(b"---" | b"...")
            )
            && self.is_blankz(3)
    }

    fn push(&mut self, kind: Kind<'a>, start: usize) {
        self.queue.push_back(Token {
            kind,
            start,
            end: self.pos,
        });
    }

    /// A token of so many bytes.
    fn mark(&mut self, kind: Kind<'a>, len: usize) {
        let start = self.pos;
        self.pos += len;
        self.push(kind, start);
    }

    /// Begins a block collection if it is indented deeper than the one around; before the token with that
    /// number if one is given.
    fn indent_to(
        &mut self,
        column: i32,
        number: Option<usize>,
        kind: Kind<'a>,
        at: usize,
    ) -> Result<(), SyntaxError> {
        if self.in_flow() || self.indent >= column {
            return Ok(());
        }
        if self.indents.len() >= self.depth {
            return error(format!("nested deeper than {} levels", self.depth), at);
        }
        self.indents.push(self.indent);
        self.indent = column;
        let token = Token {
            kind,
            start: at,
            end: at,
        };
        match number {
            Some(number) => self.queue.insert(
                number.saturating_sub(self.taken).min(self.queue.len()),
                token,
            ),
            None => self.queue.push_back(token),
        }
        Ok(())
    }

    /// Ends the block collections that are indented deeper than `column`.
    fn unindent_to(&mut self, column: i32) {
        if self.in_flow() {
            return;
        }
        while self.indent > column {
            self.push(Kind::BlockEnd, self.pos);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn fetch(&mut self) -> Result<(), SyntaxError> {
        self.skip_to_token();
        self.unindent_to(self.column());
        if self.at_end() {
            return self.stream_end();
        }
        let first_column = self.pos == self.line_start;
        if first_column && self.byte(0) == b'%' {
            return self.directive();
        }
        if self.at_document_mark() {
            self.unindent_to(-1);
            self.drop_key()?;
            self.key_allowed = false;
            let kind = if self.byte(0) == b'-' {
                Kind::DocumentStart
            } else {
                Kind::DocumentEnd
            };
            self.mark(kind, 3);
            return Ok(());
        }
        let flow = self.in_flow();
        match self.byte(0) {
            b'[' => self.flow_start(Kind::FlowSequenceStart),
            b'{' => self.flow_start(Kind::FlowMappingStart),
            b']' => self.flow_end(Kind::FlowSequenceEnd),
            b'}' => self.flow_end(Kind::FlowMappingEnd),
            b',' => {
                self.drop_key()?;
                self.key_allowed = true;
                self.mark(Kind::FlowEntry, 1);
                Ok(())
            }
            b'-' if self.is_blankz(1) => self.block_entry(),
            b'?' if flow || self.is_blankz(1) => self.key(),
            b':' if flow || self.is_blankz(1) => self.value(),
            b'*' | b'&' => self.anchor(),
            b'!' => self.tag(),
            b'|' | b'>' if !flow => self.block_scalar(),
            b'\'' | b'"' => self.quoted(),
            b'#' | b'%' | b'@' | b'`' | b'|' | b'>' => self.cannot_begin(),
            b'\t' => error("a tab cannot stand where indentation is expected", self.pos),
            _ => self.plain(),
        }
    }

    fn cannot_begin(&self) -> Result<(), SyntaxError> {
        let char = char::from(self.byte(0));
        error(
            format!("a value cannot begin with `{char}` unless it is quoted"),
            self.pos,
        )
    }

    fn stream_end(&mut self) -> Result<(), SyntaxError> {
        if self.pos != self.line_start {
            self.line += 1;
        }
        self.unindent_to(-1);
        self.drop_key()?;
        self.key_allowed = false;
        self.ended = true;
        self.push(Kind::StreamEnd, self.pos);
        Ok(())
    }

    fn flow_start(&mut self, kind: Kind<'a>) -> Result<(), SyntaxError> {
        self.save_key()?;
        if self.keys.len() > self.depth {
            return error(
                format!("nested deeper than {} levels", self.depth),
                self.pos,
            );
        }
        self.keys.push(None);
        self.key_allowed = true;
        self.mark(kind, 1);
        Ok(())
    }

    fn flow_end(&mut self, kind: Kind<'a>) -> Result<(), SyntaxError> {
        self.drop_key()?;
        if self.in_flow() {
            self.keys.pop();
        }
        self.key_allowed = false;
        self.mark(kind, 1);
        Ok(())
    }

    fn block_entry(&mut self) -> Result<(), SyntaxError> {
        if !self.in_flow() {
            if !self.key_allowed {
                return error("a list cannot begin on this line", self.pos);
            }
            self.indent_to(self.column(), None, Kind::BlockSequenceStart, self.pos)?;
        }
        self.drop_key()?;
        self.key_allowed = true;
        self.mark(Kind::BlockEntry, 1);
        Ok(())
    }

    fn key(&mut self) -> Result<(), SyntaxError> {
        if !self.in_flow() {
            if !self.key_allowed {
                return error("a key cannot begin here", self.pos);
            }
            self.indent_to(self.column(), None, Kind::BlockMappingStart, self.pos)?;
        }
        self.drop_key()?;
        self.key_allowed = !self.in_flow();
        self.mark(Kind::Key, 1);
        Ok(())
    }

    fn value(&mut self) -> Result<(), SyntaxError> {
        let level = self.level();
        let key = if self.is_possible(level)? {
            self.keys.get(level).copied().flatten()
        } else {
            None
        };
        if let Some(key) = key {
            let token = Token {
                kind: Kind::Key,
                start: key.at,
                end: key.at,
            };
            let place = key.number.saturating_sub(self.taken).min(self.queue.len());
            self.queue.insert(place, token);
            self.indent_to(
                key.column,
                Some(key.number),
                Kind::BlockMappingStart,
                key.at,
            )?;
            self.forget(level);
            self.key_allowed = false;
        } else {
            if !self.in_flow() {
                if !self.key_allowed {
                    return error(
                        "a mapping cannot begin here: is this `:` part of a text that needs quotes?",
                        self.pos,
                    );
                }
                self.indent_to(self.column(), None, Kind::BlockMappingStart, self.pos)?;
            }
            self.key_allowed = !self.in_flow();
        }
        self.mark(Kind::Value, 1);
        Ok(())
    }
}

fn missing_colon<T>(key: SimpleKey) -> Result<T, SyntaxError> {
    error("a `:` is missing after this key", key.at)
}
