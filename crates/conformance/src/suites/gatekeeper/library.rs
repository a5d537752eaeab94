//! Gatekeeper's library as it is meant to be used: its templates and constraints, its samples, and what its suites say.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use kpol_compiler::resolve;
use kpol_diagnostics::{Diagnostic, SourceMap, render};
use kpol_engine::{Data, Engine, EngineOptions, Limits, Policy};
use kpol_gatekeeper::{Inventory, Review, Role, Uses};
use kpol_gatekeeper_run::{Gatekeeper, Policies, Violation, compile};
use kpol_input::Document;
use rayon::prelude::*;
use regex_automata::meta::Regex;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{Tally, lines};
use crate::canonical;

/// A case of a suite.
#[derive(Deserialize)]
struct Case {
    id: String,
    template: String,
    constraint: String,
    object: String,
    inventory: Vec<String>,
    assertions: Vec<Assertion>,
    enforcement_action: String,
}

#[derive(Deserialize)]
struct Assertion {
    /// `yes`, `no`, or a number; `yes` where nothing is said.
    violations: Option<Value>,
    message: Option<String>,
}

/// What gator gave to Rego in a case, and what OPA said to that.
#[derive(Deserialize)]
struct Golden {
    id: String,
    input: Value,
    violations: Vec<Value>,
}

/// A template, compiled once for all of its cases.
struct Compiled {
    policy: Policy,
    uses: Uses,
}

/// Runs the cases of `index.jsonl` (all assertions hold) and the rows of `golden.jsonl` (the same input and the same
/// violations) in a folder.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn run(dir: &Path) -> Result<Tally, String> {
    let goldens: BTreeMap<String, Golden> = lines::<Golden>(&dir.join("golden.jsonl"))?
        .into_iter()
        .map(|golden| (golden.id.clone(), golden))
        .collect();
    let mut templates: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for case in lines::<Case>(&dir.join("index.jsonl"))? {
        templates
            .entry(case.template.clone())
            .or_default()
            .push(case);
    }
    let engine = Engine::new(EngineOptions::default()).map_err(|error| error.to_string())?;
    let results: Vec<Vec<[Result<(), String>; 2]>> = templates
        .par_iter()
        .map(|(_, cases)| {
            let compiled = compiled(&engine, dir, cases);
            let one = |case: &Case| match &compiled {
                Ok(compiled) => judge(dir, compiled, case, goldens.get(&case.id)),
                Err(error) => [Err(error.clone()), Err(error.clone())],
            };
            cases.iter().map(one).collect()
        })
        .collect();
    let mut tally = Tally::default();
    for ((_, cases), results) in templates.iter().zip(results) {
        for (case, [assertions, golden]) in cases.iter().zip(results) {
            tally.add("assertions", &case.id, assertions);
            tally.add("golden", &format!("{}: golden", case.id), golden);
        }
    }
    Ok(tally)
}

fn documents(sources: &mut SourceMap, file: &Path) -> Result<Vec<Document>, String> {
    kpol_input::read_path(sources, file, &kpol_input::Options::default())
        .map_err(|error| format!("{}: {error}", file.display()))
}

/// A template with the constraint of a case.
fn policies(sources: &mut SourceMap, dir: &Path, case: &Case) -> Result<Policies, String> {
    let mut read = documents(sources, &dir.join(&case.template))?;
    read.extend(documents(sources, &dir.join(&case.constraint))?);
    let (policies, errors) = Policies::read(read.iter().filter(|one| Role::of(one).is_policy()));
    let errors: Vec<Diagnostic> = errors.into_iter().map(Diagnostic::from).collect();
    if errors.is_empty() {
        Ok(policies)
    } else {
        Err(render(sources, &errors, false))
    }
}

fn compiled(engine: &Engine, dir: &Path, cases: &[Case]) -> Result<Compiled, String> {
    let case = cases.first().ok_or_else(|| "no case".to_owned())?;
    let mut sources = SourceMap::new();
    let policies = policies(&mut sources, dir, case)?;
    let front = resolve::Options {
        builtins: kpol_engine::standard_builtins(),
        ..resolve::Options::default()
    };
    let compiled = compile(&policies, &mut sources, &front)
        .map_err(|errors| render(&sources, &errors, false))?;
    let artifact = compiled.artifact.ok_or_else(|| "no Rego".to_owned())?;
    Ok(Compiled {
        policy: engine.load(&artifact).map_err(|error| error.to_string())?,
        uses: compiled.uses,
    })
}

