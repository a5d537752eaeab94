//! trivy's Kubernetes checks: their unit tests, and what they say about their examples.

use std::path::Path;
use std::sync::Arc;

use kpol_engine::{Data, Engine, EngineOptions};
use kpol_syntax::ast::RegoVersion;
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::policies::{self, Modules, evaluate, evaluator, parse, read, rego_files, same};
use super::units::{Unit, run_tests};
use super::{Tally, lines};

#[derive(Deserialize)]
struct Row {
    file: String,
    package: String,
    name: String,
    result: String,
}

#[derive(Deserialize)]
struct Check {
    package: String,
}

#[derive(Deserialize)]
struct Example {
    check: String,
    package: String,
    label: String,
    n: usize,
    doc: usize,
    input: Value,
    opa_messages: Value,
}

/// Runs the tests of `unit.jsonl` in a folder: all checks, libraries and tests are one policy.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn units(dir: &Path) -> Result<Tally, String> {
    let parsed = modules(dir, true)?;
    let engine = Engine::new(EngineOptions::default()).map_err(|error| error.to_string())?;
    let mut found = run_tests(&engine, parsed)?;
    let mut tally = Tally::default();
    for row in lines::<Row>(&dir.join("unit.jsonl"))? {
        let unit = Unit {
            package: &row.package,
            name: &row.name,
        };
        let result = found.take(&row.file, &unit, &row.result);
        tally.add(&row.file, &format!("{}: {}", row.file, row.name), result);
    }
    found.leave(&mut tally);
    Ok(tally)
}

/// Runs the examples of `examples.jsonl` in a folder: the checks and libraries are one policy.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn examples(dir: &Path) -> Result<Tally, String> {
    let parsed = modules(dir, false)?;
    let mut entrypoints: Vec<Vec<String>> = lines::<Check>(&dir.join("checks.jsonl"))?
        .into_iter()
        .map(|check| deny(&check.package))
        .collect();
    entrypoints.sort();
    entrypoints.dedup();
    let engine = Engine::new(EngineOptions::default()).map_err(|error| error.to_string())?;
    let policy = policies::load(&engine, &parsed, entrypoints)?;
    let examples: Vec<Example> = lines(&dir.join("examples.jsonl"))?;
    let results: Vec<Result<(), String>> = examples
        .par_iter()
        .map(|example| {
            let mut evaluator = evaluator(&policy, Arc::new(Data::new()))?;
            let entry = kpol_compiler::names::data_ref(&deny(&example.package));
            let value = evaluate(&mut evaluator, &entry, &example.input)?;
            same(Some(&messages(value.as_ref())), &example.opa_messages)
        })
        .collect();
    let mut tally = Tally::default();
    for (example, result) in examples.iter().zip(results) {
        let name = format!(
            "{}: {} {}.{}",
            example.check, example.label, example.n, example.doc
        );
        tally.add(&example.check, &name, result);
    }
    Ok(tally)
}

/// The `deny` rule of a package.
fn deny(package: &str) -> Vec<String> {
    package
        .split('.')
        .chain(["deny"])
        .map(str::to_owned)
        .collect()
}

/// The messages of a check's results, sorted.
fn messages(results: Option<&Value>) -> Value {
    let mut messages: Vec<&str> = (results.and_then(Value::as_array).into_iter().flatten())
        .filter_map(|result| result.get("msg").unwrap_or(result).as_str())
        .collect();
    messages.sort_unstable();
    Value::from(messages)
}

fn modules(dir: &Path, tests: bool) -> Result<Modules, String> {
    let mut files = Vec::new();
    for folder in ["lib", "checks"] {
        files.extend(rego_files(&dir.join(folder))?);
    }
    if !tests {
        files.retain(|file| !file.to_string_lossy().ends_with("_test.rego"));
    }
    let texts = files
        .iter()
        .map(|file| read(dir, file))
        .collect::<Result<Vec<_>, _>>()?;
    parse(texts, RegoVersion::V1)
}

/// Copies checks and libraries to a folder, in Rego that knows no builtin `result.new`: `shim.rego` stands in for it.
/// The one check that conftest refuses is left out.
///
/// # Errors
/// A text that says which file cannot be read or written.
pub(crate) fn shimmed(dir: &Path, to: &Path) -> Result<(), String> {
    let mut files = vec![dir.join("shim.rego")];
    for folder in ["lib", "checks"] {
        files.extend(rego_files(&dir.join(folder))?);
    }
    for (number, file) in files.iter().enumerate() {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name == "service_with_externalip.rego" || name.ends_with("_test.rego") {
            continue;
        }
        let failed = |error: std::io::Error| format!("{}: {error}", file.display());
        let text = std::fs::read_to_string(file).map_err(failed)?;
        let text = text.replace("result.new(", "data.kpol_shim.result_new(");
        std::fs::write(to.join(format!("{number}-{name}")), text).map_err(failed)?;
    }
    Ok(())
}
