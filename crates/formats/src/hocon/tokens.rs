//! Tokens of HOCON.

use super::Problem;

/// A place in the text, and what can be read there.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    pub(super) at: usize,
}

/// What stands in an object, outside of values.
#[derive(Debug, PartialEq)]
pub(super) enum Token {
    Key(String),
    Include,
    Dot,
    Comma,
    Assign,
    PlusAssign,
    ObjectStart,
    ObjectEnd,
    End,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Cursor<'a> {
        Cursor { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    pub(super) fn is_end(&self) -> bool {
        self.rest().is_empty()
    }

    /// Goes past a text that stands here, if it does.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let is = self.is(text);
        if is {
            self.at += text.len();
        }
        is
    }

    /// What stands up to the first character that does not fit; goes past it.
    pub(super) fn take_while(&mut self, fits: impl Fn(char, &str) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest
            .char_indices()
            .find(|(at, char)| !fits(*char, rest.get(*at..).unwrap_or_default()))
            .map_or(rest.len(), |(at, _)| at);
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    pub(super) fn skip_blanks(&mut self) {
        loop {
            self.take_while(|char, _| is_blank(char));
            if !is_comment(self.rest()) {
                return;
            }
            self.take_while(|char, _| char != '\n');
        }
    }

    pub(super) fn next(&mut self) -> Result<Token, Problem> {
        self.skip_blanks();
        let start = self.at;
        let marks = [
            (".", Token::Dot),
            (",", Token::Comma),
            ("{", Token::ObjectStart),
            ("}", Token::ObjectEnd),
            ("=", Token::Assign),
            (":", Token::Assign),
            ("+=", Token::PlusAssign),
        ];
        for (mark, token) in marks {
            if self.take(mark) {
                return Ok(token);
            }
        }
        if self.is_end() {
            return Ok(Token::End);
        }
        if self.is_include() {
            return Ok(Token::Include);
        }
        if self.is("\"") {
            return Ok(Token::Key(self.quoted()?));
        }
        let key = self
            .take_while(|char, rest| !"$\"{}[]:=+,#`^?!@*&\\.".contains(char) && !is_comment(rest));
        if key.is_empty() {
            let char = self.rest().chars().next().unwrap_or_default();
            let range = start..start + char.len_utf8();
            return Err((format!("unexpected `{char}`"), range));
        }
        Ok(Token::Key(key.trim().to_owned()))
    }

    fn is_include(&self) -> bool {
        let Some(rest) = self.rest().strip_prefix("include") else {
            return false;
        };
        let mut ahead = Cursor::new(rest);
        ahead.skip_blanks();
        ahead.at > 0 && ahead.is("\"")
    }

    /// A text in quotes, which begin here.
    pub(super) fn quoted(&mut self) -> Result<String, Problem> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            out.push_str(self.take_while(|char, _| char != '"' && char != '\\'));
            if self.take("\"") {
                return Ok(out);
            }
            if !self.take("\\") {
                return Err(("the quotes are not closed".to_owned(), start..self.at));
            }
            let escaped = self.rest().chars().next();
            let from = self.at - 1;
            self.at += escaped.map_or(0, char::len_utf8);
            match escaped {
                Some(char @ ('"' | '\\' | '/')) => out.push(char),
                Some('b') => out.push('\u{8}'),
                Some('f') => out.push('\u{c}'),
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                // The library leaves it as it stands, but for its case.
                Some('u') => {
                    let digits = self.rest().get(..4).unwrap_or_default();
                    self.at += digits.len();
                    out.push_str("\\u");
                    let digits = digits.split(char::is_whitespace).next();
                    out.push_str(&digits.unwrap_or_default().to_lowercase());
                }
                _ => return Err(("an unknown escape sequence".to_owned(), from..self.at)),
            }
        }
    }

    /// A text in three quotes, which begin here.
    pub(super) fn triple_quoted(&mut self) -> Result<String, Problem> {
        let start = self.at;
        self.at += 3;
        let rest = self.rest();
        let Some(end) = rest.find("\"\"\"") else {
            return Err((
                "the quotes are not closed".to_owned(),
                start..self.text.len(),
            ));
        };
        self.at += end + 3;
        Ok(rest.get(..end).unwrap_or_default().to_owned())
    }

    pub(super) fn is_unquoted(&self) -> bool {
        let rest = self.rest();
        rest.chars()
            .next()
            .is_some_and(|char| fits_unquoted(char, rest))
    }

    pub(super) fn unquoted(&mut self) -> &'a str {
        self.take_while(fits_unquoted)
    }
}

fn fits_unquoted(char: char, rest: &str) -> bool {
    !is_blank(char) && !"$\"{}[]:=+,#`^?!@*&\\".contains(char) && !is_comment(rest)
}

fn is_comment(rest: &str) -> bool {
    rest.starts_with('#') || rest.starts_with("//")
}

fn is_blank(char: char) -> bool {
    char.is_whitespace() || matches!(char, '\u{2060}' | '\u{feff}')
}
