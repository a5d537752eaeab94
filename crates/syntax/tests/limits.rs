//! Nesting, long chains and inputs made to be slow.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use kpol_diagnostics::{Diagnostic, SourceId};
use kpol_syntax::ast::{RegoVersion, print};
use kpol_syntax::{MAX_DEPTH, MAX_LEVEL, PARSE_ERROR, TOO_DEEP, parse_module, parse_term};

fn parse(text: &str) -> Vec<Diagnostic> {
    parse_module(SourceId(0), text, RegoVersion::V1).1
}

fn nested(open: &str, middle: &str, close: &str, depth: usize) -> String {
    format!(
        "package a\np := {}{middle}{}\n",
        open.repeat(depth),
        close.repeat(depth)
    )
}

const PAIRS: [(&str, &str, &str); 9] = [
    ("[", "1", "]"),
    ("(", "1", ")"),
    ("{", "1", "}"),
    ("{1: ", "1", "}"),
    ("f(", "1", ")"),
    ("a[", "1", "]"),
    ("[1 | x := ", "1", "]"),
    ("[1 | 2, ", "1", "]"),
    ("-f([1, ", "1", "])"),
];

#[test]
fn nests_to_the_limit_and_not_beyond() {
    for (open, middle, close) in PAIRS {
        let brackets = open.matches(['[', '(', '{']).count();
        let deep = nested(open, middle, close, MAX_DEPTH / brackets);
        let errors = parse(&deep);
        assert!(
            errors.iter().all(|error| error.code == TOO_DEEP),
            "{open}: {errors:?}"
        );
        assert!(
            parse(&nested(open, middle, close, 200 / brackets)).is_empty(),
            "{open}"
        );
        let errors = parse(&nested(open, middle, close, MAX_DEPTH / brackets + 1));
        assert_eq!(errors.len(), 1, "{open}");
        assert_eq!(errors[0].code, TOO_DEEP);
    }
}

#[test]
fn reports_ten_thousand_brackets_once() {
    for (open, middle, close) in PAIRS {
        for text in [
            nested(open, middle, close, 10_000),
            nested(open, middle, "", 10_000),
        ] {
            let errors = parse(&text);
            assert_eq!(errors.len(), 1, "{open}");
            assert_eq!(errors[0].code, TOO_DEEP, "{open}");
        }
    }
}

#[test]
fn nests_bodies() {
    let statements = |open: &str, depth: usize| {
        format!(
            "package a\nimport rego.v2\np if {{\n{}true{}\n}}\n",
            open.repeat(depth),
            "}".repeat(depth)
        )
    };
    for open in ["every x in y {", "not {", "a and {", "a or b and not {"] {
        assert!(parse(&statements(open, 150)).is_empty(), "{open}");
        assert_eq!(parse(&statements(open, 1000))[0].code, TOO_DEEP, "{open}");
    }
    let groups = format!(
        "package a\nimport rego.v2\np if {}a or b{}\n",
        "(".repeat(200),
        ")".repeat(200)
    );
    assert!(parse(&groups).is_empty());
    let left = format!(
        "package a\nimport rego.v2\np if {}a{}\n",
        "{ ".repeat(100),
        " } and b".repeat(100)
    );
    assert!(parse(&left).is_empty());
}

#[test]
fn nests_templates() {
    let template = |depth: usize| {
        format!(
            "package a\np := {}1{}\n",
            "$\"{".repeat(depth),
            "}\"".repeat(depth)
        )
    };
    assert!(parse(&template(200)).is_empty());
    assert_eq!(parse(&template(10_000))[0].code, TOO_DEEP);
}

#[test]
fn bounds_chains() {
    let chain = |length: usize| format!("1{}", " + 1".repeat(length));
    assert!(parse_term(SourceId(0), &chain(MAX_LEVEL - 1), RegoVersion::V1).is_ok());
    let errors = parse_term(SourceId(0), &chain(100_000), RegoVersion::V1).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].code, TOO_DEEP);
    let calls = format!("f(1){}", ".a(1)".repeat(100_000));
    assert!(parse_term(SourceId(0), &calls, RegoVersion::V1).is_err());
    let members = format!("x{}", " in x".repeat(100_000));
    assert_eq!(
        parse_term(SourceId(0), &members, RegoVersion::V1).unwrap_err()[0].code,
        TOO_DEEP
    );
}

#[test]
fn long_flat_things_are_fine() {
    let array = format!("[{}]", "1, ".repeat(20_000));
    assert!(parse_term(SourceId(0), &array, RegoVersion::V1).is_ok());
    let reference = format!("a{}", ".b[0]".repeat(20_000));
    assert!(parse_term(SourceId(0), &reference, RegoVersion::V1).is_ok());
    let elses = format!(
        "package a\np := 1 if a{}\n",
        " else := 2 if b".repeat(2_000)
    );
    assert!(parse(&elses).is_empty());
}

#[test]
fn hostile_brackets_do_not_take_long() {
    for text in [
        "p if {\n".repeat(20_000),
        "p := [x |\n".repeat(20_000),
        "p := {\n1: [\n".repeat(20_000),
        "}\n".repeat(20_000),
        "p := (]\n".repeat(20_000),
        "p := \"\n".repeat(20_000),
    ] {
        assert!(!parse(&format!("package a\n{text}")).is_empty());
    }
}

#[test]
fn codes() {
    let errors = parse("package a\np := \n");
    assert_eq!(errors[0].code, PARSE_ERROR);
    let term = parse_term(SourceId(0), "[1, {2}]", RegoVersion::V1).unwrap();
    assert_eq!(print::term(&term), "(array 1 (set 2))");
}
