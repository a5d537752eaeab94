//! Unit tests of policies against their results under `opa test`.

use std::collections::BTreeMap;
use std::sync::Arc;

use kpol_engine::{Data, Engine};
use kpol_verify::{Outcome, RunOptions, Suite, TestResult};

use super::Tally;
use super::policies::{Modules, options, texts_of};

/// How a row names a test.
pub(super) struct Unit<'r> {
    /// Without `data`.
    pub(super) package: &'r str,
    pub(super) name: &'r str,
}

/// What tests came to, by file, package and name.
pub(super) struct Found(BTreeMap<(String, String, String), TestResult>);

/// Runs all tests of modules.
pub(super) fn run_tests(engine: &Engine, parsed: Modules) -> Result<Found, String> {
    let Modules { sources, modules } = parsed;
    let runner = Suite::discover(modules, &sources)
        .compile(&sources, &options())
        .map_err(|errors| texts_of(&sources, &errors))?
        .load(engine)
        .map_err(|error| error.to_string())?;
    let results = runner.run(&Arc::new(Data::new()), &RunOptions::default());
    let key = |result: &TestResult| {
        let test = &result.test;
        let package = test.package.strip_prefix("data.").unwrap_or_default();
        (
            test.site.file.clone(),
            package.to_owned(),
            test.name.clone(),
        )
    };
    Ok(Found(
        results
            .into_iter()
            .map(|result| (key(&result), result))
            .collect(),
    ))
}

impl Found {
    /// Compares a test with what is wanted of it.
    pub(super) fn take(&mut self, file: &str, unit: &Unit<'_>, wanted: &str) -> Result<(), String> {
        let key = (
            file.to_owned(),
            unit.package.to_owned(),
            unit.name.to_owned(),
        );
        let result = self
            .0
            .remove(&key)
            .ok_or_else(|| "no such test was found".to_owned())?;
        if outcome(&result) == wanted {
            Ok(())
        } else {
            Err(format!("wanted {wanted}, got {}", describe(&result)))
        }
    }

    /// Files that have tests.
    pub(super) fn file_of(&self, unit: &Unit<'_>) -> Option<String> {
        self.0
            .keys()
            .find(|(_, package, name)| package == unit.package && name == unit.name)
            .map(|(file, _, _)| file.clone())
    }

    /// Tests that nobody asked about must not fail either.
    pub(super) fn leave(self, tally: &mut Tally) {
        for ((file, _, name), result) in self.0 {
            if !matches!(result.outcome, Outcome::Passed | Outcome::Skipped) {
                let what = format!("is not in the list, and {}", describe(&result));
                tally.add(&file, &format!("{file}: {name}"), Err(what));
            }
        }
    }
}

fn outcome(result: &TestResult) -> &'static str {
    match result.outcome {
        Outcome::Passed => "pass",
        Outcome::Failed => "fail",
        Outcome::Skipped => "skip",
        Outcome::Error(_) => "error",
    }
}

fn describe(result: &TestResult) -> String {
    let site = &result.test.site;
    match &result.outcome {
        Outcome::Error(error) => format!("{site}: error {}: {error}", error.code()),
        _ => format!("{site}: {}", outcome(result)),
    }
}
