//! All that a run found.

use kpol_diagnostics::{Diagnostic, SourceMap};

use crate::finding::{Finding, RuleId};

/// A rule that an `exception` rule exempts a document from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exception {
    /// The rule.
    pub rule: RuleId,
    /// The query that exempted it, as conftest words it.
    pub message: String,
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
    /// Things that could not be checked.
    pub errors: u64,
}

impl Report {
    /// Sorts results by file and namespace, and findings by line, column, rule and message: the same findings
    /// always read the same. The source map tells the errors' files.
    pub fn sort(&mut self, sources: &SourceMap) {
        self.results
            .sort_by(|a, b| (&a.filename, &a.namespace).cmp(&(&b.filename, &b.namespace)));
        for result in &mut self.results {
            result
                .warnings
                .sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
            result
                .failures
                .sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
            result.exceptions.sort();
        }
        kpol_diagnostics::sort(&mut self.errors);
        // Source ids go by the order in which files were read, names do not.
        self.errors.sort_by_cached_key(|error| {
            let known = !error.span.is_nowhere();
            (known, sources.name(error.span.source).to_owned())
        });
    }

    /// How many there are of each.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts {
            errors: self.errors.len() as u64,
            ..Counts::default()
        };
        for result in &self.results {
            counts.passed += result.successes;
            counts.warnings += result.warnings.len() as u64;
            counts.failures += result.failures.len() as u64;
            counts.exceptions += result.exceptions.len() as u64;
        }
        counts.tests = counts.passed + counts.warnings + counts.failures + counts.exceptions;
        counts
    }
}
