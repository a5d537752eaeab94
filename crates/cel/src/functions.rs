//! Functions: the standard ones, and those that Kubernetes adds.

mod convert;
mod format;
mod lists;
mod net;
mod optional;
mod quantity;
mod regex;
mod semver;
mod sets;
mod strings;
mod time;
mod urls;

use std::sync::Arc;

pub use self::net::Cidr;
pub use self::quantity::Quantity;
pub use self::semver::Semver;
pub use self::urls::Url;
use crate::error::EvalError;
use crate::eval::Budget;
use crate::value::Value;

pub(crate) use self::convert::to_text;

type Outcome = Result<Value, EvalError>;

/// What a function found: nothing, where it has no overload for its arguments.
type Found = Option<Outcome>;

/// What is wrong with arguments that are constants.
type Check = fn(&[Option<&Value>]) -> Result<(), String>;

/// A function of one number of arguments. The target of a member function is its first argument.
#[derive(Debug)]
pub(crate) struct Function {
    name: &'static str,
    member: bool,
    arity: usize,
    run: fn(&[Value], &Budget) -> Found,
    words: Words,
    /// What can be said about arguments that are constants.
    pub(crate) check: Option<Check>,
}

/// How it is told that a function does not take what it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Words {
    Plain,
    Name,
    Types,
}

impl Function {
    const fn global(name: &'static str, arity: usize, run: fn(&[Value], &Budget) -> Found) -> Self {
        Self {
            name,
            member: false,
            arity,
            run,
            words: Words::Types,
            check: None,
        }
    }

    /// A member function. `arity` counts the target.
    const fn member(name: &'static str, arity: usize, run: fn(&[Value], &Budget) -> Found) -> Self {
        Self {
            member: true,
            ..Self::global(name, arity, run)
        }
    }

    const fn words(self, words: Words) -> Self {
        Self { words, ..self }
    }

    const fn checked(self, check: Check) -> Self {
        Self {
            check: Some(check),
            ..self
        }
    }

    pub(crate) fn call(&self, args: &[Value], budget: &Budget) -> Outcome {
        (self.run)(args, budget).unwrap_or_else(|| {
            let name = self.name;
            Err(match self.words {
                Words::Plain => EvalError::no_overload(),
                Words::Name => EvalError::new(format!("no such overload: {name}")),
                Words::Types => {
                    let types: Vec<&str> = args.iter().map(Value::type_name).collect();
                    let types = types.join(", ");
                    EvalError::new(format!("no such overload: {name}({types})"))
                }
            })
        })
    }
}

const TABLES: &[&[Function]] = &[
    convert::TABLE,
    format::TABLE,
    lists::TABLE,
    net::TABLE,
    optional::TABLE,
    quantity::TABLE,
    regex::TABLE,
    semver::TABLE,
    sets::TABLE,
    strings::TABLE,
    time::TABLE,
    urls::TABLE,
    SHARED,
];

/// Member functions whose meaning the type of the target tells.
static SHARED: &[Function] = &[
    Function::member("indexOf", 2, |a, b| {
        first(&[lists::index_of, strings::index_of], a, b)
    }),
    Function::member("lastIndexOf", 2, |a, b| {
        first(&[lists::last_index_of, strings::last_index_of], a, b)
    }),
    Function::member("reverse", 1, lists::reverse),
    Function::member("isGreaterThan", 2, |a, b| {
        first(&[quantity::is_greater, semver::is_greater], a, b)
    }),
    Function::member("isLessThan", 2, |a, b| {
        first(&[quantity::is_less, semver::is_less], a, b)
    }),
    Function::member("compareTo", 2, |a, b| {
        first(&[quantity::compare_to, semver::compare_to], a, b)
    }),
];

fn first(overloads: &[fn(&[Value], &Budget) -> Found], args: &[Value], budget: &Budget) -> Found {
    overloads.iter().find_map(|run| run(args, budget))
}

fn all() -> impl Iterator<Item = &'static Function> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// The function of this name that takes `args` arguments beside its target.
pub(crate) fn find(name: &str, member: bool, args: usize) -> Option<&'static Function> {
    let arity = args + usize::from(member);
    all().find(|f| f.name == name && f.member == member && f.arity == arity)
}

/// Whether there is a function of this name, whatever it takes.
pub(crate) fn is_name(name: &str, member: bool) -> bool {
    all().any(|f| f.name == name && f.member == member)
}

/// Whether functions have this name in front of theirs.
pub(crate) fn is_namespace(name: &str) -> bool {
    all().any(|f| {
        f.name
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'))
    })
}

fn text(s: impl Into<String>) -> Found {
    Some(Ok(Value::from(s.into())))
}

fn truth(b: bool) -> Found {
    Some(Ok(Value::Bool(b)))
}

fn number(n: usize) -> Found {
    Some(Ok(Value::Int(i64::try_from(n).unwrap_or(i64::MAX))))
}

fn failed(message: impl Into<std::borrow::Cow<'static, str>>) -> Found {
    Some(Err(EvalError::new(message)))
}

fn string_list(items: impl IntoIterator<Item = impl AsRef<str>>) -> Value {
    Value::from(
        items
            .into_iter()
            .map(|s| Value::from(s.as_ref()))
            .collect::<Vec<_>>(),
    )
}

fn shared<T>(value: T) -> Arc<T> {
    Arc::new(value)
}
