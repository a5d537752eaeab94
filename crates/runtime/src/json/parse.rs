//! JSON text to values.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{
    heap::Heap,
    value::{MAX_DEPTH, Value},
};

/// Why a text is not JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub problem: Problem,
    /// The offset in bytes.
    pub offset: usize,
}

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// There is no value.
    Empty,
    /// The text ends within a value.
    UnexpectedEnd,
    /// A character that cannot come here.
    Unexpected(char, Context),
    /// A number whose exponent is out of range.
    NumberTooBig,
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

/// Where a character cannot come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what its text says")]
pub enum Context {
    Value,
    Key,
    AfterKey,
    AfterItem,
    AfterEntry,
    AfterTopLevel,
    InString,
    InEscape,
    InHex,
    InNumber,
    InWord,
}

impl Context {
    /// The words that Go has for it.
    const fn words(self) -> &'static str {
        match self {
            Context::Value => "looking for beginning of value",
            Context::Key => "looking for beginning of object key string",
            Context::AfterKey => "after object key",
            Context::AfterItem => "after array element",
            Context::AfterEntry => "after object key:value pair",
            Context::AfterTopLevel => "after top-level value",
            Context::InString => "in string literal",
            Context::InEscape => "in string escape code",
            Context::InHex => "in \\u hexadecimal character escape",
            Context::InNumber => "in numeric literal",
            Context::InWord => "in literal",
        }
    }
}

/// As Go's `encoding/json` says it, without the offset.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            Problem::Empty => f.write_str("EOF"),
            Problem::UnexpectedEnd => f.write_str("unexpected EOF"),
            Problem::Unexpected(c, context) => {
                write!(f, "invalid character '")?;
                match c {
                    '\'' => f.write_str("\\'")?,
                    '"' => f.write_str("\"")?,
                    c => write!(f, "{}", c.escape_debug())?,
                }
                write!(f, "' {}", context.words())
            }
            Problem::NumberTooBig => f.write_str("invalid number: number too big"),
            Problem::TooDeep => f.write_str("exceeded max depth"),
        }
    }
}

impl core::error::Error for Error {}

/// A collection whose closing bracket has not come yet.
enum Open {
    Array(Vec<Value>),
    Object(Vec<(Value, Value)>, Value),
    /// `{` with its first value still to come: what follows that tells whether it is a set or an object. Terms only.
    Brace,
    Set(Vec<Value>),
    /// An object whose next key is still to come. Terms only.
    Key(Vec<(Value, Value)>),
}

/// Parses strict JSON: one value and nothing after it. Numbers keep their spelling; of equal keys the last one counts.
///
/// # Errors
/// [`Error`] where the text is not JSON, nests deeper than [`MAX_DEPTH`], or has a number out of range.
pub fn parse(heap: &mut Heap<'_>, text: &str) -> Result<Value, Error> {
    parse_as(heap, text, false)
}

/// Parses a ground term of Rego: JSON, and beside it sets (`{1, 2}`, `set()`) and object keys of any kind.
///
/// # Errors
/// As [`parse`].
pub fn parse_term(heap: &mut Heap<'_>, text: &str) -> Result<Value, Error> {
    parse_as(heap, text, true)
}

fn parse_as(heap: &mut Heap<'_>, text: &str, terms: bool) -> Result<Value, Error> {
    let mut parser = Parser {
        text,
        at: 0,
        scratch: String::new(),
        terms,
    };
    parser.skip_space();
    if parser.at == text.len() {
        return Err(parser.error(Problem::Empty));
    }
    let value = parser.document(heap)?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.unexpected(Context::AfterTopLevel));
    }
    Ok(value)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    scratch: String,
    /// Whether what Rego has beyond JSON is taken.
    terms: bool,
}

