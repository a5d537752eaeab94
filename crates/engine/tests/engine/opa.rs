//! Modules that speak OPA's Wasm ABI: one written by hand, and real ones where there is an `opa` to build them.

use std::{path::PathBuf, process::Command, time::Duration};

use kpol_engine::{
    Engine, EngineOptions, EvalError, EvalErrorKind, HostBuiltins, HostCall, Limits, LoadError,
    OpaEvaluator, OpaInput, OpaModule,
};
use kpol_runtime::builtins::BuiltinError;
use std::sync::Arc;

use crate::support::ENGINE;

/// What distinguishes one module from the next.
struct Module {
    minor: u32,
    builtins: &'static str,
    imports: &'static str,
    /// The body of `eval`, from `$ctx` (input, data, entrypoint, result at 0, 4, 8, 12).
    eval: &'static str,
}

impl Default for Module {
    fn default() -> Self {
        Module {
            minor: 3,
            builtins: "{}",
            imports: "",
            eval: ECHO,
        }
    }
}

/// The result is the input.
const ECHO: &str = "(call $rows (i32.load (local.get $ctx)))";

/// A module whose values are texts: an address of a value is that of its JSON.
fn wasm(module: &Module) -> Vec<u8> {
    let Module {
        minor,
        builtins,
        imports,
        eval,
    } = module;
    let builtins = builtins.replace('"', "\\22");
    let one_shot = if *minor >= 2 {
        r#"(func (export "opa_eval") (param i32 i32 i32 i32 i32 i32 i32) (result i32)
            (local $ctx i32)
            (global.set $heap (local.get 5))
            (local.set $ctx (call $ctx_new))
            (i32.store offset=8 (local.get $ctx) (local.get 1))
            (i32.store offset=4 (local.get $ctx) (local.get 2))
            (i32.store (local.get $ctx) (call $parse (local.get 3) (local.get 4)))
            (drop (call $eval (local.get $ctx)))
            (i32.load offset=12 (local.get $ctx)))"#
    } else {
        ""
    };
    let text = format!(
        r#"(module
          (import "env" "memory" (memory 3))
          (import "env" "opa_abort" (func $abort (param i32)))
          {imports}
          (global (export "opa_wasm_abi_version") i32 (i32.const 1))
          (global (export "opa_wasm_abi_minor_version") i32 (i32.const {minor}))
          (global $heap (mut i32) (i32.const 65536))
          (data (i32.const 16) "{{\22t/echo\22: 0, \22t/data\22: 1}}\00")
          (data (i32.const 1024) "{builtins}\00")
          (data (i32.const 2048) "[{{\22result\22:")
          (data (i32.const 2080) "}}]\00")
          (data (i32.const 4096) "p.rego:7: eval_conflict_error: two values\00")
          (func (export "entrypoints") (result i32) i32.const 16)
          (func (export "builtins") (result i32) i32.const 1024)
          (func $malloc (export "opa_malloc") (param $n i32) (result i32)
            (local $at i32)
            (local.set $at (global.get $heap))
            (global.set $heap (i32.add (global.get $heap) (local.get $n)))
            (if (i32.gt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536)))
              (then (if (i32.eq (i32.const -1) (memory.grow (i32.add (i32.const 1)
                          (i32.shr_u (local.get $n) (i32.const 16)))))
                (then (call $abort (i32.const 4096)) unreachable))))
            (local.get $at))
          (func $len (param $at i32) (result i32)
            (local $n i32)
            (loop $on
              (if (i32.load8_u (i32.add (local.get $at) (local.get $n)))
                (then (local.set $n (i32.add (local.get $n) (i32.const 1))) (br $on))))
            (local.get $n))
          (func $parse (export "opa_json_parse") (param $at i32) (param $n i32) (result i32)
            (local $to i32)
            (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
            (local.set $to (call $malloc (i32.add (local.get $n) (i32.const 1))))
            (memory.copy (local.get $to) (local.get $at) (local.get $n))
            (i32.store8 (i32.add (local.get $to) (local.get $n)) (i32.const 0))
            (local.get $to))
          (export "opa_value_parse" (func $parse))
          (func $dump (export "opa_json_dump") (param i32) (result i32) local.get 0)
          (export "opa_value_dump" (func $dump))
          (func (export "opa_free") (param i32))
          (func (export "opa_heap_ptr_get") (result i32) global.get $heap)
          (func (export "opa_heap_ptr_set") (param i32) (global.set $heap (local.get 0)))
          (func $ctx_new (export "opa_eval_ctx_new") (result i32)
            (local $at i32)
            (local.set $at (call $malloc (i32.const 16)))
            (memory.fill (local.get $at) (i32.const 0) (i32.const 16))
            (local.get $at))
          (func (export "opa_eval_ctx_set_input") (param i32 i32)
            (i32.store (local.get 0) (local.get 1)))
          (func (export "opa_eval_ctx_set_data") (param i32 i32)
            (i32.store offset=4 (local.get 0) (local.get 1)))
          (func (export "opa_eval_ctx_set_entrypoint") (param i32 i32)
            (i32.store offset=8 (local.get 0) (local.get 1)))
          (func (export "opa_eval_ctx_get_result") (param i32) (result i32)
            (i32.load offset=12 (local.get 0)))
          (func $rows (param $value i32) (result i32)
            (local $n i32) (local $at i32)
            (if (i32.eqz (local.get $value)) (then (return (i32.const 3000))))
            (local.set $n (call $len (local.get $value)))
            (local.set $at (call $malloc (i32.add (local.get $n) (i32.const 16))))
            (memory.copy (local.get $at) (i32.const 2048) (i32.const 11))
            (memory.copy (i32.add (local.get $at) (i32.const 11)) (local.get $value) (local.get $n))
            (memory.copy (i32.add (local.get $at) (i32.add (i32.const 11) (local.get $n)))
              (i32.const 2080) (i32.const 3))
            (local.get $at))
          (data (i32.const 3000) "[]\00")
          (func $eval (export "eval") (param $ctx i32) (result i32)
            (i32.store offset=12 (local.get $ctx)
              (if (result i32) (i32.load offset=8 (local.get $ctx))
                (then (call $rows (i32.load offset=4 (local.get $ctx))))
                (else {eval})))
            (i32.const 0))
          {one_shot})"#
    );
    wat::parse_str(text).unwrap()
}

