//! The text format of Protocol Buffers, before it is known which message it is.

use std::ops::Range;

/// `name: value` or `name { … }`.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: Name,
    pub(super) range: Range<usize>,
    /// Whether there is a colon.
    pub(super) colon: bool,
    pub(super) value: Val,
}

#[derive(Debug)]
pub(super) enum Name {
    Plain(String),
    /// In brackets: an extension, or the URL of a type.
    Type(String),
    Number,
}

#[derive(Debug)]
pub(super) struct Val {
    pub(super) kind: ValKind,
    pub(super) range: Range<usize>,
}

#[derive(Debug)]
pub(super) enum ValKind {
    Text(Vec<u8>),
    /// A word, maybe with a minus: `true`, `-inf`, the name of an enum's value.
    Word(String),
    Number(Number),
    Message(Vec<Field>),
    List(Vec<Val>),
}

/// A literal without blanks and without the `f` of floats.
#[derive(Debug)]
pub(super) struct Number {
    pub(super) text: String,
    pub(super) float: bool,
}

/// A message and where it belongs.
pub(super) type Refusal = (String, Range<usize>);

type Parsed<T> = Result<T, Refusal>;

pub(super) struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    limit: usize,
    /// Where nesting went beyond the limit.
    pub(super) too_deep: Option<Range<usize>>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, at: usize, limit: usize) -> Parser<'a> {
        Parser {
            text,
            at,
            depth: 0,
            limit,
            too_deep: None,
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn refuse<T>(&self, message: &str) -> Parsed<T> {
        let len = self.peek().map_or(0, char::len_utf8);
        Err((message.to_owned(), self.at..self.at + len))
    }

    fn blanks(&mut self) {
        self.at += blanks(self.rest());
    }

    /// Fields up to the end, or up to the mark that closes a message, which stays.
    pub(super) fn fields(&mut self, close: Option<char>) -> Parsed<Vec<Field>> {
        let mut fields = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                None if close.is_none() => return Ok(fields),
                None => return self.refuse("the message is not closed"),
                next if next == close => return Ok(fields),
                _ => {}
            }
            fields.push(self.field()?);
            self.blanks();
            if matches!(self.peek(), Some(',' | ';')) {
                self.at += 1;
            }
        }
    }

    fn field(&mut self) -> Parsed<Field> {
        let start = self.at;
        let name = self.name()?;
        let range = start..self.at;
        self.blanks();
        let colon = self.peek() == Some(':');
        if colon {
            self.at += 1;
            self.blanks();
        }
        let value = self.value(true)?;
        Ok(Field {
            name,
            range,
            colon,
            value,
        })
    }

    fn name(&mut self) -> Parsed<Name> {
        let rest = self.rest();
        if rest.starts_with('[') {
            return self.type_name();
        }
        let len = word(rest);
        if len > 0 {
            self.at += len;
            return Ok(Name::Plain(rest.get(..len).unwrap_or_default().to_owned()));
        }
        match number(rest) {
            Some((_, len)) => {
                self.at += len;
                Ok(Name::Number)
            }
            None => self.refuse("the name of a field is needed here"),
        }
    }

    fn type_name(&mut self) -> Parsed<Name> {
        let start = self.at;
        let mut name = String::new();
        self.at += 1;
        loop {
            self.blanks();
            match self.peek() {
                Some(']') => {
                    self.at += 1;
                    break;
                }
                Some(char) if char.is_ascii_alphanumeric() || "-_/.~!$&()*+,;=%".contains(char) => {
                    self.at += 1;
                    name.push(char);
                }
                _ => return self.refuse("the name in brackets is malformed"),
            }
        }
        let own = name.rsplit('/').next().unwrap_or_default();
        let valid = own
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(is_word))
            && !name.starts_with("//");
        if !valid {
            let message = "the name in brackets is malformed".to_owned();
            return Err((message, start..self.at));
        }
        Ok(Name::Type(name))
    }

    fn value(&mut self, lists: bool) -> Parsed<Val> {
        let start = self.at;
        let kind = match self.peek() {
            Some(open @ ('{' | '<')) => {
                if self.depth >= self.limit {
                    self.too_deep = Some(start..start + 1);
                    return self.refuse("nested too deeply");
                }
                self.depth += 1;
                self.at += 1;
                let fields = self.fields(Some(if open == '{' { '}' } else { '>' }))?;
                self.at += 1;
                self.depth -= 1;
                ValKind::Message(fields)
            }
            Some('[') if lists => {
                self.at += 1;
                ValKind::List(self.list()?)
            }
            Some('"' | '\'') => ValKind::Text(self.text()?),
            _ => {
                let rest = self.rest();
                let minus = usize::from(rest.starts_with('-'));
                let len = word(rest.get(minus..).unwrap_or_default());
                if len > 0 {
                    self.at += minus + len;
                    let text = rest.get(..minus + len).unwrap_or_default();
                    ValKind::Word(text.to_owned())
                } else if let Some((number, len)) = number(rest) {
                    self.at += len;
                    ValKind::Number(number)
                } else {
                    return self.refuse("a value is needed here");
                }
            }
        };
        Ok(Val {
            kind,
            range: start..self.at,
        })
    }

    fn list(&mut self) -> Parsed<Vec<Val>> {
        let mut items = Vec::new();
        self.blanks();
        if self.peek() == Some(']') {
            self.at += 1;
            return Ok(items);
        }
        loop {
            self.blanks();
            items.push(self.value(false)?);
            self.blanks();
            match self.peek() {
                Some(',') => self.at += 1,
                Some(']') => {
                    self.at += 1;
                    return Ok(items);
                }
                _ => return self.refuse("`,` or `]` is missing in the list"),
            }
        }
    }

    /// Strings that follow each other are one.
    fn text(&mut self) -> Parsed<Vec<u8>> {
        let mut out = Vec::new();
        let mut end = self.at;
        while let Some(quote @ ('"' | '\'')) = self.peek() {
            let start = self.at;
            self.at += 1;
            loop {
                match self.peek() {
                    None | Some('\n' | '\0') => {
                        let message = "the string has no closing quote".to_owned();
                        return Err((message, start..self.at));
                    }
                    Some('\\') => self.escape(&mut out)?,
                    Some(char) => {
                        self.at += char.len_utf8();
                        if char == quote {
                            break;
                        }
                        out.extend(char.to_string().as_bytes());
                    }
                }
            }
            end = self.at;
            self.blanks();
        }
        self.at = end;
        Ok(out)
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Parsed<()> {
        let start = self.at;
        let malformed = |end: usize| Err(("this is no escape sequence".to_owned(), start..end));
        let rest = self.rest();
        let selector = rest.chars().nth(1).unwrap_or(' ');
        let digits = |from: usize, base: u32, most: usize| -> &str {
            let tail = rest.get(from..).unwrap_or_default();
            let len = tail
                .chars()
                .take(most)
                .take_while(|char| char.is_digit(base))
                .count();
            tail.get(..len).unwrap_or_default()
        };
        let code = |digits: &str, base: u32| u32::from_str_radix(digits, base).ok();
        match selector {
            '0'..='7' => {
                let digits = digits(1, 8, 3);
                self.at += 1 + digits.len();
                match code(digits, 8).and_then(|code| u8::try_from(code).ok()) {
                    Some(byte) => out.push(byte),
                    None => return malformed(self.at),
                }
            }
            'x' => {
                let digits = digits(2, 16, 2);
                self.at += 2 + digits.len();
                match code(digits, 16).and_then(|code| u8::try_from(code).ok()) {
                    Some(byte) => out.push(byte),
                    None => return malformed(self.at),
                }
            }
            'u' | 'U' => {
                let count = if selector == 'u' { 4 } else { 8 };
                let first = digits(2, 16, count);
                let mut char = code(first, 16).filter(|_| first.len() == count);
                let mut len = 2 + first.len();
                if let Some(high @ 0xd800..=0xdbff) = char {
                    let low = rest
                        .get(len..)
                        .filter(|rest| rest.starts_with("\\u"))
                        .map(|_| digits(len + 2, 16, 4))
                        .filter(|low| low.len() == 4)
                        .and_then(|low| code(low, 16));
                    char = low
                        .filter(|low| (0xdc00..0xe000).contains(low))
                        .map(|low| 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                    len += 6;
                }
                match char.and_then(char::from_u32) {
                    Some(char) => out.extend(char.to_string().as_bytes()),
                    None => return malformed(start + 2),
                }
                self.at += len;
            }
            _ => {
                let byte = match selector {
                    'a' => 7,
                    'b' => 8,
                    't' => 9,
                    'n' => 10,
                    'v' => 11,
                    'f' => 12,
                    'r' => 13,
                    '"' => b'"',
                    '\'' => b'\'',
                    '\\' => b'\\',
                    '?' => b'?',
                    _ => return malformed((start + 2).min(self.text.len())),
                };
                out.push(byte);
                self.at += 2;
            }
        }
        Ok(())
    }
}

/// The length of blanks and comments.
fn blanks(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\n', '\r', '\t']);
        if !rest.starts_with('#') {
            return text.len() - rest.len();
        }
        rest = rest
            .get(rest.find('\n').unwrap_or(rest.len())..)
            .unwrap_or_default();
    }
}

