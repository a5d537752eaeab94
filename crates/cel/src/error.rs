//! What can be wrong with an expression, and with an evaluation.

use std::borrow::Cow;

/// An expression that is none, or that uses what does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct CompileError {
    /// Line within the expression, from 1.
    pub line: usize,
    /// Column within the line, from 1.
    pub column: usize,
    /// The byte that this is.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
}

impl CompileError {
    /// An error at a byte of a text.
    pub(crate) fn at(source: &str, offset: usize, message: impl Into<String>) -> Self {
        let before = source.get(..offset).unwrap_or(source);
        Self {
            line: before.bytes().filter(|b| *b == b'\n').count() + 1,
            column: before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1,
            offset,
            message: message.into(),
        }
    }
}

/// Whether an evaluation failed, or was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvalErrorKind {
    /// The expression has no value here. `||` and `&&` may do without it.
    NoValue,
    /// The budget is spent: nothing more is evaluated.
    Budget,
}

/// An evaluation without a value, in cel-go's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EvalError {
    /// Whether it failed, or was ended.
    pub kind: EvalErrorKind,
    /// Why.
    pub message: Cow<'static, str>,
}

impl EvalError {
    /// There is no value, because of `message`.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: EvalErrorKind::NoValue,
            message: message.into(),
        }
    }

    pub(crate) fn no_overload() -> Self {
        Self::new("no such overload")
    }

    pub(crate) fn no_such_key(key: impl std::fmt::Display) -> Self {
        Self::new(format!("no such key: {key}"))
    }

    pub(crate) fn out_of_budget() -> Self {
        Self {
            kind: EvalErrorKind::Budget,
            message: Cow::Borrowed("operation cancelled: actual cost limit exceeded"),
        }
    }
}
