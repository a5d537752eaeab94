//! Classes: `[…]`, `\pL`, `[[:alpha:]]` and the ones of Perl.

use alloc::{format, string::String};

use super::{Translator, literal};

/// A class of Perl: its members inside brackets.
pub(super) fn perl_class(c: char) -> Option<&'static str> {
    Some(match c.to_ascii_lowercase() {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => "\\t\\n\\x0C\\r\\x20",
        _ => return None,
    })
}

impl Translator<'_> {
    /// `\pN`, `\p{Greek}`, `\p{^Greek}`.
    pub(super) fn unicode_class(&mut self, kind: char) -> Result<(), String> {
        self.skip(1);
        let mut negative = kind == 'P';
        let name = if self.peek() == Some('{') {
            let close = self.rest.find('}');
            let Some(close) = close else {
                return Err(format!(
                    "invalid character class range: `\\{kind}{}`",
                    self.rest
                ));
            };
            self.take(close + 1).trim_matches(['{', '}'])
        } else {
            let n = self.peek().map_or(0, char::len_utf8);
            self.take(n)
        };
        let name = match name.strip_prefix('^') {
            Some(name) => {
                negative = !negative;
                name
            }
            None => name,
        };
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(format!(
                "invalid character class range: `\\{kind}{{{name}}}`"
            ));
        }
        let p = if negative { 'P' } else { 'p' };
        let name = if name == "Any" { "any" } else { name };
        self.out.push_str(&format!("\\{p}{{{name}}}"));
        Ok(())
    }

    pub(super) fn class(&mut self) -> Result<(), String> {
        let start = self.rest;
        let missing = || format!("missing closing ]: `{start}`");
        self.skip(1);
        self.out.push('[');
        if self.peek() == Some('^') {
            self.skip(1);
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let c = self.peek().ok_or_else(missing)?;
            if c == ']' && !first {
                self.skip(1);
                self.out.push(']');
                return Ok(());
            }
            first = false;
            if self.rest.starts_with("[:") && self.posix()? {
                continue;
            }
            if c == '\\' {
                let escaped = self.rest.chars().nth(1);
                if let Some(members) = escaped.and_then(perl_class) {
                    self.skip(2);
                    let not = escaped.is_some_and(|c| c.is_ascii_uppercase());
                    if not {
                        self.out.push_str(&format!("[^{members}]"));
                    } else {
                        self.out.push_str(members);
                    }
                    continue;
                }
                if let Some(kind @ ('p' | 'P')) = escaped {
                    self.skip(1);
                    self.unicode_class(kind)?;
                    continue;
                }
            }
            self.class_range(start)?;
        }
    }

    /// A character, or a range of them.
    fn class_range(&mut self, start: &str) -> Result<(), String> {
        let missing = || format!("missing closing ]: `{start}`");
        let before = self.rest;
        let low = self.class_character().ok_or_else(missing)??;
        let mut high = low;
        if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
            self.skip(1);
            high = self.class_character().ok_or_else(missing)??;
            if high < low {
                let length = before.len() - self.rest.len();
                let range = before.get(..length).unwrap_or("");
                return Err(format!("invalid character class range: `{range}`"));
            }
        }
        literal(low, &mut self.out);
        if high != low {
            self.out.push('-');
            literal(high, &mut self.out);
        }
        Ok(())
    }

    fn class_character(&mut self) -> Option<Result<char, String>> {
        if self.peek()? == '\\' {
            self.skip(1);
            return Some(self.character_escape());
        }
        self.next().map(Ok)
    }

    /// `[:alpha:]`. False where it is no such class, but a bracket and a colon.
    fn posix(&mut self) -> Result<bool, String> {
        let Some(end) = self.rest.find(":]") else {
            return Ok(false);
        };
        let name = self.rest.get(2..end).unwrap_or("");
        let known = matches!(
            name.strip_prefix('^').unwrap_or(name),
            "alnum"
                | "alpha"
                | "ascii"
                | "blank"
                | "cntrl"
                | "digit"
                | "graph"
                | "lower"
                | "print"
                | "punct"
                | "space"
                | "upper"
                | "word"
                | "xdigit"
        );
        let class = self.take(end + 2);
        if !known {
            return Err(format!("invalid character class range: `{class}`"));
        }
        self.out.push_str(class);
        Ok(true)
    }
}
