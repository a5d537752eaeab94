//! Expressions with their values and errors. Each row was given to Kubernetes' own environment (cel-go); where a row
//! differs on purpose, it stands in a table of its own.

#![allow(clippy::expect_used, clippy::panic)]

use kpol_cel::{Activation, Budget, Declarations, EvalError, Program, Value};

struct Names(Vec<Value>);

impl Activation for Names {
    fn name(&self, number: usize) -> Value {
        self.0.get(number).cloned().unwrap_or(Value::Null)
    }

    fn variable(&self, number: usize, _: &Budget) -> Result<Value, EvalError> {
        match number {
            0 => Ok(Value::from(vec![Value::Int(1), Value::Int(2)])),
            _ => Err(EvalError::new(
                "composited variable \"bad\" fails to evaluate: no such key: x",
            )),
        }
    }
}

fn json(text: &str) -> Value {
    let mut sources = kpol_diagnostics::SourceMap::new();
    let documents = kpol_input::read_str(&mut sources, "test.json", text, kpol_input::Format::Json)
        .expect("it is JSON");
    let document = documents.first().expect("there is one");
    Value::of(document, document.root())
}

fn object() -> Value {
    json(
        r#"{
        "metadata": {"name": "web", "labels": {"app": "web", "a/b": "c"}},
        "spec": {
            "replicas": 3, "ratio": 0.5, "paused": false, "nothing": null,
            "containers": [
                {"name": "a", "image": "nginx:1.25", "ports": [80, 443]},
                {"name": "b", "image": "redis"}
            ]
        }
    }"#,
    )
}

