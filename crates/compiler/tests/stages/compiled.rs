//! Modules are compiled code: rules are functions, logic is code, and nothing of the source is left.

use std::collections::BTreeSet;

use kpol_compiler::codegen::emit_with;
use kpol_compiler::hir::RuleKind;
use kpol_compiler::ir::{Const, Policy};
use kpol_diagnostics::SourceMap;
use kpol_syntax::ast::visit::{Visitor, walk_expr, walk_module, walk_term};
use kpol_syntax::ast::{Expr, RegoVersion, Term, TermKind};
use kpol_syntax::parse_module;
use wasmparser::{Validator, WasmFeatures};

use crate::module::Facts;
use crate::pipeline::{Case, Compiled, Documents, WAYS, compile_text, evaluate};

/// A policy of Rego v1, all of its package planned.
fn policy(text: &str) -> (Policy, SourceMap) {
    let mut sources = SourceMap::new();
    let (program, package) = compile_text(&mut sources, text, RegoVersion::V1)
        .unwrap_or_else(|errors| panic!("{errors:?} in {text}"));
    let compiled = Compiled {
        program,
        package,
        sources,
    };
    (compiled.policy(WAYS[0]), compiled.sources)
}

fn wasm(text: &str) -> Vec<u8> {
    let (policy, sources) = policy(text);
    emit_with(&policy, &sources).unwrap().wasm
}

#[test]
fn modules_are_valid_however_they_are_planned() {
    for (case, compiled) in Case::valid() {
        for way in WAYS {
            let artifact = emit_with(&compiled.policy(way), &compiled.sources).unwrap();
            Validator::new_with_features(WasmFeatures::default())
                .validate_all(&artifact.wasm)
                .unwrap_or_else(|error| panic!("{} ({}): {error}", case.name, way.name));
        }
    }
}

/// Rules that an entrypoint reaches have a function of their own name, and functions that something calls do; where
/// what is not needed is left out, that is so unless a rule is a constant.
#[test]
fn every_rule_is_a_function() {
    let mut unused = Vec::new();
    for (case, compiled) in Case::valid() {
        for way in WAYS {
            let policy = compiled.policy(way);
            let facts = Facts::of(&emit_with(&policy, &compiled.sources).unwrap().wasm);
            for func in &policy.funcs {
                let sizes: Vec<usize> = facts
                    .functions()
                    .filter_map(|(name, size)| (name == func.name).then_some(size))
                    .collect();
                assert!(
                    matches!(sizes[..], [size] if size > 1),
                    "{}: {} has {sizes:?}",
                    case.name,
                    func.name
                );
            }
            for rule in &compiled.program.rules {
                let name = rule.name();
                let folded = way.passes.fold && way.passes.prune;
                if facts.size_of(&name) == 0 && !folded {
                    assert!(
                        matches!(rule.kind, RuleKind::Function(_)),
                        "{}: {name} is no function",
                        case.name
                    );
                    unused.push(format!("{}: {name}", case.name));
                }
            }
        }
    }
    // Only rules that are called stand in a package's value.
    assert_eq!(unused, Vec::<String>::new());
}

/// The texts of expressions and of terms that are more than a constant or a name.
#[derive(Default)]
struct Texts<'s> {
    source: &'s str,
    found: BTreeSet<&'s str>,
}

impl Visitor for Texts<'_> {
    fn visit_expr(&mut self, expr: &Expr) {
        if let Some(text) = self
            .source
            .get(expr.span.start as usize..expr.span.end as usize)
        {
            self.found.insert(text.trim());
        }
        walk_expr(self, expr);
    }

    fn visit_term(&mut self, term: &Term) {
        let plain = matches!(
            term.kind,
            TermKind::Null | TermKind::Bool(_) | TermKind::Number(_) | TermKind::String(_)
        );
        if let Some(text) = self
            .source
            .get(term.span.start as usize..term.span.end as usize)
            && !plain
        {
            self.found.insert(text.trim());
        }
        walk_term(self, term);
    }
}