fn is_word(char: char) -> bool {
    char == '-' || char == '_' || char.is_ascii_alphanumeric()
}

/// Whether a word or a number may end in front of this.
fn ends(rest: &str) -> bool {
    !rest.starts_with(|char| is_word(char) || matches!(char, '+' | '.'))
}

/// The length of a name; 0 where there is none.
fn word(rest: &str) -> usize {
    if !rest.starts_with(|char: char| char == '_' || char.is_ascii_alphabetic()) {
        return 0;
    }
    let len = rest
        .find(|char: char| char != '_' && !char.is_ascii_alphanumeric())
        .unwrap_or(rest.len());
    if ends(rest.get(len..).unwrap_or_default()) {
        len
    } else {
        0
    }
}

/// A number and its length.
fn number(text: &str) -> Option<(Number, usize)> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest.get(blanks(rest)..)?),
        None => ("", text),
    };
    let bytes = rest.as_bytes();
    let run = |from: usize, accept: fn(&u8) -> bool| {
        let tail = bytes.get(from..).unwrap_or_default();
        tail.iter().take_while(|byte| accept(byte)).count()
    };
    let mut float = false;
    let mut len;
    match (bytes.first()?, bytes.get(1)) {
        (b'0', Some(b'x' | b'X')) => {
            len = 2 + run(2, u8::is_ascii_hexdigit);
            if len == 2 {
                return None;
            }
        }
        (b'0', Some(b'0'..=b'7')) => len = 1 + run(1, |byte| matches!(byte, b'0'..=b'7')),
        (first, second) => {
            len = match first {
                b'0' => 1,
                b'1'..=b'9' => run(0, u8::is_ascii_digit),
                b'.' if second.is_some() => 0,
                _ => return None,
            };
            if bytes.get(len) == Some(&b'.') {
                float = true;
                len += 1 + run(len + 1, u8::is_ascii_digit);
            }
            if matches!(bytes.get(len), Some(b'e' | b'E')) && bytes.get(len + 1).is_some() {
                float = true;
                let sign = usize::from(matches!(bytes.get(len + 1), Some(b'+' | b'-')));
                len += 1 + sign + run(len + 1 + sign, u8::is_ascii_digit);
            }
        }
    }
    let mut digits = rest.get(..len)?.to_owned();
    if digits.starts_with(|char: char| char.is_ascii_digit() || char == '.')
        && matches!(bytes.get(len), Some(b'f' | b'F'))
        && !digits.starts_with("0x")
        && !digits.starts_with("0X")
    {
        float = true;
        len += 1;
    }
    if !ends(rest.get(len..)?) {
        return None;
    }
    digits.insert_str(0, sign);
    let number = Number {
        text: digits,
        float,
    };
    Some((number, text.len() - rest.len() + len))
}
