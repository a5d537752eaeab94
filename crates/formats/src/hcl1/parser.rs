//! The grammar of HCL1.

use std::ops::Range;

use super::lexer::{Lexer, Literal, Refusal, Token};

/// `key "key" { … }` or `key = value`.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) keys: Vec<(String, Range<usize>)>,
    pub(super) value: Val,
}

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Val {
    pub(super) kind: ValKind,
    pub(super) range: Range<usize>,
}

#[derive(Debug)]
pub(super) enum ValKind {
    Literal(Literal),
    Object(Vec<Item>),
    List(Vec<Val>),
}

pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    range: Range<usize>,
    depth: usize,
    limit: usize,
    /// Where nesting went beyond the limit.
    pub(super) too_deep: Option<Range<usize>>,
}

type Parsed<T> = Result<T, Refusal>;

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, at: usize, limit: usize) -> Parsed<Parser<'a>> {
        let mut parser = Parser {
            lexer: Lexer::new(text, at),
            token: Token::End,
            range: at..at,
            depth: 0,
            limit,
            too_deep: None,
        };
        parser.advance()?;
        Ok(parser)
    }

    fn advance(&mut self) -> Parsed<Token> {
        let (token, range) = self.lexer.next()?;
        self.range = range;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn refuse<T>(&self, message: &str) -> Parsed<T> {
        Err((message.to_owned(), self.range.clone()))
    }

    /// Items up to the end of the file, or up to a closing brace, which stays.
    pub(super) fn items(&mut self, in_object: bool) -> Parsed<Vec<Item>> {
        let mut items = Vec::new();
        loop {
            match self.token {
                Token::End if !in_object => return Ok(items),
                Token::End => return self.refuse("the object has no closing brace"),
                Token::Sign('}') if in_object => return Ok(items),
                _ => items.push(self.item()?),
            }
            if self.token == Token::Sign(',') {
                self.advance()?;
            }
        }
    }

    fn item(&mut self) -> Parsed<Item> {
        let mut keys = Vec::new();
        loop {
            let range = self.range.clone();
            match &self.token {
                Token::Ident(key) | Token::Literal(Literal::String(key)) => {
                    keys.push((key.clone(), range));
                    self.advance()?;
                }
                Token::Sign('=') if keys.len() == 1 => {
                    self.advance()?;
                    let value = self.value()?;
                    return Ok(Item { keys, value });
                }
                Token::Sign('=') if keys.len() > 1 => {
                    return self.refuse("an object in braces is needed behind several keys");
                }
                Token::Sign('{') if !keys.is_empty() => {
                    let value = self.value()?;
                    return Ok(Item { keys, value });
                }
                _ if keys.is_empty() => return self.refuse("a key is needed here"),
                _ => return self.refuse("`=` or `{` is needed behind a key"),
            }
        }
    }

    fn value(&mut self) -> Parsed<Val> {
        if self.depth >= self.limit {
            self.too_deep = Some(self.range.clone());
            return self.refuse("nested too deeply");
        }
        self.depth += 1;
        let start = self.range.clone();
        let value = match self.token {
            Token::Literal(_) => match self.advance()? {
                Token::Literal(literal) => Ok(Val {
                    kind: ValKind::Literal(literal),
                    range: start,
                }),
                _ => self.refuse("a value is needed here"),
            },
            Token::Sign('{') => {
                self.advance()?;
                let items = self.items(true)?;
                let range = start.start..self.range.end;
                self.advance()?;
                Ok(Val {
                    kind: ValKind::Object(items),
                    range,
                })
            }
            Token::Sign('[') => {
                self.advance()?;
                self.list(&start)
            }
            _ => self.refuse("a value is needed here: words stand in quotes"),
        };
        self.depth -= 1;
        value
    }

    /// Behind the opening bracket. Commas may be too many, and behind a list there need not be one.
    fn list(&mut self, open: &Range<usize>) -> Parsed<Val> {
        let mut items = Vec::new();
        let mut needs_comma = false;
        loop {
            match self.token {
                Token::Sign(']') => {
                    let range = open.start..self.range.end;
                    self.advance()?;
                    return Ok(Val {
                        kind: ValKind::List(items),
                        range,
                    });
                }
                Token::Sign(',') => {
                    self.advance()?;
                    needs_comma = false;
                }
                Token::End => return self.refuse("the list has no closing bracket"),
                _ if needs_comma => return self.refuse("`,` or `]` is missing in the list"),
                _ => {
                    let item = self.value()?;
                    needs_comma = !matches!(item.kind, ValKind::List(_));
                    items.push(item);
                }
            }
        }
    }
}