fn load(module: &Module) -> OpaModule {
    OpaModule::load(&ENGINE, &wasm(module)).unwrap()
}

fn evaluator(module: &Module) -> OpaEvaluator {
    load(module).evaluator(Limits::default()).unwrap()
}

fn eval(evaluator: &mut OpaEvaluator, entry: &str, input: OpaInput) -> Result<String, EvalError> {
    evaluator.set_input(input);
    again(evaluator, entry)
}

fn again(evaluator: &mut OpaEvaluator, entry: &str) -> Result<String, EvalError> {
    let entry = evaluator.module().entrypoint(entry).unwrap();
    evaluator.evaluate(entry)
}

fn json(text: &str) -> OpaInput {
    OpaInput::Json(text.to_owned())
}

#[test]
fn both_ways_of_evaluating_give_the_same() {
    for minor in [0, 1, 2, 3, 4] {
        let module = load(&Module {
            minor,
            ..Module::default()
        });
        let names: Vec<&str> = module.entrypoints().map(|(_, name)| name).collect();
        assert_eq!(names, ["t/echo", "t/data"]);
        let mut evaluator = module.evaluator(Limits::default()).unwrap();
        for _ in 0..3 {
            let found = eval(&mut evaluator, "t/echo", json("{\"a\":[1]}"));
            assert_eq!(found.unwrap(), "[{\"result\":{\"a\":[1]}}]");
            let found = eval(&mut evaluator, "t/echo", OpaInput::Term("{{1}}".into()));
            assert_eq!(found.unwrap(), "[{\"result\":{{1}}}]");
            assert_eq!(
                eval(&mut evaluator, "t/echo", OpaInput::None).unwrap(),
                "[]"
            );
            assert_eq!(
                again(&mut evaluator, "t/data").unwrap(),
                "[{\"result\":{}}]"
            );
        }
        evaluator.set_data("{\"d\":1}").unwrap();
        assert_eq!(
            again(&mut evaluator, "t/data").unwrap(),
            "[{\"result\":{\"d\":1}}]"
        );
    }
}

