//! Modules of OPA's conformance cases: those that compile there compile here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use std::path::PathBuf;

use kpol_compiler::resolve::{Options, QuerySource};
use kpol_compiler::{check, hir, resolve};
use kpol_diagnostics::{Diagnostic, SourceMap, Span, one_line};
use kpol_syntax::ast::RegoVersion;
use kpol_syntax::{Keywords, parse_module, parse_query};
use serde_json::Value;

fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("KPOL_CONFORMANCE").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance"),
        PathBuf::from,
    );
    let cases = root.join("opa/cases.jsonl");
    cases.is_file().then_some(cases)
}

/// What went wrong, and in which stage.
fn compile(
    modules: &[&str],
    query: &str,
    version: RegoVersion,
    sources: &mut SourceMap,
) -> Result<hir::Program, (&'static str, Vec<Diagnostic>)> {
    let mut parsed = Vec::new();
    for (index, text) in modules.iter().enumerate() {
        let source = sources.add(format!("test-{index}.rego"), *text);
        let (module, errors) = parse_module(source, text, version);
        if !errors.is_empty() {
            return Err(("parse", errors));
        }
        parsed.extend(module);
    }
    let source = sources.add("query", query);
    let text = parse_query(source, query, version, Keywords::of(version))
        .map_err(|errors| ("parse", errors))?;
    let queries = [QuerySource {
        name: "query",
        span: Span::new(source, 0, u32::try_from(query.len()).unwrap()),
        query: &text,
        package: &[],
        imports: &[],
        version,
    }];
    let resolved = resolve::resolve(&parsed, &queries, &Options::default())
        .map_err(|errors| ("resolve", errors))?;
    check::check(resolved).map_err(|errors| ("check", errors))
}

#[test]
fn cases_without_an_error_compile() {
    let Some(path) = corpus() else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let mut failures = Vec::new();
    let mut total = 0;
    for line in text.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let case = &entry["case"];
        let name = format!("{}#{}", entry["file"].as_str().unwrap(), entry["index"]);
        let version = if entry["version"] == "v0" {
            RegoVersion::V0
        } else {
            RegoVersion::V1
        };
        let modules: Vec<&str> = case["modules"]
            .as_array()
            .map(|modules| modules.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        total += 1;
        let mut sources = SourceMap::new();
        if let Err((stage, errors)) = compile(
            &modules,
            case["query"].as_str().unwrap(),
            version,
            &mut sources,
        ) {
            let lines: Vec<String> = errors
                .iter()
                .map(|error| one_line(&sources, error))
                .collect();
            failures.push(format!("{name}: {stage}: {}", lines.join(" | ")));
        }
    }
    println!("{} of {total} failed", failures.len());
    for failure in &failures {
        println!("{failure}");
    }
    assert!(total > 3000);
    assert!(
        failures.len() <= ALLOWED,
        "{} cases do not compile",
        failures.len()
    );
}

/// `test.sleep` is a builtin of OPA's test runner alone.
const ALLOWED: usize = 2;
