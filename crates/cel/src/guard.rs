//! What is asked of a text before the parser sees it.
//!
//! The parser and what walks its tree recurse: on brackets, on ternary operators, and along chains of operators
//! and selections. So both are counted first, by a scan that knows strings and comments and nothing else.

use crate::error::CompileError;

/// The longest expression, in characters: cel-go's limit.
pub(crate) const MAX_CHARS: usize = 100_000;
/// The deepest nesting of brackets and ternaries.
pub(crate) const MAX_NESTING: usize = 100;
/// The most operators, commas and selections of an expression.
pub(crate) const MAX_LINKS: usize = 4_000;

/// Whether a text may be parsed.
///
/// # Errors
/// It is too long, too deeply nested, or has too many operators.
pub(crate) fn check(source: &str) -> Result<(), CompileError> {
    if source.chars().count() > MAX_CHARS {
        let message = format!("an expression has at most {MAX_CHARS} characters");
        return Err(CompileError::at(source, 0, message));
    }
    let mut scan = Scan {
        rest: source.as_bytes(),
        whole: source,
        open: Vec::new(),
        nesting: 0,
        links: 0,
    };
    scan.run()
}

struct Scan<'s> {
    rest: &'s [u8],
    whole: &'s str,
    /// For each open bracket: how many ternaries stand directly in it.
    open: Vec<usize>,
    nesting: usize,
    links: usize,
}

impl Scan<'_> {
    fn run(&mut self) -> Result<(), CompileError> {
        // Raw strings have no escapes: the prefix is noted.
        let mut word_start = None;
        while let Some((&byte, rest)) = self.rest.split_first() {
            let at = self.whole.len() - self.rest.len();
            if byte.is_ascii_alphanumeric() || byte == b'_' {
                word_start = word_start.or(Some(at));
                self.rest = rest;
                continue;
            }
            let prefix = word_start.take().and_then(|from| self.whole.get(from..at));
            match byte {
                b'"' | b'\'' => self.string(byte, prefix),
                b'/' if rest.first() == Some(&b'/') => {
                    let end = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
                    self.rest = rest.get(end..).unwrap_or_default();
                }
                b'(' | b'[' | b'{' => {
                    self.rest = rest;
                    self.open.push(0);
                    self.deeper(at)?;
                }
                b')' | b']' | b'}' => {
                    self.rest = rest;
                    if let Some(inner) = self.open.pop() {
                        self.nesting = self.nesting.saturating_sub(inner + 1);
                    }
                }
                // Those within a bracket end with it.
                b'?' => {
                    self.rest = rest;
                    if let Some(inner) = self.open.last_mut() {
                        *inner += 1;
                    }
                    self.deeper(at)?;
                    self.link(at)?;
                }
                // A part of an argument begins anew: what came before it is closed.
                b',' => {
                    self.rest = rest;
                    let inner = self.open.last_mut().map(std::mem::take);
                    self.nesting = self.nesting.saturating_sub(inner.unwrap_or(0));
                    self.link(at)?;
                }
                b'.' | b'!' | b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b'&'
                | b'|' => {
                    self.rest = rest;
                    self.link(at)?;
                }
                _ => self.rest = rest,
            }
        }
        Ok(())
    }

    fn string(&mut self, quote: u8, prefix: Option<&str>) {
        let raw = prefix.is_some_and(|p| p.bytes().any(|b| b == b'r' || b == b'R') && p.len() <= 2);
        let triple = self.rest.get(..3) == Some(&[quote; 3][..]);
        let len = if triple { 3 } else { 1 };
        let end = &[quote; 3][..len];
        self.rest = self.rest.get(len..).unwrap_or_default();
        while !self.rest.is_empty() && !self.rest.starts_with(end) {
            let step = if self.rest.first() == Some(&b'\\') && !raw {
                2
            } else {
                1
            };
            self.rest = self.rest.get(step..).unwrap_or_default();
        }
        self.rest = self.rest.get(len..).unwrap_or_default();
    }

    fn deeper(&mut self, at: usize) -> Result<(), CompileError> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(self.error(at, format!("nested more than {MAX_NESTING} deep")));
        }
        Ok(())
    }

    fn link(&mut self, at: usize) -> Result<(), CompileError> {
        self.links += 1;
        if self.links > MAX_LINKS {
            let message = format!("more than {MAX_LINKS} operators, selections and commas");
            return Err(self.error(at, message));
        }
        Ok(())
    }

    fn error(&self, at: usize, message: String) -> CompileError {
        CompileError::at(self.whole, at, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments_do_not_count() {
        let deep = "(".repeat(MAX_NESTING + 1);
        for source in [
            format!("'{deep}'"),
            format!("\"{deep}\""),
            format!("'''{deep}'''"),
            format!("r'{deep}\\'"),
            format!("'\\'{deep}'"),
            format!("1 // {deep}"),
        ] {
            assert_eq!(check(&source), Ok(()), "{source}");
        }
        assert!(check(&deep).is_err());
    }

    #[test]
    fn limits_hold_at_their_value_and_not_above() {
        let nested = |n: usize| format!("{}1{}", "(".repeat(n), ")".repeat(n));
        assert!(check(&nested(MAX_NESTING)).is_ok());
        assert!(check(&nested(MAX_NESTING + 1)).is_err());
        let chained = |n: usize| format!("1{}", "+1".repeat(n));
        assert!(check(&chained(MAX_LINKS)).is_ok());
        assert!(check(&chained(MAX_LINKS + 1)).is_err());
        assert!(check(&"a".repeat(MAX_CHARS)).is_ok());
        assert!(check(&"a".repeat(MAX_CHARS + 1)).is_err());
        assert!(check(&format!("{}1", "true ? 1 : ".repeat(MAX_NESTING + 1))).is_err());
        let many = format!("f({})", vec!["a ? b : c"; 500].join(", "));
        assert!(check(&many).is_ok());
    }
}
