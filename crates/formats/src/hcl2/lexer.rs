//! Tokens of HCL2: the language itself, and the literals of templates in strings and heredocs.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ident,
    Number,
    Newline,
    /// A comment that ends its line counts as a line's end; one that does not is left out.
    OpenQuote,
    CloseQuote,
    OpenHeredoc,
    CloseHeredoc,
    /// Of a string, with escapes.
    QuotedText,
    /// Of a heredoc, one line at most.
    Text,
    Interpolation,
    Control,
    EndOfSequence,
    Sign(&'static str),
    End,
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

/// A message and where it belongs.
pub(super) type Refusal = (String, Range<usize>);

/// Signs, the longest first.
const SIGNS: &[&str] = &[
    "...", "==", "!=", ">=", "<=", "&&", "||", "::", "=>", "[", "]", "(", ")", ".", ",", "*", "/",
    "%", "+", "-", "=", "<", ">", "!", "?", ":",
];

#[derive(Clone, Copy)]
enum State {
    Main,
    Quoted,
    /// In the innermost of the heredocs.
    Heredoc,
}

struct Heredoc {
    marker: String,
    start_of_line: bool,
}

/// The tokens of a text; the last one is its end.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut lexer = Lexer {
        text,
        at: if text.starts_with('\u{feff}') { 3 } else { 0 },
        tokens: Vec::new(),
        states: Vec::new(),
        heredocs: Vec::new(),
        braces: 0,
        returns: Vec::new(),
    };
    lexer.run()?;
    lexer.tokens.push(Token {
        kind: Kind::End,
        range: text.len()..text.len(),
    });
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    states: Vec<State>,
    heredocs: Vec<Heredoc>,
    braces: i64,
    /// Depths of braces at which a template's sequence ends.
    returns: Vec<i64>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: Kind, len: usize) {
        let start = self.at;
        self.at += len;
        self.tokens.push(Token {
            kind,
            range: start..self.at,
        });
    }

    fn refuse<T>(&self, message: &str) -> Result<T, Refusal> {
        let len = self.rest().chars().next().map_or(0, char::len_utf8);
        Err((message.to_owned(), self.at..self.at + len))
    }

    fn run(&mut self) -> Result<(), Refusal> {
        while !self.rest().is_empty() {
            match self.states.last() {
                None | Some(State::Main) => self.main()?,
                Some(State::Quoted) => self.quoted()?,
                Some(State::Heredoc) => self.heredoc()?,
            }
        }
        Ok(())
    }

    fn main(&mut self) -> Result<(), Refusal> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(());
        };
        match first {
            ' ' | '\t' => self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len(),
            '\n' => self.push(Kind::Newline, 1),
            '\r' if rest.starts_with("\r\n") => self.push(Kind::Newline, 2),
            '0'..='9' => self.push(Kind::Number, number(rest)),
            '#' => self.line_comment(rest),
            '/' if rest.starts_with("//") => self.line_comment(rest),
            '/' if rest.starts_with("/*") => match rest.find("*/").filter(|at| *at > 1) {
                Some(end) => self.at += end + 2,
                None => return self.refuse("the comment has no end"),
            },
            '"' => {
                self.push(Kind::OpenQuote, 1);
                self.states.push(State::Quoted);
            }
            '{' => {
                self.push(Kind::Sign("{"), 1);
                self.braces += 1;
            }
            '}' => self.close(1),
            '~' if rest.starts_with("~}") => self.close(2),
            _ if first == '_' || first.is_alphabetic() => {
                self.push(Kind::Ident, ident(rest));
            }
            '<' if heredoc_head(rest).is_some() => {
                let (marker, len) = heredoc_head(rest).unwrap_or_default();
                self.push(Kind::OpenHeredoc, len);
                self.states.push(State::Heredoc);
                self.heredocs.push(Heredoc {
                    marker: marker.to_owned(),
                    start_of_line: true,
                });
            }
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => self.push(Kind::Sign(sign), sign.len()),
                None => return self.refuse(strange(first)),
            },
        }
        Ok(())
    }

    /// Takes its line's end along, which counts as such.
    fn line_comment(&mut self, rest: &str) {
        match rest.find('\n') {
            Some(end) => self.push(Kind::Newline, end + 1),
            None => self.at += rest.len(),
        }
    }

    fn close(&mut self, len: usize) {
        if self.returns.last() == Some(&self.braces) {
            self.push(Kind::EndOfSequence, len);
            self.returns.pop();
            self.states.pop();
        } else if len == 2 {
            self.push(Kind::EndOfSequence, len);
        } else {
            self.push(Kind::Sign("}"), 1);
        }
        self.braces -= 1;
    }

    /// `${` or `%{`, if one is here.
    fn sequence(&mut self) -> bool {
        let rest = self.rest();
        let kind = match rest.get(..2) {
            Some("${") => Kind::Interpolation,
            Some("%{") => Kind::Control,
            _ => return false,
        };
        self.push(kind, if rest.get(2..3) == Some("~") { 3 } else { 2 });
        self.braces += 1;
        self.returns.push(self.braces);
        // Of the innermost heredoc, whatever is inside of it.
        if let Some(heredoc) = self.heredocs.last_mut() {
            heredoc.start_of_line = false;
        }
        self.states.push(State::Main);
        true
    }

    fn quoted(&mut self) -> Result<(), Refusal> {
        if self.sequence() {
            return Ok(());
        }
        let rest = self.rest();
        if rest.starts_with('"') {
            self.push(Kind::CloseQuote, 1);
            self.states.pop();
            return Ok(());
        }
        let mut len = marks(rest);
        if len == 0 {
            let mut chars = rest.char_indices();
            len = rest.len();
            while let Some((at, char)) = chars.next() {
                if matches!(char, '$' | '%' | '"' | '\r' | '\n') {
                    len = at;
                    break;
                }
                if char == '\\'
                    && !matches!(chars.next(), Some((_, next)) if !matches!(next, '\r' | '\n'))
                {
                    len = at;
                    break;
                }
            }
        }
        if len == 0 {
            return self.refuse(if rest.starts_with('\\') {
                "the backslash escapes nothing"
            } else {
                "a string in quotes cannot go on in the next line: use `\\n`, or a heredoc"
            });
        }
        self.push(Kind::QuotedText, len);
        Ok(())
    }

    fn heredoc(&mut self) -> Result<(), Refusal> {
        if self.sequence() {
            return Ok(());
        }
        let rest = self.rest();
        let Some(heredoc) = self.heredocs.last_mut() else {
            return Ok(());
        };
        let marks = marks(rest);
        if marks > 0 {
            heredoc.start_of_line = false;
            self.push(Kind::Text, marks);
            return Ok(());
        }
        let len = rest.find(['$', '%', '\r', '\n']).unwrap_or(rest.len());
        let line = rest.get(..len).unwrap_or_default();
        let behind = rest.get(len..).unwrap_or_default();
        let newline = match behind.get(..1) {
            Some("\n") => 1,
            Some("\r") if behind.starts_with("\r\n") => 2,
            Some("\r") => {
                self.at += len;
                return self.refuse("a carriage return without a line feed");
            }
            _ => 0,
        };
        if newline == 0 {
            heredoc.start_of_line = false;
            self.push(Kind::Text, len);
            return Ok(());
        }
        if heredoc.start_of_line && line.trim() == heredoc.marker {
            self.states.pop();
            self.heredocs.pop();
            self.push(Kind::CloseHeredoc, len);
            self.push(Kind::Newline, newline);
            return Ok(());
        }
        heredoc.start_of_line = true;
        self.push(Kind::Text, len + newline);
        Ok(())
    }
}