fn strings(constant: &Const, found: &mut Vec<String>) {
    match constant {
        Const::String(text) => found.push(text.clone()),
        Const::Array(items) | Const::Set(items) => {
            items.iter().for_each(|item| strings(item, found));
        }
        Const::Object(entries) => entries.iter().for_each(|(key, value)| {
            strings(key, found);
            strings(value, found);
        }),
        Const::Null | Const::Bool(_) | Const::Number(_) => {}
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn no_expression_of_the_source_is_in_the_module() {
    let mut checked = 0;
    for (case, compiled) in Case::valid() {
        let mut sources = SourceMap::new();
        let source = sources.add("policy.rego", case.text.as_str());
        let (module, _) = parse_module(source, &case.text, case.version);
        let mut texts = Texts {
            source: &case.text,
            ..Texts::default()
        };
        walk_module(&mut texts, &module.unwrap());
        let policy = compiled.policy(WAYS[0]);
        // Strings of the policy and names of rules and builtins may look like expressions.
        let mut allowed: Vec<String> = policy.funcs.iter().map(|func| func.name.clone()).collect();
        policy
            .consts
            .iter()
            .for_each(|constant| strings(constant, &mut allowed));
        let artifact = emit_with(&policy, &compiled.sources).unwrap();
        allowed.extend(artifact.description.builtins.iter().cloned());
        let lines = case.text.lines().map(str::trim);
        for text in texts.found.into_iter().chain(lines) {
            if text.len() < 6 || allowed.iter().any(|known| known.contains(text)) {
                continue;
            }
            checked += 1;
            assert!(
                !contains(&artifact.wasm, text),
                "{}: {text:?} is in the module",
                case.name
            );
        }
    }
    assert!(checked > 800, "{checked} texts");
}

#[test]
fn neither_are_names_of_variables_comments_and_imports() {
    let text = r#"# METADATA
# title: zebraTitle
# custom:
#   note: zebraNote
package zoo

import data.zebraPackage as zebraAlias

# zebraComment
deny contains sprintf("%s has %d", [zebraName, zebraCount]) if {
	some zebraIndex, zebraAnimal in input.animals
	zebraName := zebraAnimal.name
	zebraCount := count([zebraLeg | zebraLeg := zebraAnimal.legs[_]; zebraLeg.sound])
	zebraCount + zebraIndex > 3
	every zebraKey, zebraValue in zebraAnimal.tags {
		zebraKey != zebraValue
	}
	helper(zebraName, zebraAlias.limit)
}

helper(zebraFirst, zebraSecond) if startswith(zebraFirst, zebraSecond)
"#;
    let wasm = wasm(text);
    assert_eq!(
        text.matches("zebra").count(),
        29,
        "the policy is full of them"
    );
    // The import's path is a constant: it is looked up.
    assert!(contains(&wasm, "zebraPackage"));
    let mut rest = wasm.as_slice();
    let mut others = 0;
    while let Some(at) = rest.windows(5).position(|window| window == b"zebra") {
        others += usize::from(!rest[at..].starts_with(b"zebraPackage"));
        rest = &rest[at + 5..];
    }
    assert_eq!(others, 0);
    for operator in [
        "count(", " > 3", "!=", ":=", "==", "some ", "every", " in ", "if {",
    ] {
        assert!(!contains(&wasm, operator), "{operator:?} is in the module");
    }
}

/// Pairs of bodies with the same constants that differ in their logic, an input, and the value of each.
#[test]
fn equal_constants_and_different_logic() {
    let pairs = [
        (r#"input.a == "x""#, r#"input.a != "x""#, r#"{"a":"x"}"#),
        (r#"input.a < 3"#, r#"input.a >= 3"#, r#"{"a":2}"#),
        (
            r#"input.a == "x"; input.b == "y""#,
            r#"input.a == "x"; not input.b == "y""#,
            r#"{"a":"x","b":"y"}"#,
        ),
        (
            r#"some item in input.a; item == "x""#,
            r#"every item in input.a { item == "x" }"#,
            r#"{"a":["x","y"]}"#,
        ),
        (
            r#"startswith(input.a, "x")"#,
            r#"endswith(input.a, "x")"#,
            r#"{"a":"xy"}"#,
        ),
        (
            r#"count({x | x := input.a[_]}) == 2"#,
            r#"count([x | x := input.a[_]]) == 2"#,
            r#"{"a":[1,1,2]}"#,
        ),
    ];
    for (first, second, input) in pairs {
        let text = |body: &str| format!("package main\n\nallow := true if {{ {body} }}\n");
        let (one, other) = (
            Facts::of(&wasm(&text(first))),
            Facts::of(&wasm(&text(second))),
        );
        assert_eq!(one.data, other.data, "{first} | {second}");
        assert_ne!(one.code, other.code, "{first} | {second}");
        let documents = Documents {
            input: Some(input.to_owned()),
            ..Documents::default()
        };
        let value = |body| evaluate(&policy(&text(body)).0, 0, &documents).unwrap();
        assert_eq!(
            value(first).as_deref(),
            Some(r#"{"allow":true}"#),
            "{first}"
        );
        assert_eq!(value(second).as_deref(), Some("{}"), "{second}");
    }
}

#[test]
fn different_constants_and_equal_logic() {
    let text = |name: &str| format!("package main\n\nallow if input.kind == \"{name}\"\n");
    let (one, other) = (
        Facts::of(&wasm(&text("Role"))),
        Facts::of(&wasm(&text("Node"))),
    );
    assert_eq!(one.code, other.code);
    assert_ne!(one.data, other.data);
}

/// Instructions of `data.main.p` by the number of times that something is repeated in it.
fn sizes(rule: impl Fn(usize) -> String) -> Vec<usize> {
    (1..=6)
        .map(|times| {
            let text = format!("package main\n\n{}\n", rule(times));
            Facts::of(&wasm(&text)).size_of("data.main.p")
        })
        .collect()
}

/// Each repetition adds instructions.
fn assert_grows(what: &str, sizes: &[usize]) {
    assert!(
        sizes.windows(2).all(|pair| pair[1] >= pair[0] + 5),
        "{what}: {sizes:?}"
    );
}

#[test]
fn code_grows_with_what_rules_do() {
    let repeat = |times: usize, separator: &str, part: &dyn Fn(usize) -> String| {
        let parts: Vec<String> = (0..times).map(part).collect();
        parts.join(separator)
    };
    assert_grows(
        "conditions",
        &sizes(|times| {
            let body = repeat(times, "; ", &|i| format!("input.a{i} > {i}"));
            format!("p if {{ {body} }}")
        }),
    );
    assert_grows(
        "clauses",
        &sizes(|times| {
            repeat(times, "\n", &|i| {
                format!("p contains x if {{ x := input.a{i}; x > {i} }}")
            })
        }),
    );
    assert_grows(
        "branches",
        &sizes(|times| {
            let branches = repeat(times, " ", &|i| {
                format!("else := {i} if {{ input.a{i} > {i} }}")
            });
            format!("p := -1 if {{ input.b }} {branches}")
        }),
    );
    assert_grows(
        "loops",
        &sizes(|times| {
            let body = repeat(times, "; ", &|i| format!("some x{i} in input.a{i}"));
            format!("p if {{ {body} }}")
        }),
    );
    assert_grows(
        "comprehensions",
        &sizes(|times| {
            let items = repeat(times, ", ", &|i| {
                format!("[x | x := input.a{i}[_]; x > {i}]")
            });
            format!("p := [{items}]")
        }),
    );
    assert_grows(
        "calls",
        &sizes(|times| {
            let body = repeat(times, "; ", &|i| format!("startswith(input.a{i}, \"x\")"));
            format!("p if {{ {body} }}")
        }),
    );
}
