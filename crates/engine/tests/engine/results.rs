//! Values of entrypoints: plans, compiled, over documents.

use kpol_engine::{EvalErrorKind, Limits};

use crate::support::{ENGINE, compile, data, eval, evaluator, json, load};

/// (rules of package `t`, input, expected JSON of `data.t.r`, or none for undefined)
const CASES: &[(&str, &str, Option<&str>)] = &[
    ("r := 1", "null", Some("1")),
    (
        "r := {\"a\": [1, 2.50, null, true, \"é\"]}",
        "null",
        Some("{\"a\":[1,2.50,null,true,\"é\"]}"),
    ),
    (
        "r := input",
        "{\"b\": {\"x\": []}, \"a\": {}}",
        Some("{\"a\":{},\"b\":{\"x\":[]}}"),
    ),
    (
        "r := input.a.b[1]",
        "{\"a\": {\"b\": [1, 9007199254740993]}}",
        Some("9007199254740993"),
    ),
    ("r := input.a.c", "{\"a\": {\"b\": 1}}", None),
    ("r := input[0]", "[-1073741825]", Some("-1073741825")),
    ("r := input.x", "{\"x\": 1.50}", Some("1.50")),
    (
        "r := input.k19",
        "{\"k1\":1,\"k2\":2,\"k3\":3,\"k4\":4,\"k5\":5,\"k6\":6,\"k7\":7,\"k8\":8,\"k9\":9,\"k19\":19}",
        Some("19"),
    ),
    (
        "r contains x if some x in input",
        "[3, 1, 2, 1]",
        Some("[1,2,3]"),
    ),
    (
        "r contains x if {\nsome x in input\nx > 5\n}",
        "[3, 1]",
        Some("[]"),
    ),
    (
        "r[k] := v if some k, v in input",
        "{\"b\": 1, \"a\": 2}",
        Some("{\"a\":2,\"b\":1}"),
    ),
    (
        "r := x if {\nx := f(3)\n}\nf(n) := n * 2",
        "null",
        Some("6"),
    ),
    (
        "r := z if z := y with input as {\"a\": 7}\ny := input.a",
        "{\"a\": 1}",
        Some("7"),
    ),
    (
        "r := [y, z]\nz := x if x := y with input.a as 2\ny := input.a",
        "{\"a\": 1}",
        Some("[1,2]"),
    ),
    (
        "r := concat(\",\", [upper(x) | some x in input])",
        "[\"a\", \"b\"]",
        Some("\"A,B\""),
    ),
    ("default r := false\nr if input.on", "{}", Some("false")),
    ("r if not input.on", "{}", Some("true")),
    ("r := count(input)", "[[], [], []]", Some("3")),
];

#[test]
fn values() {
    for (rules, input, expected) in CASES {
        let rego = format!("package t\n{rules}\n");
        let mut evaluator = evaluator(&rego, &["t/r"]);
        let found = eval(&mut evaluator, input).unwrap();
        assert_eq!(found.as_deref(), *expected, "{rules}\n{input}");
    }
}

#[test]
fn one_evaluator_serves_many_inputs() {
    let mut evaluator = evaluator("package t\nr contains x if some x in input.names", &["t/r"]);
    for i in 0..300 {
        let input = format!("{{\"names\": [\"n{i}\", \"m{i}\"]}}");
        let expected = format!("[\"m{i}\",\"n{i}\"]");
        assert_eq!(eval(&mut evaluator, &input).unwrap(), Some(expected));
    }
}

#[test]
fn entrypoints_share_an_input() {
    let policy = load(
        "package t\na := input.x\nb contains a\nc if a == 4",
        &["t/a", "t/b", "t/c"],
    );
    let mut evaluator = policy.evaluator(Limits::default()).unwrap();
    evaluator.set_input(&json("{\"x\": 4}")).unwrap();
    let found: Vec<_> = policy
        .entrypoints()
        .map(|(entry, _)| evaluator.evaluate(entry).unwrap().json().unwrap().unwrap())
        .collect();
    assert_eq!(found, ["4", "[4]", "true"]);
    assert_eq!(policy.entrypoint("data.t.b").map(|entry| entry.0), Some(1));
    assert_eq!(policy.entrypoint("data.t.x"), None);
}

#[test]
fn no_input_is_undefined() {
    let mut evaluator = evaluator("package t\nr := input", &["t/r"]);
    evaluator.clear_input().unwrap();
    let entry = evaluator.policy().entrypoint("data.t.r").unwrap();
    assert!(!evaluator.evaluate(entry).unwrap().is_defined());
    assert_eq!(
        eval(&mut evaluator, "null").unwrap().as_deref(),
        Some("null")
    );
    evaluator.clear_input().unwrap();
    assert_eq!(evaluator.evaluate(entry).unwrap().json().unwrap(), None);
}