#[test]
fn an_input_larger_than_the_memory_makes_it_grow() {
    let large = format!("\"{}\"", "x".repeat(1 << 20));
    for minor in [1, 2] {
        let mut evaluator = evaluator(&Module {
            minor,
            ..Module::default()
        });
        for _ in 0..20 {
            let found = eval(&mut evaluator, "t/echo", json(&large)).unwrap();
            assert_eq!(found.len(), large.len() + 13);
        }
    }
}

#[test]
fn an_input_that_is_not_json_is_refused() {
    let mut evaluator = evaluator(&Module::default());
    let error = eval(&mut evaluator, "t/echo", json("{1}")).unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::Internal);
    assert!(eval(&mut evaluator, "t/echo", json("{}")).is_ok());
}

#[test]
fn what_ends_an_evaluation_is_told_and_the_next_one_runs() {
    use EvalErrorKind::{Conflict, Internal, Memory, Stack, Timeout};
    for (body, kind, message) in [
        (
            "(call $abort (i32.const 4096)) unreachable",
            Conflict,
            "p.rego:7: two values",
        ),
        ("unreachable", Internal, "unreachable"),
        (
            "(call $abort (i32.const -4)) unreachable",
            Internal,
            "without a reason",
        ),
        (
            "(call $abort (i32.const 0)) unreachable",
            Internal,
            "without a reason",
        ),
        ("i32.const -4", Internal, "bad address"),
        ("i32.const 0", Internal, "bad address"),
        ("(loop $on (br $on)) unreachable", Timeout, "time limit"),
        (
            "(drop (call $eval (local.get $ctx))) unreachable",
            Stack,
            "stack limit",
        ),
        (
            "(loop $on (drop (call $malloc (i32.const 1000000))) (br $on)) unreachable",
            Memory,
            "memory limit",
        ),
    ] {
        for minor in [1, 3] {
            let limits = Limits {
                timeout: Duration::from_millis(300),
                memory: 16 << 20,
            };
            let module = load(&Module {
                minor,
                eval: body,
                ..Module::default()
            });
            let mut evaluator = module.evaluator(limits).unwrap();
            for _ in 0..2 {
                let error = eval(&mut evaluator, "t/echo", json("1")).unwrap_err();
                assert_eq!(error.kind, kind, "{body}: {error}");
                assert!(error.to_string().contains(message), "{body}: {error}");
                let found = eval(&mut evaluator, "t/data", json("1"));
                assert_eq!(found.unwrap(), "[{\"result\":{}}]", "{body}");
            }
        }
    }
}

#[test]
fn the_time_limit_is_that_of_an_input() {
    let module = load(&Module {
        eval: "(loop $on (br $on)) unreachable",
        ..Module::default()
    });
    let limits = Limits {
        timeout: Duration::from_millis(50),
        ..Limits::default()
    };
    let mut evaluator = module.evaluator(limits).unwrap();
    let error = eval(&mut evaluator, "t/echo", json("1")).unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::Timeout);
    let error = again(&mut evaluator, "t/data").unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::Timeout, "the time was up");
    assert!(eval(&mut evaluator, "t/data", json("1")).is_ok());
}

