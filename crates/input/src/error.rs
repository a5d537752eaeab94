//! Why a text is no input.

use std::path::PathBuf;

use kpol_diagnostics::{Diagnostic, Span};

/// Why a text cannot be read. All but [`InputError::Io`] have a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The file cannot be read at all.
    #[error("cannot read `{}`: {reason}", path.display())]
    Io {
        /// The file, or `-`.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The file is no UTF-8.
    #[error("`{}` is not UTF-8 (byte {offset})", path.display())]
    Encoding {
        /// The file, or `-`.
        path: PathBuf,
        /// The first byte that is wrong, from 0.
        offset: usize,
    },
    /// The text is not of its format.
    #[error("{message}")]
    Syntax {
        /// What is wrong, in the parser's words.
        message: String,
        /// Where it was noticed.
        span: Span,
        /// Where the list or mapping begins that it is in, if that matters.
        inside: Option<Span>,
    },
    /// A key stands twice in one object.
    #[error("key `{key}` is given twice, first in line {first_line}")]
    DuplicateKey {
        /// The key.
        key: String,
        /// The first one.
        first: Span,
        /// The first one's line, from 1.
        first_line: u32,
        /// The second one.
        second: Span,
    },
    /// A key that has no JSON form.
    #[error("{what} cannot be a key")]
    InvalidKey {
        /// What stands there: `a mapping`.
        what: &'static str,
        /// The key.
        span: Span,
    },
    /// A scalar that has no JSON form, or none of the type that its tag says.
    #[error("{message}")]
    InvalidScalar {
        /// What is wrong.
        message: String,
        /// The scalar.
        span: Span,
    },
    /// An alias to an anchor that is not there, or to something around itself.
    #[error("{message}")]
    Alias {
        /// What is wrong.
        message: String,
        /// The alias.
        span: Span,
    },
    /// Something other than mappings under `<<`.
    #[error("`<<` needs a mapping, or a list of mappings")]
    Merge {
        /// The value.
        span: Span,
    },
    /// Nested deeper than the limit.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: u32,
        /// The first node that is too deep.
        span: Span,
    },
    /// More nodes than the limit once aliases are replaced by what they stand for.
    #[error("more than {limit} nodes come from aliases")]
    TooManyNodes {
        /// The limit.
        limit: u32,
        /// The alias at which the limit was hit.
        span: Span,
    },
    /// No reader for this format is built in.
    #[error("kpol does not read {format}: {reason}")]
    UnsupportedFormat {
        /// The format's name, as `--parser` has it.
        format: &'static str,
        /// Why, and what can be done.
        reason: &'static str,
        /// The beginning of the text.
        span: Span,
    },
    /// The text is too large for 32-bit positions.
    #[error("larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u32,
        /// The beginning of the text.
        span: Span,
    },
}

impl InputError {
    /// Its place; [`Span::NOWHERE`] for a file that was not read.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            InputError::Io { .. } | InputError::Encoding { .. } => Span::NOWHERE,
            InputError::DuplicateKey { second, .. } => *second,
            InputError::Syntax { span, .. }
            | InputError::InvalidKey { span, .. }
            | InputError::InvalidScalar { span, .. }
            | InputError::Alias { span, .. }
            | InputError::Merge { span }
            | InputError::TooDeep { span, .. }
            | InputError::TooManyNodes { span, .. }
            | InputError::UnsupportedFormat { span, .. }
            | InputError::TooLarge { span, .. } => *span,
        }
    }

    /// The stable code of this kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            InputError::Io { .. } => "input_io_error",
            InputError::Encoding { .. } => "input_encoding_error",
            InputError::Syntax { .. } => "input_syntax_error",
            InputError::DuplicateKey { .. } => "input_duplicate_key",
            InputError::InvalidKey { .. } => "input_invalid_key",
            InputError::InvalidScalar { .. } => "input_invalid_scalar",
            InputError::Alias { .. } => "input_alias_error",
            InputError::Merge { .. } => "input_merge_error",
            InputError::UnsupportedFormat { .. } => "input_format_unsupported",
            InputError::TooDeep { .. }
            | InputError::TooManyNodes { .. }
            | InputError::TooLarge { .. } => "input_limit_error",
        }
    }

    /// The error with its places and what to do about it.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code(), self.to_string(), self.span());
        match self {
            InputError::DuplicateKey { first, second, .. } => diagnostic
                .label(*second, "given again here")
                .label(*first, "first given here")
                .help("remove one of them: readers disagree about which one counts"),
            InputError::InvalidKey {
                what: "a mapping",
                span,
            } => diagnostic
                .label(*span, "this is read as a mapping")
                .help("is this a template? render it first, for example with `helm template`"),
            InputError::Syntax {
                inside: Some(inside),
                ..
            } => diagnostic.label(*inside, "inside of what begins here"),
            _ => diagnostic,
        }
    }
}