/// The value as `%s` shows it, or the error.
fn run(expression: &str) -> String {
    let mut declarations = Declarations::default()
        .name("object")
        .object("request", &["operation", "kind"]);
    declarations.variable("list", 0);
    declarations.variable("bad", 1);
    let program = match Program::compile(expression, &declarations) {
        Ok(program) => program,
        Err(error) => return format!("compile: {error}"),
    };
    let names = Names(vec![object(), json(r#"{"operation": "CREATE"}"#)]);
    match program.evaluate(&names, &Budget::new(1_000_000)) {
        Ok(value) => show(&value),
        Err(error) => format!("error: {error}"),
    }
}

fn show(value: &Value) -> String {
    let program = Program::compile(
        "'%s'.format([object])",
        &Declarations::default().name("object"),
    );
    let shown = program.map(|p| p.evaluate(&Names(vec![value.clone()]), &Budget::new(1_000_000)));
    match shown {
        Ok(Ok(Value::String(s))) => format!("{}: {}", value.type_name(), s.replace('\n', "\\n")),
        _ => value.type_name().to_owned(),
    }
}

#[test]
fn expressions_have_their_values() {
    let table = include_str!("expressions.txt");
    let mut rows = 0;
    let mut wrong = Vec::new();
    for line in table
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
    {
        let (expression, expected) = line.split_once(" ⇒ ").unwrap_or_else(|| panic!("{line}"));
        rows += 1;
        let got = run(expression);
        if got != expected {
            wrong.push(format!(
                "{expression}\n  expected {expected}\n  got      {got}"
            ));
        }
    }
    assert!(rows > 150, "{rows}");
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn names_fields_and_functions_must_exist() {
    let rows = [
        (
            "nothing",
            "compile: 1:1: undeclared reference to 'nothing' (in container '')",
        ),
        (
            "object.x.frobnicate()",
            "compile: 1:20: undeclared reference to 'frobnicate' (in container '')",
        ),
        (
            "true &&\n  sets.frob([1])",
            "compile: 2:12: undeclared reference to 'sets.frob' (in container '')",
        ),
        ("variables.none", "compile: 1:10: undefined field 'none'"),
        (
            "variables",
            "compile: 1:1: 'variables' is only used as variables.NAME",
        ),
        ("request.object", "compile: 1:8: undefined field 'object'"),
        (
            "has(request.object)",
            "compile: 1:12: undefined field 'object'",
        ),
        (
            "has(object)",
            "compile: 1:5: invalid argument to has() macro",
        ),
        (
            "[1].all(a.b, true)",
            "compile: 1:10: argument must be a simple name",
        ),
        (
            "'a'.startsWith('b', 'c')",
            "compile: 1:15: found no matching overload for 'startsWith' with 2 arguments",
        ),
        (
            "'a'.matches('(')",
            "compile: 1:12: invalid matches argument: error parsing regexp: missing closing ): `(`",
        ),
        (
            "Foo{a: 1}",
            "compile: 1:4: undeclared reference to 'Foo' (messages are not supported)",
        ),
        ("{1.5: 1}", "compile: 1:2: unsupported key type: double"),
    ];
    for (expression, expected) in rows {
        assert_eq!(run(expression), expected, "{expression}");
    }
    assert!(
        run("1 +").starts_with("compile: 1:4: Syntax error"),
        "{}",
        run("1 +")
    );
    assert!(
        run("").starts_with("compile: 1:1: Syntax error"),
        "{}",
        run("")
    );
}

#[test]
fn an_expression_that_runs_too_long_or_builds_too_much_ends() {
    let hundred = format!("[{}]", vec!["1"; 100].join(", "));
    for expression in [
        format!("{hundred}.all(a, {hundred}.all(b, {hundred}.all(c, {hundred}.all(d, true))))"),
        "lists.range(1000000).map(x, lists.range(1000000)).size() > 0".to_owned(),
        format!(
            "lists.range(1000).map(x, {:?}).join('{}').replace('b', {:?}).size()",
            "a".repeat(2000),
            "b".repeat(2000),
            "c".repeat(9000)
        ),
        // An absorbed error is no way out.
        "lists.range(1000000).all(x, lists.range(1000).all(y, true)) || true".to_owned(),
    ] {
        assert_eq!(
            run(&expression),
            "error: operation cancelled: actual cost limit exceeded",
            "{expression}"
        );
    }
}

#[test]
fn hostile_texts_are_errors() {
    let deep = [
        "(".repeat(50_000),
        "[".repeat(50_000),
        "{1:".repeat(50_000),
        "!".repeat(90_000),
        "-".repeat(90_000),
        format!("{}1", "1+".repeat(49_000)),
        format!("a{}", ".b".repeat(49_000)),
        format!("a{}", "[0]".repeat(30_000)),
        format!("{}1", "a?b:".repeat(20_000)),
        format!("{}1{}", "f(".repeat(30_000), ")".repeat(30_000)),
        "\"".to_owned(),
        "'''".to_owned(),
        "r'\\".to_owned(),
        "\u{0}".to_owned(),
        "\\".to_owned(),
        "'\\x'".to_owned(),
        "'\\uD800'".to_owned(),
        "99999999999999999999".to_owned(),
        "0x".to_owned(),
        "1e999".to_owned(),
        "`".to_owned(),
        "a.`b".to_owned(),
        "has()".to_owned(),
        "all()".to_owned(),
        ".".to_owned(),
        "?".to_owned(),
    ];
    for text in deep {
        let got = run(&text);
        assert!(
            got.starts_with("compile: ") || text == "1e999",
            "{}: {got}",
            &text[..text.len().min(20)]
        );
    }
}

#[test]
fn what_is_just_within_the_limits_is_evaluated() {
    assert_eq!(run(&format!("1{}", "+1".repeat(3_990))), "int: 3991");
    assert_eq!(
        run(&format!("{}1{}", "(".repeat(90), ")".repeat(90))),
        "int: 1"
    );
    assert_eq!(run(&format!("{}true", "!".repeat(3_000))), "bool: true");
    let ands = vec!["true"; 1_900].join(" && ");
    assert_eq!(run(&ands), "bool: true");
    let ternaries = format!("{}1", "false ? 0 : ".repeat(90));
    assert_eq!(run(&ternaries), "int: 1");
    let list = format!("{}{}", "[".repeat(90), "]".repeat(90));
    assert_eq!(run(&format!("{list} == {list}")), "bool: true");
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_value_or_an_error(text in "[ -~\\n]{0,60}") {
        let _ = run(&text);
    }

    #[test]
    fn any_tokens_are_a_value_or_an_error(tokens in proptest::collection::vec(proptest::sample::select(vec![
        "object", ".", "spec", "[", "]", "(", ")", "{", "}", ":", ",", "?", "'a'", "1", "2u", "1.5", "-", "!", "&&", "||",
        "==", "in", "<", "+", "%", "/", "*", "has", "all", "map", "x", "b'a'", "null", "true", "variables", "bad", "size",
        "format", "split", "replace", "substring", "matches", "optional", "none", "orValue", "duration", "timestamp", ".?",
    ]), 0..25)) {
        let _ = run(&tokens.concat());
        let _ = run(&tokens.join(" "));
    }
}
