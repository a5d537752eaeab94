//! The command line of `kpol verify`.

use std::path::PathBuf;

use clap::ValueEnum;

use kpol_syntax::ast::RegoVersion;

use crate::args::{LimitArgs, NetArgs, Rego};
use crate::exit::CommandError;

const EXAMPLES: &str = "\
Examples:
  kpol verify                            the tests below ./policy
  kpol verify policies                   the tests below policies/
  kpol verify -p policies -d data        with data
  kpol verify --run 'test_deny'          tests whose name matches
  kpol verify -n 'k8s.*'                 tests of some packages
  kpol verify -o junit > tests.xml       for a CI system
  kpol verify --coverage-threshold 80    fails where less is covered
  kpol verify --coverage -o lcov         for tools that show coverage";

/// The command line of `kpol verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Folders and files with policies and tests.
    #[arg(value_name = "DIR")]
    pub(super) paths: Vec<PathBuf>,
    /// A folder or file with policies and tests; may be given many times. [default: ./policy, else the built-in
    /// policies]
    #[arg(short, long, value_name = "DIR", value_delimiter = ',')]
    pub(super) policy: Vec<PathBuf>,
    /// A folder or file with data for the policies (YAML or JSON); may be given many times.
    #[arg(short, long, value_name = "DIR", value_delimiter = ',')]
    pub(super) data: Vec<PathBuf>,
    /// Runs tests whose name (`data.main_test.test_x`) matches this regular expression.
    #[arg(short, long, value_name = "REGEX")]
    pub(super) run: Option<String>,
    /// Runs the tests of packages that match this glob, in which `*` stands for dots too; may be given many times.
    #[arg(short, long, value_name = "GLOB", value_delimiter = ',')]
    pub(super) namespace: Vec<String>,
    /// The format of the results, or with --coverage, of the coverage.
    #[arg(short, long, value_name = "FORMAT")]
    pub(super) output: Option<String>,
    /// Refuses policies with unused variables, imports and the like, as OPA's strict mode does.
    #[arg(long)]
    pub(super) strict: bool,
    /// In conftest's way: a report of all tests.
    #[arg(long, value_name = "full|notes|fails")]
    pub(super) report: Option<String>,
    /// Prints without colours.
    #[arg(long)]
    pub(super) no_color: bool,
    /// Ends a test with an error where a builtin fails.
    #[arg(long)]
    pub(super) show_builtin_errors: bool,
    /// Tells which lines of the policies the tests have evaluated.
    #[arg(long)]
    pub(super) coverage: bool,
    /// Fails where less than this share of the lines is covered, in percent.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(super) coverage_threshold: Option<f64>,
    /// Shows passed tests too, and what they printed.
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// Prints nothing where all tests passed.
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// The version of Rego that policies are written in.
    #[arg(long, value_name = "VERSION", default_value = "v1", ignore_case = true)]
    pub(super) rego_version: Rego,
    /// Reads policies as Rego v0.
    #[arg(long, conflicts_with = "rego_version")]
    pub(super) rego_v0: bool,
    /// A capabilities file, in OPA's format: policies that use what it does not allow are refused.
    #[arg(long, value_name = "FILE")]
    pub(super) capabilities: Option<PathBuf>,
    #[command(flatten)]
    pub(super) net: NetArgs,
    #[command(flatten)]
    pub(super) limits: LimitArgs,
}

/// Formats of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people: what failed, and why.
    #[value(alias = "stdout")]
    Text,
    /// A list of all tests; with --coverage, OPA's report.
    Json,
    /// The Test Anything Protocol.
    Tap,
    /// JUnit's XML.
    Junit,
    /// Coverage by lines, for lcov and what reads its files.
    Lcov,
}

impl Args {
    /// The version of Rego that policies are read as.
    pub(super) fn version(&self) -> RegoVersion {
        crate::args::version(self.rego_v0 || self.rego_version == Rego::V0)
    }

    /// The format of results.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub(super) fn format(&self) -> Result<Output, CommandError> {
        let name = self.output.as_deref().unwrap_or("text");
        Output::from_str(name, true).map_err(|_| {
            CommandError::Help(
                format!("there is no output `{name}`"),
                "outputs: text, json, tap, junit, lcov".to_owned(),
            )
        })
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if (0.0..=100.0).contains(&number) {
        Ok(number)
    } else {
        Err("must be from 0 to 100".to_owned())
    }
}