/// The length of a `$` or `%` that begins nothing, or of `$${`, which stands for `${`.
fn marks(rest: &str) -> usize {
    match rest.get(..3) {
        Some("$${" | "%%{") => 3,
        _ if rest.starts_with(['$', '%']) => 1,
        _ => 0,
    }
}

fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 1;
    let mut end = 1;
    loop {
        match bytes.get(at) {
            Some(b'0'..=b'9') => {
                at += 1;
                end = at;
            }
            Some(b'.') => at += 1,
            Some(b'e' | b'E') => {
                let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
                if !digit(at + 1 + sign) {
                    return end;
                }
                at += 2 + sign;
                end = at;
            }
            _ => return end,
        }
    }
}

fn ident(rest: &str) -> usize {
    rest.find(|char: char| !char.is_alphanumeric() && char != '_' && char != '-')
        .unwrap_or(rest.len())
}

/// The marker of a heredoc that begins here, and how long its beginning is.
fn heredoc_head(rest: &str) -> Option<(&str, usize)> {
    let behind = rest.strip_prefix("<<")?;
    let behind = behind.strip_prefix('-').unwrap_or(behind);
    let first = behind.chars().next()?;
    if first != '_' && !first.is_alphabetic() {
        return None;
    }
    let (marker, behind) = behind.split_at_checked(ident(behind))?;
    let behind = behind
        .strip_prefix("\r\n")
        .or_else(|| behind.strip_prefix('\n'))?;
    Some((marker, rest.len() - behind.len()))
}

fn strange(char: char) -> &'static str {
    match char {
        '&' | '|' | '^' | '~' => "there are no bitwise operators",
        '\'' => "strings stand in double quotes",
        '`' => "this character is not part of the language: use a heredoc for several lines",
        ';' => "this character is not part of the language: use new lines to separate arguments",
        '“' | '”' => "curly quotes are no quotes",
        _ => "this character is not part of the language",
    }
}
