//! Tokens of EDN.

use std::ops::Range;

/// A token; texts are the token's own.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Symbol(&'a str),
    Keyword(&'a str),
    String(String),
    Char(char),
    /// With an `N` if it may be of any size.
    Integer(&'a str),
    /// With an `M` if it is meant to be exact.
    Float(&'a str),
    Tag(&'a str),
    /// A list or a vector, with the bracket that closes it.
    Open(char),
    OpenMap,
    OpenSet,
    Close(char),
    Discard,
}

/// Finds one token after another.
pub(super) struct Lexer<'a> {
    text: &'a str,
    /// Where the next token is looked for.
    pub(super) at: usize,
}

/// What is wrong, and where.
type Problem = (String, Range<usize>);

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(is_blank);
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with(';') {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<(Token<'a>, Range<usize>)>, Problem> {
        self.skip_blanks();
        let start = self.at;
        let rest = self.rest();
        let mut chars = rest.chars();
        let Some(first) = chars.next() else {
            return Ok(None);
        };
        let second = chars.next();
        let (token, len) = match first {
            '{' => (Token::OpenMap, 1),
            '[' => (Token::Open(']'), 1),
            '(' => (Token::Open(')'), 1),
            '}' | ']' | ')' => (Token::Close(first), 1),
            '"' => self.string()?,
            '\\' => self.char()?,
            '#' => match second {
                Some('_') => (Token::Discard, 2),
                Some('{') => (Token::OpenSet, 2),
                Some(char) if char.is_alphabetic() => {
                    let word = word(rest.get(1..).unwrap_or_default());
                    check_name(word).map_err(|message| (message, start..start + 1 + word.len()))?;
                    (Token::Tag(word), 1 + word.len())
                }
                _ => {
                    return Err((
                        "nothing begins with `#` like this".to_owned(),
                        start..start + 1,
                    ));
                }
            },
            ':' => {
                let word = word(rest.get(1..).unwrap_or_default());
                let range = start..start + 1 + word.len();
                if word.is_empty() || word.starts_with([':', '/']) {
                    return Err(("this is no keyword".to_owned(), range));
                }
                check_name(word).map_err(|message| (message, range))?;
                (Token::Keyword(word), 1 + word.len())
            }
            _ => {
                let word = word(rest);
                let range = start..start + word.len().max(first.len_utf8());
                let token = atom(word).map_err(|message| (message, range))?;
                (token, word.len())
            }
        };
        self.at = start + len;
        Ok(Some((token, start..self.at)))
    }

    /// A string, and how many bytes it takes.
    fn string(&self) -> Result<(Token<'a>, usize), Problem> {
        let rest = self.rest();
        let mut out = String::new();
        let mut chars = rest.char_indices().skip(1);
        while let Some((at, char)) = chars.next() {
            match char {
                '"' => return Ok((Token::String(out), at + 1)),
                '\\' => {
                    let wrong = || {
                        let range = self.at + at..self.at + at + 2;
                        ("an unknown escape sequence".to_owned(), range)
                    };
                    let (_, escaped) = chars.next().ok_or_else(wrong)?;
                    out.push(match escaped {
                        '"' | '\\' | '/' => escaped,
                        'b' => '\u{8}',
                        'f' => '\u{c}',
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        'u' => {
                            let digits = rest.get(at + 2..at + 6).ok_or_else(wrong)?;
                            let char = unicode(digits).ok_or_else(wrong)?;
                            chars.nth(3);
                            char
                        }
                        _ => return Err(wrong()),
                    });
                }
                _ => out.push(char),
            }
        }
        Err(("the string has no end".to_owned(), self.at..self.text.len()))
    }

    fn char(&self) -> Result<(Token<'a>, usize), Problem> {
        let body = self.rest().get(1..).unwrap_or_default();
        let first = body.chars().next();
        let Some(first) = first.filter(|char| !is_blank(*char)) else {
            let message = "a character is missing behind the backslash".to_owned();
            return Err((message, self.at..self.at + 1));
        };
        // Brackets and the like are characters, too.
        let behind = body.get(first.len_utf8()..).unwrap_or_default();
        let name_len = first.len_utf8() + word(behind).len();
        let name = body.get(..name_len).unwrap_or_default();
        let char = match name {
            "newline" => Some('\n'),
            "return" => Some('\r'),
            "space" => Some(' '),
            "tab" => Some('\t'),
            "formfeed" => Some('\u{c}'),
            _ if name.len() == first.len_utf8() => Some(first),
            _ => name.strip_prefix('u').and_then(unicode),
        };
        match char {
            Some(char) => Ok((Token::Char(char), 1 + name_len)),
            None => {
                let range = self.at..self.at + 1 + name_len;
                Err((format!("`\\{name}` is no character"), range))
            }
        }
    }
}

fn is_blank(char: char) -> bool {
    char == ',' || char.is_whitespace()
}

/// What belongs together up to a delimiter.
fn word(text: &str) -> &str {
    let end = |char: char| is_blank(char) || "\"{}[]()\\;".contains(char);
    text.get(..text.find(end).unwrap_or(text.len()))
        .unwrap_or_default()
}

fn unicode(digits: &str) -> Option<char> {
    let hex = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = u32::from_str_radix(digits, 16).ok().filter(|_| hex)?;
    // Halves of surrogate pairs are no characters.
    Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}

fn is_name_char(char: char) -> bool {
    char.is_alphabetic() || char.is_ascii_digit() || ".*+!-_?$%&=<>:#'".contains(char)
}

/// Names have characters of names, and at most one slash, in between.
fn check_name(name: &str) -> Result<(), String> {
    let slashes = name.matches('/').count();
    if let Some(char) = name
        .chars()
        .find(|char| *char != '/' && !is_name_char(*char))
    {
        return Err(format!("a name cannot have the character `{char}`"));
    }
    if slashes > 1 || name.starts_with('/') || name.ends_with('/') {
        return Err(format!("`{name}` is no name: a `/` divides two parts"));
    }
    Ok(())
}

/// A number or a symbol.
fn atom(word: &str) -> Result<Token<'_>, String> {
    if word == "/" {
        return Ok(Token::Symbol(word));
    }
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    if unsigned.starts_with(|char: char| char.is_ascii_digit()) {
        return number(word, unsigned).ok_or_else(|| format!("`{word}` is no number"));
    }
    // A sign may stand alone, or in front of the slash.
    let first = word
        .chars()
        .next()
        .is_some_and(|char| char.is_alphabetic() || ".*+!-_?$%&=<>".contains(char));
    let like_number = word
        .strip_prefix('.')
        .is_some_and(|rest| rest.starts_with(|char: char| char.is_ascii_digit()));
    if !first || like_number {
        return Err(format!("`{word}` begins like no value"));
    }
    check_name(word)?;
    Ok(Token::Symbol(word))
}

fn number<'a>(word: &'a str, unsigned: &str) -> Option<Token<'a>> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(unsigned);
    if whole > 1 && unsigned.starts_with('0') {
        return None;
    }
    let mut rest = unsigned.get(whole..)?;
    if matches!(rest, "" | "N") {
        return Some(Token::Integer(word));
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = digits(fraction);
        rest = fraction.get(count..).filter(|_| count > 0)?;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let count = digits(exponent);
        rest = exponent.get(count..).filter(|_| count > 0)?;
    }
    matches!(rest, "" | "M").then_some(Token::Float(word))
}
