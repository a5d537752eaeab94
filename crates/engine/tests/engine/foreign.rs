//! Policy modules of other tool chains.

use std::{path::Path, process::Command, time::Duration};

use kpol_engine::{EvalErrorKind, ForeignPolicy, Limits};

use crate::support::ENGINE;

/// A module whose `validate` has this body, beside the data segment `answer` at 16.
fn module(validate: &str, answer: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
          (memory (export "memory") 1)
          (data (i32.const 16) "{}")
          (func (export "kpol_policy_abi") (result i32) i32.const 1)
          (func (export "alloc") (param i32) (result i32) i32.const 4096)
          (func (export "free") (param i32 i32))
          (func $self (export "validate") (param i32 i32) (result i64) {validate}))"#,
        answer.replace('"', "\\\"")
    );
    wat::parse_str(text).unwrap()
}

fn answers(answer: &str) -> Vec<u8> {
    module(
        &format!("i64.const {}", (16_u64 << 32) | answer.len() as u64),
        answer,
    )
}

fn load(wasm: &[u8]) -> ForeignPolicy {
    ForeignPolicy::load(&ENGINE, wasm).unwrap()
}

#[test]
fn answers_are_read() {
    let found = load(&answers(
        r#"[{"msg": "a", "path": ["x", 0, "y"]}, {"msg": "b"}]"#,
    ))
    .validate("{}", Limits::default())
    .unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|r| (r.msg.as_str(), r.path.to_string()))
        .collect();
    assert_eq!(found, [("a", "x[0].y".to_owned()), ("b", String::new())]);
    assert_eq!(
        load(&answers("[]"))
            .validate("{}", Limits::default())
            .unwrap(),
        []
    );
}

#[test]
fn what_is_no_answer_is_an_error() {
    for (answer, message) in [
        ("", "the module's answer is not JSON"),
        ("[", "the module's answer is not JSON"),
        ("null", "the module's answer is no array of findings"),
        ("{}", "the module's answer is no array of findings"),
        (
            r#"[{"path": []}]"#,
            "the module's answer is no array of findings",
        ),
        (
            r#"[{"msg": 1}]"#,
            "the module's answer is no array of findings",
        ),
        (
            r#"[{"msg": "m", "path": [-1]}]"#,
            "the module's answer is no array of findings",
        ),
        (r#"{"error": "no"}"#, "no"),
    ] {
        let error = load(&answers(answer))
            .validate("{}", Limits::default())
            .unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (EvalErrorKind::Internal, message),
            "{answer}"
        );
    }
}

#[test]
fn limits_hold() {
    let limits = Limits {
        timeout: Duration::from_millis(30),
        memory: 1 << 20,
    };
    for (body, kind) in [
        ("(loop $l br $l) i64.const 0", EvalErrorKind::Timeout),
        ("i32.const 0 i32.const 0 call $self", EvalErrorKind::Stack),
        ("unreachable", EvalErrorKind::Internal),
        (
            "i32.const 1000 memory.grow drop unreachable",
            EvalErrorKind::Memory,
        ),
        // An address and a length outside of the memory.
        ("i64.const -1", EvalErrorKind::Internal),
        ("i64.const 0x10000_00000001", EvalErrorKind::Internal),
    ] {
        let error = load(&module(body, "")).validate("{}", limits).unwrap_err();
        assert_eq!(error.kind, kind, "{body}: {error}");
    }
    let big = "(module (memory (export \"memory\") 1000)
        (func (export \"kpol_policy_abi\") (result i32) i32.const 1)
        (func (export \"alloc\") (param i32) (result i32) i32.const 0)
        (func (export \"free\") (param i32 i32))
        (func (export \"validate\") (param i32 i32) (result i64) i64.const 0))";
    let error = load(&wat::parse_str(big).unwrap())
        .validate("{}", limits)
        .unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::Memory);
}

#[test]
fn a_document_beyond_the_memory_is_an_error() {
    let document = format!("\"{}\"", "x".repeat(1 << 16));
    let error = load(&answers("[]"))
        .validate(&document, Limits::default())
        .unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::Internal);
}

#[test]
fn modules_that_do_not_fit_the_abi_are_refused() {
    let good = wat::parse_str("(module)").unwrap();
    let error = ForeignPolicy::load(&ENGINE, &good).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the module does not export `memory` as a memory"
    );
    let imports = wat::parse_str(r#"(module (import "env" "now" (func)))"#).unwrap();
    let error = ForeignPolicy::load(&ENGINE, &imports).unwrap_err();
    assert_eq!(error.to_string(), "unknown import `env.now`");
    let other = String::from_utf8(wat_text("i64.const 0"))
        .unwrap()
        .replace("i32.const 1)", "i32.const 2)");
    let error = load(&wat::parse_str(other).unwrap())
        .validate("{}", Limits::default())
        .unwrap_err();
    assert_eq!(error.message, "the module has ABI version 2, not 1");
}

fn wat_text(validate: &str) -> Vec<u8> {
    format!(
        r#"(module (memory (export "memory") 1)
          (func (export "kpol_policy_abi") (result i32) i32.const 1)
          (func (export "alloc") (param i32) (result i32) i32.const 0)
          (func (export "free") (param i32 i32))
          (func (export "validate") (param i32 i32) (result i64) {validate}))"#
    )
    .into_bytes()
}

#[test]
fn the_example_runs() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wasm-policies");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wasm-policies");
    let mut cargo = Command::new(env!("CARGO"));
    for (key, _) in std::env::vars_os() {
        let name = key.to_string_lossy().into_owned();
        if name.starts_with("CARGO") && name != "CARGO_HOME" || name == "RUSTFLAGS" {
            cargo.env_remove(key);
        }
    }
    let status = cargo
        .current_dir(workspace)
        .args([
            "build",
            "--release",
            "--target",
            "wasm32-unknown-unknown",
            "--package",
            "resource-quantities",
        ])
        .arg("--target-dir")
        .arg(&target)
        .status()
        .unwrap();
    assert!(status.success());
    let wasm =
        std::fs::read(target.join("wasm32-unknown-unknown/release/resource_quantities.wasm"))
            .unwrap();
    let mut checker = load(&wasm).checker(Limits::default());
    let pod = |request: &str| {
        format!(
            r#"{{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "p"}}, "spec": {{"containers": [
              {{"name": "web", "resources": {{"requests": {{"memory": "{request}"}}, "limits": {{"memory": "1Gi"}}}}}}]}}}}"#
        )
    };
    assert_eq!(checker.validate(&pod("1024Mi")).unwrap(), []);
    let found = checker.validate(&pod("1074M")).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].path.to_string(),
        "spec.containers[0].resources.requests.memory"
    );
    assert!(checker.validate("{").is_err());
    assert_eq!(checker.validate(&pod("1Gi")).unwrap(), []);
}
