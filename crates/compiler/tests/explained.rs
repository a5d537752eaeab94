//! What `codes` says about codes: each example gives its code, and `docs/errors.md` says the same as the code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use std::collections::BTreeSet;

use kpol_compiler::codes::{MEANINGS, Meaning, PARSE};
use kpol_compiler::resolve::Options;
use kpol_compiler::{compile, metadata};
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_syntax::ast::RegoVersion;
use kpol_syntax::parse_module;

/// All that `kpol check --strict` says about policies.
fn found(policies: &[&str]) -> Vec<Diagnostic> {
    let mut sources = SourceMap::new();
    let mut modules = Vec::new();
    let mut errors = Vec::new();
    for (index, text) in policies.iter().enumerate() {
        let source = sources.add(format!("{index}.rego"), *text);
        let (module, found) = parse_module(source, text, RegoVersion::V1);
        errors.extend(found);
        modules.extend(module);
    }
    let options = Options {
        strict: true,
        ..Options::default()
    };
    let mut all = metadata::check(&modules, &sources);
    all.extend(
        compile::check_parsed(&modules, errors, &options)
            .err()
            .into_iter()
            .flatten(),
    );
    all
}

#[test]
fn each_example_gives_its_code() {
    for meaning in MEANINGS.iter().chain([&PARSE]) {
        let Some(example) = meaning.example() else {
            continue;
        };
        let modules: Vec<String> = example
            .split("package ")
            .skip(1)
            .map(|rest| format!("package {rest}"))
            .collect();
        let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
        let codes: BTreeSet<&str> = found(&modules).iter().map(|error| error.code).collect();
        assert!(codes.contains(meaning.code), "{example}\n{codes:?}");
    }
}

#[test]
fn the_docs_list_them() {
    let line = |meaning: &Meaning| {
        let example = meaning.example().map_or_else(String::new, |example| {
            format!("\n```rego\n{}\n```\n", example.trim_end())
        });
        format!(
            "## `{}`\n\n{} OPA: `{}`.\n{example}\n",
            meaning.code,
            meaning.line(),
            meaning.opa
        )
    };
    let mut wanted = String::from(
        "# Errors of policies\n\nThe codes of what kpol says about policies, and what they mean. \
         `kpol check --explain CODE` prints the same.\n\n",
    );
    for meaning in [&PARSE].into_iter().chain(MEANINGS) {
        wanted.push_str(&line(meaning));
    }
    let wanted = format!("{}\n", wanted.trim_end());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");
    if std::env::var_os("INSTA_UPDATE").is_some() {
        std::fs::write(file, &wanted).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), wanted);
}

#[test]
fn a_syntax_error_hides_only_what_depends_on_it() {
    let broken = "package b\n\nhelper(x) := x\n\nq if {\n";
    let other = "package a\n\np if { x := 1; x := 2 }\n\nq if data.b.gone(1)\n\nr := unbound\n";
    let messages: Vec<String> = found(&[broken, other])
        .into_iter()
        .map(|error| format!("{}: {}", error.code, error.message))
        .collect();
    assert!(
        messages.iter().any(|m| m.starts_with("parse-error")),
        "{messages:?}"
    );
    assert!(
        messages.iter().any(|m| m.ends_with("var x assigned above")),
        "{messages:?}"
    );
    assert!(
        messages
            .iter()
            .any(|m| m.ends_with("var unbound is unsafe")),
        "{messages:?}"
    );
    assert!(!messages.iter().any(|m| m.contains("gone")), "{messages:?}");
}

#[test]
fn near_names_are_named() {
    let cases = [
        ("package a\np if inptu.x", "input"),
        ("package a\np if cuont([1]) == 1", "count"),
        ("package a\nhelper := 1\np if helpr == 1", "helper"),
        ("package a\nimport data.lib\np if lbi.x", "lib"),
        ("package a\nhelper(x) := x\np if helpre(1)", "helper"),
        ("# METADATA\n# titel: x\npackage a", "title"),
    ];
    for (policy, name) in cases {
        let wanted = format!("did you mean `{name}`?");
        let found = found(&[policy]);
        assert!(
            found
                .iter()
                .any(|error| error.help.as_deref() == Some(&wanted)),
            "{policy}\n{found:?}"
        );
    }
}

#[test]
fn metadata_is_checked_where_it_stands() {
    let policy = "# METADATA\n# title: A policy\n# organisations: [x]\npackage a\n\n\
                  # METADATA\n# scope: package\n# custom: text\np := 1\n\n\
                  # METADATA\n# entrypoint: true\n# scope: rule\nq := 1\n\n\
                  # METADATA\n# scope: nowhere\nr := 1\n\n\
                  # METADATA\n# - a\ns := 1\n";
    let mut sources = SourceMap::new();
    let source = sources.add("a.rego", policy);
    let (module, errors) = parse_module(source, policy, RegoVersion::V1);
    assert!(errors.is_empty());
    let modules: Vec<_> = module.into_iter().collect();
    let told: Vec<String> = metadata::check(&modules, &sources)
        .iter()
        .map(|error| {
            let at = sources.line_col(error.span);
            format!("{}:{} {}", at.line, at.column, error.message)
        })
        .collect();
    assert_eq!(
        told,
        [
            "3:3 unknown metadata key `organisations`",
            "7:10 annotation scope 'package' must be applied to package (have rule)",
            "8:11 `custom` must be a mapping, not a string",
            "13:10 annotation entrypoint applied to non-document or package scope 'rule'",
            "17:10 invalid annotation scope 'nowhere'. Use one of 'rule', 'document', 'package', or 'subpackages'",
            "20:1 invalid metadata: expected a mapping, found a list",
        ]
    );
}
