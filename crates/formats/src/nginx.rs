//! nginx.conf: directives with their parameters and blocks. In `http` and `upstream`, directives `server` come last, and
//! of the parameters of an upstream's server those with a value come first: that is how conftest has them. Names of
//! directives are not checked, since modules bring their own.

use std::ops::Range;

use kpol_diagnostics::Span;
use kpol_input::{Document, InputError};

use crate::text::Text;
use crate::tree::{Node, Object, Value};

pub(crate) const UNSUPPORTED: Option<&str> = None;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let (body, skipped) = text.without_mark();
    let mut parser = Parser {
        text,
        body,
        skipped,
        at: 0,
    };
    let directives = parser.block(None, 1)?;
    let whole = text.span(0..text.text.len());
    text.document(&block(directives, whole))
}

/// An object with the list of a block's directives.
fn block(directives: Vec<Directive>, span: Span) -> Node {
    let directives = directives.into_iter().map(Directive::node).collect();
    let mut object = Object::new();
    let list = Value::Array(directives).at(span);
    object.insert("directives".to_owned(), list.member(span));
    Value::Object(object).at(span)
}

struct Directive {
    name: String,
    name_span: Span,
    span: Span,
    parameters: Vec<(String, Span)>,
    block: Option<(Vec<Directive>, Span)>,
}

impl Directive {
    fn node(self) -> Node {
        let mut object = Object::new();
        let name = Value::String(self.name).at(self.name_span);
        object.insert("name".to_owned(), name.member(self.name_span));
        if let (Some((_, first)), Some((_, last))) =
            (self.parameters.first(), self.parameters.last())
        {
            let span = first.to(*last);
            let items = self.parameters.into_iter();
            let items = items.map(|(text, span)| Value::String(text).at(span));
            let list = Value::Array(items.collect()).at(span);
            object.insert("parameters".to_owned(), list.member(span));
        }
        if let Some((directives, span)) = self.block {
            object.insert("block".to_owned(), block(directives, span).member(span));
        }
        Value::Object(object).at(self.span)
    }

    /// What the known directives do with their parameters and directives.
    fn finish(mut self) -> Result<Directive, &'static str> {
        match (self.name.as_str(), &mut self.block) {
            ("http", Some((directives, _))) => {
                self.parameters.clear();
                directives.sort_by_key(|inner| inner.name == "server" && inner.block.is_some());
            }
            ("server", Some(_)) => self.parameters.clear(),
            ("upstream", Some((directives, _))) => {
                if self.parameters.is_empty() {
                    return Err("an upstream needs a name");
                }
                self.parameters.truncate(1);
                directives.sort_by_key(|inner| inner.name == "server");
            }
            ("location", Some(_)) if !matches!(self.parameters.len(), 1 | 2) => {
                return Err("a location has one or two parameters");
            }
            ("include", Some(_)) => return Err("an include has no block: is a `;` missing?"),
            ("include", None) if self.parameters.len() != 1 => {
                return Err("an include has one parameter");
            }
            ("server", None) => self.order_server(),
            _ => {}
        }
        Ok(self)
    }

    /// The address, then what has a value, by name, then flags.
    fn order_server(&mut self) {
        if self.parameters.is_empty() {
            self.parameters.push((String::new(), self.name_span));
        }
        let mut values: Vec<(String, Span)> = Vec::new();
        let mut flags = Vec::new();
        for (text, span) in self.parameters.split_off(self.parameters.len().min(1)) {
            let Some((key, _)) = text.split_once('=') else {
                flags.push((text, span));
                continue;
            };
            values.retain(|(other, _)| other.split_once('=').is_none_or(|(known, _)| known != key));
            values.push((text, span));
        }
        values
            .sort_by(|(left, _), (right, _)| left.split('=').next().cmp(&right.split('=').next()));
        self.parameters.extend(values);
        self.parameters.extend(flags);
    }
}

#[derive(Debug, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Semicolon,
    Open,
    Close,
    End,
}

struct Parser<'t, 'a> {
    text: &'t Text<'a>,
    body: &'a str,
    skipped: usize,
    at: usize,
}

const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

