//! Why a chart cannot be rendered.

use std::path::PathBuf;

/// Why a chart cannot be rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChartError {
    /// None of the programs that could do it is there.
    #[error("`{}` needs {} to be rendered, which is not on the PATH", folder.display(), programs)]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// What would do: `` `kustomize` or `kubectl` ``.
        programs: &'static str,
    },
    /// The program ended with an error.
    #[error("`{}`: {program} failed: {message}", folder.display())]
    Failed {
        /// The folder.
        folder: PathBuf,
        /// The program.
        program: String,
        /// What it printed as its error.
        message: String,
    },
    /// The program took too long.
    #[error("`{}`: {program} was stopped after {seconds} s", folder.display())]
    Timeout {
        /// The folder.
        folder: PathBuf,
        /// The program.
        program: String,
        /// The limit in seconds.
        seconds: u64,
    },
    /// The program printed what is no text, or too much.
    #[error("`{}`: {program} printed {what}", folder.display())]
    Output {
        /// The folder.
        folder: PathBuf,
        /// The program.
        program: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A file or folder cannot be read or written.
    #[error("`{}`: {reason}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
}

impl ChartError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            ChartError::Missing { .. } => "chart-program-missing",
            ChartError::Failed { .. } => "chart-failed",
            ChartError::Timeout { .. } => "chart-timeout",
            ChartError::Output { .. } => "chart-output",
            ChartError::Io { .. } => "chart-io",
        }
    }

    /// What to do about it, where there is something to say.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            ChartError::Missing { programs, .. } => Some(format!(
                "install {programs}, or render beforehand and give kpol the result: `… | kpol test -`"
            )),
            ChartError::Failed {
                message, folder, ..
            } if message.contains("dependenc") => Some(format!(
                "fetch the chart's dependencies: `helm dependency build {}`",
                folder.display()
            )),
            _ => None,
        }
    }
}
