//! Builtin functions that the host provides.

use std::sync::Arc;

use kpol_engine::{
    Engine, EngineOptions, EvalErrorKind, Evaluator, HostBuiltins, HostCall, Limits,
};

use kpol_runtime::builtins::BuiltinError;

use crate::support::{compile, eval};

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
