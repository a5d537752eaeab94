//! Why a key, a certificate or a token was refused.

use std::borrow::Cow;
use std::fmt::{self, Display};

use kpol_runtime::builtins::BuiltinError;

/// What is wrong, in OPA's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Problem(Cow<'static, str>);

impl Problem {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Problem(text.into())
    }

    /// The same, said of something larger: `what: problem`.
    pub(crate) fn within(self, what: impl Display) -> Self {
        Problem(format!("{what}: {}", self.0).into())
    }
}

impl From<Problem> for BuiltinError {
    fn from(problem: Problem) -> Self {
        BuiltinError::failed(problem.0)
    }
}

impl From<BuiltinError> for Problem {
    fn from(error: BuiltinError) -> Self {
        Problem(error.message.into())
    }
}

/// An error of a fixed text.
pub(crate) fn fail<T>(text: &'static str) -> Result<T, Problem> {
    Err(Problem(Cow::Borrowed(text)))
}

/// What one is told that a malformed structure is.
pub(crate) trait Or<T> {
    /// The value, or an error of a fixed text.
    fn or_fail(self, text: &'static str) -> Result<T, Problem>;
}

impl<T> Or<T> for Option<T> {
    fn or_fail(self, text: &'static str) -> Result<T, Problem> {
        self.ok_or(Problem(Cow::Borrowed(text)))
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}
