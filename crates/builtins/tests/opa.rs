//! OPA's conformance cases of the categories that need the host, through the compiler and its interpreter.
//!
//! `KPOL_CASES=graphql,jwtverify cargo test -p kpol-builtins --test opa -- --nocapture` runs the files whose path has
//! one of these words, and prints what fails.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use kpol_abi::builtins::BuiltinId;
use kpol_builtins::Standard;
use kpol_compiler::ir::interp::{Error, Inputs, Machine};
use kpol_compiler::resolve::QuerySource;
use kpol_compiler::{compile, plan, resolve};
use kpol_diagnostics::{SourceMap, Span};
use kpol_runtime::builtins::BuiltinError;
use kpol_runtime::{Heap, Value, json};
use kpol_syntax::ast::RegoVersion;
use kpol_syntax::{Keywords, parse_module, parse_query};
use serde_json::Value as Json;

/// Part of the paths of the cases that run unless `KPOL_CASES` says otherwise.
const CATEGORIES: &str = "crypto,graphql,jsonschema,jwt,netlookup,providers-aws,regoparsemodule,regoparsemodule,rendertemplate,x509";

fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("KPOL_CONFORMANCE").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance"),
        PathBuf::from,
    );
    let cases = root.join("opa/cases.jsonl");
    cases.is_file().then_some(cases)
}

/// The rows of a case's query, or the error's code and text.
fn evaluate(case: &Json, version: RegoVersion, strict: bool) -> Result<Json, (String, String)> {
    let mut sources = SourceMap::new();
    let mut modules = Vec::new();
    for text in case["modules"].as_array().into_iter().flatten() {
        let text = text.as_str().unwrap();
        let source = sources.add("test.rego", text);
        let (module, errors) = parse_module(source, text, version);
        if let Some(error) = errors.first() {
            return Err((error.code.to_owned(), error.message.clone()));
        }
        modules.extend(module);
    }
    let query = case["query"].as_str().unwrap();
    let source = sources.add("query", query);
    let parsed = parse_query(source, query, version, Keywords::of(version)).unwrap();
    let queries = [QuerySource {
        name: "query",
        span: Span::new(source, 0, u32::try_from(query.len()).unwrap()),
        query: &parsed,
        package: &[],
        imports: &[],
        version,
    }];
    let program = compile::check(&modules, &queries, &resolve::Options::default())
        .map_err(|errors| (errors[0].code.to_owned(), errors[0].message.clone()))?;
    let policy = plan::plan(&program, &plan::Options::default()).unwrap();
    let mut heap = Heap::new();
    let mut term = |text: String| json::parse_term(&mut heap, &text).unwrap();
    let inputs = Inputs {
        input: match (case.get("input"), case["input_term"].as_str()) {
            (Some(input), _) => term(input.to_string()),
            (None, Some(text)) => term(text.to_owned()),
            (None, None) => Value::UNDEFINED,
        },
        data: match &case["data"] {
            Json::Null => term("{}".to_owned()),
            data => term(data.to_string()),
        },
        strict,
    };
    let standard = Standard::default();
    let host = |heap: &mut Heap<'_>, id: BuiltinId, args: &[Value]| {
        let name = policy.builtin(id).unwrap().name();
        let outcome = standard.run(heap, name, args, 1_750_000_000_000_000_000)?;
        Some(outcome.map_err(|error| BuiltinError {
            message: format!("{name}: {}", error.message),
            ..error
        }))
    };
    let mut machine = Machine::new(&policy, &mut heap, inputs).unwrap();
    machine.host = Some(&host);
    let value = machine.entry(0).map_err(|error| match error {
        Error::Conflict(_) => ("eval_conflict_error".to_owned(), String::new()),
        Error::Builtin {
            is_type, message, ..
        } => {
            let code = if is_type {
                "eval_type_error"
            } else {
                "eval_builtin_error"
            };
            (code.to_owned(), message)
        }
        Error::Invalid(text) => ("invalid".to_owned(), text.to_owned()),
    })?;
    let mut text = String::new();
    json::write(&mut heap, value, &mut text);
    Ok(serde_json::from_str(&text).unwrap_or(Json::Array(Vec::new())))
}

/// Whether two values are equal. Numbers count by their value, however they are spelled.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a == b || a.is_f64() && a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
        }
        (a, b) => a == b,
    }
}

fn judge(case: &Json, version: RegoVersion) -> Result<(), String> {
    if let Some(wanted) = case.get("want_result") {
        let rows =
            evaluate(case, version, false).map_err(|(code, text)| format!("{code}: {text}"))?;
        if !same(&rows, wanted) {
            return Err(format!("wanted {wanted}\ngot    {rows}"));
        }
    }
    if case.get("want_error").is_none() && case.get("want_error_code").is_none() {
        return Ok(());
    }
    let strict = case["strict_error"].as_bool().unwrap_or_default();
    match evaluate(case, version, strict) {
        Ok(rows) => Err(format!("wanted {}, got {rows}", case["want_error"])),
        Err((code, text)) => {
            let wanted = case["want_error_code"].as_str().unwrap_or_default();
            let part = case["want_error"].as_str().unwrap_or_default();
            let part = part.split_once(": ").map_or(part, |(_, rest)| rest);
            if !code.contains(wanted) && !code.starts_with("kpol") {
                return Err(format!("wanted {wanted}, got {code}: {text}"));
            }
            let found = format!("{code}: {text}");
            if found.contains(part) || part.contains(&text) {
                Ok(())
            } else {
                Err(format!("wanted {part}\ngot    {found}"))
            }
        }
    }
}

#[test]
fn cases_that_need_the_host() {
    let Some(path) = corpus() else {
        println!("no conformance cases: left out");
        return;
    };
    let chosen = std::env::var("KPOL_CASES").unwrap_or_else(|_| CATEGORIES.to_owned());
    let words: Vec<&str> = chosen.split(',').filter(|word| !word.is_empty()).collect();
    let text = std::fs::read_to_string(path).unwrap();
    let mut counts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let mut failures = Vec::new();
    for line in text.lines() {
        let entry: Json = serde_json::from_str(line).unwrap();
        let file = entry["file"].as_str().unwrap();
        if !words.iter().any(|word| file.contains(word)) {
            continue;
        }
        let version = if entry["version"] == "v0" {
            RegoVersion::V0
        } else {
            RegoVersion::V1
        };
        let category = file.rsplit_once('/').map_or(file, |(folder, _)| folder);
        let count = counts.entry(category.to_owned()).or_default();
        count.1 += 1;
        match judge(&entry["case"], version) {
            Ok(()) => count.0 += 1,
            Err(why) => failures.push(format!("{file}#{}\n{why}", entry["index"])),
        }
    }
    for (category, (passed, all)) in &counts {
        println!("{passed:>4} of {all:>4}  {category}");
    }
    assert!(
        failures.is_empty(),
        "{} failed\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}
