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

/// How often a position may match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flag {
    Once,
    Plus,
    Star,
}

/// A position and how often it may match.
#[derive(Debug)]
struct Token {
    set: Set,
    flag: Flag,
}

/// The most positions of an expression.
const MAX_TOKENS: usize = 1000;

/// Whether the two expressions intersect, by OPA's rules: repeated positions take part in a match only where they
/// have something to match, so that `a*` and `b*` do not.
pub(super) fn intersect(a: &str, b: &str) -> Result<bool, BuiltinError> {
    let mut a = tokens(a)?;
    let mut b = tokens(b)?;
    if a.len().max(b.len()) > MAX_TOKENS {
        return Err(BuiltinError::failed("the expressions are too long"));
    }
    if !trim(&mut a, &mut b) {
        return Ok(false);
    }
    let known = vec![None; 2 * (a.len() + 1) * (b.len() + 1)];
    Ok(Search { a, b, known }.normal(At {
        swapped: false,
        first: 0,
        second: 0,
    }))
}

/// Cuts off what both begin and end with and no flag makes ambiguous, but for one position. False where that does
/// not match.
fn trim(a: &mut Vec<Token>, b: &mut Vec<Token>) -> bool {
    let plain = |x: &Token, y: &Token| x.flag == Flag::Once && y.flag == Flag::Once;
    let count = |pairs: &mut dyn Iterator<Item = (&Token, &Token)>| {
        let mut n = 0usize;
        for (x, y) in pairs.take_while(|(x, y)| plain(x, y)) {
            if !x.set.meets(&y.set) {
                return None;
            }
            n += 1;
        }
        Some(n.saturating_sub(1))
    };
    let Some(front) = count(&mut a.iter().zip(b.iter())) else {
        return false;
    };
    a.drain(..front);
    b.drain(..front);
    let Some(back) = count(&mut a.iter().rev().zip(b.iter().rev())) else {
        return false;
    };
    a.truncate(a.len() - back);
    b.truncate(b.len() - back);
    true
}

/// A place in both expressions. Where they are swapped, the first one is `b`.
#[derive(Clone, Copy)]
struct At {
    swapped: bool,
    first: usize,
    second: usize,
}

struct Search {
    a: Vec<Token>,
    b: Vec<Token>,
    /// What is known of the places.
    known: Vec<Option<bool>>,
}

impl Search {
    fn first(&self, at: At) -> Option<&Token> {
        if at.swapped {
            self.b.get(at.first)
        } else {
            self.a.get(at.first)
        }
    }

    fn second(&self, at: At) -> Option<&Token> {
        if at.swapped {
            self.a.get(at.second)
        } else {
            self.b.get(at.second)
        }
    }

    /// Whether the rests of both from a place on intersect.
    fn normal(&mut self, at: At) -> bool {
        let (i, j) = if at.swapped {
            (at.second, at.first)
        } else {
            (at.first, at.second)
        };
        let slot = (i * (self.b.len() + 1) + j) * 2 + usize::from(at.swapped);
        if let Some(known) = self.known.get(slot).copied().flatten() {
            return known;
        }
        let result = self.search(at);
        if let Some(known) = self.known.get_mut(slot) {
            *known = Some(result);
        }
        result
    }

    fn search(&mut self, mut at: At) -> bool {
        loop {
            let (Some(x), Some(y)) = (self.first(at), self.second(at)) else {
                return self.first(at).is_none() && self.second(at).is_none();
            };
            if x.flag != Flag::Once || y.flag != Flag::Once {
                let turned = At {
                    swapped: !at.swapped,
                    first: at.second,
                    second: at.first,
                };
                let flag = if x.flag == Flag::Once { y.flag } else { x.flag };
                let at = if x.flag == Flag::Once { turned } else { at };
                return if flag == Flag::Plus {
                    self.plus(at)
                } else {
                    self.star(at)
                };
            }
            if !x.set.meets(&y.set) {
                return false;
            }
            at.first += 1;
            at.second += 1;
        }
    }

    /// The first expression begins with a `+`.
    fn plus(&mut self, at: At) -> bool {
        let (Some(x), Some(y)) = (self.first(at), self.second(at)) else {
            return false;
        };
        if !x.set.meets(&y.set) {
            return false;
        }
        let repeated = y.flag != Flag::Once;
        self.star(At {
            second: at.second + 1,
            ..at
        }) || (repeated
            && self.normal(At {
                first: at.first + 1,
                ..at
            }))
    }

    /// The first expression begins with a `*`, which takes as much of the second as it needs.
    fn star(&mut self, at: At) -> bool {
        let next = At {
            first: at.first + 1,
            ..at
        };
        let mut here = at;
        while let Some(y) = self.second(here) {
            let taken = self.first(at).is_some_and(|x| x.set.meets(&y.set));
            let wanted = self.first(next).is_some_and(|n| n.set.meets(&y.set));
            if wanted
                && self.normal(At {
                    second: here.second,
                    ..next
                })
            {
                return true;
            }
            if !taken {
                return false;
            }
            here.second += 1;
        }
        self.first(next).is_none()
    }
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
        let flag = match flag {
            Some('+') => Flag::Plus,
            Some(_) => Flag::Star,
            None => Flag::Once,
        };
        add(&mut tokens, Token { set, flag });
    }
    Ok(tokens)
}

/// Adds a position; two equal ones that both repeat are one.
fn add(tokens: &mut Vec<Token>, token: Token) {
    if let Some(last) = tokens.last_mut()
        && last.flag != Flag::Once
        && token.flag != Flag::Once
        && last.set == token.set
    {
        if token.flag == Flag::Plus {
            last.flag = Flag::Plus;
        }
        return;
    }
    tokens.push(token);
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
