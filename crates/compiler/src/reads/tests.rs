//! What bodies read.

#![allow(clippy::unwrap_used, reason = "tests")]

use kpol_diagnostics::SourceMap;
use kpol_syntax::ast::RegoVersion;

use super::*;
use crate::{compile, resolve};

/// What `data.p.deny` reads: keys joined by dots, any key as `*`, and `?` for presence.
fn reads(body: &str) -> Vec<String> {
    let mut sources = SourceMap::new();
    let text = format!("package p\n\n{body}\n");
    let source = sources.add("p.rego", text);
    let (module, errors) = kpol_syntax::parse_module(source, sources.text(source), RegoVersion::V1);
    assert_eq!(errors, []);
    let modules = [module.unwrap()];
    let program = compile::check(&modules, &[], &resolve::Options::default()).unwrap();
    let key = |key: &Option<Vec<String>>| key.as_ref().map_or("*".to_owned(), |k| k.join("|"));
    let read = |read: Read| {
        let keys: Vec<String> = read.path.iter().map(key).collect();
        format!("{}{}", keys.join("."), if read.presence { "?" } else { "" })
    };
    let found = Reads::new(&program).of(&["p".to_owned(), "deny".to_owned()]);
    let mut found: Vec<String> = found.into_iter().map(read).collect();
    found.sort_unstable();
    found
}

#[test]
fn refs_are_followed_through_rules_and_functions() {
    let mut wrong = Vec::new();
    for (body, expected) in [
        ("deny contains 1 if input.x", &[][..]),
        ("deny contains x if x := data.a.b[_].c", &["a.b.*.c"]),
        ("deny contains 1 if data.a[input.x]", &["a.*?"]),
        ("deny contains 1 if not data.a.b", &["a.b?"]),
        ("deny contains 1 if { some x in data.a; x }", &["a.*?"]),
        ("deny contains x if some x, _ in data.a", &["a.*?"]),
        (
            "deny contains x if { some k in [\"u\", \"v\"]; x := data.a[k].b }",
            &["a.u|v.b"],
        ),
        (
            "deny contains x if { some k in [1, \"v\"]; x := data.a[k].b }",
            &["a.*.b"],
        ),
        (
            "deny contains x if x := object.get(data.a, [\"b\", input.n, \"c\"], 1)",
            &["a.b.*.c"],
        ),
        (
            "deny contains x if x := object.get(data.a, \"b\", 1)",
            &["a.b"],
        ),
        (
            "deny contains x if x := object.get(data.a, input.b, 1)",
            &["a"],
        ),
        ("deny contains x if walk(data.a, x)", &["a"]),
        ("deny contains x if x := [y | y := data.a.b]", &["a.b"]),
        (
            "deny contains x if {\nevery y in data.a { y > 1 }\nx := 1 }",
            &["a.*"],
        ),
        // Values are followed through variables and functions.
        (
            "deny contains y if { some x in data.a; y := x.b }",
            &["a.*.b"],
        ),
        (
            "deny contains y if { x := data.a; z := x.b; y := z.c }",
            &["a.b.c"],
        ),
        ("deny contains 1 if { some x in data.a; x.b }", &["a.*.b?"]),
        (
            "deny contains 1 if { some x in data.a; every y in x.b { y.c == 1 } }",
            &["a.*.b.*.c"],
        ),
        (
            "deny contains 1 if { x := data.a; object.get(x, [\"b\", \"c\"], 1) == 2 }",
            &["a.b.c"],
        ),
        (
            "deny contains 1 if { some x in data.a; f(x.b) == 1 }\n\nf(x) := x.c",
            &["a.*.b.c", "a.*.b?"],
        ),
        (
            "deny contains 1 if { some x in data.a; f(x) }\n\nf(x) if g(x.b)\n\ng(x) if x.c == 1\n\ng(x) if count(x.d) > 1",
            &["a.*.b.c", "a.*.b.d", "a.*.b?", "a.*?"],
        ),
        (
            "deny contains 1 if { some x in data.a; f(x, 2) }\n\nf(_, y) if y > 1",
            &["a.*?"],
        ),
        (
            "deny contains 1 if { some x in data.a; is_object(x); x.b == 1 }",
            &["a.*?", "a.*.b"],
        ),
        // Where they end, all of it counts.
        (
            "deny contains x if { some x in data.a; x.y }",
            &["a.*", "a.*.y?"],
        ),
        (
            "deny contains 1 if { some x in data.a; x.y == 1; count([x]) > 0 }",
            &["a.*", "a.*.y"],
        ),
        (
            "deny contains 1 if { some x in data.a; x == data.b }",
            &["a.*", "b"],
        ),
        (
            "deny contains 1 if { some x in data.a; [_, 1] = x }",
            &["a.*"],
        ),
        (
            "deny contains 1 if { some x in data.a; f(x) }\n\nf({\"b\": y}) if y > 1",
            &["a.*", "a.*?"],
        ),
        (
            "deny contains 1 if { some x in data.a; y := input.z; y == x.b; y.c }",
            &["a.*.b"],
        ),
        (
            "deny contains 1 if { x := data.a; f(x) with f as g }\n\nf(x) if x.b\n\ng(x) if x.c",
            &["a"],
        ),
        // What a negated comparison tells is no value.
        (
            "deny contains x if { k := input.k; not k == \"u\"; x := data.a[k] }",
            &["a.*"],
        ),
        (
            "deny contains f(1)\n\nf(x) := y if y := data.a[x].b",
            &["a.*.b"],
        ),
        (
            "deny contains q\n\nq := r\n\nr := data.a\n\nother := data.c",
            &["a", "p.q", "p.r"],
        ),
    ] {
        let (found, mut expected) = (reads(body), expected.to_vec());
        expected.sort_unstable();
        if found != expected {
            wrong.push(format!("{body}: {found:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
