//! Findings that are known, so that only new ones fail.

use std::collections::BTreeMap;

use kpol_diagnostics::Severity;
use kpol_findings::{FileResult, Finding, Problem, Suppressed, fingerprint};
use serde::{Deserialize, Serialize};

const VERSION: u32 = 1;

/// Why a baseline cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is not JSON of a baseline's shape.
    #[error("not a baseline: {0}")]
    Syntax(#[from] serde_json::Error),
    /// It was written by another version.
    #[error("a baseline of version {0}, where this version of kpol reads {VERSION}")]
    Version(u32),
}

/// A finding that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The rule, for readers: only the fingerprint is compared.
    pub rule: String,
    /// The file, for readers.
    pub file: String,
    /// The message, for readers.
    pub message: String,
    /// How many findings have this fingerprint.
    pub count: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    findings: BTreeMap<String, Known>,
}

/// Known findings by fingerprint; applying it uses them up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    findings: BTreeMap<String, Known>,
}

impl Baseline {
    /// Reads what [`Baseline::to_json`] wrote.
    ///
    /// # Errors
    /// When the text is no baseline, or one of another version.
    pub fn read(text: &str) -> Result<Baseline, BaselineError> {
        let written: Written = serde_json::from_str(text)?;
        if written.version != VERSION {
            return Err(BaselineError::Version(written.version));
        }
        Ok(Baseline {
            findings: written.findings,
        })
    }

    /// The text of the file: the same findings always give the same text.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, BaselineError> {
        let mut text = serde_json::to_string_pretty(&Written {
            version: VERSION,
            findings: self.findings.clone(),
        })?;
        text.push('\n');
        Ok(text)
    }

    /// Takes in the findings of a result that count.
    pub fn add(&mut self, result: &FileResult) {
        for finding in result.failures.iter().chain(&result.warnings) {
            let known = self
                .findings
                .entry(fingerprint(finding, &result.filename))
                .or_insert_with(|| Known {
                    rule: finding.rule.to_string(),
                    file: finding
                        .location
                        .as_ref()
                        .map_or_else(|| result.filename.clone(), |place| place.file.clone()),
                    message: finding.message.clone(),
                    count: 0,
                });
            known.count = known.count.saturating_add(1);
        }
    }

    /// Suppresses the findings that are known, each as often as it is known. `by` is the name of the baseline's file.
    pub fn apply(&mut self, result: &mut FileResult, by: &str) {
        let name = result.filename.clone();
        for findings in [&mut result.failures, &mut result.warnings] {
            for finding in std::mem::take(findings) {
                if self.take(&finding, &name) {
                    result.suppressed.push(Suppressed {
                        finding,
                        reason: "known in the baseline".to_owned(),
                        by: by.to_owned(),
                        until: None,
                        owner: None,
                    });
                } else {
                    findings.push(finding);
                }
            }
        }
    }

    fn take(&mut self, finding: &Finding, filename: &str) -> bool {
        let Some(known) = self.findings.get_mut(&fingerprint(finding, filename)) else {
            return false;
        };
        let left = known.count.checked_sub(1);
        known.count = left.unwrap_or(0);
        left.is_some()
    }

    /// What is known and did not occur, told once all results were seen.
    #[must_use]
    pub fn fixed(&self, by: &str) -> Option<Problem> {
        let left = self
            .findings
            .values()
            .fold(0_u64, |sum, known| sum.saturating_add(known.count));
        (left > 0).then(|| {
            let mut problem = Problem::plain(
                "fixed-in-baseline",
                format!("findings of {by} that no longer occur: {left}"),
            )
            .help("write the baseline anew, so that they cannot come back unseen");
            problem.severity = Severity::Warning;
            problem
        })
    }
}
