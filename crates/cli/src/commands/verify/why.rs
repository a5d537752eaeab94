//! Why tests failed: each failed test is evaluated once more by the evaluator that explains.

use std::time::Duration;

use kpol_engine::{BuiltinOptions, Standard};
use kpol_explain::{Explanation, Inputs, reasons, text};
use kpol_verify::{Outcome, TestResult};
use serde_json::{Value, json};

use super::Verified;

/// Explains the failed tests of a run.
pub(super) struct Reasons<'v> {
    verified: &'v Verified<'v>,
    data: String,
    builtins: Standard,
}

impl<'v> Reasons<'v> {
    pub(super) fn new(verified: &'v Verified<'v>) -> Reasons<'v> {
        Reasons {
            verified,
            data: verified.data.to_json(),
            builtins: Standard::new(BuiltinOptions::default()),
        }
    }

    fn explanation(&self, result: &TestResult) -> Option<Explanation> {
        if result.outcome != Outcome::Failed {
            return None;
        }
        let now = crate::commands::explain::now();
        let inputs = Inputs {
            input: None,
            data: &self.data,
            builtins: &self.builtins,
            now_ns: now,
            seed: now.unsigned_abs(),
            timeout: Duration::from_secs(5),
            memory: 512 << 20,
            strict: false,
        };
        let program = self.verified.runner.program();
        kpol_explain::explain(program, result.test.path(), &inputs, self.verified.sources).ok()
    }

    /// Frames of the conditions that failed.
    pub(super) fn frames(&self, result: &TestResult, colour: bool) -> Vec<String> {
        self.explanation(result)
            .map_or_else(Vec::new, |explanation| {
                text::render_reasons(&explanation.rule, self.verified.sources, colour)
            })
    }

    /// The same as one text without colours.
    pub(super) fn text(&self, result: &TestResult) -> String {
        self.frames(result, false).join("\n\n")
    }

    /// The conditions that failed with the values of their parts.
    pub(super) fn conditions(&self, result: &TestResult) -> Vec<Value> {
        let Some(explanation) = self.explanation(result) else {
            return Vec::new();
        };
        reasons(&explanation.rule)
            .iter()
            .map(|reason| {
                let condition = reason.condition;
                json!({
                    "rule": reason.rules.last().map(|rule| &rule.name),
                    "file": condition.place.file,
                    "line": condition.place.line,
                    "column": condition.place.column,
                    "condition": condition.text,
                    "values": condition.reads,
                    "differences": condition.differences,
                    "bound": reason.bound,
                })
            })
            .collect()
    }
}
