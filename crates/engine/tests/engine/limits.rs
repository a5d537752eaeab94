//! Limits of time, memory and stack.

use std::time::Duration;

use kpol_engine::{EvalErrorKind, Limits};

use crate::support::{ENGINE, data, entry, eval, evaluator, json, load};

fn short() -> Limits {
    Limits {
        timeout: Duration::from_millis(30),
        ..Limits::default()
    }
}

#[test]
fn an_endless_loop_is_stopped() {
    let policy = ENGINE.load(&entry("(loop $l br $l) i32.const 0")).unwrap();
    let mut evaluator = policy.evaluator(short()).unwrap();
    for _ in 0..2 {
        let error = eval(&mut evaluator, "{}").unwrap_err();
        assert_eq!(error.kind, EvalErrorKind::Timeout);
        assert_eq!(error.message, "the time limit of 30ms is exceeded");
    }
}

#[test]
fn a_cross_product_is_stopped() {
    let rego = "package t\nr if {\nsome a in input\nsome b in input\nsome c in input\nsome d in input\na + b + c + d < 0\n}";
    let mut evaluator = load(rego, &["t/r"]).evaluator(short()).unwrap();
    let many = format!("{:?}", (0..1000).collect::<Vec<_>>());
    assert_eq!(
        eval(&mut evaluator, &many).unwrap_err().kind,
        EvalErrorKind::Timeout
    );
    assert_eq!(
        eval(&mut evaluator, "[1, -2]").unwrap().as_deref(),
        Some("true")
    );
}

#[test]
fn time_is_counted_over_all_entrypoints_of_an_input() {
    let policy = ENGINE.load(&entry("(loop $l br $l) i32.const 0")).unwrap();
    let mut evaluator = policy.evaluator(short()).unwrap();
    let entry = policy.entrypoints().next().unwrap().0;
    evaluator.set_input(&json("1")).unwrap();
    assert!(evaluator.evaluate(entry).is_err());
    assert!(evaluator.evaluate(entry).is_err());
}

#[test]
fn memory_is_limited() {
    let limits = Limits {
        memory: 16 << 20,
        ..Limits::default()
    };
    let rego = "package t\nr := count({[a, b] | some a in input; some b in input})";
    let mut evaluator = load(rego, &["t/r"]).evaluator(limits).unwrap();
    let many = format!("{:?}", (0..2000).collect::<Vec<_>>());
    let error = eval(&mut evaluator, &many).unwrap_err();
    assert_eq!(
        (error.kind, error.code()),
        (EvalErrorKind::Memory, "eval_memory_error")
    );
    assert_eq!(
        eval(&mut evaluator, "[1, 2]").unwrap().as_deref(),
        Some("4")
    );
}

#[test]
fn input_beyond_the_memory_limit_is_an_error() {
    let limits = Limits {
        memory: 8 << 20,
        ..Limits::default()
    };
    let mut evaluator = load("package t\nr := count(input)", &["t/r"])
        .evaluator(limits)
        .unwrap();
    let huge = format!("\"{}\"", "x".repeat(10 << 20));
    assert_eq!(
        eval(&mut evaluator, &huge).unwrap_err().kind,
        EvalErrorKind::Memory
    );
    assert_eq!(eval(&mut evaluator, "[1]").unwrap().as_deref(), Some("1"));
}

#[test]
fn data_beyond_the_memory_limit_is_an_error() {
    let limits = Limits {
        memory: 8 << 20,
        ..Limits::default()
    };
    let mut evaluator = load("package t\nr := 1", &["t/r"])
        .evaluator(limits)
        .unwrap();
    let huge = format!("{{\"x\": \"{}\"}}", "x".repeat(10 << 20));
    assert_eq!(
        evaluator.set_data(data(&huge)).unwrap_err().kind,
        EvalErrorKind::Memory
    );
}

#[test]
fn a_limit_below_the_runtime_itself_is_an_error() {
    let limits = Limits {
        memory: 1 << 16,
        ..Limits::default()
    };
    let error = load("package t\nr := 1", &["t/r"])
        .evaluator(limits)
        .unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::Memory);
}

#[test]
fn endless_recursion_is_stopped() {
    let policy = ENGINE.load(&entry("call $self")).unwrap();
    let mut evaluator = policy.evaluator(Limits::default()).unwrap();
    let error = eval(&mut evaluator, "{}").unwrap_err();
    assert_eq!(
        (error.kind, error.code()),
        (EvalErrorKind::Stack, "eval_stack_error")
    );
}

#[test]
fn deep_input_is_laid_out_or_refused() {
    let rego = "package t\nr := count(input)\ns := input\nq if input == [input]";
    let policy = load(rego, &["t/r", "t/s", "t/q"]);
    let mut evaluator = policy.evaluator(Limits::default()).unwrap();
    for depth in [100, 900, 10_000] {
        let mut sources = kpol_diagnostics::SourceMap::new();
        let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let source = sources.add("deep", text);
        let options = kpol_input::Options::verbatim();
        let Ok(documents) = kpol_input::read(&sources, source, kpol_input::Format::Json, &options)
        else {
            continue;
        };
        evaluator.set_input(&documents[0]).unwrap();
        for (entry, _) in policy.entrypoints() {
            // Either a result or an error; never a crash.
            match evaluator
                .evaluate(entry)
                .and_then(|mut answer| answer.json())
            {
                Ok(_) => {}
                Err(error) => assert_ne!(error.kind, EvalErrorKind::Timeout, "{error}"),
            }
        }
    }
}

#[test]
fn large_sets_are_read_whole() {
    let mut evaluator = evaluator(
        "package t\nr contains x if some x in numbers.range(1, 20000)",
        &["t/r"],
    );
    evaluator.set_input(&json("null")).unwrap();
    let entry = evaluator.policy().entrypoint("data.t.r").unwrap();
    let yields = evaluator.evaluate(entry).unwrap().yields().unwrap();
    assert_eq!(yields.len(), 20_000);
    assert_eq!(yields.last().map(|y| y.json.as_str()), Some("20000"));
}