/// Whether the assertions of a case hold, and whether input and violations are those of its golden row.
fn judge(
    dir: &Path,
    compiled: &Compiled,
    case: &Case,
    golden: Option<&Golden>,
) -> [Result<(), String>; 2] {
    match evaluate(dir, compiled, case) {
        Ok((input, violations)) => [
            case.assertions
                .iter()
                .try_for_each(|assertion| holds(assertion, &violations)),
            golden
                .ok_or_else(|| "no golden row".to_owned())
                .and_then(|golden| same(golden, &input, &violations)),
        ],
        Err(error) => [Err(error.clone()), Err(error)],
    }
}

/// The input of a case, and what the constraint found.
fn evaluate(
    dir: &Path,
    compiled: &Compiled,
    case: &Case,
) -> Result<(Value, Vec<Violation>), String> {
    let mut sources = SourceMap::new();
    let policies = policies(&mut sources, dir, case)?;
    let constraint = policies
        .constraints
        .first()
        .ok_or_else(|| "no constraint".to_owned())?
        .clone();
    if constraint.action.as_str() != case.enforcement_action {
        return Err(format!("enforcementAction {:?}", constraint.action));
    }
    let gatekeeper = Gatekeeper::new(
        policies,
        Some(compiled.policy.clone()),
        compiled.uses.clone(),
        Gatekeeper::without_cel,
    );
    let gatekeeper = gatekeeper.map_err(|errors| format!("{errors:?}"))?;
    let mut inventory = Inventory::default();
    for file in &case.inventory {
        for document in documents(&mut sources, &dir.join(file))? {
            inventory.add_used(&document, gatekeeper.uses());
        }
    }
    let mut data = Data::new();
    kpol_gatekeeper_run::data(&mut data, &inventory).map_err(|error| error.to_string())?;
    let objects = documents(&mut sources, &dir.join(&case.object))?;
    let [object] = objects.as_slice() else {
        return Err(format!("{} objects", objects.len()));
    };
    let review = Review::of(object).map_err(|error| error.to_string())?;
    let input = review
        .input(&constraint.parameters)
        .map_err(|error| error.to_string())?;
    let input =
        serde_json::from_str(&input.document.to_json()).map_err(|error| error.to_string())?;
    let mut runner = gatekeeper
        .runner(Limits::default(), true, &Arc::new(data))
        .map_err(|error| error.to_string())?;
    let mut violations = Vec::new();
    for verdict in runner.review(&gatekeeper, &review) {
        violations.extend(verdict.result.map_err(|error| error.to_string())?);
    }
    Ok((input, violations))
}

fn holds(assertion: &Assertion, violations: &[Violation]) -> Result<(), String> {
    let pattern = assertion.message.as_deref().unwrap_or_default();
    let regex = Regex::new(pattern).map_err(|error| error.to_string())?;
    let count = violations
        .iter()
        .filter(|violation| regex.is_match(&violation.message))
        .count();
    let wanted = assertion.violations.clone().unwrap_or_else(|| "yes".into());
    let held = match &wanted {
        Value::String(word) if word == "yes" => count > 0,
        Value::String(word) if word == "no" => count == 0,
        other => other.as_u64() == Some(count as u64),
    };
    if held {
        return Ok(());
    }
    let messages: Vec<&str> = violations.iter().map(|one| one.message.as_str()).collect();
    Err(format!(
        "wanted {wanted} of `{pattern}`, got {count}: {messages:#?}"
    ))
}

fn same(golden: &Golden, input: &Value, violations: &[Violation]) -> Result<(), String> {
    let (got, wanted) = (
        canonical::text(input, false),
        canonical::text(&golden.input, false),
    );
    if got != wanted {
        return Err(format!("input: wanted {wanted}\ngot    {got}"));
    }
    let sorted = |values: Vec<Value>| {
        let mut texts: Vec<String> = values.iter().map(|v| canonical::text(v, false)).collect();
        texts.sort();
        texts.join("\n")
    };
    let got = violations
        .iter()
        .map(|one| json!({"msg": one.message, "details": one.details}));
    let wanted = golden.violations.iter().map(|one| {
        let details = one.get("details").cloned().unwrap_or_else(|| json!({}));
        json!({"msg": one.get("msg"), "details": details})
    });
    let (got, wanted) = (sorted(got.collect()), sorted(wanted.collect()));
    if got == wanted {
        Ok(())
    } else {
        Err(format!("wanted {wanted}\ngot    {got}"))
    }
}
