//! Documents from text. What is refused, where and with which words, is what gqlparser does.

mod query;
mod schema;

use kpol_runtime::builtins::quoted;

use super::ast::{Comment, NodeId, Place, QueryDocument, SchemaDocument, Text};
use super::error::{Checked, Failure, File, MAX_NESTING};
use super::lexer::{Kind, Lexer, Token};

/// Reads operations and fragments.
pub(crate) fn parse_query(text: &str) -> Checked<QueryDocument> {
    Parser::new(text, File::Input).query_document()
}

/// Reads a schema; its types are built in where the text is the prelude.
pub(crate) fn parse_schema(text: &str, file: File) -> Checked<SchemaDocument> {
    let mut document = Parser::new(text, file).schema_document()?;
    for definition in document
        .definitions
        .iter_mut()
        .chain(&mut document.extensions)
    {
        definition.built_in = file == File::Prelude;
    }
    Ok(document)
}

struct Parser<'s> {
    lexer: Lexer<'s>,
    peeked: Option<Token>,
    /// The comments before the token that was peeked at.
    comment: Comment,
    /// The last token that was read, comments included.
    previous: Option<Token>,
    depth: u32,
    nodes: NodeId,
}

impl<'s> Parser<'s> {
    fn new(text: &'s str, file: File) -> Self {
        Parser {
            lexer: Lexer::new(text, file),
            peeked: None,
            comment: None,
            previous: None,
            depth: 0,
            nodes: 0,
        }
    }

    fn id(&mut self) -> NodeId {
        self.nodes += 1;
        self.nodes - 1
    }

    fn peek(&mut self) -> &Token {
        if self.peeked.is_none() {
            let mut comments = Vec::new();
            let mut token = self.lexer.token_after_space();
            while token.kind == Kind::Comment {
                comments.push(token.value.clone());
                self.previous = Some(token);
                token = self.lexer.token_after_space();
            }
            if !comments.is_empty() {
                self.comment = Some(comments.into());
            }
            self.peeked = Some(token);
        }
        let lexer = &mut self.lexer;
        self.peeked.get_or_insert_with(|| lexer.token_after_space())
    }

    fn kind(&mut self) -> Kind {
        self.peek().kind
    }

    fn at(&mut self) -> Place {
        Some(self.peek().at)
    }

    /// The comments before the next token.
    fn comments(&mut self) -> Comment {
        self.peek();
        self.comment.clone()
    }

    /// Whether the next token's value is this, whatever its kind.
    fn value_is(&mut self, value: &str) -> bool {
        &*self.peek().value == value
    }

    fn next(&mut self) -> Checked<Token> {
        let token = self.peek().clone();
        self.peeked = None;
        self.comment = None;
        if token.kind == Kind::Invalid {
            return Err(Failure::syntax(token.at, token.problem));
        }
        self.previous = Some(token.clone());
        Ok(token)
    }

    fn error<T>(&mut self, message: impl Into<String>) -> Checked<T> {
        Err(Failure::syntax(self.peek().at, message))
    }

    fn unexpected<T>(&mut self) -> Checked<T> {
        let token = self.peek().clone();
        unexpected(&token)
    }

    /// Reads a token of this kind, and the comments before it.
    fn expect(&mut self, kind: Kind) -> Checked<(Token, Comment)> {
        let comment = self.comments();
        let found = self.kind();
        if found == kind {
            return Ok((self.next()?, comment));
        }
        self.error(format!("Expected {}, found {}", kind.name(), found.name()))
    }

    /// Reads a word, and the comments before it.
    fn keyword(&mut self, word: &str) -> Checked<Comment> {
        let comment = self.comments();
        if self.kind() == Kind::Name && self.value_is(word) {
            self.next()?;
            return Ok(comment);
        }
        let found = described(self.peek());
        self.error(format!("Expected {}, found {found}", quoted(word)))
    }

    fn name(&mut self) -> Checked<Text> {
        Ok(self.expect(Kind::Name)?.0.value)
    }

    fn skip(&mut self, kind: Kind) -> Checked<bool> {
        let found = self.kind() == kind;
        if found {
            self.next()?;
        }
        Ok(found)
    }

    /// Items between two tokens: none where the first is not there, else at least one. Also the comments before the
    /// last token.
    fn some<T>(
        &mut self,
        (start, end): (Kind, Kind),
        item: impl FnMut(&mut Self) -> Checked<T>,
    ) -> Checked<(Vec<T>, Comment)> {
        if !self.skip(start)? {
            return Ok((Vec::new(), None));
        }
        let items = self.until(end, item)?;
        if items.is_empty() {
            let found = self.kind().name();
            return self.error(format!("expected at least one definition, found {found}"));
        }
        let comment = self.comments();
        self.next()?;
        Ok((items, comment))
    }

    /// Items up to a token.
    fn until<T>(
        &mut self,
        end: Kind,
        mut item: impl FnMut(&mut Self) -> Checked<T>,
    ) -> Checked<Vec<T>> {
        let mut items = Vec::new();
        while self.kind() != end {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// Items with separators between them, and perhaps one before.
    fn separated<T>(
        &mut self,
        separator: Kind,
        mut item: impl FnMut(&mut Self) -> Checked<T>,
    ) -> Checked<Vec<T>> {
        self.skip(separator)?;
        let mut items = vec![item(self)?];
        while self.skip(separator)? {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// Runs what may contain itself.
    fn nested<T>(&mut self, part: impl FnOnce(&mut Self) -> Checked<T>) -> Checked<T> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(Failure::Limit("the document is too deeply nested"));
        }
        let result = part(self);
        self.depth -= 1;
        result
    }
}

fn described(token: &Token) -> String {
    let name = token.kind.name();
    if token.value.is_empty() {
        return name.to_owned();
    }
    format!("{name} {}", quoted(&token.value))
}

fn unexpected<T>(token: &Token) -> Checked<T> {
    Err(Failure::syntax(
        token.at,
        format!("Unexpected {}", described(token)),
    ))
}

const PARENS: (Kind, Kind) = (Kind::ParenL, Kind::ParenR);
const BRACES: (Kind, Kind) = (Kind::BraceL, Kind::BraceR);
