//! From Go's regular expressions to those of `regex-automata`.
//!
//! The two read alike but for details: Perl classes and word boundaries are ASCII in Go, classes know no set
//! operations, `\Q…\E` and octal escapes exist, and a brace that is no repetition is a literal.

mod class;

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use self::class::perl_class;

/// The largest repetition.
const MAX_REPEAT: u32 = 1000;

/// Translates a pattern.
pub(super) fn translate(source: &str) -> Result<String, String> {
    let mut t = Translator {
        rest: source,
        out: String::with_capacity(source.len() + 16),
        last: Last::Nothing,
        depth: 0,
        names: Vec::new(),
    };
    while let Some(c) = t.peek() {
        match c {
            '*' | '+' | '?' => t.repetition(c.len_utf8())?,
            '{' => match repeat_length(t.rest)? {
                Some(n) => t.repetition(n)?,
                None => t.plain("\\{", 1),
            },
            '\\' => t.escape()?,
            '[' => {
                t.class()?;
                t.last = Last::Something;
            }
            '(' => t.group()?,
            ')' if t.depth == 0 => return Err(format!("unexpected ): `{source}`")),
            ')' => {
                t.depth -= 1;
                t.plain(")", 1);
            }
            '|' => {
                t.plain("|", 1);
                t.last = Last::Nothing;
            }
            c => t.plain(c.encode_utf8(&mut [0; 4]), c.len_utf8()),
        }
    }
    if t.depth > 0 {
        return Err(format!("missing closing ): `{source}`"));
    }
    Ok(t.out)
}

/// What a repetition would repeat.
#[derive(Clone, Copy)]
enum Last<'s> {
    Nothing,
    Something,
    /// Another repetition, which Go does not let one follow; with the pattern from there on.
    Repetition(&'s str),
}

/// Writes a text so that it stands for itself.
pub(super) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        literal(c, out);
    }
}

fn literal(c: char, out: &mut String) {
    if c.is_ascii_alphanumeric() || !c.is_ascii() {
        out.push(c);
    } else {
        out.push_str(&format!("\\x{:02X}", c as u32));
    }
}

/// The length of `{n}`, `{n,}` or `{n,m}` at the start of a text; nothing where a brace means itself.
fn repeat_length(text: &str) -> Result<Option<usize>, String> {
    let Some(close) = text.find('}') else {
        return Ok(None);
    };
    let body = text.get(1..close).unwrap_or("");
    let (least, most) = body.split_once(',').unwrap_or((body, body));
    let number = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !number(least) || !(number(most) || (most.is_empty() && body.contains(','))) {
        return Ok(None);
    }
    let value = |t: &str| t.parse::<u32>().unwrap_or(u32::MAX);
    let bad = value(least) > MAX_REPEAT
        || (!most.is_empty() && (value(most) > MAX_REPEAT || value(most) < value(least)));
    if bad {
        return Err(format!("invalid repeat count: `{{{body}}}`"));
    }
    Ok(Some(close + 1))
}

struct Translator<'s> {
    rest: &'s str,
    out: String,
    last: Last<'s>,
    /// How many groups are open.
    depth: u32,
    names: Vec<&'s str>,
}

