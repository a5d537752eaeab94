//! kubescape's rules: the value of `data.armo_builtins` for each of their tests.

use std::collections::BTreeMap;
use std::path::Path;

use kpol_engine::{Engine, EngineOptions, Policy};
use kpol_syntax::ast::RegoVersion;
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::policies::{self, data, evaluate, evaluator, parse, read, rego_files, same};
use super::{Tally, lines};

/// What is asked for.
const PACKAGE: &str = "armo_builtins";

#[derive(Deserialize)]
struct Row {
    id: String,
    rule: String,
    module: String,
    input: Value,
    #[serde(default)]
    data_overrides: Map<String, Value>,
    opa_value: Value,
    /// The value with the rule's `filter.rego` in place of `module`.
    filter_opa_value: Option<Value>,
}

/// Runs the rows of `golden.jsonl` in a folder. Each rule is compiled once.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn run(dir: &Path) -> Result<Tally, String> {
    let mut modules: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in lines::<Row>(&dir.join("golden.jsonl"))? {
        modules.entry(row.module.clone()).or_default().push(row);
    }
    let defaults = default_inputs(&dir.join("default-config-inputs.json"))?;
    let engine = Engine::new(EngineOptions::default()).map_err(|error| error.to_string())?;
    let results: Vec<Vec<Result<(), String>>> = modules
        .par_iter()
        .map(|(module, rows)| match load(&engine, dir, module) {
            Ok(policy) => rows
                .iter()
                .map(|row| judge(&engine, dir, &policy, row, &defaults))
                .collect(),
            Err(error) => rows.iter().map(|_| Err(error.clone())).collect(),
        })
        .collect();
    let mut tally = Tally::default();
    for (row, result) in modules
        .values()
        .flatten()
        .zip(results.into_iter().flatten())
    {
        tally.add(&row.rule, &row.id, result);
    }
    Ok(tally)
}

fn default_inputs(file: &Path) -> Result<Map<String, Value>, String> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let mut value: Value =
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    match value.pointer_mut("/settings/postureControlInputs") {
        Some(Value::Object(inputs)) => Ok(std::mem::take(inputs)),
        _ => Err(format!("{} has no postureControlInputs", file.display())),
    }
}

/// A module with the libraries.
fn load(engine: &Engine, dir: &Path, module: &str) -> Result<Policy, String> {
    let mut files = rego_files(&dir.join("lib"))?;
    files.insert(0, dir.join(module));
    let texts = files
        .iter()
        .map(|file| read(dir, file))
        .collect::<Result<Vec<_>, _>>()?;
    // The libraries are v0; the rules import `rego.v1`.
    let parsed = parse(texts, RegoVersion::V0)?;
    policies::load(engine, &parsed, vec![vec![PACKAGE.to_owned()]])
}

fn judge(
    engine: &Engine,
    dir: &Path,
    policy: &Policy,
    row: &Row,
    defaults: &Map<String, Value>,
) -> Result<(), String> {
    value(policy, row, defaults).and_then(|got| same(got.as_ref(), &row.opa_value))?;
    if let Some(wanted) = &row.filter_opa_value {
        let policy = load(engine, dir, &format!("rules/{}/filter.rego", row.rule))?;
        value(&policy, row, defaults)
            .and_then(|got| same(got.as_ref(), wanted))
            .map_err(|error| format!("filter: {error}"))?;
    }
    Ok(())
}

fn value(
    policy: &Policy,
    row: &Row,
    defaults: &Map<String, Value>,
) -> Result<Option<Value>, String> {
    let mut posture = defaults.clone();
    if let Some(Value::Object(overrides)) = row.data_overrides.get("postureControlInputs") {
        posture.extend(overrides.clone());
    }
    let base = json!({
        "postureControlInputs": posture,
        "dataControlInputs": row.data_overrides.get("dataControlInputs"),
    });
    let mut evaluator = evaluator(policy, data(&base)?)?;
    evaluate(&mut evaluator, &format!("data.{PACKAGE}"), &row.input)
}