impl<'a> Parser<'_, 'a> {
    fn rest(&self) -> &'a str {
        self.body.get(self.at..).unwrap_or_default()
    }

    fn span(&self, range: &Range<usize>) -> Span {
        self.text
            .span(range.start + self.skipped..range.end + self.skipped)
    }

    fn error(&self, message: impl Into<String>, range: &Range<usize>) -> InputError {
        InputError::Syntax {
            message: message.into(),
            span: self.span(range),
            inside: None,
        }
    }

    fn next(&mut self) -> Result<(Token<'a>, Range<usize>), InputError> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(BLANK);
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                break;
            }
            self.at += trimmed.find(['\r', '\n']).unwrap_or(trimmed.len());
        }
        let start = self.at;
        let rest = self.rest();
        let (token, len) = match rest.chars().next() {
            None => (Token::End, 0),
            Some(';') => (Token::Semicolon, 1),
            Some('{') => (Token::Open, 1),
            Some('}') => (Token::Close, 1),
            Some(quote @ ('"' | '\'' | '`')) => {
                let Some(len) = quoted_len(rest, quote) else {
                    return Err(self.error("the quotes are not closed", &(start..self.body.len())));
                };
                (Token::Word(rest.get(..len).unwrap_or_default()), len)
            }
            Some(_) => {
                let len = word_len(rest);
                (Token::Word(rest.get(..len).unwrap_or_default()), len)
            }
        };
        self.at = start + len;
        Ok((token, start..self.at))
    }

    /// The directives up to the end of a block, whose bracket stands at `open`, or of the text.
    fn block(
        &mut self,
        open: Option<&Range<usize>>,
        depth: usize,
    ) -> Result<Vec<Directive>, InputError> {
        // Each block is four levels of the document.
        if depth * 4 > self.text.depth() {
            return Err(self
                .text
                .too_deep(self.at + self.skipped..self.at + self.skipped));
        }
        let mut directives = Vec::new();
        loop {
            let (token, range) = self.next()?;
            match (token, open) {
                (Token::Word(name), _) => directives.push(self.directive(name, range, depth)?),
                (Token::Semicolon, _) => {}
                (Token::Close, Some(_)) | (Token::End, None) => return Ok(directives),
                (Token::End, Some(open)) => {
                    return Err(self.error("the block is not closed", open));
                }
                (Token::Close, None) => return Err(self.error("there is no `{` for this", &range)),
                (Token::Open, _) => return Err(self.error("a block needs a name", &range)),
            }
        }
    }

    fn directive(
        &mut self,
        name: &str,
        start: Range<usize>,
        depth: usize,
    ) -> Result<Directive, InputError> {
        let name_span = self.span(&start);
        let mut directive = Directive {
            name: name.to_owned(),
            name_span,
            span: name_span,
            parameters: Vec::new(),
            block: None,
        };
        loop {
            let (token, range) = self.next()?;
            match token {
                Token::Word(text) => {
                    directive
                        .parameters
                        .push((text.to_owned(), self.span(&range)));
                    continue;
                }
                Token::Semicolon => {}
                Token::Open => {
                    let inner = if name.ends_with("_by_lua_block") {
                        self.lua(&range)?;
                        Vec::new()
                    } else {
                        self.block(Some(&range), depth + 1)?
                    };
                    directive.block = Some((inner, self.span(&(range.start..self.at))));
                }
                Token::Close | Token::End => {
                    let message = format!("the directive `{name}` has no `;`");
                    return Err(self.error(message, &start));
                }
            }
            directive.span = self.span(&(start.start..self.at));
            return directive
                .finish()
                .map_err(|message| self.error(message, &start));
        }
    }

    /// Goes past Lua code up to the bracket that closes its block.
    fn lua(&mut self, open: &Range<usize>) -> Result<(), InputError> {
        let mut level = 0_usize;
        let rest = self.rest();
        let mut comment = false;
        for (at, char) in rest.char_indices() {
            match char {
                '\r' | '\n' => comment = false,
                _ if comment => {}
                '#' => comment = true,
                '{' => level += 1,
                '}' if level == 0 => {
                    self.at += at + 1;
                    return Ok(());
                }
                '}' => level -= 1,
                _ => {}
            }
        }
        Err(self.error("the block is not closed", open))
    }
}

/// Bytes of a text in quotes, if they are closed; a backslash stands in front of a quote that does not close it.
fn quoted_len(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, char)) = chars.next() {
        if char == quote {
            return Some(at + 1);
        }
        if char == '\\' {
            chars.next_if(|(_, next)| *next == quote);
        }
    }
    None
}

/// Bytes of a word; `${name}` may stand in it.
fn word_len(text: &str) -> usize {
    let mut before = '\0';
    let mut variable = false;
    for (at, char) in text.char_indices() {
        match char {
            // A word begins with anything.
            _ if at == 0 => {}
            ';' | ' ' | '\t' | '\r' | '\n' => return at,
            '{' if before == '$' => {
                variable = true;
                continue;
            }
            '{' | '}' if !variable => return at,
            '{' => continue,
            '}' => {
                variable = false;
                continue;
            }
            _ => {}
        }
        before = char;
    }
    text.len()
}