/// Calls builtin 3 with the input.
const CALL: &str =
    r#"(call $rows (call $builtin (i32.const 3) (i32.const 0) (i32.load (local.get $ctx))))"#;
const IMPORT: &str =
    r#"(import "env" "opa_builtin1" (func $builtin (param i32 i32 i32) (result i32)))"#;

fn calling(builtins: &'static str) -> Module {
    Module {
        builtins,
        imports: IMPORT,
        eval: CALL,
        ..Module::default()
    }
}

#[test]
fn builtins_of_the_runtime_are_called() {
    for (builtins, input, expected) in [
        ("{\"count\": 3}", "[1,2]", "[{\"result\":2}]"),
        ("{\"sum\": 3}", "{1,2}", "[{\"result\":3}]"),
        ("{\"max\": 3}", "[]", "[]"),
        ("{\"intersection\": 3}", "{{1,2},{2}}", "[{\"result\":{2}}]"),
        // The error makes the call undefined.
        ("{\"count\": 3}", "1", "[]"),
    ] {
        let mut evaluator = evaluator(&calling(builtins));
        let found = eval(&mut evaluator, "t/echo", OpaInput::Term(input.to_owned()));
        assert_eq!(found.unwrap(), expected, "{builtins} {input}");
    }
}

#[test]
fn errors_of_builtins_are_remembered_or_raised() {
    let mut evaluator = evaluator(&calling("{\"count\": 3}"));
    let input = || OpaInput::Term("1".into());
    assert_eq!(eval(&mut evaluator, "t/echo", input()).unwrap(), "[]");
    let message = "count: operand 1 must be one of {array, object, set, string} but got number";
    let remembered = evaluator.builtin_error().unwrap();
    assert_eq!(
        (remembered.kind, &*remembered.message),
        (EvalErrorKind::Type, message)
    );
    evaluator.set_strict(true);
    assert_eq!(evaluator.builtin_error(), None);
    let raised = eval(&mut evaluator, "t/echo", input()).unwrap_err();
    assert_eq!(
        (raised.kind, &*raised.message),
        (EvalErrorKind::Type, message)
    );
}

#[test]
fn time_and_chance_are_one_for_an_input() {
    let now = Module {
        builtins: "{\"time.now_ns\": 3}",
        imports: r#"(import "env" "opa_builtin0" (func $builtin (param i32 i32) (result i32)))"#,
        eval: "(call $rows (call $builtin (i32.const 3) (i32.const 0)))",
        ..Module::default()
    };
    let mut first = evaluator(&now);
    let time = eval(&mut first, "t/echo", OpaInput::None).unwrap();
    assert_eq!(again(&mut first, "t/echo").unwrap(), time);
    first.set_now(Some(1_700_000_000_000_000_001));
    let found = eval(&mut first, "t/echo", OpaInput::None).unwrap();
    assert_eq!(found, "[{\"result\":1700000000000000001}]");
    let mut second = evaluator(&calling("{\"uuid.rfc4122\": 3}"));
    second.set_seed(Some(7));
    let ids: Vec<String> = ["\"a\"", "\"a\"", "\"b\""]
        .map(|key| eval(&mut second, "t/echo", json(key)).unwrap())
        .into();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[test]
fn printed_lines_are_kept_for_an_input() {
    let mut printing = evaluator(&calling("{\"internal.print\": 3}"));
    let input = || OpaInput::Term("[{\"a\"},set()]".into());
    eval(&mut printing, "t/echo", input()).unwrap();
    again(&mut printing, "t/echo").unwrap();
    let lines: Vec<&str> = printing.printed().collect();
    assert_eq!(lines, ["a <undefined>"; 2]);
    printing.set_input(OpaInput::None);
    assert_eq!(printing.printed().count(), 0);
    let mut lines = evaluator(&Module {
        imports: r#"(import "env" "opa_println" (func $println (param i32)))"#,
        eval: "(call $println (i32.const 4096)) (call $println (i32.const -1)) unreachable",
        ..Module::default()
    });
    eval(&mut lines, "t/echo", OpaInput::None).unwrap_err();
    let lines: Vec<&str> = lines.printed().collect();
    assert_eq!(lines, ["p.rego:7: eval_conflict_error: two values"]);
}

#[test]
fn a_builtin_that_nobody_has_is_refused_by_name() {
    for builtins in ["{\"count\": 1, \"acme.secret\": 0}", "{\"acme.secret\": 0}"] {
        let error = OpaModule::load(&ENGINE, &wasm(&calling(builtins))).unwrap_err();
        assert!(
            matches!(&error, LoadError::UnknownBuiltin { name } if name == "acme.secret"),
            "{error}"
        );
    }
    // A relation has more results than a call can return.
    assert!(OpaModule::load(&ENGINE, &wasm(&calling("{\"walk\": 3}"))).is_err());
    // A number that the module does not list.
    let mut unlisted = evaluator(&calling("{\"count\": 2}"));
    let error = eval(&mut unlisted, "t/echo", json("1")).unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::Internal);
}

