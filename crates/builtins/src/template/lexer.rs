//! Tokens of a template.

use super::node::Place;

/// A token, and where it begins.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: Place,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Text(String),
    /// `{{`
    Open,
    /// `}}`
    Close,
    /// White space between arguments.
    Space,
    Name(String),
    /// `.name`
    Field(String),
    /// `$` or `$name`
    Variable(String),
    Dot,
    Int(i64),
    Float(f64),
    Quoted(String),
    /// Any other character of ASCII.
    Char(char),
    Declare,
    Assign,
    Pipe,
    Comma,
    Left,
    Right,
    End,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Kind::Text(s) => write!(f, "{s:?}"),
            Kind::Open => f.write_str("\"{{\""),
            Kind::Close => f.write_str("\"}}\""),
            Kind::Space => f.write_str("\" \""),
            Kind::Name(s) => match s.as_str() {
                "end" | "else" | "if" | "range" | "with" | "define" | "template" | "block"
                | "break" | "continue" | "nil" => write!(f, "<{s}>"),
                _ => write!(f, "{s:?}"),
            },
            Kind::Field(s) => write!(f, "<.{s}>"),
            Kind::Variable(s) => write!(f, "{s:?}"),
            Kind::Dot => f.write_str("<.>"),
            Kind::Int(n) => write!(f, "\"{n}\""),
            Kind::Float(n) => write!(f, "\"{n}\""),
            Kind::Quoted(s) => write!(f, "{:?}", format!("{s:?}")),
            Kind::Char(c) => write!(f, "\"{c}\""),
            Kind::Declare => f.write_str("\":=\""),
            Kind::Assign => f.write_str("\"=\""),
            Kind::Pipe => f.write_str("\"|\""),
            Kind::Comma => f.write_str("\",\""),
            Kind::Left => f.write_str("\"(\""),
            Kind::Right => f.write_str("\")\""),
            Kind::End => f.write_str("EOF"),
        }
    }
}

/// An error of a template, as Go writes it.
pub(super) fn error(line: usize, text: impl std::fmt::Display) -> String {
    format!("template: template:{line}: {text}")
}

