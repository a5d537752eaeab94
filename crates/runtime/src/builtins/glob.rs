//! `glob.match` and `glob.quote_meta`: a glob becomes a regular expression, which is matched in linear time.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::{
    BuiltinError, Outcome, Table,
    operand::{at, element_error, text, type_error},
    regex::{Language, compiled},
};
use crate::{Heap, Kind, Value};

pub(super) const TABLE: Table = &[("glob.match", glob_match), ("glob.quote_meta", quote_meta)];

fn quote_meta(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let mut out = String::new();
    for c in text(heap, args, 1)?.chars() {
        if matches!(c, '*' | '?' | '\\' | '[' | ']' | '{' | '}') {
            out.push('\\');
        }
        out.push(c);
    }
    Ok(heap.string(&out))
}

fn glob_match(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    text(heap, args, 1)?;
    let delimiters = delimiters(heap, args)?;
    let s = text(heap, args, 3)?;
    let glob = text(heap, args, 1)?;
    let key = format!("{}:{delimiters}{glob}", delimiters.len());
    let re = compiled(Language::Glob, &key, || translate(glob, &delimiters))?;
    Ok(Value::boolean(re.is_match(s)))
}

/// The characters that a single wildcard does not match: `.` where the array is empty.
fn delimiters(heap: &mut Heap<'_>, args: &[Value]) -> Result<String, BuiltinError> {
    let v = at(args, 2);
    match heap.kind(v) {
        Kind::Null => Ok(String::new()),
        Kind::Array => {
            let mut out = String::new();
            for item in heap.items(v) {
                if heap.kind(item) != Kind::String {
                    return Err(element_error(heap, 2, v, item, "string"));
                }
                let s = heap.text(item);
                if s.chars().count() != 1 {
                    return Err(element_error(heap, 2, v, item, "rune"));
                }
                out.push_str(s);
            }
            Ok(if out.is_empty() { ".".to_string() } else { out })
        }
        _ => Err(type_error(heap, 2, v, &["array", "null"])),
    }
}

struct Reader<'g> {
    glob: &'g str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.glob.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, c: char) -> bool {
        let there = self.peek() == Some(c);
        if there {
            self.at += c.len_utf8();
        }
        there
    }

    fn error(&self, problem: &str) -> BuiltinError {
        BuiltinError::failed(format!("glob: syntax error at {}: {problem}", self.at))
    }

    /// What follows a `[`.
    fn class(&mut self, out: &mut String) -> Result<(), BuiltinError> {
        let end = |r: &Self| r.error("unexpected end of input");
        out.push('[');
        if self.eat('!') {
            out.push('^');
        }
        let first = self.next().ok_or_else(|| end(self))?;
        if self.eat('-') {
            let last = self.next().ok_or_else(|| end(self))?;
            if last < first {
                self.close()?;
                return Err(self.error("range hi character is less than lo"));
            }
            literal(first, out);
            out.push('-');
            literal(last, out);
        } else {
            self.at -= first.len_utf8();
            let mut any = false;
            while let Some(c) = self.peek().filter(|c| *c != ']') {
                self.at += c.len_utf8();
                let c = match c {
                    '\\' => self
                        .next()
                        .ok_or_else(|| self.error("trailing backslash"))?,
                    c => c,
                };
                literal(c, out);
                any = true;
            }
            if !any {
                self.close()?;
                return Err(self.error("could not parse range"));
            }
        }
        self.close()?;
        out.push(']');
        Ok(())
    }

    fn close(&mut self) -> Result<(), BuiltinError> {
        match self.next() {
            Some(']') => Ok(()),
            Some(_) => Err(self.error("expected close range character")),
            None => Err(self.error("unexpected end of input")),
        }
    }
}

fn literal(c: char, out: &mut String) {
    if c.is_ascii_alphanumeric() || !c.is_ascii() {
        out.push(c);
    } else {
        out.push_str(&format!("\\x{:02X}", c as u32));
    }
}

fn translate(glob: &str, delimiters: &str) -> Result<String, BuiltinError> {
    let mut single = String::from("(?s:.)");
    if !delimiters.is_empty() {
        single = String::from("[^");
        delimiters.chars().for_each(|c| literal(c, &mut single));
        single.push(']');
    }
    let mut out = String::from("\\A(?:");
    let mut open: Vec<usize> = Vec::new();
    let mut reader = Reader { glob, at: 0 };
    while let Some(c) = reader.next() {
        match c {
            '*' if reader.eat('*') => out.push_str("(?s:.)*"),
            '*' => {
                out.push_str(&single);
                out.push('*');
            }
            '?' => out.push_str(&single),
            '[' => reader.class(&mut out)?,
            '{' => {
                open.push(reader.at);
                out.push_str("(?:");
            }
            ',' if !open.is_empty() => out.push('|'),
            '}' if open.pop().is_some() => out.push(')'),
            '\\' => match reader.next() {
                Some(c) => literal(c, &mut out),
                None => return Err(reader.error("trailing backslash")),
            },
            c => literal(c, &mut out),
        }
    }
    if !open.is_empty() {
        return Err(reader.error("unclosed `{`"));
    }
    out.push_str(")\\z");
    Ok(out)
}