/// Has `acme.twice`.
struct Acme;

impl HostBuiltins for Acme {
    fn has(&self, name: &str) -> bool {
        name == "acme.twice"
    }

    fn call(&self, call: &HostCall<'_>) -> Result<Option<String>, BuiltinError> {
        match call.args {
            "[\"garbled\"]" => Ok(Some(String::new())),
            "[\"bad\"]" => Err(BuiltinError::failed("no")),
            args => Ok(Some(format!("[{args},{args}]"))),
        }
    }
}

#[test]
fn builtins_of_the_engines_user_are_called() {
    let engine = Engine::new(EngineOptions {
        builtins: Arc::new(Acme),
        ..EngineOptions::default()
    })
    .unwrap();
    let module = OpaModule::load(&engine, &wasm(&calling("{\"acme.twice\": 3}"))).unwrap();
    let mut evaluator = module.evaluator(Limits::default()).unwrap();
    let found = eval(&mut evaluator, "t/echo", json("1")).unwrap();
    assert_eq!(found, "[{\"result\":[[1],[1]]}]");
    let error = eval(&mut evaluator, "t/echo", json("\"garbled\"")).unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::Internal);
    evaluator.set_strict(true);
    let error = eval(&mut evaluator, "t/echo", json("\"bad\"")).unwrap_err();
    assert_eq!(error.to_string(), "acme.twice: no");
}

#[test]
fn what_does_not_follow_the_abi_is_refused() {
    let good = wasm(&Module::default());
    assert!(OpaModule::is_one(&good));
    assert!(!OpaModule::is_one(&wat::parse_str("(module)").unwrap()));
    assert!(!OpaModule::is_one(b"\0asm"));
    let load = |wasm: &[u8]| OpaModule::load(&ENGINE, wasm).unwrap_err();
    assert!(matches!(
        load(&good[..good.len() - 1]),
        LoadError::Invalid(_)
    ));
    for (text, expected) in [
        (
            "(module)",
            "does not export `opa_wasm_abi_version` as a global `i32`",
        ),
        (
            r#"(module (import "env" "opa_abort" (func (param i64))))"#,
            "unknown import `env.opa_abort`",
        ),
        (
            r#"(module (import "wasi" "memory" (memory 1)))"#,
            "unknown import `wasi.memory`",
        ),
        (
            r#"(module (import "env" "opa_builtin9" (func)))"#,
            "unknown import `env.opa_builtin9`",
        ),
    ] {
        let error = load(&wat::parse_str(text).unwrap()).to_string();
        assert!(error.contains(expected), "{error}");
    }
    for builtins in ["[]", "{\"a\": -1}", "{\"a\": \"b\"}", "{"] {
        let error = load(&wasm(&Module {
            builtins,
            ..Module::default()
        }));
        assert!(matches!(error, LoadError::Start(_)), "{error}");
    }
}

