//! OPA's conformance cases in every way of planning and optimising: the results must be the same. Whether they are
//! those that OPA wants is the conformance runner's business.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

#[path = "stages/pipeline.rs"]
#[allow(dead_code, reason = "shared with the tests of stages")]
mod pipeline;

use std::path::PathBuf;

use kpol_compiler::ir::Policy;
use kpol_compiler::ir::interp::Error;
use kpol_compiler::resolve::{Options, QuerySource};
use kpol_compiler::{compile, hir};
use kpol_diagnostics::{SourceMap, Span};
use kpol_syntax::ast::RegoVersion;
use kpol_syntax::{Keywords, parse_module, parse_query};
use serde_json::Value;

use crate::pipeline::{Documents, WAYS, evaluate, planned};

fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("KPOL_CONFORMANCE").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance"),
        PathBuf::from,
    );
    let cases = root.join("opa/cases.jsonl");
    cases.is_file().then_some(cases)
}

/// The checked program with the case's query; `None` where it does not compile.
fn checked(modules: &[&str], query: &str, version: RegoVersion) -> Option<hir::Program> {
    let mut sources = SourceMap::new();
    let mut parsed = Vec::new();
    for (index, text) in modules.iter().enumerate() {
        let source = sources.add(format!("test-{index}.rego"), *text);
        let (module, errors) = parse_module(source, text, version);
        if !errors.is_empty() {
            return None;
        }
        parsed.extend(module);
    }
    let source = sources.add("query", query);
    let parsed_query = parse_query(source, query, version, Keywords::of(version)).ok()?;
    let queries = [QuerySource {
        name: "query",
        span: Span::new(source, 0, u32::try_from(query.len()).unwrap()),
        query: &parsed_query,
        package: &[],
        imports: &[],
        version,
    }];
    compile::check(&parsed, &queries, &Options::default()).ok()
}

/// A result as text: ids of places differ from plan to plan, what stands there does not.
fn outcome(policy: &Policy, documents: &Documents) -> String {
    let place = |site: kpol_compiler::ir::SiteId| {
        let site = &policy.sites[site.index()];
        format!("{} at {:?}", site.what, site.span)
    };
    match evaluate(policy, 0, documents) {
        Ok(Some(json)) => json,
        Ok(None) => "undefined".to_owned(),
        Err(Error::Conflict(site)) => format!("conflict: {}", place(site)),
        Err(Error::Builtin {
            site,
            is_type,
            message,
        }) => format!("error {is_type}: {message}: {}", place(site)),
        Err(Error::Invalid(problem)) => format!("invalid: {problem}"),
    }
}

#[test]
fn ways_agree() {
    let Some(path) = corpus() else {
        println!("no conformance cases: left out");
        return;
    };
    let text = std::fs::read_to_string(path).unwrap();
    let (mut run, mut total, mut values, mut errors) = (0, 0, 0, 0);
    let mut failures = Vec::new();
    for line in text.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let case = &entry["case"];
        total += 1;
        let version = if entry["version"] == "v0" {
            RegoVersion::V0
        } else {
            RegoVersion::V1
        };
        let modules: Vec<&str> = case["modules"]
            .as_array()
            .map(|modules| modules.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let mut query = case["query"].as_str().unwrap().to_owned();
        let mut documents = Documents {
            input: case.get("input").map(Value::to_string),
            data: Some(match &case["data"] {
                Value::Null => "{}".to_owned(),
                data => data.to_string(),
            }),
            strict: false,
        };
        // An input that is no JSON is a term of the query.
        if let Some(term) = case["input_term"].as_str() {
            match serde_json::from_str::<Value>(term) {
                Ok(value) => documents.input = Some(value.to_string()),
                Err(_) => query = format!("{query} with input as {term}"),
            }
        }
        let Some(program) = checked(&modules, &query, version) else {
            continue;
        };
        run += 1;
        let policies = WAYS.map(|way| planned(&program, &[], way));
        for strict in [false, true] {
            documents.strict = strict;
            let first = outcome(&policies[0], &documents);
            // A query's value is an array of rows.
            values += usize::from(first.starts_with("[{"));
            errors += usize::from(!first.starts_with('['));
            for (way, policy) in WAYS.iter().zip(&policies).skip(1) {
                let found = outcome(policy, &documents);
                if found != first {
                    failures.push(format!(
                        "{}#{} (strict: {strict})\n  {}: {first}\n  {}: {found}",
                        entry["file"], entry["index"], WAYS[0].name, way.name
                    ));
                }
            }
        }
    }
    println!(
        "{run} of {total} cases ran: {values} times with results, {errors} times with an error"
    );
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(run > 3_000 && values > 4_000 && errors > 300);
}
