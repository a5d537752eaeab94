//! Gatekeeper's library: the unit tests of its sources, and what its templates say about its samples.

use std::collections::BTreeMap;
use std::path::Path;

use kpol_diagnostics::SourceMap;
use kpol_engine::{Engine, EngineOptions, Policy};
use kpol_syntax::ast::RegoVersion;
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::policies::{self, data, evaluate, evaluator, parse, read, rego_files};
use super::units::{Found, Unit, run_tests};
use super::{Tally, lines};
use crate::canonical;

#[derive(Deserialize)]
struct Row {
    dir: String,
    package: String,
    name: String,
    result: String,
}

#[derive(Deserialize)]
struct Golden {
    id: String,
    package: String,
    input: Value,
    inventory: Value,
    violations: Vec<Value>,
}

/// Runs the tests of `unit.jsonl` in a folder: each folder of `src` is a policy of its own.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn units(dir: &Path) -> Result<Tally, String> {
    let mut folders: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in lines::<Row>(&dir.join("unit.jsonl"))? {
        folders.entry(row.dir.clone()).or_default().push(row);
    }
    let engine = Engine::new(EngineOptions::default()).map_err(|error| error.to_string())?;
    let found: Vec<Result<Found, String>> = folders
        .par_iter()
        .map(|(folder, _)| {
            let texts = rego_files(&dir.join(folder))?
                .iter()
                .map(|file| read(dir, file))
                .collect::<Result<Vec<_>, _>>()?;
            run_tests(&engine, parse(texts, RegoVersion::V0)?)
        })
        .collect();
    let mut tally = Tally::default();
    for ((folder, rows), mut found) in folders.iter().zip(found) {
        for row in rows {
            let unit = Unit {
                package: &row.package,
                name: &row.name,
            };
            let result = match &mut found {
                Ok(found) => {
                    let file = found.file_of(&unit).unwrap_or_default();
                    found.take(&file, &unit, &row.result)
                }
                Err(error) => Err(error.clone()),
            };
            tally.add(folder, &format!("{folder}: {}", row.name), result);
        }
        if let Ok(found) = found {
            found.leave(&mut tally);
        }
    }
    Ok(tally)
}

/// Runs the rows of `golden.jsonl` in a folder: each template is compiled once.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn golden(dir: &Path) -> Result<Tally, String> {
    let mut templates: BTreeMap<String, Vec<Golden>> = BTreeMap::new();
    for row in lines::<Golden>(&dir.join("golden.jsonl"))? {
        let template: Vec<&str> = row.id.split('/').take(2).collect();
        let template = template.join("/");
        templates.entry(template).or_default().push(row);
    }
    let engine = Engine::new(EngineOptions::default()).map_err(|error| error.to_string())?;
    let results: Vec<Vec<Result<(), String>>> = templates
        .par_iter()
        .map(|(template, rows)| {
            let package = rows.first().map_or("", |row| row.package.as_str());
            match load(&engine, dir, template, package) {
                Ok(policy) => rows.iter().map(|row| judge(&policy, row)).collect(),
                Err(error) => rows.iter().map(|_| Err(error.clone())).collect(),
            }
        })
        .collect();
    let mut tally = Tally::default();
    for ((template, rows), results) in templates.iter().zip(results) {
        for (row, result) in rows.iter().zip(results) {
            tally.add(template, &row.id, result);
        }
    }
    Ok(tally)
}

/// The Rego of a template, as a policy.
fn load(engine: &Engine, dir: &Path, template: &str, package: &str) -> Result<Policy, String> {
    let file = dir.join("library").join(template).join("template.yaml");
    let mut sources = SourceMap::new();
    let read = kpol_input::read_path(&mut sources, &file, &kpol_input::Options::verbatim())
        .map_err(|error| error.to_string())?;
    let read = read.first().ok_or_else(|| "no document".to_owned())?;
    let value: Value = serde_json::from_str(&read.to_json()).map_err(|error| error.to_string())?;
    let target = value
        .pointer("/spec/targets/0")
        .ok_or_else(|| "no target".to_owned())?;
    let source = target
        .get("code")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .find(|code| code.get("engine").and_then(Value::as_str) == Some("Rego"))
        .and_then(|code| code.get("source"))
        .unwrap_or(target);
    let libraries = source.get("libs").and_then(Value::as_array);
    let texts = source
        .get("rego")
        .into_iter()
        .chain(libraries.into_iter().flatten())
        .filter_map(Value::as_str)
        .enumerate()
        .map(|(number, text)| (format!("{template}-{number}.rego"), text.to_owned()));
    let parsed = parse(texts, RegoVersion::V0)?;
    policies::load(
        engine,
        &parsed,
        vec![vec![package.to_owned(), "violation".to_owned()]],
    )
}

fn judge(policy: &Policy, row: &Golden) -> Result<(), String> {
    let mut evaluator = evaluator(policy, data(&json!({ "inventory": row.inventory }))?)?;
    let entry = format!("data.{}.violation", row.package);
    let value = evaluate(&mut evaluator, &entry, &row.input)?;
    let Some(Value::Array(got)) = value else {
        return Err(format!("no set of violations: {value:?}"));
    };
    let sorted = |values: &[Value]| {
        let mut texts: Vec<String> = values.iter().map(|v| canonical::text(v, false)).collect();
        texts.sort();
        texts.join("\n")
    };
    let (got, wanted) = (sorted(&got), sorted(&row.violations));
    if got == wanted {
        Ok(())
    } else {
        Err(format!("wanted {wanted}\ngot    {got}"))
    }
}
