//! The grammar of HCL2. The first mistake ends it.

use std::ops::Range;

use super::lexer::{Kind, Refusal, Token};
use super::syntax::{Attribute, Block, Body, Name};

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    tokens: &'a [Token],
    at: usize,
    /// Whether new lines count, from the outermost brackets to the innermost.
    newlines: Vec<bool>,
    depth: usize,
    limit: usize,
    /// Where nesting went beyond the limit.
    pub(super) too_deep: Option<Range<usize>>,
}

const END: Token = Token {
    kind: Kind::End,
    range: 0..0,
};

pub(super) type Parsed<T> = Result<T, Refusal>;

pub(super) fn refuse<T>(message: impl Into<String>, range: Range<usize>) -> Parsed<T> {
    Err((message.into(), range))
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token], limit: usize) -> Parser<'a> {
        Parser {
            text,
            tokens,
            at: 0,
            newlines: vec![true],
            depth: 0,
            limit,
            too_deep: None,
        }
    }

    pub(super) fn slice(&self, range: &Range<usize>) -> &'a str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Token {
        let mut rest = self.tokens.get(self.at..).unwrap_or_default().iter();
        let newlines = self.newlines.last() == Some(&true);
        rest.find(|token| newlines || token.kind != Kind::Newline)
            .or(self.tokens.last())
            .cloned()
            .unwrap_or(END)
    }

    pub(super) fn read(&mut self) -> Token {
        let newlines = self.newlines.last() == Some(&true);
        while let Some(token) = self.tokens.get(self.at) {
            if token.kind != Kind::End {
                self.at += 1;
            }
            if newlines || token.kind != Kind::Newline {
                return token.clone();
            }
        }
        END
    }

    pub(super) fn sign(&self, sign: &str) -> bool {
        matches!(self.peek().kind, Kind::Sign(other) if other == sign)
    }

    pub(super) fn take(&mut self, sign: &str) -> bool {
        let found = self.sign(sign);
        if found {
            self.read();
        }
        found
    }

    pub(super) fn keyword(&self, word: &str) -> bool {
        let next = self.peek();
        next.kind == Kind::Ident && self.slice(&next.range) == word
    }

    pub(super) fn expect(&mut self, sign: &str, message: &str) -> Parsed<Token> {
        let next = self.peek();
        if !self.sign(sign) {
            return refuse(message, next.range);
        }
        Ok(self.read())
    }

    /// Where the last token that was read ends.
    fn end(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or(0, |token| token.range.end)
    }

    pub(super) fn with_newlines<T>(
        &mut self,
        count: bool,
        inner: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<T> {
        self.newlines.push(count);
        let result = inner(self);
        self.newlines.pop();
        result
    }

    pub(super) fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= self.limit {
            let range = self.peek().range;
            self.too_deep = Some(range.clone());
            return refuse("nested too deeply", range);
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Blocks and attributes up to the end of the file, or up to a closing brace.
    pub(super) fn body(&mut self, in_block: bool) -> Parsed<Body> {
        let mut body = Body {
            blocks: Vec::new(),
            attributes: Vec::new(),
        };
        loop {
            let next = self.read();
            match next.kind {
                Kind::Newline => {}
                Kind::Sign("}") if in_block => return Ok(body),
                Kind::End if !in_block => return Ok(body),
                Kind::End => return refuse("the block has no closing brace", next.range),
                Kind::Ident => self.item(&next, &mut body)?,
                Kind::OpenQuote => {
                    return refuse("names of arguments do not stand in quotes", next.range);
                }
                _ => return refuse("an argument or a block is needed here", next.range),
            }
        }
    }

    fn item(&mut self, name: &Token, body: &mut Body) -> Parsed<()> {
        match self.peek().kind {
            Kind::Sign("=") => {
                let attribute = self.attribute(name)?;
                let next = self.read();
                if !matches!(next.kind, Kind::Newline | Kind::End) {
                    return refuse("an argument has to end with its line", next.range);
                }
                if body
                    .attributes
                    .iter()
                    .any(|other| other.name.text == attribute.name.text)
                {
                    let message = format!("`{}` is set twice", attribute.name.text);
                    return refuse(message, name.range.clone());
                }
                body.attributes.push(attribute);
            }
            Kind::OpenQuote | Kind::Sign("{") | Kind::Ident => {
                let block = self.nested(|parser| parser.block(name))?;
                body.blocks.push(block);
            }
            _ => {
                return refuse(
                    "an argument (`name = value`) or a block is needed here",
                    name.range.clone(),
                );
            }
        }
        Ok(())
    }

    fn attribute(&mut self, name: &Token) -> Parsed<Attribute> {
        self.expect("=", "`=` is missing")?;
        Ok(Attribute {
            name: self.name(name),
            value: self.expression()?,
        })
    }

    fn name(&self, token: &Token) -> Name {
        Name {
            text: self.slice(&token.range).to_owned(),
            range: token.range.clone(),
        }
    }

    fn block(&mut self, kind: &Token) -> Parsed<Block> {
        let mut labels = Vec::new();
        loop {
            let next = self.read();
            match next.kind {
                Kind::Sign("{") => break,
                Kind::OpenQuote => labels.push(self.label(&next)?),
                Kind::Ident => labels.push(self.name(&next)),
                Kind::Sign("=") => return refuse("a block has no `=`", next.range),
                Kind::Newline => {
                    return refuse("`{` has to be on the same line", next.range);
                }
                _ => return refuse("a label in quotes or `{` is needed here", next.range),
            }
        }
        let body = match self.peek().kind {
            Kind::Newline | Kind::End | Kind::Sign("}") => self.body(true)?,
            // The form on one line, with one argument.
            _ => {
                let name = self.read();
                if name.kind != Kind::Ident {
                    return refuse("an argument is needed here", name.range);
                }
                if !self.sign("=") {
                    return refuse(
                        "a block on one line holds one argument: `name = value`",
                        name.range,
                    );
                }
                let attribute = self.attribute(&name)?;
                self.expect("}", "a block on one line ends behind its only argument")?;
                Body {
                    blocks: Vec::new(),
                    attributes: vec![attribute],
                }
            }
        };
        let range = kind.range.start..self.end();
        let next = self.read();
        if !matches!(next.kind, Kind::Newline | Kind::End) {
            return refuse("a block has to end with its line", next.range);
        }
        Ok(Block {
            kind: self.name(kind),
            labels,
            body,
            range,
        })
    }

    /// A string without interpolation, behind its opening quote.
    fn label(&mut self, open: &Token) -> Parsed<Name> {
        let mut text = String::new();
        loop {
            let next = self.read();
            match next.kind {
                Kind::CloseQuote => {
                    return Ok(Name {
                        text,
                        range: open.range.start..next.range.end,
                    });
                }
                Kind::QuotedText => text.push_str(&self.literal(&next)?),
                Kind::Interpolation | Kind::Control => {
                    return refuse("a label cannot be a template", next.range);
                }
                _ => return refuse("the string has no closing quote", next.range),
            }
        }
    }
}
