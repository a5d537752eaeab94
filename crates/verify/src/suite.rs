//! Compiles tests, and runs them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kpol_compiler::artifact::{Artifact, Place};
use kpol_compiler::compile;
use kpol_compiler::hir::Program;
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_engine::{Data, Engine, EntryId, EvalError, Evaluator, Limits, LoadError, Policy};
use rayon::prelude::*;

use crate::cases;
use crate::coverage::Coverage;
use crate::discover::{Shape, Suite, Test};
use crate::result::{Outcome, TestError, TestResult};

/// How to run tests.
#[derive(Debug, Clone, Copy)]
pub struct RunOptions {
    /// What each test may use.
    pub limits: Limits,
    /// Whether a test in which a builtin failed ends with that error, even if the test would pass. `opa test` does not
    /// do so.
    pub builtin_errors: bool,
    /// Whether what was evaluated is noted; the suite must have been compiled for it.
    pub coverage: bool,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        RunOptions {
            limits: Limits {
                timeout: Duration::from_secs(5),
                ..Limits::default()
            },
            builtin_errors: false,
            coverage: false,
        }
    }
}

/// Compiled tests.
#[derive(Debug, Clone)]
pub struct CompiledSuite {
    program: Arc<Program>,
    artifact: Artifact,
    tests: Vec<Test>,
}

/// Tests that are ready to run.
#[derive(Debug, Clone)]
pub struct Runner {
    program: Arc<Program>,
    policy: Policy,
    /// The parts that are marked as evaluated.
    marks: Vec<Place>,
    tests: Vec<(Test, Option<EntryId>)>,
}

impl Suite {
    /// Compiles all modules and tests into one artifact. The entrypoints are the tests, whatever the options say.
    ///
    /// # Errors
    /// Everything that is wrong with the modules, sorted by place.
    pub fn compile(
        self,
        sources: &SourceMap,
        options: &compile::Options,
    ) -> Result<CompiledSuite, Vec<Diagnostic>> {
        let mut options = options.clone();
        options.front.test_cases = true;
        options.plan.entrypoints = (self.tests.iter())
            .filter(|test| runs(test))
            .map(|test| test.path.clone())
            .collect();
        let program = compile::check(&self.modules, &[], &options.front)?;
        Ok(CompiledSuite {
            artifact: compile::generate(&program, sources, &options)?,
            program: Arc::new(program),
            tests: self.tests,
        })
    }
}

/// Whether a test is evaluated at all.
fn runs(test: &Test) -> bool {
    !test.skipped && test.shape != Shape::Function
}

impl CompiledSuite {
    /// The module with all tests.
    #[must_use]
    pub fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    /// Makes the tests ready to run.
    ///
    /// # Errors
    /// As [`Engine::load`].
    pub fn load(self, engine: &Engine) -> Result<Runner, LoadError> {
        let policy = engine.load(&self.artifact)?;
        let marks = self.artifact.description.cover.clone();
        let mut entries = policy.entrypoints().map(|(id, _)| id);
        let tests = (self.tests.into_iter())
            .map(|test| {
                let entry = if runs(&test) { entries.next() } else { None };
                (test, entry)
            })
            .collect();
        drop(entries);
        Ok(Runner {
            program: self.program,
            policy,
            marks,
            tests,
        })
    }
}

impl Runner {
    /// What was evaluated in tests that ran with [`RunOptions::coverage`], of all that could be.
    #[must_use]
    pub fn coverage(&self, results: &[TestResult], sources: &SourceMap) -> Coverage {
        Coverage::new(&self.program, &self.marks, results, sources)
    }

    /// The checked program, in which each test is a rule at [`Test::path`].
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Runs all tests on rayon's threads; the results are in the order of the tests.
    #[must_use]
    pub fn run(&self, data: &Arc<Data>, options: &RunOptions) -> Vec<TestResult> {
        self.tests
            .par_iter()
            .map_init(
                || self.evaluator(data, options.limits),
                |evaluator, (test, entry)| result(evaluator, test, *entry, options),
            )
            .collect()
    }

    fn evaluator(&self, data: &Arc<Data>, limits: Limits) -> Result<Evaluator, EvalError> {
        let mut evaluator = self.policy.evaluator(limits)?;
        evaluator.set_data(Arc::clone(data))?;
        Ok(evaluator)
    }
}

fn result(
    evaluator: &mut Result<Evaluator, EvalError>,
    test: &Test,
    entry: Option<EntryId>,
    options: &RunOptions,
) -> TestResult {
    if test.skipped {
        return TestResult::new(test, Outcome::Skipped);
    }
    let Some(entry) = entry else {
        let error = TestError::Function(test.full_name());
        return TestResult::new(test, Outcome::Error(error));
    };
    let evaluator = match evaluator {
        Ok(evaluator) => evaluator,
        Err(error) => {
            return TestResult::new(test, Outcome::Error(TestError::Eval(error.clone())));
        }
    };
    let start = Instant::now();
    evaluator.restart();
    let mut result = evaluate(evaluator, test, entry)
        .unwrap_or_else(|error| TestResult::new(test, Outcome::Error(error)));
    result.duration = start.elapsed();
    if options.coverage {
        result.covered = evaluator.covered();
    }
    result.output = evaluator.printed();
    if options.builtin_errors
        && !matches!(result.outcome, Outcome::Error(_))
        && let Some(error) = evaluator.builtin_error()
    {
        result.outcome = Outcome::Error(error.into());
    }
    result
}

fn evaluate(
    evaluator: &mut Evaluator,
    test: &Test,
    entry: EntryId,
) -> Result<TestResult, TestError> {
    let mut answer = evaluator.evaluate(entry)?;
    if test.shape == Shape::Single || !answer.is_defined() {
        let outcome = if answer.is_true() {
            Outcome::Passed
        } else {
            Outcome::Failed
        };
        return Ok(TestResult::new(test, outcome));
    }
    let json = answer.json()?.unwrap_or_default();
    let value = serde_json::from_str(&json).map_err(|error| TestError::Value(error.to_string()))?;
    let mut found = cases::of_value(&value);
    for noted in evaluator.test_cases() {
        cases::add(&mut found, noted);
    }
    Ok(TestResult::with_cases(test, found))
}
