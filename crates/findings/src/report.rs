//! All that a run found.

use std::io;

use kpol_diagnostics::{Diagnostic, SourceMap};

use crate::finding::{Finding, Location, ObjectRef, RuleId};
use crate::problem::Problem;
use crate::reporter::{Reporter, RunInfo, Summary};

/// A rule that an `exception` rule exempts a document from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exception {
    /// The rule.
    pub rule: RuleId,
    /// The query that exempted it, as conftest words it.
    pub message: String,
}

/// Something that was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// What, and why: for a unit test, its name.
    pub message: String,
    /// Where it is.
    pub location: Option<Location>,
}

/// A finding that does not count, because somebody said so.
#[derive(Clone, Debug, PartialEq)]
pub struct Suppressed {
    /// What was found.
    pub finding: Finding,
    /// Why it does not count.
    pub reason: String,
    /// What said so: `comment`, `annotation`, `baseline` or the name of a file of exceptions.
    pub by: String,
    /// The last day that it holds, as `2026-12-31`.
    pub until: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
}

/// What a policy would make of an object. It fails nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Mutation {
    /// The policy.
    pub rule: RuleId,
    /// The object.
    pub object: Option<ObjectRef>,
    /// Where it is.
    pub location: Option<Location>,
    /// What changes: a unified diff of YAML texts, with keys in order.
    pub diff: String,
    /// The object as it would be.
    pub mutated: serde_json::Value,
}

/// A query as conftest asks it, with what it printed and traced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The query: `data.main.deny_run_as_root`.
    pub query: String,
    /// Whether it found nothing.
    pub passed: bool,
    /// What it printed: `policy/main.rego:31: text`.
    pub prints: Vec<String>,
    /// The lines of its trace.
    pub traces: Vec<String>,
}

/// What one policy namespace says about one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileResult {
    /// The file as it was named, `-` for standard input.
    pub filename: String,
    /// The policy namespace (package).
    pub namespace: String,
    /// How many rules found nothing, summed over the file's documents.
    pub successes: u64,
    /// What `warn` rules found.
    pub warnings: Vec<Finding>,
    /// What `deny` and `violation` rules found.
    pub failures: Vec<Finding>,
    /// What was exempted.
    pub exceptions: Vec<Exception>,
    /// What was left out.
    pub skipped: Vec<Note>,
    /// What was found and does not count.
    pub suppressed: Vec<Suppressed>,
    /// The queries behind it, as far as they printed or were traced.
    pub queries: Vec<Query>,
    /// What policies would change.
    pub mutations: Vec<Mutation>,
}

impl FileResult {
    /// Sorts findings by line, column, rule and message: the same findings always read the same.
    pub fn sort(&mut self) {
        self.warnings
            .sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        self.failures
            .sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        self.suppressed
            .sort_by(|a, b| a.finding.sort_key().cmp(&b.finding.sort_key()));
        self.exceptions.sort();
        self.skipped.sort();
        self.mutations
            .sort_by(|a, b| (&a.location, &a.rule).cmp(&(&b.location, &b.rule)));
    }
}

/// All results of a run, and all that could not be checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// One for each file and namespace.
    pub results: Vec<FileResult>,
    /// What could not be checked: never a pass.
    pub errors: Vec<Diagnostic>,
}

/// How many there are of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Everything but errors.
    pub tests: u64,
    /// Rules that found nothing.
    pub passed: u64,
    /// Warnings.
    pub warnings: u64,
    /// Failures.
    pub failures: u64,
    /// Exempted rules.
    pub exceptions: u64,
    /// What was left out.
    pub skipped: u64,
    /// Findings that do not count.
    pub suppressed: u64,
    /// Things that could not be checked.
    pub errors: u64,
}

impl Counts {
    /// The counts of one result.
    #[must_use]
    pub fn of(result: &FileResult) -> Counts {
        let mut counts = Counts::default();
        counts.add(result);
        counts
    }

    /// Adds what a result has.
    pub fn add(&mut self, result: &FileResult) {
        self.passed += result.successes;
        self.warnings += result.warnings.len() as u64;
        self.failures += result.failures.len() as u64;
        self.exceptions += result.exceptions.len() as u64;
        self.skipped += result.skipped.len() as u64;
        self.suppressed += result.suppressed.len() as u64;
        self.tests = self.passed
            + self.warnings
            + self.failures
            + self.exceptions
            + self.skipped
            + self.suppressed;
    }

    /// Adds what could not be checked.
    pub fn add_problems(&mut self, problems: &[Problem]) {
        self.errors += problems.iter().filter(|problem| problem.is_error()).count() as u64;
    }
}

impl Report {
    /// Sorts results by file and namespace, and findings by line, column, rule and message: the same findings
    /// always read the same. The source map tells the errors' files.
    pub fn sort(&mut self, sources: &SourceMap) {
        self.results
            .sort_by(|a, b| (&a.filename, &a.namespace).cmp(&(&b.filename, &b.namespace)));
        for result in &mut self.results {
            result.sort();
        }
        kpol_diagnostics::sort(&mut self.errors);
        // Source ids go by the order in which files were read, names do not.
        self.errors.sort_by_cached_key(|error| {
            let known = !error.span.is_nowhere();
            (known, sources.name(error.span.source).to_owned())
        });
    }

    /// All of it through a reporter, as text.
    pub(crate) fn render(
        &self,
        sources: &SourceMap,
        reporter: impl for<'w> FnOnce(Box<dyn io::Write + 'w>) -> Box<dyn Reporter + 'w>,
    ) -> io::Result<String> {
        let mut bytes = Vec::new();
        let problems: Vec<Problem> = self
            .errors
            .iter()
            .map(|error| Problem::new(sources, error))
            .collect();
        {
            let mut reporter = reporter(Box::new(&mut bytes));
            reporter.begin(&RunInfo::default())?;
            reporter.file(&self.results, &problems)?;
            reporter.finish(&Summary {
                counts: self.counts(),
                ..Summary::default()
            })?;
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// How many there are of each.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts {
            errors: self.errors.len() as u64,
            ..Counts::default()
        };
        for result in &self.results {
            counts.add(result);
        }
        counts
    }
}