#[test]
fn data_stays_over_inputs() {
    let mut evaluator = evaluator("package t\nr := [data.lists.allowed[_] , input]", &["t/r"]);
    evaluator
        .set_data(data("{\"lists\": {\"allowed\": [\"x\"]}}"))
        .unwrap();
    for input in ["\"x\"", "\"y\"", "\"x\""] {
        let expected = format!("[\"x\",{input}]");
        assert_eq!(eval(&mut evaluator, input).unwrap(), Some(expected));
    }
    evaluator
        .set_data(data("{\"lists\": {\"allowed\": [\"z\"]}}"))
        .unwrap();
    assert_eq!(
        eval(&mut evaluator, "1").unwrap().as_deref(),
        Some("[\"z\",1]")
    );
}

#[test]
fn a_set_is_read_member_by_member() {
    let mut evaluator = evaluator(
        "package t\nr contains {\"msg\": x} if some x in input",
        &["t/r"],
    );
    evaluator.set_input(&json("[\"b\", \"a\"]")).unwrap();
    let entry = evaluator.policy().entrypoint("data.t.r").unwrap();
    let yields = evaluator.evaluate(entry).unwrap().yields().unwrap();
    let texts: Vec<_> = yields.iter().map(|y| y.json.as_str()).collect();
    assert_eq!(texts, ["{\"msg\":\"a\"}", "{\"msg\":\"b\"}"]);
}

#[test]
fn conflicts_are_errors_with_a_place() {
    let mut evaluator = evaluator("package t\nr := x if some x in input", &["t/r"]);
    let error = eval(&mut evaluator, "[1, 2]").unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::Conflict);
    assert_eq!(error.code(), "eval_conflict_error");
    let site = error.site.unwrap();
    assert_eq!((site.file.as_str(), site.line), ("policy.rego", 2));
    // The evaluator goes on.
    assert_eq!(eval(&mut evaluator, "[3]").unwrap().as_deref(), Some("3"));
    assert_eq!(
        eval(&mut evaluator, "[1, 2]").unwrap_err().kind,
        EvalErrorKind::Conflict
    );
}

#[test]
fn an_entrypoint_that_fails_leaves_the_others() {
    let policy = load(
        "package t\na := x if some x in input\nb := count(input)",
        &["t/a", "t/b"],
    );
    let mut evaluator = policy.evaluator(Limits::default()).unwrap();
    evaluator.set_data(data("{\"k\": 1}")).unwrap();
    evaluator.set_input(&json("[1, 2]")).unwrap();
    let entry = |name| policy.entrypoint(name).unwrap();
    assert!(evaluator.evaluate(entry("data.t.a")).is_err());
    let found = evaluator
        .evaluate(entry("data.t.b"))
        .unwrap()
        .json()
        .unwrap();
    assert_eq!(found.as_deref(), Some("2"));
}

#[test]
fn builtin_errors_are_remembered_or_raised() {
    let mut evaluator = evaluator("package t\nr if {\n\tto_number(input) > 3\n}", &["t/r"]);
    assert_eq!(eval(&mut evaluator, "\"x\"").unwrap(), None);
    let remembered = evaluator.builtin_error().unwrap();
    assert_eq!(remembered.kind, EvalErrorKind::Builtin);
    assert_eq!(remembered.site.as_ref().map(|s| s.line), Some(3));
    assert_eq!(
        eval(&mut evaluator, "\"4\"").unwrap().as_deref(),
        Some("true")
    );
    assert_eq!(evaluator.builtin_error(), None);
    evaluator.set_strict(true);
    let raised = eval(&mut evaluator, "\"x\"").unwrap_err();
    assert_eq!(raised, remembered);
}

#[test]
fn print_lines_are_collected() {
    let mut evaluator = evaluator("package t\nr if {\n\tprint(\"x is\", input.x)\n}", &["t/r"]);
    eval(&mut evaluator, "{\"x\": [1]}").unwrap();
    let printed = evaluator.printed();
    assert_eq!(printed.len(), 1);
    assert_eq!(printed[0].text, "x is [1]");
    assert_eq!(printed[0].site.as_ref().map(|s| s.line), Some(3));
    eval(&mut evaluator, "{\"x\": 2}").unwrap();
    assert_eq!(evaluator.printed().len(), 1);
}

#[test]
fn time_and_chance_can_be_fixed() {
    let mut evaluator = evaluator("package t\nr := time.now_ns()", &["t/r"]);
    evaluator.set_now(Some(1_700_000_000_123_456_789));
    let found = eval(&mut evaluator, "null").unwrap();
    assert_eq!(found.as_deref(), Some("1700000000123456789"));
}

#[test]
fn evaluators_work_in_other_threads() {
    let policy = ENGINE
        .load(&compile("package t\nr := input * 2", &["t/r"]))
        .unwrap();
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|i: i32| {
                let policy = policy.clone();
                scope.spawn(move || {
                    let mut evaluator = policy.evaluator(Limits::default()).unwrap();
                    eval(&mut evaluator, &i.to_string()).unwrap().unwrap()
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(results, ["0", "2", "4", "6"]);
}
