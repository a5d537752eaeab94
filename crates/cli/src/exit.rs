//! Exit codes, and errors that end a command.

use std::process::ExitCode;

use thiserror::Error;

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Nothing failed.
    Passed,
    /// A policy failed.
    Failed,
    /// The check itself could not be done, wholly or in part.
    Unchecked,
}

impl Exit {
    /// The number that the system gets.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Exit::Passed => 0,
            Exit::Failed => 1,
            Exit::Unchecked => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// An error that ends the command: rendered text, one or more diagnostics.
#[derive(Debug, Error)]
pub(crate) enum CommandError {
    /// Something about the command line or the environment, in one line.
    #[error("error: {0}")]
    Plain(String),
    /// The same, with what to do about it.
    #[error("error: {0}\n  help: {1}")]
    Help(String, String),
    /// In conftest's words, the whole chain but the command's own part: `load: loading policies: …`.
    #[error("{0}")]
    Chain(String),
    /// In conftest's words, with nothing in front.
    #[error("{0}")]
    Alone(String),
    /// Diagnostics with code frames, already rendered.
    #[error("{0}")]
    Rendered(String),
}

impl CommandError {
    /// The error as conftest tells it: each part after the one that it happened in.
    pub(crate) fn chain(&self, context: &str) -> String {
        let text = match self {
            CommandError::Alone(text) => return text.clone(),
            CommandError::Chain(text) | CommandError::Plain(text) | CommandError::Help(text, _) => {
                text.trim_end()
            }
            CommandError::Rendered(text) => {
                let text = text.trim_end();
                text.strip_prefix("error: ").unwrap_or(text)
            }
        };
        if context.is_empty() {
            text.to_owned()
        } else {
            format!("{context}: {text}")
        }
    }
}
