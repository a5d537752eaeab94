//! What could not be checked, or what is odd about it, without need of the text that it is about.

use kpol_diagnostics::{Diagnostic, Severity, SourceMap, Span};

use crate::finding::Location;

/// A diagnostic that carries its places with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable code that users can look up, such as `rego_parse_error`.
    pub code: String,
    /// How much it weighs. An error is something that was not checked.
    pub severity: Severity,
    /// What is the matter.
    pub message: String,
    /// Where it is.
    pub location: Option<Location>,
    /// Further places, each with what it has to do with the message. One that is the main place has words for it.
    pub labels: Vec<(Location, String)>,
    /// What to do about it.
    pub help: Vec<String>,
}

impl Problem {
    /// A diagnostic, with its places taken from the source map.
    #[must_use]
    pub fn new(sources: &SourceMap, diagnostic: &Diagnostic) -> Problem {
        // Lines between two places are shown when they are few, so that they must be in an excerpt.
        let context = u32::from(!diagnostic.labels.is_empty());
        let place = |span: Span| {
            (!span.is_nowhere()).then(|| Location::around(sources, span, None, context))
        };
        Problem {
            code: diagnostic.code.to_owned(),
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            location: place(diagnostic.span),
            labels: diagnostic
                .labels
                .iter()
                .filter_map(|(span, text)| Some((place(*span)?, text.clone())))
                .collect(),
            help: diagnostic.help.iter().cloned().collect(),
        }
    }

    /// An error without a place.
    pub fn plain(code: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem {
            code: code.into(),
            severity: Severity::Error,
            message: message.into(),
            location: None,
            labels: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Problem {
        self.help.push(text.into());
        self
    }

    /// Whether it is an error: something was not checked.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
