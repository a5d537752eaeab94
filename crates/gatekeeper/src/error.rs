//! What can be wrong with templates, constraints and reviews.

use kpol_diagnostics::{Diagnostic, Span};

/// The stable code of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// A template is not as Gatekeeper wants it.
    Template,
    /// The schema of a template's parameters is none.
    Schema,
    /// The Rego of a template has what Gatekeeper refuses there.
    Rego,
    /// A constraint is not as Gatekeeper wants it.
    Constraint,
    /// The parameters of a constraint are not as its template wants them.
    Parameters,
    /// The `match` of a constraint cannot be applied.
    Match,
    /// A constraint's template is not there.
    NoTemplate,
    /// Two templates, or two constraints, have one name.
    Duplicate,
    /// An AdmissionReview is none.
    Review,
    /// A template has code only for an engine that cannot run it.
    Engine,
}

impl Code {
    /// The code as it is shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Template => "gatekeeper-template",
            Code::Schema => "gatekeeper-schema",
            Code::Rego => "gatekeeper-rego",
            Code::Constraint => "gatekeeper-constraint",
            Code::Parameters => "gatekeeper-parameters",
            Code::Match => "gatekeeper-match",
            Code::NoTemplate => "gatekeeper-no-template",
            Code::Duplicate => "gatekeeper-duplicate",
            Code::Review => "gatekeeper-review",
            Code::Engine => "gatekeeper-engine",
        }
    }
}

/// Something that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Which kind of mistake it is.
    pub code: Code,
    /// What is wrong: one line.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do about it.
    pub help: Option<String>,
}

impl Error {
    /// An error without help.
    pub fn new(code: Code, message: impl Into<String>, span: Span) -> Error {
        Error {
            code,
            message: message.into(),
            span,
            help: None,
        }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Error {
        self.help = Some(text.into());
        self
    }

    /// For rendering.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code.as_str(), self.message.clone(), self.span);
        match &self.help {
            Some(help) => diagnostic.help(help.clone()),
            None => diagnostic,
        }
    }
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Diagnostic {
        error.diagnostic()
    }
}
