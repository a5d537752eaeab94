//! Functions of strings. Positions count characters.

use super::{Found, Function, Words, failed, number, string_list, text, truth};
use crate::eval::Budget;
use crate::value::Value;

pub(super) static TABLE: &[Function] = &[
    Function::member("contains", 2, |args, _| match args {
        [Value::String(s), Value::String(part)] => truth(s.contains(&**part)),
        _ => None,
    })
    .words(Words::Plain),
    Function::member("startsWith", 2, |args, _| match args {
        [Value::String(s), Value::String(part)] => truth(s.starts_with(&**part)),
        _ => None,
    })
    .words(Words::Plain),
    Function::member("endsWith", 2, |args, _| match args {
        [Value::String(s), Value::String(part)] => truth(s.ends_with(&**part)),
        _ => None,
    })
    .words(Words::Plain),
    Function::member("charAt", 2, |args, _| char_at(args)),
    Function::member("indexOf", 3, |args, _| match args {
        [Value::String(s), Value::String(part), Value::Int(from)] => {
            search(s, part, Some(*from), false)
        }
        _ => None,
    }),
    Function::member("lastIndexOf", 3, |args, _| match args {
        [Value::String(s), Value::String(part), Value::Int(from)] => {
            search(s, part, Some(*from), true)
        }
        _ => None,
    }),
    Function::member("lowerAscii", 1, |args, _| match args {
        [Value::String(s)] => text(s.to_ascii_lowercase()),
        _ => None,
    }),
    Function::member("upperAscii", 1, |args, _| match args {
        [Value::String(s)] => text(s.to_ascii_uppercase()),
        _ => None,
    }),
    Function::member("trim", 1, |args, _| match args {
        [Value::String(s)] => text(s.trim()),
        _ => None,
    }),
    Function::member("replace", 3, |args, budget| match args {
        [Value::String(s), Value::String(old), Value::String(new)] => {
            replace(s, old, new, None, budget)
        }
        _ => None,
    }),
    Function::member("replace", 4, |args, budget| match args {
        [
            Value::String(s),
            Value::String(old),
            Value::String(new),
            Value::Int(n),
        ] => replace(s, old, new, usize::try_from(*n).ok(), budget),
        _ => None,
    }),
    Function::member("split", 2, |args, budget| match args {
        [Value::String(s), Value::String(by)] => split(s, by, -1, budget),
        _ => None,
    }),
    Function::member("split", 3, |args, budget| match args {
        [Value::String(s), Value::String(by), Value::Int(n)] => split(s, by, *n, budget),
        _ => None,
    }),
    Function::member("substring", 2, |args, _| match args {
        [Value::String(s), Value::Int(from)] => substring(s, *from, None),
        _ => None,
    }),
    Function::member("substring", 3, |args, _| match args {
        [Value::String(s), Value::Int(from), Value::Int(to)] => substring(s, *from, Some(*to)),
        _ => None,
    }),
    Function::member("join", 1, |args, budget| match args {
        [Value::List(items)] => join(items, "", budget),
        _ => None,
    }),
    Function::member("join", 2, |args, budget| match args {
        [Value::List(items), Value::String(by)] => join(items, by, budget),
        _ => None,
    }),
    Function::global("strings.quote", 1, |args, _| match args {
        [Value::String(s)] => text(quote(s)),
        _ => None,
    }),
];

fn char_at(args: &[Value]) -> Found {
    let [Value::String(s), Value::Int(at)] = args else {
        return None;
    };
    let len = s.chars().count();
    match usize::try_from(*at) {
        Ok(at) if at <= len => text(s.chars().nth(at).map(String::from).unwrap_or_default()),
        _ => failed(format!("index out of range: {at}")),
    }
}

pub(super) fn index_of(args: &[Value], _: &Budget) -> Found {
    match args {
        [Value::String(s), Value::String(part)] => search(s, part, None, false),
        _ => None,
    }
}

pub(super) fn last_index_of(args: &[Value], _: &Budget) -> Found {
    match args {
        [Value::String(s), Value::String(part)] => search(s, part, None, true),
        _ => None,
    }
}

