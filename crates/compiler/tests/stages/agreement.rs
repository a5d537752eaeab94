//! Policies that the rule index and the optimiser could get wrong: one value in every way of planning.
//!
//! Rules have more clauses here than are planned in place, so that the index has a say.

use kpol_compiler::ir::Stmt;
use kpol_diagnostics::SourceMap;
use kpol_syntax::ast::RegoVersion;

use crate::canonical::canonical;
use crate::pipeline::{Compiled, Documents, WAYS, compile_text, evaluate};

/// A package's name, its rules, and inputs with the package's value or `conflict`. No input is an empty text.
struct Table {
    name: &'static str,
    rules: &'static str,
    rows: &'static [(&'static str, &'static str)],
    /// Whether the index dispatches something.
    indexed: bool,
}

fn compiled(table: &Table) -> Compiled {
    let text = format!("package main\n\n{}\n", table.rules);
    let mut sources = SourceMap::new();
    let (program, package) = compile_text(&mut sources, &text, RegoVersion::V1)
        .unwrap_or_else(|errors| panic!("{}: {errors:?}", table.name));
    Compiled {
        program,
        package,
        sources,
    }
}

fn check(tables: &[Table]) {
    let mut failures = Vec::new();
    for table in tables {
        let compiled = compiled(table);
        for way in WAYS {
            let policy = compiled.policy(way);
            let mut switches = 0;
            for func in &policy.funcs {
                func.body.visit(&mut |stmt| {
                    switches += usize::from(matches!(stmt, Stmt::Switch { .. }))
                });
            }
            assert_eq!(
                switches > 0,
                table.indexed && !way.no_index,
                "{} ({}): {switches} switches",
                table.name,
                way.name
            );
            for (input, expected) in table.rows {
                let documents = Documents {
                    input: (!input.is_empty()).then(|| (*input).to_owned()),
                    data: Some(r#"{"base":{"n":1,"list":[1,2]}}"#.to_owned()),
                    strict: false,
                };
                let found = match evaluate(&policy, 0, &documents) {
                    Ok(Some(json)) => json,
                    Ok(None) => "undefined".to_owned(),
                    Err(kpol_compiler::ir::interp::Error::Conflict(_)) => "conflict".to_owned(),
                    Err(error) => error.to_string(),
                };
                let same = match *expected {
                    "conflict" => found == "conflict",
                    json => found.starts_with('{') && canonical(&found) == canonical(json),
                };
                if !same {
                    failures.push(format!(
                        "{} ({}) of {input}: expected {expected}, found {found}",
                        table.name, way.name
                    ));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn sets_by_the_input() {
    check(&[
        Table {
            name: "cases, one of several, others",
            rules: r#"
p contains 1 if input.kind == "Pod"
p contains 2 if { "Job" == input.kind; input.big }
p contains 3 if input.kind in {"Pod", "Job"}
p contains 4 if input.kind in ["Job", "Job"]
p contains 5 if input.big
p contains 6 if { input.kind == "Pod"; input.kind == "Job" }
p contains 7 if { input.kind == "Pod"; not input.big }
p contains 8 if not input.kind == "Pod"
"#,
            rows: &[
                ("", r#"{"p":[8]}"#),
                ("{}", r#"{"p":[8]}"#),
                (r#"{"kind":"Pod"}"#, r#"{"p":[1,3,7]}"#),
                (r#"{"kind":"Pod","big":true}"#, r#"{"p":[1,3,5]}"#),
                (r#"{"kind":"Pod","big":false}"#, r#"{"p":[1,3,7]}"#),
                (r#"{"kind":"Job","big":true}"#, r#"{"p":[2,3,4,5,8]}"#),
                (r#"{"kind":"pod"}"#, r#"{"p":[8]}"#),
                (r#"{"kind":["Pod"]}"#, r#"{"p":[8]}"#),
                (r#"{"kind":null,"big":1}"#, r#"{"p":[5,8]}"#),
                (r#""Pod""#, r#"{"p":[8]}"#),
            ],
            indexed: true,
        },
        Table {
            name: "null and booleans",
            rules: r#"
p contains "null" if input.a == null
p contains "true" if input.a == true
p contains "false" if input.a == false
p contains "text" if input.a == "true"
p contains "truthy" if input.a
p contains "unified" if false = input.a
"#,
            rows: &[
                ("{}", r#"{"p":[]}"#),
                (r#"{"a":null}"#, r#"{"p":["null","truthy"]}"#),
                (r#"{"a":true}"#, r#"{"p":["true","truthy"]}"#),
                (r#"{"a":false}"#, r#"{"p":["false","unified"]}"#),
                (r#"{"a":"true"}"#, r#"{"p":["text","truthy"]}"#),
                (r#"{"a":0}"#, r#"{"p":["truthy"]}"#),
            ],
            indexed: true,
        },
        Table {
            name: "numbers are equal however they are spelled",
            rules: r#"
p contains "one" if input.a == 1
p contains "one again" if input.a == 1.0
p contains "ten" if input.a == 10
p contains "ten again" if input.a == 1e1
p contains "one or two" if input.a in {1, 2}
"#,
            rows: &[
                (r#"{"a":1}"#, r#"{"p":["one","one again","one or two"]}"#),
                (r#"{"a":1.00}"#, r#"{"p":["one","one again","one or two"]}"#),
                (r#"{"a":10.0}"#, r#"{"p":["ten","ten again"]}"#),
                (r#"{"a":"1"}"#, r#"{"p":[]}"#),
            ],
            indexed: false,
        },
        Table {
            name: "keys on the way that are absent or no objects",
            rules: r#"
p contains 1 if input.a.b.c == "x"
p contains 2 if input.a.b.c == "y"
p contains 3 if input.a["b"].c == "x"
p contains 4 if { input.a.b.c == "x"; input.a.d == "y" }
p contains 5 if input.a.d == "y"
"#,
            rows: &[
                (r#"{"a":{"b":{"c":"x"},"d":"y"}}"#, r#"{"p":[1,3,4,5]}"#),
                (r#"{"a":{"b":{"c":"y"}}}"#, r#"{"p":[2]}"#),
                (r#"{"a":{"b":"c","d":"y"}}"#, r#"{"p":[5]}"#),
                (r#"{"a":["b"]}"#, r#"{"p":[]}"#),
                (r#"{"a":null}"#, r#"{"p":[]}"#),
            ],
            indexed: true,
        },
    ]);
}

#[test]
fn values_objects_and_functions() {
    check(&[
        Table {
            name: "complete rule",
            rules: r#"
default p := 0
p := 1 if input.a == "x"
p := 2 if input.a == "y"
p := 2 if { input.a == "y"; input.b }
p := 3 if input.a == "z"
p := 4 if input.b == "only b"
"#,
            rows: &[
                ("{}", r#"{"p":0}"#),
                (r#"{"a":"x"}"#, r#"{"p":1}"#),
                (r#"{"a":"y","b":true}"#, r#"{"p":2}"#),
                (r#"{"b":"only b"}"#, r#"{"p":4}"#),
                (r#"{"a":"w","b":"only b"}"#, r#"{"p":4}"#),
                (r#"{"a":"x","b":"only b"}"#, "conflict"),
            ],
            indexed: true,
        },
        Table {
            name: "object rule",
            rules: r#"
p[k] := 1 if { some k in input.keys; input.a == "x" }
p[k] := 2 if { some k in input.keys; input.a == "y" }
p[k] := 2 if { some k in input.more; input.a == "z" }
p[k] := 2 if { some k in input.more; "x" == input.a }
p.fixed := 3 if input.a == "x"
p[k] := 2 if { some k in input.more; input.a == "y" }
p.last := input.a if input.a in {"x", "y"}
"#,
            rows: &[
                (
                    r#"{"a":"x","keys":["k"]}"#,
                    r#"{"p":{"k":1,"fixed":3,"last":"x"}}"#,
                ),
                (
                    r#"{"a":"y","keys":["k"],"more":["k","l"]}"#,
                    r#"{"p":{"k":2,"l":2,"last":"y"}}"#,
                ),
                (r#"{"a":"x","keys":["fixed"]}"#, "conflict"),
                (r#"{"keys":["k"]}"#, r#"{"p":{}}"#),
            ],
            indexed: true,
        },
        Table {
            name: "function by constant and compared argument",
            rules: r#"
p := [x | some a in input; x := f(a, "z")]
f("a", _) := 1
f("b", _) := 2
f("c", y) := y
f(x, "z") := 4 if x == "d"
f(x, y) := 5 if { x.kind == "e"; y == "z" }
f(x, x) := 6
"#,
            rows: &[
                (r#"["a","b","c","d"]"#, r#"{"p":[1,2,"z",4]}"#),
                (
                    r#"[{"kind":"e"},"z",{"kind":"a"},1,null]"#,
                    r#"{"p":[5,6]}"#,
                ),
            ],
            indexed: true,
        },
        Table {
            name: "branches, withs and helpers under another input",
            rules: r#"
p contains 1 if { input.a == "x" } 
p contains 2 if { input.a == "y" with input as {"a": "y"} }
p contains 3 if { h == 1 with input as {"a": "x"}; input.a == "y" }
p contains 4 if { h == 2 with input.a as "y"; h == 1; input.a == "x" }
p contains 5 if input.a == "y"
h := 1 if { input.a == "x" } else := 2 if { input.a == "y" }
h := 1 if { input.a == "x"; input.b }
h := 3 if input.a == "z"
h := 3 if { input.a == "z"; input.b }
h := 4 if input.a == "w"
"#,
            rows: &[
                (r#"{"a":"x"}"#, r#"{"h":1,"p":[1,2,4]}"#),
                (r#"{"a":"y"}"#, r#"{"h":2,"p":[2,3,5]}"#),
                (r#"{"a":"z","b":1}"#, r#"{"h":3,"p":[2]}"#),
                ("{}", r#"{"p":[2]}"#),
            ],
            indexed: true,
        },
    ]);
}

#[test]
fn shared_and_moved_look_ups() {
    check(&[
        Table {
            name: "documents replaced between look-ups",
            rules: r#"
p if {
	input.a == 1
	data.base.n == 1
	data.base.n == 2 with data.base.n as 2
	input.a == 2 with input.a as 2
	input.a == 3 with input as {"a": 3}
	data.base.n == 4 with data.base as {"n": 4}
	not input.a == 1 with input as {}
	data.base.n + input.a == 2
}

q := [x, y, z] if {
	x := data.base.n
	y := [data.base.n | true] with data.base.n as 5
	z := data.base.n
}
"#,
            rows: &[
                (r#"{"a":1}"#, r#"{"p":true,"q":[1,[5],1]}"#),
                (r#"{"a":2}"#, r#"{"q":[1,[5],1]}"#),
            ],
            indexed: false,
        },
        Table {
            name: "look-ups of loops whose absence must not fail what stands around them",
            rules: r#"
p := [y | some x in input.list; y := input.a.b + x]
q := count([x | some x in input.list; input.a.b.c; x]) 
r if not has_bad
has_bad if { some x in input.list; x == input.a.b }
s := [[i, k] | some i, x in input.list; some k, _ in input.a; x != input.a[k]]
t := {x: n | some x in input.list; n := count([1 | some _ in input.list; input.a.b == x])}
u if every x in input.list { x != input.a.b }
"#,
            rows: &[
                (
                    r#"{"list":[1,2],"a":{"b":1}}"#,
                    r#"{"p":[2,3],"q":0,"has_bad":true,"s":[[1,"b"]],"t":{"1":2,"2":0}}"#,
                ),
                (
                    r#"{"list":[1,2]}"#,
                    r#"{"p":[],"q":0,"r":true,"s":[],"t":{"1":0,"2":0}}"#,
                ),
                (
                    r#"{"list":[],"a":{"b":{"c":false}}}"#,
                    r#"{"p":[],"q":0,"r":true,"s":[],"t":{},"u":true}"#,
                ),
                (
                    r#"{"list":[3],"a":{"b":1}}"#,
                    r#"{"p":[4],"q":0,"r":true,"s":[[0,"b"]],"t":{"3":0},"u":true}"#,
                ),
            ],
            indexed: false,
        },
        Table {
            name: "facts of one branch do not hold in another",
            rules: r#"
p contains "and" if { input.a.x; input.a.y }
p contains "x" if { input.a.x; not input.a.y }
p contains "none" if { not input.a.x; not input.a.y }
p contains y if { not input.a.x == 1; y := input.a.x }
"#,
            rows: &[
                (r#"{"a":{"x":1}}"#, r#"{"p":["x"]}"#),
                (r#"{"a":{"x":2,"y":2}}"#, r#"{"p":[2,"and"]}"#),
                (r#"{"a":{}}"#, r#"{"p":["none"]}"#),
                ("", r#"{"p":["none"]}"#),
            ],
            indexed: false,
        },
    ]);
}
