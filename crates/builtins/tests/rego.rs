//! `rego.parse_module`: what OPA 1.22.2 makes of the modules in `tests/rego`, and what it says to broken ones.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::path::Path;

use kpol_builtins::Standard;
use kpol_runtime::{Heap, Value, json};

fn parse(heap: &mut Heap<'_>, text: &str) -> Result<Value, String> {
    let args = [heap.string("a.rego"), heap.string(text)];
    match Standard::default().run(heap, "rego.parse_module", &args, 0) {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) => Err(error.message),
        None => panic!("there is no such builtin"),
    }
}

fn check(name: &str, text: &str, wanted: &str) {
    let mut heap = Heap::new();
    let found = parse(&mut heap, text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let wanted = json::parse(&mut heap, wanted).unwrap();
    if !heap.equal(found, wanted) {
        let (mut a, mut b) = (String::new(), String::new());
        json::write(&mut heap, found, &mut a);
        json::write(&mut heap, wanted, &mut b);
        panic!("{name}\nfound  {a}\nwanted {b}");
    }
}

#[test]
fn modules() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rego");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "rego") {
            let text = std::fs::read_to_string(&path).unwrap();
            let wanted = std::fs::read_to_string(path.with_extension("json")).unwrap();
            check(&path.display().to_string(), &text, &wanted);
            count += 1;
        }
    }
    assert_eq!(count, 9);
}

#[test]
fn carriage_returns_end_comments() {
    check(
        "carriage returns",
        "package a\r\n#\r\n# b\r\n",
        r#"{
            "comments": [
                {"Location": {"col": 1, "file": "a.rego", "row": 2}, "Text": null},
                {"Location": {"col": 1, "file": "a.rego", "row": 3}, "Text": "IGI="}
            ],
            "package": {"path": [{"type": "var", "value": "data"}, {"type": "string", "value": "a"}]}
        }"#,
    );
}

#[test]
fn deep_modules_are_no_problem() {
    let mut heap = Heap::new();
    let nested = format!("package a\np := {}{}", "[".repeat(250), "]".repeat(250));
    assert!(parse(&mut heap, &nested).is_ok());
    let sum = format!("package a\np := 1{}", " + 1".repeat(500));
    assert!(parse(&mut heap, &sum).is_ok());
    let nested = format!(
        "package a\np := {}{}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(parse(&mut heap, &nested).is_err());
}

/// A module, and the first lines of OPA's error.
const ERRORS: &[(&str, &str)] = &[
    (
        "package foo.",
        "1 error occurred: a.rego:1: rego_parse_error: unexpected eof token: expected identifier\n\tpackage foo.\n\t           ^",
    ),
    (
        "package foo\n\np if {",
        "1 error occurred: a.rego:3: rego_parse_error: unexpected eof token\n\tp if {\n\t     ^",
    ),
    (
        "package foo\n\n\tp if { x y }",
        "1 error occurred: a.rego:3: rego_parse_error: unexpected identifier token: expected \\n or ; or }\n\tp if { x y }\n\t         ^",
    ),
    (
        "package foo\np := 1 +",
        "1 error occurred: a.rego:2: rego_parse_error: unexpected eof token\n\tp := 1 +\n\t       ^",
    ),
    (
        "package foo\nx",
        "1 error occurred: a.rego:2: rego_parse_error: var cannot be used for rule name",
    ),
    ("", "a.rego:0: rego_parse_error: empty module"),
    (
        "import data.x",
        "1 error occurred: a.rego:1: rego_parse_error: package expected",
    ),
    (
        "package foo\np if { x := }",
        "1 error occurred: a.rego:2: rego_parse_error: unexpected } token\n\tp if { x := }\n\t            ^",
    ),
    (
        "package foo\np { true }",
        "1 error occurred: a.rego:2: rego_parse_error: `if` keyword is required before rule body",
    ),
    (
        "package foo\np(x) = 1 { true }",
        "1 error occurred: a.rego:2: rego_parse_error: `if` keyword is required before function body",
    ),
    (
        "package foo\np if { a with b }",
        "1 error occurred: a.rego:2: rego_parse_error: unexpected } token: expected as keyword\n\tp if { a with b }\n\t                ^",
    ),
    (
        "package foo\nimport data.x as",
        "1 error occurred: a.rego:2: rego_parse_error: unexpected eof token: expected var\n\timport data.x as\n\t               ^",
    ),
    (
        "package foo\np if { some 1 }",
        "1 error occurred: a.rego:2: rego_parse_error: unexpected number token: expected var\n\tp if { some 1 }\n\t            ^",
    ),
    (
        "package a\np if { f(x }",
        "1 error occurred: a.rego:2: rego_parse_error: unexpected } token: expected \",\" or \")\"\n\tp if { f(x }\n\t           ^",
    ),
    (
        "package a\nimport x",
        "1 error occurred: a.rego:2: rego_parse_error: unexpected import path, must begin with one of: {data, future, input, rego}, got: x (hint: if this is unexpected, try updating OPA)\n\timport x\n\t       ^",
    ),
    (
        "package a\ndefault p := x",
        "1 error occurred: a.rego:2: rego_parse_error: illegal default rule (value cannot contain var)",
    ),
];

#[test]
fn errors() {
    for (text, wanted) in ERRORS {
        let mut heap = Heap::new();
        let error = parse(&mut heap, text).unwrap_err();
        assert_eq!(error, *wanted, "{text}");
    }
}
