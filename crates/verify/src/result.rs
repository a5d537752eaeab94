//! What comes out of tests.

use std::collections::BTreeMap;
use std::time::Duration;

use kpol_engine::{EvalError, Printed};

use crate::cases::{Case, any_failed};
use crate::discover::Test;

/// How a test went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Its value is `true`, or all of its cases passed.
    Passed,
    /// Its value is another one or undefined, or one of its cases failed.
    Failed,
    /// It was not run.
    Skipped,
    /// Its evaluation ended without a value.
    Error(TestError),
}

/// Why a test has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TestError {
    /// The evaluation ended with an error, or hit a limit.
    #[error("{0}")]
    Eval(EvalError),
    /// The test is a function, which nothing calls.
    #[error("function {0} used as reference, not called")]
    Function(String),
    /// Its value cannot be read.
    #[error("the value of the test cannot be read: {0}")]
    Value(String),
}

impl TestError {
    /// A stable code for programs; OPA's where it has one.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            TestError::Eval(error) => error.code(),
            TestError::Function(_) => "rego_type_error",
            TestError::Value(_) => "eval_internal_error",
        }
    }
}

impl From<EvalError> for TestError {
    fn from(error: EvalError) -> TestError {
        TestError::Eval(error)
    }
}

/// A test and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    /// The test.
    pub test: Test,
    /// How it went.
    pub outcome: Outcome,
    /// The cases of a data-driven test, by name.
    pub cases: BTreeMap<String, Case>,
    /// What it printed.
    pub output: Vec<Printed>,
    /// Which parts of the policies were evaluated so far; empty without coverage.
    pub covered: Vec<bool>,
    /// How long its evaluation took.
    pub duration: Duration,
}

impl TestResult {
    pub(crate) fn new(test: &Test, outcome: Outcome) -> TestResult {
        TestResult {
            test: test.clone(),
            outcome,
            cases: BTreeMap::new(),
            output: Vec::new(),
            covered: Vec::new(),
            duration: Duration::ZERO,
        }
    }

    pub(crate) fn with_cases(test: &Test, cases: BTreeMap<String, Case>) -> TestResult {
        let outcome = if any_failed(&cases) {
            Outcome::Failed
        } else {
            Outcome::Passed
        };
        TestResult {
            cases,
            ..TestResult::new(test, outcome)
        }
    }
}
