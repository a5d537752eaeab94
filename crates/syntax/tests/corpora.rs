//! Policies that other engines accept parse here, too. The corpora are not part of the repository: a missing folder
//! is reported and skipped.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use kpol_diagnostics::{SourceId, SourceMap, one_line};
use kpol_syntax::ast::RegoVersion;
use kpol_syntax::{Keywords, parse_module, parse_query, parse_term};

fn corpus(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("KPOL_CONFORMANCE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance"),
        PathBuf::from,
    );
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no corpus at {}", path.display());
    None
}

fn rego_files(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rego_files(&path, out);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "rego")
        {
            out.push(path);
        }
    }
}

fn first_error(name: &str, text: &str, version: RegoVersion) -> Option<String> {
    let mut sources = SourceMap::new();
    let source = sources.add(name, text);
    let (module, errors) = parse_module(source, text, version);
    let text = match errors.first() {
        Some(error) => one_line(&sources, error),
        None if module.is_none() => format!("{name}: neither module nor error"),
        None => return None,
    };
    Some(text)
}

#[test]
fn opa_cases() {
    let Some(path) = corpus("opa/cases.jsonl") else {
        return;
    };
    let mut failures = String::new();
    let mut modules = 0;
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let version = match record["version"].as_str() {
            Some("v0") => RegoVersion::V0,
            _ => RegoVersion::V1,
        };
        let case = &record["case"];
        let note = format!(
            "{}: {}",
            record["file"].as_str().unwrap(),
            case["note"].as_str().unwrap()
        );
        let wants_error = case["want_error_code"] == "rego_parse_error";
        let mut failed = 0;
        for module in case["modules"].as_array().into_iter().flatten() {
            modules += 1;
            if let Some(error) = first_error("m", module.as_str().unwrap(), version) {
                failed += 1;
                if !wants_error {
                    writeln!(failures, "{note}: {error}\n{}", module.as_str().unwrap()).unwrap();
                }
            }
        }
        if wants_error && failed == 0 {
            writeln!(failures, "{note}: should not parse").unwrap();
        }
        let query = case["query"].as_str().unwrap();
        if let Err(errors) =
            parse_query(SourceId(0), query, version, Keywords::of(version).with_v1())
        {
            writeln!(failures, "{note}: query {query}: {}", errors[0].message).unwrap();
        }
        if let Some(input) = case["input_term"].as_str()
            && let Err(errors) = parse_term(SourceId(0), input, version)
        {
            writeln!(failures, "{note}: input {input}: {}", errors[0].message).unwrap();
        }
    }
    println!("{modules} modules");
    assert!(failures.is_empty(), "{failures}");
}

/// The versions in which each policy of a folder parses; one has to do.
fn check_folder(name: &str) {
    let Some(folder) = corpus(name) else { return };
    let mut files = Vec::new();
    rego_files(&folder, &mut files);
    let mut failures = String::new();
    let (mut v1, mut v0) = (0, 0);
    for path in &files {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.strip_prefix(&folder).unwrap().to_string_lossy();
        let Some(error_v1) = first_error(&name, &text, RegoVersion::V1) else {
            v1 += 1;
            continue;
        };
        match first_error(&name, &text, RegoVersion::V0) {
            None => v0 += 1,
            Some(error_v0) => writeln!(failures, "v1 {error_v1}\nv0 {error_v0}").unwrap(),
        }
    }
    println!(
        "{name}: {} policies, {v1} as v1, {v0} as v0 only",
        files.len()
    );
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn kubescape() {
    check_folder("kubescape");
}

#[test]
fn trivy_checks() {
    check_folder("trivy-checks");
}

#[test]
fn gatekeeper_library() {
    check_folder("gatekeeper-library");
}

#[test]
fn conftest() {
    check_folder("conftest");
}