/// The byte where a character stands; the end of the string for the one behind the last.
fn byte_of(s: &str, character: usize) -> Option<usize> {
    let ends = std::iter::once(s.len());
    s.char_indices()
        .map(|(at, _)| at)
        .chain(ends)
        .nth(character)
}

fn search(s: &str, part: &str, from: Option<i64>, last: bool) -> Found {
    let position = |at: Option<usize>| match at {
        Some(at) => number(s.get(..at).map_or(0, |before| before.chars().count())),
        None => Some(Ok(Value::Int(-1))),
    };
    let Some(from) = from else {
        return position(if last { s.rfind(part) } else { s.find(part) });
    };
    let Ok(from) = usize::try_from(from) else {
        return failed(format!("index out of range: {from}"));
    };
    if part.is_empty() {
        return number(from.min(s.chars().count()));
    }
    let Some(start) = byte_of(s, from).filter(|at| *at < s.len()) else {
        return position(None);
    };
    if last {
        // The last that begins at `from` or before.
        let end = start.saturating_add(part.len()).min(s.len());
        let end = (end..=s.len())
            .find(|at| s.is_char_boundary(*at))
            .unwrap_or(s.len());
        let found = s.get(..end).and_then(|before| before.rfind(part));
        return position(found.filter(|at| *at <= start));
    }
    position(
        s.get(start..)
            .and_then(|rest| rest.find(part))
            .map(|at| at + start),
    )
}

fn replace(s: &str, old: &str, new: &str, count: Option<usize>, budget: &Budget) -> Found {
    let found = s.matches(old).take(count.unwrap_or(usize::MAX)).count();
    let size = found.saturating_mul(new.len()).saturating_add(s.len());
    if let Err(error) = budget.spend_for(size / 10) {
        return Some(Err(error));
    }
    text(match count {
        Some(count) => s.replacen(old, new, count),
        None => s.replace(old, new),
    })
}

fn split(s: &str, by: &str, n: i64, budget: &Budget) -> Found {
    if let Err(error) = budget.spend_for(s.len()) {
        return Some(Err(error));
    }
    let n = match n {
        0 => return Some(Ok(Value::from(Vec::new()))),
        n => usize::try_from(n).unwrap_or(usize::MAX),
    };
    if by.is_empty() {
        // Between characters, and not before the first.
        let mut parts = Vec::new();
        let mut rest = s;
        while let Some(c) = rest.chars().next() {
            if parts.len() + 1 == n {
                parts.push(rest);
                break;
            }
            let (head, tail) = rest.split_at(c.len_utf8());
            parts.push(head);
            rest = tail;
        }
        return Some(Ok(string_list(parts)));
    }
    Some(Ok(string_list(s.splitn(n, by))))
}

fn substring(s: &str, from: i64, to: Option<i64>) -> Found {
    let len = i64::try_from(s.chars().count()).unwrap_or(i64::MAX);
    if let Some(to) = to
        && from > to
    {
        return failed(format!("invalid substring range. start: {from}, end: {to}"));
    }
    if from < 0 || from > len {
        return failed(format!("index out of range: {from}"));
    }
    let end = to.unwrap_or(len);
    if end < 0 || end > len {
        return failed(format!("index out of range: {end}"));
    }
    let take = usize::try_from(end - from).unwrap_or(0);
    let skip = usize::try_from(from).unwrap_or(0);
    text(s.chars().skip(skip).take(take).collect::<String>())
}

fn join(items: &[Value], by: &str, budget: &Budget) -> Found {
    let mut texts = Vec::with_capacity(items.len());
    let mut size = 0usize;
    for item in items {
        let Value::String(s) = item else {
            return None;
        };
        size = size.saturating_add(s.len()).saturating_add(by.len());
        texts.push(&**s);
    }
    if let Err(error) = budget.spend_for(size / 10) {
        return Some(Err(error));
    }
    text(texts.join(by))
}

fn quote(s: &str) -> String {
    let mut quoted = String::with_capacity(s.len() + 2);
    quoted.push('"');
    for c in s.chars() {
        match c {
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
