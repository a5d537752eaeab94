//! `regex.globs_match`: whether some text matches both of two simple expressions: characters, `.`, sets, and `+`
//! and `*` after one of these. Both must match the whole text.

use alloc::{format, string::String, vec, vec::Vec};

use super::super::BuiltinError;

/// What one position matches.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Set {
    Any,
    /// Ranges, both ends included.
    Ranges(Vec<(char, char)>),
}

impl Set {
    fn meets(&self, other: &Set) -> bool {
        match (self, other) {
            (Set::Ranges(a), Set::Ranges(b)) => a
                .iter()
                .any(|(al, ah)| b.iter().any(|(bl, bh)| al <= bh && bl <= ah)),
            _ => true,
        }
    }
}

/// A position and how often it may match.
#[derive(Debug)]
struct Token {
    set: Set,
    optional: bool,
    repeats: bool,
}

/// The most pairs of positions that are looked at.
const MAX_PAIRS: usize = 4 << 20;

/// Walks both expressions at once, over the pairs of positions that some text leads to.
pub(super) fn intersect(a: &str, b: &str) -> Result<bool, BuiltinError> {
    let a = tokens(a)?;
    let b = tokens(b)?;
    let width = b.len() + 1;
    let size = (a.len() + 1).saturating_mul(width);
    if size > MAX_PAIRS {
        return Err(BuiltinError::failed("the expressions are too long"));
    }
    let mut seen = vec![false; size];
    let mut open = vec![(0usize, 0usize)];
    while let Some((i, j)) = open.pop() {
        match seen.get_mut(i * width + j) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        if i == a.len() && j == b.len() {
            return Ok(true);
        }
        let (x, y) = (a.get(i), b.get(j));
        if x.is_some_and(|x| x.optional) {
            open.push((i + 1, j));
        }
        if y.is_some_and(|y| y.optional) {
            open.push((i, j + 1));
        }
        if let (Some(x), Some(y)) = (x, y)
            && x.set.meets(&y.set)
        {
            // A repeated position may be left or stayed at.
            open.push((i + 1, j + 1));
            if x.repeats {
                open.push((i, j + 1));
            }
            if y.repeats {
                open.push((i + 1, j));
            }
        }
    }
    Ok(false)
}

struct Reader {
    input: Vec<char>,
    at: usize,
}

fn tokens(text: &str) -> Result<Vec<Token>, BuiltinError> {
    let mut reader = Reader {
        input: text.chars().collect(),
        at: 0,
    };
    let mut tokens = Vec::new();
    while let Some((c, escaped)) = reader.next()? {
        let set = match c {
            '.' if !escaped => Set::Any,
            '[' if !escaped => reader.set()?,
            ']' if !escaped => {
                return Err(reader.error("set-close ']' with no preceding '['"));
            }
            '+' | '*' if !escaped => {
                return Err(reader.error(&format!("flag '{c}' must be preceded by a non-flag")));
            }
            c => Set::Ranges(vec![(c, c)]),
        };
        let flag = reader.input.get(reader.at).copied();
        let flag = flag.filter(|c| matches!(c, '+' | '*'));
        if flag.is_some() {
            reader.at += 1;
        }
        tokens.push(Token {
            set,
            optional: flag == Some('*'),
            repeats: flag.is_some(),
        });
    }
    Ok(tokens)
}

impl Reader {
    fn error(&self, problem: &str) -> BuiltinError {
        let input: String = self.input.iter().collect();
        BuiltinError::failed(format!(
            "input:{input}, pos:{}, {problem}: the input provided is invalid",
            self.at
        ))
    }

    /// The next character, and whether a backslash came before it.
    fn next(&mut self) -> Result<Option<(char, bool)>, BuiltinError> {
        let Some(c) = self.input.get(self.at).copied() else {
            return Ok(None);
        };
        if c != '\\' {
            self.at += 1;
            return Ok(Some((c, false)));
        }
        let Some(c) = self.input.get(self.at + 1).copied() else {
            return Err(self.error("input ends with a \\ (escape) character"));
        };
        self.at += 2;
        Ok(Some((c, true)))
    }

    /// The rest of a set, after its bracket.
    fn set(&mut self) -> Result<Set, BuiltinError> {
        let mut ranges: Vec<(char, char)> = Vec::new();
        let mut previous = None;
        while let Some((c, escaped)) = self.next()? {
            if escaped || !matches!(c, '-' | ']') {
                ranges.push((c, c));
                previous = Some(c);
                continue;
            }
            if c == ']' {
                return Ok(Set::Ranges(ranges));
            }
            let Some(low) = previous.take() else {
                return Err(
                    self.error("range character '-' must be preceded by a Unicode character")
                );
            };
            if self.at + 1 >= self.input.len() {
                return Err(
                    self.error("range character '-' must be followed by a Unicode character")
                );
            }
            match self.next()? {
                Some((']' | '-', false)) | None => {
                    return Err(
                        self.error("range character '-' cannot be followed by a special symbol")
                    );
                }
                Some((high, _)) if high < low => {
                    return Err(self.error(&format!(
                        "range is out of order: '{high}' comes before '{low}' in Unicode"
                    )));
                }
                Some((high, _)) => ranges.push((low, high)),
            }
        }
        Err(self.error("found [ without matching ]"))
    }
}
