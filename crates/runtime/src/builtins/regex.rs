//! `regex.*` and the deprecated `re_match`: the syntax of RE2 as Go has it, in linear time.

mod cache;
mod intersect;
mod syntax;
mod template;

use alloc::{format, string::String, vec::Vec};

use regex_automata::util::captures::Captures;

pub use self::cache::Pattern;
#[cfg(feature = "portable")]
pub(super) use self::cache::region as cache_region;
pub(super) use self::cache::{Language, compiled};
use super::{
    BuiltinError, Outcome, Table,
    operand::{at, int, text, text_or_none},
    rego_text::quoted,
};
use crate::{Heap, Value};

pub(super) const TABLE: Table = &[
    ("re_match", is_match),
    (
        "regex.find_all_string_submatch_n",
        find_all_string_submatch_n,
    ),
    ("regex.find_n", find_n),
    ("regex.globs_match", globs_match),
    ("regex.is_valid", is_valid),
    ("regex.match", is_match),
    ("regex.replace", replace),
    ("regex.split", split),
    ("regex.template_match", template_match),
];

/// Compiles a pattern of Go's syntax, or takes it from the cache.
///
/// # Errors
/// Go's words about a pattern that is none.
pub fn pattern(source: &str) -> Result<Pattern, BuiltinError> {
    compiled(Language::Regex, source, || {
        syntax::translate(source)
            .map_err(|problem| BuiltinError::failed(format!("error parsing regexp: {problem}")))
    })
}

fn is_valid(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let valid = text_or_none(heap, args).is_some_and(|s| pattern(s).is_ok());
    Ok(Value::boolean(valid))
}

fn is_match(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let re = text(heap, args, 1)?;
    let s = text(heap, args, 2)?;
    Ok(Value::boolean(pattern(re)?.is_match(s)))
}

/// Texts to an array of strings.
fn strings(heap: &mut Heap<'_>, texts: &[String]) -> Value {
    let items: Vec<Value> = texts.iter().map(|t| heap.string(t)).collect();
    heap.array(&items)
}

/// How many matches the operand asks for: a negative number means all.
fn limit(heap: &Heap<'_>, args: &[Value]) -> Result<usize, BuiltinError> {
    Ok(usize::try_from(int(heap, args, 3)?).unwrap_or(usize::MAX))
}

fn split(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let source = text(heap, args, 1)?;
    let s = text(heap, args, 2)?;
    let re = pattern(source)?;
    let mut parts = Vec::new();
    if s.is_empty() && !source.is_empty() {
        parts.push(String::new());
        return Ok(strings(heap, &parts));
    }
    let (mut from, mut last) = (0, 0);
    for m in re.find_iter(s) {
        last = m.start();
        // An empty match before the first character splits nothing off.
        if m.end() != 0 {
            parts.push(String::from(s.get(from..last).unwrap_or("")));
        }
        from = m.end();
    }
    if last != s.len() {
        parts.push(String::from(s.get(from..).unwrap_or("")));
    }
    Ok(strings(heap, &parts))
}

fn find_n(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let source = text(heap, args, 1)?;
    let s = text(heap, args, 2)?;
    let n = limit(heap, args)?;
    let found: Vec<String> = pattern(source)?
        .find_iter(s)
        .take(n)
        .map(|m| String::from(s.get(m.range()).unwrap_or("")))
        .collect();
    Ok(strings(heap, &found))
}

fn group<'s>(s: &'s str, captures: &Captures, i: usize) -> &'s str {
    captures
        .get_group(i)
        .and_then(|span| s.get(span.range()))
        .unwrap_or("")
}

fn find_all_string_submatch_n(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let source = text(heap, args, 1)?;
    let s = text(heap, args, 2)?;
    let n = limit(heap, args)?;
    let found: Vec<Vec<String>> = pattern(source)?
        .captures_iter(s)
        .take(n)
        .map(|c| {
            (0..c.group_len())
                .map(|i| String::from(group(s, &c, i)))
                .collect()
        })
        .collect();
    let items: Vec<Value> = found.iter().map(|m| strings(heap, m)).collect();
    Ok(heap.array(&items))
}

fn replace(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let s = text(heap, args, 1)?;
    let source = text(heap, args, 2)?;
    let replacement = text(heap, args, 3)?;
    let re = pattern(source)?;
    let mut out = String::with_capacity(s.len());
    let mut from = 0;
    for captures in re.captures_iter(s) {
        let Some(m) = captures.get_match() else {
            continue;
        };
        out.push_str(s.get(from..m.start()).unwrap_or(""));
        template::expand(replacement, &mut out, |name| {
            let i = match name.parse::<usize>() {
                Ok(i) => Some(i),
                Err(_) => captures
                    .group_info()
                    .to_index(regex_automata::PatternID::ZERO, name),
            };
            i.map_or("", |i| group(s, &captures, i))
        });
        from = m.end();
    }
    out.push_str(s.get(from..).unwrap_or(""));
    if out == s {
        return Ok(at(args, 1));
    }
    Ok(heap.string(&out))
}

fn template_match(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let template = text(heap, args, 1)?;
    let s = text(heap, args, 2)?;
    let start = text(heap, args, 3)?;
    let end = text(heap, args, 4)?;
    let length = start.len();
    let [start] = start.as_bytes() else {
        return Err(BuiltinError::failed(format!(
            "start delimiter has to be exactly one character long but is {length} long"
        )));
    };
    // OPA names the length of the other delimiter here.
    let [end] = end.as_bytes() else {
        return Err(BuiltinError::failed(format!(
            "end delimiter has to be exactly one character long but is {length} long"
        )));
    };
    let Some(parts) = template::parts(template, *start, *end) else {
        return Err(BuiltinError::failed(format!(
            "unbalanced braces in {}",
            quoted(template)
        )));
    };
    let mut source = String::from("^");
    for part in parts {
        match part {
            template::Part::Text(raw) => syntax::escape(raw, &mut source),
            template::Part::Pattern(re) => {
                pattern(&format!("^{re}$"))?;
                source.push_str(&format!("({re})"));
            }
        }
    }
    source.push('$');
    Ok(Value::boolean(pattern(&source)?.is_match(s)))
}

fn globs_match(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let a = text(heap, args, 1)?;
    let b = text(heap, args, 2)?;
    Ok(Value::boolean(intersect::intersect(a, b)?))
}
