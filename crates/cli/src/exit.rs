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

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Passed => 0,
            Exit::Failed => 1,
            Exit::Unchecked => 2,
        })
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
    /// Diagnostics with code frames, already rendered.
    #[error("{0}")]
    Rendered(String),
}
