//! Modules that no compiler of ours made.

use kpol_abi::names::ABI_VERSION;
use kpol_engine::{EvalErrorKind, Limits, LoadError};

use crate::support::{ENGINE, compile, entry, eval, module, refused, wat};

#[test]
fn what_is_no_module_is_refused() {
    for bytes in [&b""[..], b"\0asm", b"(module)", b"\0asm\x01\0\0\0\xff\xff"] {
        let mut artifact = entry("i32.const 0");
        artifact.wasm = bytes.to_vec();
        let error = refused(&artifact);
        assert!(matches!(error, LoadError::Invalid(_)), "{error}");
        assert_eq!(error.code(), "load_invalid_module");
    }
}

#[test]
fn a_truncated_policy_is_refused() {
    let artifact = compile("package t\nr := 1", &["t/r"]);
    for len in [
        artifact.wasm.len() / 4,
        artifact.wasm.len() / 2,
        artifact.wasm.len() - 1,
    ] {
        let mut cut = artifact.clone();
        cut.wasm.truncate(len);
        assert!(ENGINE.load(&cut).is_err(), "{len}");
    }
}

#[test]
fn another_version_is_refused() {
    let mut artifact = entry("i32.const 0");
    artifact.description.abi = ABI_VERSION + 1;
    let error = refused(&artifact);
    assert_eq!(
        error.to_string(),
        "the policy was compiled for ABI version 2, this engine has version 1"
    );
}

