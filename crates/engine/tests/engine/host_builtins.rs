//! Builtin functions that the host provides.

use std::sync::Arc;

use kpol_compiler::builtins::Declared;
use kpol_engine::{
    BuiltinError, Engine, EngineOptions, EvalErrorKind, Evaluator, HostBuiltins, HostCall, Limits,
    LoadError, Standard,
};

use crate::support::{compile, compile_with, eval};

/// Answers `http.send` from the URL's name.
struct Web;

impl HostBuiltins for Web {
    fn has(&self, name: &str) -> bool {
        name == "http.send"
    }

    fn call(&self, call: &HostCall<'_>) -> Result<Option<String>, BuiltinError> {
        assert_eq!(call.name, "http.send");
        match call.args {
            "[{\"url\":\"good\"}]" => Ok(Some("{\"body\":{\"b\":[1,\"x\"],\"a\":1.50}}".into())),
            "[{\"url\":\"nothing\"}]" => Ok(None),
            "[{\"url\":\"garbled\"}]" => Ok(Some("{".into())),
            "[{\"url\":\"large\"}]" => Ok(Some(format!("{{\"body\":[{}0]}}", "0,".repeat(50_000)))),
            "[{\"url\":{{},{{1:[]}}}}]" => Ok(Some("{\"body\":{{3,set()}}}".into())),
            args => Err(BuiltinError::failed(format!("no answer to {args}"))),
        }
    }
}

fn evaluator() -> Evaluator {
    let engine = Engine::new(EngineOptions {
        builtins: Arc::new(Web),
        ..EngineOptions::default()
    })
    .unwrap();
    let rego = "package t\nr := http.send({\"url\": input}).body\n";
    let policy = engine.load(&compile(rego, &["t/r"])).unwrap();
    policy.evaluator(Limits::default()).unwrap()
}

#[test]
fn arguments_and_results_are_terms() {
    let mut evaluator = evaluator();
    let found = eval(&mut evaluator, "\"good\"").unwrap();
    assert_eq!(found.as_deref(), Some("{\"a\":1.50,\"b\":[1,\"x\"]}"));
    assert_eq!(eval(&mut evaluator, "\"nothing\"").unwrap(), None);
    assert_eq!(evaluator.builtin_error(), None);
    let large = eval(&mut evaluator, "\"large\"").unwrap().unwrap();
    assert_eq!(large.len(), 2 * 50_001 + 1);
}

#[test]
fn errors_are_remembered_or_raised() {
    let mut evaluator = evaluator();
    assert_eq!(eval(&mut evaluator, "\"bad\"").unwrap(), None);
    let remembered = evaluator.builtin_error().unwrap();
    assert_eq!(remembered.kind, EvalErrorKind::Builtin);
    assert_eq!(
        remembered.message,
        "http.send: no answer to [{\"url\":\"bad\"}]"
    );
    assert_eq!(remembered.site.as_ref().map(|site| site.line), Some(2));
    evaluator.set_strict(true);
    assert_eq!(eval(&mut evaluator, "\"bad\"").unwrap_err(), remembered);
}

#[test]
fn a_result_that_is_no_value_is_an_error() {
    let error = eval(&mut evaluator(), "\"garbled\"").unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::Builtin);
}

/// Two functions that no standard table has; the second counts its calls.
#[derive(Default)]
struct Own(std::sync::atomic::AtomicU32);

impl HostBuiltins for Own {
    fn has(&self, name: &str) -> bool {
        matches!(name, "acme.twice" | "acme.next")
    }

    fn call(&self, call: &HostCall<'_>) -> Result<Option<String>, BuiltinError> {
        match call.name {
            "acme.twice" => Ok(Some(format!("[{0},{0}]", call.args))),
            "acme.next" => {
                let before = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Ok(Some(before.to_string()))
            }
            name => Err(BuiltinError::failed(format!("no {name}"))),
        }
    }
}

#[test]
fn hosts_declare_builtins_of_their_own() {
    let declared = |name: &str, args: &[&str], nondeterministic| Declared {
        name: name.to_owned(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        result: "any".to_owned(),
        nondeterministic,
    };
    let builtins = kpol_engine::standard_builtins()
        .with([
            declared("acme.unused", &[], false),
            declared("acme.next", &["string"], true),
            declared("acme.twice", &["any", "any"], false),
        ])
        .unwrap();
    let rego = "package t\nr := [acme.twice(input, 1), acme.next(\"a\") - acme.next(\"a\"), mocked, made]\n\
        mocked := x if x := acme.next(\"b\") with acme.next as 7\n\
        made := result.new(\"m\", {\"startline\": 3}).startline\n";
    let artifact = compile_with(rego, &["t/r"], builtins);
    let names: Vec<&str> = (artifact.description.declared.iter())
        .map(|declared| declared.name.as_str())
        .collect();
    assert_eq!(names, ["acme.twice", "acme.next", "result.new"]);
    let load = |host: Arc<dyn HostBuiltins>| {
        Engine::new(EngineOptions {
            builtins: host,
            ..EngineOptions::default()
        })
        .unwrap()
        .load(&artifact)
    };
    let policy = load(Arc::new((Own::default(), Standard::default()))).unwrap();
    let mut evaluator = policy.evaluator(Limits::default()).unwrap();
    for _ in 0..2 {
        let found = eval(&mut evaluator, "\"x\"").unwrap();
        assert_eq!(found.as_deref(), Some("[[[\"x\",1],[\"x\",1]],0,7,3]"));
    }
    let Err(LoadError::UnknownBuiltin { name }) = load(Arc::new(Standard::default())) else {
        panic!("a policy whose builtin nobody has");
    };
    assert_eq!(name, "acme.next");
}
