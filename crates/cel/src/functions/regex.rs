//! Regular expressions: RE2's syntax, as Go has it.

use kpol_runtime::builtins::regex::{Pattern, pattern};

use super::{Found, Function, Words, failed, string_list, text, truth};
use crate::eval::Budget;
use crate::value::Value;

pub(super) static TABLE: &[Function] = &[
    Function::member("matches", 2, matches)
        .words(Words::Plain)
        .checked(check),
    Function::global("matches", 2, matches)
        .words(Words::Plain)
        .checked(check),
    Function::member("find", 2, |args, budget| {
        with(args, budget, |re, s| {
            text(
                re.find_iter(s)
                    .next()
                    .and_then(|m| s.get(m.range()))
                    .unwrap_or(""),
            )
        })
    })
    .words(Words::Plain)
    .checked(check),
    Function::member("findAll", 2, |args, budget| find_all(args, None, budget))
        .words(Words::Plain)
        .checked(check),
    Function::member("findAll", 3, |args, budget| match args {
        [_, _, Value::Int(n)] => find_all(args, Some(*n), budget),
        _ => None,
    })
    .words(Words::Plain)
    .checked(check),
];

/// A pattern that stands in the text is compiled at once: an error of the policy, not of an evaluation.
fn check(args: &[Option<&Value>]) -> Result<(), String> {
    match args {
        [_, Some(Value::String(source)), ..] => match pattern(source) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("invalid matches argument: {}", error.message)),
        },
        _ => Ok(()),
    }
}

fn with(args: &[Value], budget: &Budget, run: impl FnOnce(&Pattern, &str) -> Found) -> Found {
    let [Value::String(s), Value::String(source), ..] = args else {
        return None;
    };
    if let Err(error) = budget.spend_for(s.len() / 10 + source.len()) {
        return Some(Err(error));
    }
    match pattern(source) {
        Ok(re) => run(&re, s),
        Err(error) => failed(error.message),
    }
}

fn matches(args: &[Value], budget: &Budget) -> Found {
    with(args, budget, |re, s| truth(re.is_match(s)))
}

fn find_all(args: &[Value], limit: Option<i64>, budget: &Budget) -> Found {
    let limit = limit.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
    with(args, budget, |re, s| {
        let found = re.find_iter(s).take(limit).filter_map(|m| s.get(m.range()));
        Some(Ok(string_list(found)))
    })
}
