//! EDN: maps and lists; everything else is the string that conftest makes of it, numbers and booleans too.

mod lexer;
mod print;

use std::ops::Range;

use kpol_input::{Document, InputError};

use crate::text::Text;
use crate::tree::{Node, Object, Value};
use lexer::{Lexer, Token};

pub(crate) const UNSUPPORTED: Option<&str> = None;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let mut reader = Reader {
        text,
        lexer: Lexer::new(text.text),
    };
    let Some((token, range)) = reader.next()? else {
        let end = text.text.len();
        return Err(text.error("there is no value", end..end));
    };
    let form = reader.form(token, range, 0)?;
    if let Some((_, range)) = reader.next()? {
        return Err(text.error("there is more after the end of the value", range));
    }
    text.document(&node(text, form)?)
}

/// A value of EDN with its bytes.
#[derive(Debug)]
struct Form {
    kind: Kind,
    range: Range<usize>,
}

#[derive(Debug)]
enum Kind {
    Nil,
    Bool(bool),
    Integer(i64),
    /// Digits, with a sign if negative.
    Big(String),
    Float(f64),
    Char(char),
    String(String),
    Symbol(String),
    /// Without its colon.
    Keyword(String),
    List(Vec<Form>),
    Map(Vec<(Form, Form)>),
    Set(Vec<Form>),
    Tagged(String, Box<Form>),
    /// What a tag that is known has made of its value, as it is printed.
    Printed(String),
}

struct Reader<'t, 'a> {
    text: &'t Text<'a>,
    lexer: Lexer<'a>,
}

impl<'a> Reader<'_, 'a> {
    /// The next token that counts.
    fn next(&mut self) -> Result<Option<(Token<'a>, Range<usize>)>, InputError> {
        self.token(0)
    }

    fn token(&mut self, depth: usize) -> Result<Option<(Token<'a>, Range<usize>)>, InputError> {
        loop {
            let token = self
                .lexer
                .next()
                .map_err(|(message, range)| self.text.error(message, range))?;
            let Some((Token::Discard, range)) = token else {
                return Ok(token);
            };
            self.required(&range, depth + 1)?;
        }
    }

    /// A value that has to be there.
    fn required(&mut self, after: &Range<usize>, depth: usize) -> Result<Form, InputError> {
        if depth > self.text.depth() {
            return Err(self.text.too_deep(after.clone()));
        }
        match self.token(depth)? {
            Some((token, range)) => self.form(token, range, depth),
            None => Err(self.text.error("a value is missing", after.clone())),
        }
    }

    fn form(
        &mut self,
        token: Token<'a>,
        range: Range<usize>,
        depth: usize,
    ) -> Result<Form, InputError> {
        if depth > self.text.depth() {
            return Err(self.text.too_deep(range));
        }
        let start = range.start;
        let kind = match token {
            Token::Symbol("nil") => Kind::Nil,
            Token::Symbol("true") => Kind::Bool(true),
            Token::Symbol("false") => Kind::Bool(false),
            Token::Symbol(name) => Kind::Symbol(name.to_owned()),
            Token::Keyword(name) => Kind::Keyword(name.to_owned()),
            Token::String(text) => Kind::String(text),
            Token::Char(char) => Kind::Char(char),
            Token::Integer(digits) => match digits.strip_suffix('N') {
                Some(big) => Kind::Big(big.trim_start_matches('+').to_owned()),
                None => Kind::Integer(digits.parse().map_err(|_| {
                    let message = format!("`{digits}` does not fit an integer of 64 bits");
                    self.text.error(message, range.clone())
                })?),
            },
            Token::Float(digits) => {
                let digits = digits.strip_suffix('M').unwrap_or(digits);
                let value = digits.parse::<f64>().ok().filter(|value| value.is_finite());
                Kind::Float(value.ok_or_else(|| {
                    let message = format!("`{digits}` does not fit a float of 64 bits");
                    self.text.error(message, range.clone())
                })?)
            }
            Token::Tag(name) => {
                let value = self.required(&range, depth + 1)?;
                self.tagged(name, value, &range)?
            }
            Token::Open(close) => {
                let (items, end) = self.items(close, &range, depth)?;
                return Ok(Form {
                    kind: Kind::List(items),
                    range: start..end,
                });
            }
            Token::OpenSet => {
                let (items, end) = self.items('}', &range, depth)?;
                return Ok(Form {
                    kind: Kind::Set(items),
                    range: start..end,
                });
            }
            Token::OpenMap => {
                let (items, end) = self.items('}', &range, depth)?;
                if items.len() % 2 != 0 {
                    let range = start..end;
                    return Err(self.text.error("a key of the map has no value", range));
                }
                let mut members = Vec::with_capacity(items.len() / 2);
                let mut items = items.into_iter();
                while let (Some(key), Some(value)) = (items.next(), items.next()) {
                    members.push((key, value));
                }
                return Ok(Form {
                    kind: Kind::Map(members),
                    range: start..end,
                });
            }
            Token::Close(char) => {
                return Err(self.text.error(format!("unexpected `{char}`"), range));
            }
            Token::Discard => Kind::Nil,
        };
        let end = self.lexer.at.max(range.end);
        Ok(Form {
            kind,
            range: start..end,
        })
    }

    /// What stands up to a closing bracket, and where that ends.
    fn items(
        &mut self,
        close: char,
        open: &Range<usize>,
        depth: usize,
    ) -> Result<(Vec<Form>, usize), InputError> {
        let mut items = Vec::new();
        loop {
            match self.token(depth)? {
                None => {
                    let message = format!("there is no `{close}` for this bracket");
                    return Err(self.text.error(message, open.clone()));
                }
                Some((Token::Close(char), range)) if char == close => {
                    return Ok((items, range.end));
                }
                Some((token, range)) => items.push(self.form(token, range, depth + 1)?),
            }
        }
    }

    fn tagged(
        &mut self,
        name: &str,
        value: Form,
        range: &Range<usize>,
    ) -> Result<Kind, InputError> {
        let known = match (name, &value.kind) {
            ("inst", Kind::String(text)) => print::instant(text),
            ("base64", Kind::String(text)) => print::base64_bytes(text),
            ("inst" | "base64", _) => None,
            _ => return Ok(Kind::Tagged(name.to_owned(), Box::new(value))),
        };
        known.map(Kind::Printed).ok_or_else(|| {
            let range = range.start..value.range.end;
            self.text
                .error(format!("this is no value for the tag `#{name}`"), range)
        })
    }
}

/// The tree of a form: maps and lists are kept, the rest is printed.
fn node(text: &Text<'_>, form: Form) -> Result<Node, InputError> {
    let span = text.span(form.range);
    let value = match form.kind {
        Kind::List(items) => {
            let items: Result<_, _> = items.into_iter().map(|item| node(text, item)).collect();
            Value::Array(items?)
        }
        Kind::Map(members) => {
            let mut object = Object::with_capacity(members.len());
            for (key, value) in members {
                let key_span = text.span(key.range.clone());
                object.insert(key.to_string(), node(text, value)?.member(key_span));
            }
            Value::Object(object)
        }
        Kind::String(text) => Value::String(text),
        kind => Value::String(kind.to_string()),
    };
    Ok(value.at(span))
}
