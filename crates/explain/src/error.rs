//! Why an evaluation ended.

use kpol_diagnostics::Span;

/// Why an evaluation ended without a result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Two values for one key or one complete rule.
    #[error("{what}")]
    Conflict {
        /// Where.
        span: Span,
        /// What has two values.
        what: String,
    },
    /// A builtin failed, and such errors end the evaluation.
    #[error("{message}")]
    Builtin {
        /// The call.
        span: Span,
        /// Whether an operand's type is wrong.
        is_type: bool,
        /// What went wrong.
        message: String,
    },
    /// It took more memory or time than it may.
    #[error("the evaluation takes too much {0}")]
    Limit(&'static str),
    /// There is no such rule.
    #[error("there is no rule `{0}`")]
    Missing(String),
    /// The program breaks a promise of the compiler.
    #[error("{0} (this is a bug in kpol)")]
    Internal(&'static str),
}

impl Error {
    /// A stable code for programs; OPA's where it has one.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Error::Conflict { .. } => "eval_conflict_error",
            Error::Builtin { is_type: true, .. } => "eval_type_error",
            Error::Builtin { .. } => "eval_builtin_error",
            Error::Limit(_) => "eval_limit",
            Error::Missing(_) => "no-such-rule",
            Error::Internal(_) => "internal",
        }
    }

    /// Where it happened, if that is known.
    #[must_use]
    pub const fn span(&self) -> Option<Span> {
        match self {
            Error::Conflict { span, .. } | Error::Builtin { span, .. } => Some(*span),
            _ => None,
        }
    }
}
