//! What to say when the grammar does not go on.

use kpol_diagnostics::{Diagnostic, SourceId, Span};

use super::PARSE_ERROR;
use super::keywords::{Keyword, Keywords, keyword};
use super::lexer::{Bracket, Kind, Token};

/// What is known at the place of an error.
pub(super) struct Place<'a> {
    /// The text's id.
    pub(super) source: SourceId,
    /// The text as the user wrote it.
    pub(super) text: &'a str,
    /// The prepared text.
    pub(super) marked: &'a [u8],
    /// All tokens.
    pub(super) tokens: &'a [Token],
    /// Where the grammar stopped.
    pub(super) at: usize,
    /// First token of the statement.
    pub(super) first: usize,
    /// Token after the statement's last.
    pub(super) end: usize,
    /// The keywords after imports.
    pub(super) keywords: Keywords,
    /// Whether the piece is a statement of a module.
    pub(super) module: bool,
}

impl Place<'_> {
    fn word(&self, token: &Token) -> &str {
        self.text
            .get(token.start as usize..token.end as usize)
            .unwrap_or_default()
    }

    fn marked_as(&self, token: &Token, mark: u8) -> bool {
        self.marked.get(token.start as usize) == Some(&mark)
    }

    fn is_keyword(&self, token: &Token) -> Option<Keyword> {
        if self.marked_as(token, 0x01) {
            keyword(self.word(token))
        } else {
            None
        }
    }

    /// The diagnostic.
    pub(super) fn diagnostic(&self) -> Diagnostic {
        let at = u32::try_from(self.at).unwrap_or(u32::MAX);
        let index = self
            .tokens
            .partition_point(|token| token.end <= at)
            .clamp(self.first, self.end);
        let found = if index < self.end {
            self.tokens.get(index)
        } else {
            None
        };
        let before = index
            .checked_sub(1)
            .filter(|before| *before >= self.first)
            .and_then(|before| self.tokens.get(before));
        let span = match (found, before) {
            (Some(token), _) => Span::new(self.source, token.start, token.end),
            (None, Some(token)) => {
                let last = self
                    .word(token)
                    .chars()
                    .next_back()
                    .map_or(0, char::len_utf8);
                let start = token.end.saturating_sub(u32::try_from(last).unwrap_or(0));
                Span::new(self.source, start, token.end)
            }
            (None, None) => Span::new(self.source, at, at),
        };
        let name = match found {
            Some(token) => quote(self.word(token)),
            None if self.end < self.tokens.len() => "the next statement".to_owned(),
            None => "the end of the text".to_owned(),
        };
        if let Some(error) = self.keyword_name(index) {
            return error;
        }
        let expected = self.expected(before, index);
        let mut error = Diagnostic::error(
            PARSE_ERROR,
            format!("expected {expected}, found {name}"),
            span,
        );
        if let Some(token) = self.innermost(index) {
            let place = Span::new(self.source, token.start, token.end);
            if place != span {
                error = error.label(place, "inside of this");
            }
        }
        if let Some(help) = self.help(found, before) {
            error = error.help(help);
        }
        error
    }

    /// A keyword where the name of a rule belongs.
    fn keyword_name(&self, index: usize) -> Option<Diagnostic> {
        let first = self.tokens.get(self.first).filter(|_| self.module)?;
        let word = self.is_keyword(first)?;
        if index > self.first + 1
            || matches!(word, Keyword::Package | Keyword::Import | Keyword::Default)
        {
            return None;
        }
        Some(Diagnostic::error(
            PARSE_ERROR,
            format!(
                "{} is a keyword and cannot name a rule",
                quote(self.word(first))
            ),
            Span::new(self.source, first.start, first.end),
        ))
    }

    /// The innermost bracket of the statement that is open before a token.
    fn innermost(&self, index: usize) -> Option<&Token> {
        let mut at = index;
        while at > self.first {
            at -= 1;
            let token = self.tokens.get(at)?;
            match token.kind {
                Kind::Open(_) => return Some(token),
                Kind::Close(_) => at = token.mate as usize,
                _ => {}
            }
        }
        None
    }

    fn expected(&self, before: Option<&Token>, index: usize) -> String {
        let Some(before) = before else {
            return if self.module {
                "a rule, `import` or `package`".to_owned()
            } else {
                "an expression".to_owned()
            };
        };
        if let Some(word) = self.is_keyword(before) {
            let what = match word {
                Keyword::If => "`{` or an expression after `if`",
                Keyword::Else => "`:=`, `if` or a body after `else`",
                Keyword::Package => "a package path after `package`",
                Keyword::Import => "a path after `import`",
                Keyword::As => "a name after `as`",
                Keyword::Default => "the name of a rule after `default`",
                Keyword::Contains => "a value after `contains`",
                Keyword::Some => "a variable after `some`",
                Keyword::Every => "a variable after `every`",
                Keyword::With => "a path of `input` or `data`, or a function, after `with`",
                Keyword::Not => "an expression after `not`",
                Keyword::In => "a collection after `in`",
                Keyword::And => "an operand after `and`",
                Keyword::Or => "an operand after `or`",
                Keyword::True | Keyword::False | Keyword::Null => return self.continuation(index),
            };
            return what.to_owned();
        }
        match before.kind {
            Kind::Dot => "a name after `.`".to_owned(),
            Kind::Comma | Kind::Colon | Kind::Assign | Kind::Bar | Kind::Minus | Kind::Infix => {
                format!("an expression after {}", quote(self.word(before)))
            }
            Kind::Semicolon => "a statement after `;`".to_owned(),
            Kind::Open(bracket) => {
                if self.is_query(before) {
                    "a statement after `{`".to_owned()
                } else if bracket == Bracket::Hole {
                    "an expression after `{`".to_owned()
                } else {
                    let close = match bracket {
                        Bracket::Paren => ')',
                        Bracket::Square => ']',
                        Bracket::Brace | Bracket::Hole => '}',
                    };
                    format!(
                        "an expression or `{close}` after {}",
                        quote(self.word(before))
                    )
                }
            }
            _ => self.continuation(index),
        }
    }

    fn is_query(&self, token: &Token) -> bool {
        matches!(self.marked.get(token.start as usize), Some(0x02 | 0x10))
    }

    /// What an unfinished construct before a token still needs.
    fn pending(&self, index: usize) -> Option<&'static str> {
        let mut at = index;
        let mut comma = false;
        while at > self.first {
            at -= 1;
            let token = self.tokens.get(at)?;
            match token.kind {
                Kind::Close(_) => at = token.mate as usize,
                Kind::Comma => comma = true,
                Kind::Colon if comma => return Some("`:` and a value after the key"),
                Kind::Open(_) | Kind::Colon | Kind::Semicolon | Kind::Assign => return None,
                Kind::Word => match self.is_keyword(token) {
                    Some(Keyword::With) => {
                        return Some("`as` and a value after the target of `with`");
                    }
                    Some(Keyword::Every) => {
                        return Some("`in` and a collection after the variable of `every`");
                    }
                    Some(Keyword::True | Keyword::False | Keyword::Null) | None => {}
                    Some(_) => return None,
                },
                _ => {}
            }
        }
        None
    }

    /// What may stand behind a complete term.
    fn continuation(&self, index: usize) -> String {
        if let Some(pending) = self.pending(index) {
            return pending.to_owned();
        }
        let Some(open) = self.innermost(index) else {
            return if self.module {
                "a rule on a line of its own".to_owned()
            } else {
                "a new line or `;`".to_owned()
            };
        };
        if self.is_query(open) {
            return "a new line, `;` or `}`".to_owned();
        }
        let start = self
            .tokens
            .partition_point(|token| token.start <= open.start);
        let comprehension = self
            .tokens
            .get(start..index)
            .unwrap_or_default()
            .iter()
            .any(|token| self.marked_as(token, 0x04));
        let (close, comma) = match open.kind {
            Kind::Open(Bracket::Square) => (']', !self.is_index(open)),
            Kind::Open(Bracket::Paren) => (')', true),
            _ => ('}', true),
        };
        if comprehension {
            format!("a new line, `;` or `{close}`")
        } else if comma && open.kind != Kind::Open(Bracket::Hole) {
            format!("`,` or `{close}`")
        } else {
            format!("`{close}`")
        }
    }

    fn is_index(&self, open: &Token) -> bool {
        let index = self.tokens.partition_point(|token| token.end <= open.start);
        index
            .checked_sub(1)
            .and_then(|before| self.tokens.get(before))
            .is_some_and(|before| before.ends_term() && before.end == open.start)
    }

    fn in_braces_after_not(&self, found: &Token) -> bool {
        let index = self
            .tokens
            .partition_point(|token| token.start < found.start);
        let Some(open) = self.innermost(index) else {
            return false;
        };
        let position = self
            .tokens
            .partition_point(|token| token.start < open.start);
        open.kind == Kind::Open(Bracket::Brace)
            && position
                .checked_sub(1)
                .and_then(|before| self.tokens.get(before))
                .is_some_and(|before| self.is_keyword(before) == Some(Keyword::Not))
    }

    fn help(&self, found: Option<&Token>, before: Option<&Token>) -> Option<String> {
        let found = found?;
        let word = if found.kind == Kind::Word {
            self.word(found)
        } else {
            ""
        };
        if let Some(known) = keyword(word)
            && !self.keywords.has(known)
        {
            return Some(match known {
                Keyword::And | Keyword::Or => {
                    format!(
                        "`{word}` is a keyword after `import future.keywords.{word}` or `import rego.v2`"
                    )
                }
                _ => format!("`{word}` is a keyword in Rego v1; v0 policies need `import rego.v1`"),
            });
        }
        if !self.keywords.new_not() && self.in_braces_after_not(found) {
            return Some(
                "`not { .. }` needs `import future.keywords.not` or `import rego.v2`".to_owned(),
            );
        }
        match found.kind {
            Kind::Open(Bracket::Square | Bracket::Paren) if before.is_some_and(Token::ends_term) => {
                Some("the bracket has to follow the name without a space".to_owned())
            }
            Kind::Assign if before.is_some_and(Token::ends_term) => {
                Some("`=` and `:=` are statements and cannot stand in a term; `==` compares".to_owned())
            }
            Kind::Word if matches!(self.is_keyword(found), Some(Keyword::And | Keyword::Or)) => Some(
                "a `with` on one operand needs braces around the operand; for all of them it goes to the end"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

/// Text in backticks, shortened to its first line.
fn quote(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() > 40 {
        let short: String = line.chars().take(37).collect();
        return format!("`{short}...`");
    }
    if line.contains('`') {
        return "a raw string".to_owned();
    }
    format!("`{line}`")
}
