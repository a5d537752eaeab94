//! How results become text: formats, their options, and the interface of all reporters.

use std::fmt;
use std::io;
use std::str::FromStr;

use thiserror::Error;

use crate::finding::{Level, RuleId};
use crate::problem::Problem;
use crate::report::{Counts, FileResult};

/// A rule that the run asks, whether or not it finds something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// The rule.
    pub rule: RuleId,
    /// What its findings are.
    pub level: Level,
    /// Its title.
    pub title: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// How bad its findings are, in the policy's words.
    pub severity: Option<String>,
    /// What to do about its findings.
    pub remediation: Option<String>,
    /// Where to read more.
    pub links: Vec<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
}

/// What is known about a run before its first result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunInfo {
    /// All rules of the run.
    pub rules: Vec<RuleInfo>,
    /// The command: `test` or `verify`.
    pub command: String,
}

/// What is known about a run after its last result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many there were of each.
    pub counts: Counts,
    /// What the command will exit with.
    pub exit_code: u8,
    /// Why: `policy failures`.
    pub exit_reason: String,
}

/// Takes the results of a run, file by file, and writes them in one format.
pub trait Reporter {
    /// Begins the report. Called once, before all else.
    ///
    /// # Errors
    /// What the writer says.
    fn begin(&mut self, run: &RunInfo) -> io::Result<()>;

    /// Takes what was found in one file, each namespace a result, and what could not be checked.
    ///
    /// # Errors
    /// What the writer says.
    fn file(&mut self, results: &[FileResult], problems: &[Problem]) -> io::Result<()>;

    /// Ends the report. Called once, after all else.
    ///
    /// # Errors
    /// What the writer says.
    fn finish(&mut self, summary: &Summary) -> io::Result<()>;
}

/// A format of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, with code frames.
    Text,
    /// conftest's lines.
    Stdout,
    /// conftest's JSON, with a location for each result.
    Json,
    /// Test Anything Protocol.
    Tap,
    /// A table.
    Table,
    /// JUnit's XML.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// Logging commands of Azure Pipelines.
    AzureDevOps,
    /// SARIF 2.1.0.
    Sarif,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 9] = [
        Format::Text,
        Format::Stdout,
        Format::Json,
        Format::Tap,
        Format::Table,
        Format::Junit,
        Format::Github,
        Format::AzureDevOps,
        Format::Sarif,
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Stdout => "stdout",
            Format::Json => "json",
            Format::Tap => "tap",
            Format::Table => "table",
            Format::Junit => "junit",
            Format::Github => "github",
            Format::AzureDevOps => "azuredevops",
            Format::Sarif => "sarif",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no format's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown output format `{name}`: use one of {}", Format::ALL.map(Format::name).join(", "))]
pub struct UnknownFormat {
    /// The name.
    pub name: String,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Format, UnknownFormat> {
        Format::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| UnknownFormat {
                name: name.to_owned(),
            })
    }
}

/// What reporters show, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command"
)]
pub struct ReportOptions {
    /// Writes what conftest writes, to the byte.
    pub compat: bool,
    /// Colours (ANSI escapes).
    pub colour: bool,
    /// Leaves exceptions out of text and conftest's lines; they still count.
    pub suppress_exceptions: bool,
    /// Shows what was skipped.
    pub show_skipped: bool,
    /// Leaves messages out of the names of JUnit's test cases.
    pub junit_hide_message: bool,
    /// Leaves files without findings out of GitHub's annotations.
    pub github_hide_passed: bool,
    /// The run was traced: conftest's lines are then those of the trace.
    pub tracing: bool,
}

/// A reporter of a format that writes to `out`.
#[must_use]
pub fn reporter<'w>(
    format: Format,
    options: &ReportOptions,
    out: Box<dyn io::Write + 'w>,
) -> Box<dyn Reporter + 'w> {
    let options = *options;
    match format {
        Format::Text => Box::new(crate::text::Text::new(options, out)),
        Format::Stdout => Box::new(crate::stdout::Stdout::new(options, out)),
        Format::Json => Box::new(crate::json::Json::new(options, out)),
        Format::Tap => Box::new(crate::tap::Tap::new(options, out)),
        Format::Table => Box::new(crate::table::Table::new(options, out)),
        Format::Junit => Box::new(crate::junit::Junit::new(options, out)),
        Format::Github => Box::new(crate::github::Github::new(options, out)),
        Format::AzureDevOps => Box::new(crate::azure::Azure::new(options, out)),
        Format::Sarif if options.compat => Box::new(crate::sarif_compat::SarifCompat::new(out)),
        Format::Sarif => Box::new(crate::sarif::Sarif::new(out)),
    }
}