impl<'s> Translator<'s> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or("");
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.skip(c.len_utf8());
        Some(c)
    }

    fn take(&mut self, bytes: usize) -> &'s str {
        let taken = self.rest.get(..bytes).unwrap_or(self.rest);
        self.skip(bytes);
        taken
    }

    /// Writes something that stands for `bytes` bytes of the pattern.
    fn plain(&mut self, text: &str, bytes: usize) {
        self.out.push_str(text);
        self.skip(bytes);
        self.last = Last::Something;
    }

    fn repetition(&mut self, length: usize) -> Result<(), String> {
        let before = self.rest;
        let operator = self.take(length);
        self.out.push_str(operator);
        if self.peek() == Some('?') {
            self.out.push('?');
            self.skip(1);
        }
        let length = before.len() - self.rest.len();
        let operator = before.get(..length).unwrap_or(operator);
        match self.last {
            Last::Nothing => Err(format!(
                "missing argument to repetition operator: `{operator}`"
            )),
            Last::Repetition(from) => {
                let both = from.get(..from.len() - self.rest.len()).unwrap_or(from);
                Err(format!("invalid nested repetition operator: `{both}`"))
            }
            Last::Something => {
                self.last = Last::Repetition(before);
                Ok(())
            }
        }
    }

    /// An escape outside a class.
    fn escape(&mut self) -> Result<(), String> {
        self.skip(1);
        self.last = Last::Something;
        let Some(c) = self.peek() else {
            return Err("trailing backslash at end of expression: ``".to_string());
        };
        if let Some(members) = perl_class(c) {
            self.skip(1);
            let not = if c.is_ascii_uppercase() { "^" } else { "" };
            self.out.push_str(&format!("[{not}{members}]"));
            return Ok(());
        }
        match c {
            'A' | 'z' => {
                self.skip(1);
                self.out.push('\\');
                self.out.push(c);
            }
            'b' => {
                self.skip(1);
                self.out.push_str("(?-u:\\b)");
            }
            'B' => {
                self.skip(1);
                self.out.push_str("(?-u:\\B)");
            }
            'Q' => {
                self.skip(1);
                let end = self.rest.find("\\E");
                let text = self.take(end.unwrap_or(self.rest.len()));
                escape(text, &mut self.out);
                self.skip(2);
            }
            'p' | 'P' => self.unicode_class(c)?,
            _ => {
                let c = self.character_escape()?;
                literal(c, &mut self.out);
            }
        }
        Ok(())
    }

    /// An escape that stands for one character; the backslash has been read.
    fn character_escape(&mut self) -> Result<char, String> {
        let start = self.rest;
        if start.is_empty() {
            return Err("trailing backslash at end of expression: ``".to_string());
        }
        let bad = || {
            format!(
                "invalid escape sequence: `\\{}`",
                start.chars().take(1).collect::<String>()
            )
        };
        let c = self.next().ok_or_else(bad)?;
        match c {
            'a' => Ok('\u{7}'),
            'f' => Ok('\u{c}'),
            't' => Ok('\t'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            'v' => Ok('\u{b}'),
            'x' => self.hexadecimal().ok_or_else(bad),
            '0' => Ok(self.octal(0)),
            '1'..='7' if self.peek().is_some_and(|d| d.is_digit(8)) => {
                Ok(self.octal(c.to_digit(8).unwrap_or(0)))
            }
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(c),
            _ => Err(bad()),
        }
    }

    /// Up to two more octal digits.
    fn octal(&mut self, first: u32) -> char {
        let mut n = first;
        for _ in 0..2 {
            let Some(d) = self.peek().and_then(|c| c.to_digit(8)) else {
                break;
            };
            n = n * 8 + d;
            self.skip(1);
        }
        char::from_u32(n).unwrap_or('\0')
    }

    /// `\x7F` or `\x{10FFFF}`.
    fn hexadecimal(&mut self) -> Option<char> {
        let digits = if self.peek()? == '{' {
            let close = self.rest.find('}')?;
            self.take(close + 1).trim_matches(['{', '}'])
        } else {
            self.rest.get(..2)?;
            self.take(2)
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        char::from_u32(u32::from_str_radix(digits, 16).ok()?)
    }

    fn group(&mut self) -> Result<(), String> {
        self.skip(1);
        self.out.push('(');
        self.last = Last::Nothing;
        if self.peek() != Some('?') {
            self.depth += 1;
            return Ok(());
        }
        let rest = self.rest;
        if rest.starts_with("?P<") || rest.starts_with("?<") {
            let open = rest.find('<').unwrap_or(0);
            let name = rest.find('>').and_then(|close| rest.get(open + 1..close));
            let valid = name.is_some_and(|n| {
                !n.is_empty() && n.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            });
            if !valid {
                return Err(format!("invalid named capture: `({rest}`"));
            }
            let name = name.unwrap_or("");
            // A name may begin with a digit in Go; here it may not, and an underscore makes it a name.
            let mark = if name.starts_with(|c: char| c.is_ascii_digit()) {
                "_"
            } else {
                ""
            };
            // A name may be used twice in Go; the first group of that name has it.
            if !self.names.contains(&name) {
                self.names.push(name);
                self.out.push_str(&format!("?P<{mark}{name}>"));
            }
            self.skip(open + name.len() + 2);
            self.depth += 1;
            return Ok(());
        }
        let end = rest.find([':', ')']).unwrap_or(rest.len());
        let flags = rest.get(1..end).unwrap_or("");
        let bad = flags.find(|c| !matches!(c, 'i' | 'm' | 's' | 'U' | '-'));
        let valid = bad.is_none()
            && flags.matches('-').count() <= 1
            && !flags.ends_with('-')
            && (!flags.is_empty() || rest.get(end..=end) == Some(":"));
        if !valid {
            // What stands before the problem, and the problem itself.
            let length = bad.map_or(end, |i| i + 1) + 1;
            let shown = rest.get(..length).unwrap_or(rest);
            return Err(format!("invalid or unsupported Perl syntax: `({shown}`"));
        }
        if rest.get(end..=end) == Some(":") {
            self.depth += 1;
            self.out.push_str(rest.get(..=end).unwrap_or(""));
        } else {
            // Flags for what follows; the group is closed already.
            self.out.push_str(rest.get(..=end).unwrap_or(""));
        }
        self.skip(end + 1);
        Ok(())
    }
}