/// Splits a template.
///
/// # Errors
/// What is no token, in Go's words.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut lexer = Lexer {
        text,
        at: 0,
        line: 1,
        line_start: 0,
        out: Vec::new(),
    };
    lexer.run()?;
    Ok(lexer.out)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    line_start: usize,
    out: Vec<Token>,
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn place(&self) -> Place {
        Place {
            line: self.line,
            column: self.at.saturating_sub(self.line_start),
        }
    }

    fn push(&mut self, kind: Kind, len: usize) {
        let at = self.place();
        self.out.push(Token { kind, at });
        self.skip(len);
    }

    fn skip(&mut self, len: usize) {
        let end = (self.at + len).min(self.text.len());
        for (i, byte) in self
            .text
            .as_bytes()
            .get(self.at..end)
            .unwrap_or_default()
            .iter()
            .enumerate()
        {
            if *byte == b'\n' {
                self.line += 1;
                self.line_start = self.at + i + 1;
            }
        }
        self.at = end;
    }

    fn run(&mut self) -> Result<(), String> {
        let mut trim = false;
        loop {
            let rest = self.rest();
            let open = rest.find("{{");
            let end = open.unwrap_or(rest.len());
            let mut text = rest.get(..end).unwrap_or_default();
            if trim {
                text = text.trim_start_matches(is_space);
            }
            let action = rest.get(end..).unwrap_or_default();
            let trims_left = action.starts_with("{{-")
                && action.get(3..).is_some_and(|r| r.starts_with(is_space));
            if trims_left {
                text = text.trim_end_matches(is_space);
            }
            if !text.is_empty() {
                let text = text.to_owned();
                self.push(Kind::Text(text), 0);
            }
            self.skip(end);
            if open.is_none() {
                self.push(Kind::End, 0);
                return Ok(());
            }
            let marker = if trims_left { 4 } else { 2 };
            if action.get(marker..).is_some_and(|r| r.starts_with("/*")) {
                trim = self.comment(marker)?;
                continue;
            }
            self.push(Kind::Open, marker);
            trim = self.action()?;
        }
    }

    /// Skips a comment; whether it trims what follows.
    fn comment(&mut self, marker: usize) -> Result<bool, String> {
        let line = self.line;
        let rest = self.rest();
        let Some(end) = rest.get(marker..).and_then(|r| r.find("*/")) else {
            return Err(error(line, "unclosed comment"));
        };
        self.skip(marker + end + 2);
        let after = self.rest();
        let trims =
            after.starts_with(is_space) && after.get(1..).is_some_and(|r| r.starts_with("-}}"));
        if trims {
            self.skip(4);
        } else if after.starts_with("}}") {
            self.skip(2);
        } else {
            return Err(error(line, "comment ends before closing delimiter"));
        }
        Ok(trims)
    }

    /// The tokens up to `}}`; whether it trims what follows.
    fn action(&mut self) -> Result<bool, String> {
        let mut depth = 0_u32;
        loop {
            let rest = self.rest();
            let trims =
                rest.starts_with(is_space) && rest.trim_start_matches(is_space).starts_with("-}}");
            if trims || rest.starts_with("}}") {
                if depth > 0 {
                    return Err(error(self.line, "unclosed left paren"));
                }
                let spaces = rest.len() - rest.trim_start_matches(is_space).len();
                if trims {
                    self.skip(spaces + 1);
                }
                self.push(Kind::Close, 2);
                return Ok(trims);
            }
            let Some(c) = rest.chars().next() else {
                return Err(error(self.line, "unclosed action"));
            };
            match c {
                c if is_space(c) => {
                    let len = rest.len() - rest.trim_start_matches(is_space).len();
                    self.push(Kind::Space, len);
                }
                '(' => {
                    depth += 1;
                    self.push(Kind::Left, 1);
                }
                ')' => {
                    if depth == 0 {
                        return Err(error(self.line, "unexpected right paren"));
                    }
                    depth -= 1;
                    self.push(Kind::Right, 1);
                }
                '|' => self.push(Kind::Pipe, 1),
                ',' => self.push(Kind::Comma, 1),
                '=' => self.push(Kind::Assign, 1),
                ':' if rest.starts_with(":=") => self.push(Kind::Declare, 2),
                ':' => return Err(error(self.line, "expected :=")),
                '"' => self.quoted()?,
                '`' => self.raw()?,
                '\'' => self.character()?,
                '$' => {
                    let len = word(rest, 1);
                    let name = rest.get(..len).unwrap_or_default().to_owned();
                    self.push(Kind::Variable(name), len);
                    self.ends()?;
                }
                '.' => {
                    let digit = rest
                        .get(1..)
                        .is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
                    if digit {
                        self.number()?;
                        continue;
                    }
                    let len = word(rest, 1);
                    if len == 1 {
                        self.push(Kind::Dot, 1);
                    } else {
                        let name = rest.get(1..len).unwrap_or_default().to_owned();
                        self.push(Kind::Field(name), len);
                    }
                    self.ends()?;
                }
                '+' | '-' | '0'..='9' => self.number()?,
                c if is_word(c) => {
                    let len = word(rest, 0);
                    let name = rest.get(..len).unwrap_or_default().to_owned();
                    self.push(Kind::Name(name), len);
                    self.ends()?;
                }
                c if c.is_ascii_graphic() => self.push(Kind::Char(c), 1),
                c => {
                    let code = c as u32;
                    return Err(error(
                        self.line,
                        format!("unrecognized character in action: U+{code:04X} {c:?}"),
                    ));
                }
            }
        }
    }

    /// What may follow a name.
    fn ends(&self) -> Result<(), String> {
        match self.rest().chars().next() {
            None => Ok(()),
            Some(c)
                if is_space(c) || matches!(c, '.' | ',' | '|' | ':' | ')' | '(' | '=' | '}') =>
            {
                Ok(())
            }
            Some(c) => {
                let code = c as u32;
                Err(error(
                    self.line,
                    format!("bad character U+{code:04X} {c:?}"),
                ))
            }
        }
    }

    fn quoted(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let mut escaped = false;
        for (i, c) in rest.char_indices().skip(1) {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    let inner = rest.get(1..i).unwrap_or_default();
                    let text = unquote(inner).ok_or_else(|| error(self.line, "invalid syntax"))?;
                    self.push(Kind::Quoted(text), i + 1);
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(error(self.line, "unterminated quoted string"))
    }

    fn raw(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let Some(end) = rest.get(1..).and_then(|r| r.find('`')) else {
            return Err(error(self.line, "unterminated raw quoted string"));
        };
        let text = rest.get(1..=end).unwrap_or_default().replace('\r', "");
        self.push(Kind::Quoted(text), end + 2);
        Ok(())
    }

    fn character(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let mut escaped = false;
        for (i, c) in rest.char_indices().skip(1) {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\'' => {
                    let inner = unquote(rest.get(1..i).unwrap_or_default());
                    let mut chars = inner.iter().flat_map(|s| s.chars());
                    let (Some(c), None) = (chars.next(), chars.next()) else {
                        return Err(error(
                            self.line,
                            format!(
                                "malformed character constant: {}",
                                rest.get(..=i).unwrap_or_default()
                            ),
                        ));
                    };
                    self.push(Kind::Int(i64::from(c as u32)), i + 1);
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(error(self.line, "unterminated character constant"))
    }

    fn number(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let hex =
            rest.trim_start_matches(['+', '-']).starts_with(['0']) && rest.contains(['x', 'X']);
        let mut len = 0;
        let mut last = ' ';
        for c in rest.chars() {
            let sign = matches!(c, '+' | '-')
                && (len == 0 || (matches!(last, 'e' | 'E') && !hex) || matches!(last, 'p' | 'P'));
            if !(sign || c == '.' || is_word(c)) {
                break;
            }
            last = c;
            len += c.len_utf8();
        }
        let text = rest.get(..len).unwrap_or_default();
        let digits = text.trim_start_matches(['+', '-']);
        let whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let kind = match integer(text) {
            Some(n) => Kind::Int(n),
            None if whole => return Err(error(self.line, format!("integer overflow: {text:?}"))),
            None => float(text)
                .map(Kind::Float)
                .ok_or_else(|| error(self.line, format!("bad number syntax: {text:?}")))?,
        };
        self.push(kind, len);
        Ok(())
    }
}

/// The length of a word that begins at `from`.
fn word(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + rest.find(|c| !is_word(c)).unwrap_or(rest.len())
}

fn integer(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.get(..2) {
        Some("0x") => (16, lower.get(2..)?),
        Some("0b") => (2, lower.get(2..)?),
        Some("0o") => (8, lower.get(2..)?),
        Some(_)
            if lower.starts_with('0') && lower.bytes().all(|b| b.is_ascii_digit() || b == b'_') =>
        {
            (8, lower.get(1..)?)
        }
        _ => (10, lower.as_str()),
    };
    if digits.is_empty() || digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(&format!("{sign}{}", digits.replace('_', "")), radix).ok()
}

fn float(text: &str) -> Option<f64> {
    let plain = text
        .bytes()
        .all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    (plain && text.contains(|c: char| c.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
        .filter(|n: &f64| n.is_finite())
}

/// A Go string without its quotes; `None` where an escape is none.
fn unquote(inner: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push(match chars.next()? {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            c @ ('\\' | '\'' | '"') => c,
            'x' => code(&mut chars, 2, 16, None)?,
            'u' => code(&mut chars, 4, 16, None)?,
            'U' => code(&mut chars, 8, 16, None)?,
            c @ '0'..='7' => code(&mut chars, 2, 8, Some(c))?,
            _ => return None,
        });
    }
    Some(out)
}

/// The character of a code of some digits, the first of which may be read already.
fn code(
    chars: &mut std::str::Chars<'_>,
    digits: usize,
    radix: u32,
    first: Option<char>,
) -> Option<char> {
    let text: String = first
        .into_iter()
        .chain(chars.by_ref().take(digits))
        .collect();
    let whole = text.chars().count() == digits + usize::from(first.is_some());
    char::from_u32(u32::from_str_radix(&text, radix).ok().filter(|_| whole)?)
}