/// An `opa` to build real modules with: `KPOL_OPA`, or the one on the path.
fn opa() -> Option<PathBuf> {
    let named = std::env::var_os("KPOL_OPA").map(PathBuf::from);
    let program = named.unwrap_or_else(|| PathBuf::from("opa"));
    let runs = Command::new(&program).arg("version").output();
    if runs.is_ok_and(|output| output.status.success()) {
        return Some(program);
    }
    eprintln!("left out: there is no `opa`, and KPOL_OPA names none");
    None
}

const REAL: &str = r#"
package t

s := sprintf("%v and %v", [input.x, {1}])
deny contains msg if { some c in input.containers; c.privileged; msg := concat(" ", [c.name, "is privileged"]) }
c := 1
c := 2 if input.conflict
d := data.d.x
y := yaml.unmarshal(input.y)
r := regex.replace("abc", "b+", "x")
u := input
"#;

#[test]
fn modules_of_opa_run() {
    let Some(opa) = opa() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("p.rego"), REAL).unwrap();
    let names = ["s", "deny", "c", "d", "y", "r", "u"];
    let mut build = Command::new(opa);
    build.current_dir(folder.path());
    build.args(["build", "-t", "wasm", "-o", "b.tar.gz", "p.rego"]);
    for name in names {
        build.args(["-e", &format!("t/{name}")]);
    }
    assert!(build.status().unwrap().success());
    let unpacked = Command::new("tar")
        .current_dir(folder.path())
        .args(["-xzf", "b.tar.gz"])
        .output()
        .unwrap();
    assert!(unpacked.status.success());
    let wasm = std::fs::read(path("policy.wasm")).unwrap();
    assert!(OpaModule::is_one(&wasm));
    let module = OpaModule::load(&ENGINE, &wasm).unwrap();
    let mut evaluator = module.evaluator(Limits::default()).unwrap();
    evaluator.set_data("{\"d\": {\"x\": [1, null]}}").unwrap();
    let input = r#"{"x": "é\u0001\"", "y": "a: [1, 2]", "containers": [{"name": "n", "privileged": true}]}"#;
    for _ in 0..2 {
        for (entry, expected) in [
            ("t/s", r#"[{"result":"é\u0001\" and {1}"}]"#),
            ("t/deny", r#"[{"result":["n is privileged"]}]"#),
            ("t/c", r#"[{"result":1}]"#),
            ("t/d", r#"[{"result":[1,null]}]"#),
            ("t/y", r#"[{"result":{"a":[1,2]}}]"#),
            ("t/r", r#"[{"result":"axc"}]"#),
        ] {
            let found = eval(&mut evaluator, entry, json(input)).unwrap();
            assert_eq!(found, expected, "{entry}");
        }
    }
    let error = eval(&mut evaluator, "t/c", json("{\"conflict\": true}")).unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::Conflict);
    assert_eq!(error.site.unwrap().file, "p.rego");
    assert_eq!(
        eval(&mut evaluator, "t/y", json("{\"y\": \"[\"}")).unwrap(),
        "[]"
    );
    assert_eq!(
        evaluator.builtin_error().unwrap().kind,
        EvalErrorKind::Builtin
    );
    evaluator.set_strict(true);
    assert!(eval(&mut evaluator, "t/y", json("{\"y\": \"[\"}")).is_err());
    let term = OpaInput::Term("{{1, [2]}: \"x\"}".to_owned());
    let found = eval(&mut evaluator, "t/u", term).unwrap();
    assert_eq!(found, r#"[{"result":{"[1,[2]]":"x"}}]"#);
    let deep = format!("{}{}", "[".repeat(1 << 20), "]".repeat(1 << 20));
    assert!(eval(&mut evaluator, "t/u", json(&deep)).is_err());
    assert_eq!(
        eval(&mut evaluator, "t/u", json("1")).unwrap(),
        "[{\"result\":1}]"
    );
}