#[test]
fn unknown_imports_are_refused_by_name() {
    for (import, name) in [
        (
            r#"(import "wasi_snapshot_preview1" "fd_write" (func (param i32)))"#,
            "wasi_snapshot_preview1.fd_write",
        ),
        (r#"(import "kpol" "no_such" (func))"#, "kpol.no_such"),
        // What the runtime exports to the host only, and what the host gives to the runtime only.
        (
            r#"(import "kpol" "kpol_init" (func (param i32)))"#,
            "kpol.kpol_init",
        ),
        (
            r#"(import "env" "host_print" (func (param i32 i32 i32)))"#,
            "env.host_print",
        ),
        // A function of the runtime under another type.
        (r#"(import "kpol" "eq" (func (param i64)))"#, "kpol.eq"),
        (r#"(import "env" "table" (table 1 funcref))"#, "env.table"),
        (r#"(import "env" "global" (global i32))"#, "env.global"),
    ] {
        let error = refused(&wat(&format!("(module {import})"), 0));
        assert_eq!(error.to_string(), format!("unknown import `{name}`"));
    }
}

#[test]
fn missing_exports_are_refused_by_name() {
    let error = refused(&wat("(module)", 0));
    assert_eq!(
        error.to_string(),
        "the module does not export `begin` as a function `(i32, i32)`"
    );
    let error = refused(&wat(&module("i32.const 0"), 2));
    assert_eq!(
        error.to_string(),
        "the module does not export `entry:1` as a function `() -> i32`"
    );
    let wrong = r#"(module (func (export "begin") (param i32 i32)) (func (export "entry:0") (result i64) i64.const 0))"#;
    assert!(matches!(
        refused(&wat(wrong, 1)),
        LoadError::MissingExport { .. }
    ));
}

#[test]
fn builtins_that_nobody_has_are_refused_by_name() {
    let mut artifact = entry("i32.const 0");
    artifact.description.builtins = vec!["acme.secret".into()];
    let error = refused(&artifact);
    assert_eq!(
        error.to_string(),
        "builtin function `acme.secret` is not available"
    );
    assert_eq!(error.code(), "load_unknown_builtin");
}

#[test]
fn a_memory_that_nobody_can_have_is_an_error() {
    let text = module("i32.const 0").replace("(memory 64)", "(memory 65536)");
    let policy = ENGINE.load(&wat(&text, 1)).unwrap();
    assert_eq!(
        policy.evaluator(Limits::default()).unwrap_err().kind,
        EvalErrorKind::Memory
    );
}

/// (body of the entrypoint, kind of the error)
const BODIES: &[(&str, EvalErrorKind)] = &[
    ("unreachable", EvalErrorKind::Internal),
    ("i32.const -4 i32.load", EvalErrorKind::Internal),
    ("i32.const 1 i32.const 0 i32.div_s", EvalErrorKind::Internal),
    (
        "i32.const 1 i32.const 7 call $fail i32.const 0",
        EvalErrorKind::Conflict,
    ),
    (
        "i32.const 99 i32.const 7 call $fail i32.const 0",
        EvalErrorKind::Internal,
    ),
    // Words that are no values: past the end, and right at it.
    ("i32.const -8", EvalErrorKind::Internal),
    // An array whose length is a lie.
    (
        "i32.const 0x200200 i32.const 4 i32.store
      i32.const 0x200204 i32.const -1 i32.store
      i32.const 0x200208 i32.const 8 i32.store
      i32.const 0x200200",
        EvalErrorKind::Internal,
    ),
];

#[test]
fn errors_of_modules_are_errors_of_evaluations() {
    for (body, kind) in BODIES {
        let policy = ENGINE.load(&entry(body)).unwrap();
        let mut evaluator = policy.evaluator(Limits::default()).unwrap();
        let error = eval(&mut evaluator, "{}").unwrap_err();
        // A lie about a length may also cost all memory before it is found out.
        let memory = error.kind == EvalErrorKind::Memory && *kind == EvalErrorKind::Internal;
        assert!(error.kind == *kind || memory, "{body}: {error:?}");
        assert_eq!(error.site, None);
    }
}

#[test]
fn values_in_a_circle_do_not_end_the_host() {
    let body = "(local $a i32)
        (local.set $a (call $array_new (i32.const 4)))
        (call $array_push (local.get $a) (local.get $a))
        local.get $a";
    let policy = ENGINE.load(&entry(body)).unwrap();
    let mut evaluator = policy.evaluator(Limits::default()).unwrap();
    // The text ends where values may not nest any deeper.
    let found = eval(&mut evaluator, "{}");
    assert!(found.is_ok_and(|text| text.is_some_and(|text| text.starts_with("[[[["))));
}

#[test]
fn trace_lists_in_a_circle_end() {
    // A record that is its own successor, of a site that is described.
    let body = "i32.const 0x200300 i32.const 0x200300 i32.store
        i32.const 0x200304 i32.const 0 i32.store
        i32.const 0x20030c i32.const -1 i32.store
        i32.const 0x200038 i32.const 0x200300 i32.store
        i32.const 3";
    let policy = ENGINE.load(&entry(body)).unwrap();
    let mut evaluator = policy.evaluator(Limits::default()).unwrap();
    evaluator.clear_input().unwrap();
    let first = policy.entrypoints().next().unwrap().0;
    let yields = evaluator.evaluate(first).unwrap().yields().unwrap();
    assert_eq!(yields.len(), 1);
    assert_eq!(yields[0].json, "1");
}

#[test]
fn a_builtin_number_out_of_range_is_an_error() {
    let policy = ENGINE
        .load(&entry(
            "i32.const 99999 i32.const 0 i32.const 3 call $builtin1",
        ))
        .unwrap();
    let mut evaluator = policy.evaluator(Limits::default()).unwrap();
    // There is no such function: undefined, and nothing else happens.
    assert_eq!(eval(&mut evaluator, "{}").unwrap(), None);
    evaluator.set_strict(true);
    assert_eq!(
        eval(&mut evaluator, "{}").unwrap_err().kind,
        EvalErrorKind::Builtin
    );
}

#[test]
fn a_start_function_is_limited_too() {
    let text = module("i32.const 0").replace(
        "(func (export \"begin\")",
        "(start $s) (func $s (loop $l br $l)) (func (export \"begin\")",
    );
    let policy = ENGINE.load(&wat(&text, 1)).unwrap();
    let limits = Limits {
        timeout: std::time::Duration::from_millis(30),
        ..Limits::default()
    };
    assert_eq!(
        policy.evaluator(limits).unwrap_err().kind,
        EvalErrorKind::Timeout
    );
}