impl Parser<'_> {
    fn error(&self, problem: Problem) -> Error {
        Error {
            problem,
            offset: self.at,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn unexpected(&self, context: Context) -> Error {
        match self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
        {
            Some(c) => self.error(Problem::Unexpected(c, context)),
            None => self.error(Problem::UnexpectedEnd),
        }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, context: Context) -> Result<(), Error> {
        if self.eat(byte) {
            Ok(())
        } else {
            Err(self.unexpected(context))
        }
    }

    /// One value. A stack of its own instead of recursion.
    fn document(&mut self, heap: &mut Heap<'_>) -> Result<Value, Error> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.skip_space();
            if open.len() >= MAX_DEPTH as usize && matches!(self.peek(), Some(b'[' | b'{')) {
                return Err(self.error(Problem::TooDeep));
            }
            let mut value = match self.peek() {
                Some(b'[') => {
                    self.at += 1;
                    if !self.eat(b']') {
                        open.push(Open::Array(Vec::new()));
                        continue;
                    }
                    heap.array(&[])
                }
                Some(b'{') => {
                    self.at += 1;
                    if !self.eat(b'}') {
                        if self.terms {
                            open.push(Open::Brace);
                            continue;
                        }
                        let key = self.key(heap)?;
                        open.push(Open::Object(Vec::new(), key));
                        continue;
                    }
                    heap.object_from_entries(&mut Vec::new())
                }
                _ => self.scalar(heap)?,
            };
            // Close as many collections as end here.
            loop {
                let Some(top) = open.last_mut() else {
                    return Ok(value);
                };
                match top {
                    Open::Array(items) => {
                        items.push(value);
                        if self.more(b']') {
                            break;
                        }
                        self.expect(b']', Context::AfterItem)?;
                        value = heap.array(items);
                    }
                    Open::Object(entries, key) => {
                        entries.push((*key, value));
                        if self.more(b'}') {
                            if self.terms {
                                *top = Open::Key(core::mem::take(entries));
                            } else {
                                *key = self.key(heap)?;
                            }
                            break;
                        }
                        self.expect(b'}', Context::AfterEntry)?;
                        value = heap.object_from_entries(entries);
                    }
                    Open::Brace if self.eat(b':') => {
                        *top = Open::Object(Vec::new(), value);
                        break;
                    }
                    Open::Brace => {
                        *top = Open::Set(Vec::new());
                        continue;
                    }
                    Open::Key(entries) => {
                        self.expect(b':', Context::AfterKey)?;
                        *top = Open::Object(core::mem::take(entries), value);
                        break;
                    }
                    Open::Set(items) => {
                        items.push(value);
                        if self.more(b'}') {
                            break;
                        }
                        self.expect(b'}', Context::AfterItem)?;
                        value = heap.set_new();
                        for item in items {
                            heap.set_add(value, *item);
                        }
                    }
                }
                open.pop();
            }
        }
    }

    /// Whether a comma follows, and an item behind it: terms may end with a comma.
    fn more(&mut self, closing: u8) -> bool {
        if !self.eat(b',') {
            return false;
        }
        self.skip_space();
        !(self.terms && self.peek() == Some(closing))
    }

    fn key(&mut self, heap: &mut Heap<'_>) -> Result<Value, Error> {
        self.skip_space();
        if self.peek() != Some(b'"') {
            return Err(self.unexpected(Context::Key));
        }
        let key = self.string(heap)?;
        self.expect(b':', Context::AfterKey)?;
        Ok(key)
    }

    fn scalar(&mut self, heap: &mut Heap<'_>) -> Result<Value, Error> {
        match self.peek() {
            Some(b'"') => self.string(heap),
            Some(b'n') => self.word("null", Value::NULL),
            Some(b't') => self.word("true", Value::TRUE),
            Some(b'f') => self.word("false", Value::FALSE),
            Some(b'-' | b'0'..=b'9') => self.number(heap),
            Some(b's') if self.terms => {
                self.word("set(", Value::NULL)?;
                self.expect(b')', Context::Value)?;
                Ok(heap.set_new())
            }
            _ => Err(self.unexpected(Context::Value)),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Error> {
        for byte in word.bytes() {
            if self.peek() != Some(byte) {
                return Err(self.unexpected(Context::InWord));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn digits(&mut self) -> Result<(), Error> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.unexpected(Context::InNumber));
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self, heap: &mut Heap<'_>) -> Result<Value, Error> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        let spelling = self.text.get(start..self.at).unwrap_or_default();
        heap.number(spelling).ok_or(Error {
            problem: Problem::NumberTooBig,
            offset: start,
        })
    }

    fn string(&mut self, heap: &mut Heap<'_>) -> Result<Value, Error> {
        self.at += 1;
        let start = self.at;
        self.skip_plain();
        if self.peek() == Some(b'"') {
            // The common case: no escapes, nothing to copy.
            let text = self.text.get(start..self.at).unwrap_or_default();
            self.at += 1;
            return Ok(heap.string(text));
        }
        self.scratch.clear();
        self.scratch
            .push_str(self.text.get(start..self.at).unwrap_or_default());
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(heap.string(&self.scratch));
                }
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(self.unexpected(Context::InString)),
                None => return Err(self.error(Problem::UnexpectedEnd)),
            }
            let start = self.at;
            self.skip_plain();
            self.scratch
                .push_str(self.text.get(start..self.at).unwrap_or_default());
        }
    }

    /// Skips to the next quote, backslash or control character.
    fn skip_plain(&mut self) {
        while self
            .peek()
            .is_some_and(|b| b >= 0x20 && b != b'"' && b != b'\\')
        {
            self.at += 1;
        }
    }

    fn escape(&mut self) -> Result<(), Error> {
        self.at += 1;
        let c = match self.peek() {
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let c = self.unicode()?;
                self.scratch.push(c);
                return Ok(());
            }
            Some(_) => return Err(self.unexpected(Context::InEscape)),
            None => return Err(self.error(Problem::UnexpectedEnd)),
        };
        self.at += 1;
        self.scratch.push(c);
        Ok(())
    }

    /// The character of `\uXXXX`, of which the first two characters are read. Half a surrogate pair becomes the
    /// replacement character, as in Go.
    fn unicode(&mut self) -> Result<char, Error> {
        let high = self.hex4()?;
        if let Some(c) = char::from_u32(high) {
            return Ok(c);
        }
        if high < 0xdc00 && self.text.as_bytes().get(self.at..self.at + 2) == Some(b"\\u") {
            let back = self.at;
            self.at += 2;
            let low = self.hex4()?;
            if (0xdc00..0xe000).contains(&low) {
                let c = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = back;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex4(&mut self) -> Result<u32, Error> {
        let mut n = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|b| char::from(b).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unexpected(Context::InHex));
            };
            n = n << 4 | digit;
            self.at += 1;
        }
        Ok(n)
    }
}
