//! Tests with the results of `opa test`: see `tests/README.md`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use kpol_compiler::compile;
use kpol_diagnostics::SourceMap;
use kpol_engine::{Data, Engine, EngineOptions, Printed};
use kpol_syntax::ast::RegoVersion;
use kpol_verify::{Case, Outcome, RunOptions, Suite, TestResult};
use serde_json::{Map, Value, json};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(EngineOptions::default()).unwrap());

fn suite(name: &str, text: &str) -> (SourceMap, Suite) {
    let mut sources = SourceMap::new();
    let source = sources.add(name, text);
    let version = if name.starts_with("v0") {
        RegoVersion::V0
    } else {
        RegoVersion::V1
    };
    let (module, errors) = kpol_syntax::parse_module(source, text, version);
    assert!(errors.is_empty(), "{name}: {errors:?}");
    let suite = Suite::discover(vec![module.unwrap()], &sources);
    (sources, suite)
}

fn run(name: &str, text: &str, data: &Arc<Data>, options: &RunOptions) -> Vec<TestResult> {
    let (sources, suite) = suite(name, text);
    let compiled = suite.compile(&sources, &compile::Options::default());
    compiled
        .unwrap_or_else(|errors| panic!("{name}: {errors:?}"))
        .load(&ENGINE)
        .unwrap()
        .run(data, options)
}

fn data(file: &Path) -> Arc<Data> {
    let mut data = Data::new();
    if file.exists() {
        let mut sources = SourceMap::new();
        let options = kpol_input::Options::verbatim();
        let document = kpol_input::read_path(&mut sources, file, &options).unwrap();
        data.merge(&[], &document[0]).unwrap();
    }
    Arc::new(data)
}

fn cases(cases: &BTreeMap<String, Case>) -> Value {
    let members = cases.iter().map(|(name, case)| {
        let mut members = Map::from_iter([("failed".to_owned(), json!(case.failed))]);
        if !case.cases.is_empty() {
            members.insert("cases".to_owned(), self::cases(&case.cases));
        }
        (name.clone(), Value::Object(members))
    });
    Value::Object(members.collect())
}

fn output(lines: &[Printed]) -> String {
    lines
        .iter()
        .map(|line| format!("{}\n", line.text))
        .collect()
}

/// A result as the expected files write it.
fn shown(result: &TestResult) -> Value {
    let test = &result.test;
    let outcome = match &result.outcome {
        Outcome::Passed => "pass",
        Outcome::Failed => "fail",
        Outcome::Skipped => "skip",
        Outcome::Error(_) => "error",
    };
    let mut shown = json!({
        "package": test.package, "name": test.name, "line": test.site.line, "column": test.site.column,
        "outcome": outcome,
    });
    if let Outcome::Error(error) = &result.outcome {
        // An error says where by itself.
        let message = match error {
            kpol_verify::TestError::Eval(error) => error.message.clone(),
            error => error.to_string(),
        };
        shown["error"] = json!(format!("{}: {message}", error.code()));
    }
    if !result.output.is_empty() {
        shown["output"] = json!(output(&result.output));
    }
    if !result.cases.is_empty() {
        shown["cases"] = cases(&result.cases);
    }
    shown
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tests")
}

#[test]
fn results_are_those_of_opa() {
    let mut seen = 0;
    let mut failures = String::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|e| e != "rego") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        let data = data(&file.with_extension("data.json"));
        let results = run(name, &text, &data, &RunOptions::default());
        let wanted = std::fs::read_to_string(file.with_extension("expected.json")).unwrap();
        let wanted: Vec<Value> = serde_json::from_str(&wanted).unwrap();
        assert_eq!(results.len(), wanted.len(), "{name}");
        for (result, mut wanted) in results.iter().zip(wanted) {
            seen += 1;
            let got = shown(result);
            // OPA also lists the lines of conflicting values.
            if let Some(first) = wanted["error"].as_str().and_then(|e| e.split(":\n").next()) {
                wanted["error"] = json!(first.to_owned());
            }
            if got != wanted {
                failures.push_str(&format!("{name}\n  wanted {wanted}\n  got    {got}\n"));
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(seen > 40, "{seen}");
}

#[test]
fn tests_that_are_not_wanted_are_neither_compiled_nor_run() {
    let text = "package a\ntest_a if true\ntest_b if data.a.test_c\ntest_c if true\n";
    let (sources, mut suite) = suite("retain.rego", text);
    suite.retain(|test| test.full_name() == "data.a.test_a");
    let compiled = suite
        .compile(&sources, &compile::Options::default())
        .unwrap();
    assert_eq!(
        compiled.artifact().description.entrypoints,
        ["data.a.test_a"]
    );
    let runner = compiled.load(&ENGINE).unwrap();
    let results = runner.run(&Arc::new(Data::new()), &RunOptions::default());
    let names: Vec<String> = results.iter().map(|r| r.test.full_name()).collect();
    assert_eq!(names, ["data.a.test_a"]);
}

#[test]
fn a_builtin_error_is_an_error_where_that_is_asked_for() {
    let text = "package a\ntest_a if not to_number(\"x\")\ntest_b if true\n";
    let outcomes = |builtin_errors| {
        let options = RunOptions {
            builtin_errors,
            ..RunOptions::default()
        };
        let results = run("strict.rego", text, &Arc::new(Data::new()), &options);
        results.into_iter().map(|r| r.outcome).collect::<Vec<_>>()
    };
    assert_eq!(outcomes(false), [Outcome::Passed, Outcome::Passed]);
    let [Outcome::Error(error), Outcome::Passed] = &outcomes(true)[..] else {
        panic!("{:?}", outcomes(true));
    };
    assert_eq!(error.code(), "eval_builtin_error");
    assert!(error.to_string().starts_with("strict.rego:2:"), "{error}");
}

#[test]
fn a_test_that_does_not_end_is_an_error_and_the_others_go_on() {
    let text = "package a\n\
        test_a if count([1 | numbers.range(1, 100000)[_] < numbers.range(1, 100000)[_]]) == 0\n\
        test_b if true\n";
    let options = RunOptions {
        limits: kpol_engine::Limits {
            timeout: std::time::Duration::from_millis(50),
            ..RunOptions::default().limits
        },
        ..RunOptions::default()
    };
    let results = run("endless.rego", text, &Arc::new(Data::new()), &options);
    let Outcome::Error(error) = &results[0].outcome else {
        panic!("{results:?}");
    };
    assert!(
        ["eval_timeout_error", "eval_memory_error"].contains(&error.code()),
        "{error}"
    );
    assert_eq!(results[1].outcome, Outcome::Passed);
}

#[test]
fn metadata_stays_with_its_rule_where_a_test_is_split() {
    let text = "package v0\n\
        import future.keywords.if\n\
        test_x { true } { true }\n\
        # METADATA\n\
        # title: mine\n\
        test_title { rego.metadata.rule().title == \"mine\" }\n";
    let results = run(
        "v0.rego",
        text,
        &Arc::new(Data::new()),
        &RunOptions::default(),
    );
    let outcomes: Vec<Outcome> = results.into_iter().map(|r| r.outcome).collect();
    assert_eq!(outcomes, vec![Outcome::Passed; 3]);
}
