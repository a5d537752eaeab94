//! Capabilities files: what they refuse, where, and why.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use std::sync::Arc;

use kpol_compiler::builtins::{Declared, Registry};
use kpol_compiler::capabilities::{Capabilities, current};
use kpol_compiler::codes::opa_code;
use kpol_compiler::resolve::Options;
use kpol_compiler::{check, resolve};
use kpol_diagnostics::SourceMap;
use kpol_syntax::ast::RegoVersion::{self, V0, V1};
use kpol_syntax::parse_module;
use serde_json::{Value, json};

/// Everything that there is, with some keys of the file changed.
fn file(changes: Value) -> Value {
    let mut file = current(&Registry::default());
    for (key, value) in changes.as_object().unwrap() {
        file.as_object_mut()
            .unwrap()
            .insert(key.clone(), value.clone());
    }
    file
}

fn without(builtin: &str) -> Value {
    let mut file = current(&Registry::default());
    let builtins = file["builtins"].as_array_mut().unwrap();
    builtins.retain(|entry| entry["name"] != builtin);
    builtins.push(json!({"name": "acme.none", "decl": {"type": "function"}}));
    file
}

/// Errors, each with its line and its help.
fn report(policy: &str, version: RegoVersion, file: &Value) -> Vec<String> {
    let capabilities = Capabilities::parse("caps.json", &file.to_string()).unwrap();
    let own = Declared {
        name: "acme.own".to_owned(),
        args: vec!["string".to_owned()],
        result: "any".to_owned(),
        nondeterministic: false,
    };
    let options = Options {
        builtins: Registry::default()
            .with([own])
            .unwrap()
            .restricted(Arc::new(capabilities)),
        ..Options::default()
    };
    let mut sources = SourceMap::new();
    let source = sources.add("test.rego", policy);
    let (module, errors) = parse_module(source, policy, version);
    assert!(errors.is_empty(), "{policy}\n{errors:?}");
    let modules: Vec<_> = module.into_iter().collect();
    let resolved = resolve::resolve(&modules, &[], &options);
    let Err(errors) = resolved.and_then(check::check) else {
        return Vec::new();
    };
    errors
        .into_iter()
        .map(|error| {
            let line = sources.line_col(error.span).line;
            let help = error.help.unwrap_or_default();
            let code = opa_code(error.code);
            format!("{line}: {code}: {} ({help})", error.message)
        })
        .collect()
}

#[test]
fn builtins_that_are_not_allowed_are_refused() {
    let file = without("count");
    let refused = "2: rego_type_error: undefined function";
    for (rule, wanted) in [
        ("r := sum([1])", None),
        (
            "r := count([1])",
            Some("count (the capabilities in `caps.json` do not allow it)"),
        ),
        (
            "r := acme.own(\"a\")",
            Some("acme.own (the capabilities in `caps.json` do not allow it)"),
        ),
        (
            "r := acme.none()",
            Some(
                "acme.none (the capabilities in `caps.json` allow it, but there is no such builtin)",
            ),
        ),
        ("r := acme.other()", Some("acme.other ()")),
    ] {
        let found = report(&format!("package t\n{rule}\n"), V1, &file);
        let wanted: Vec<String> = wanted
            .iter()
            .map(|text| format!("{refused} {text}"))
            .collect();
        assert_eq!(found, wanted, "{rule}");
    }
}

#[test]
fn features_and_keywords_that_are_not_allowed_are_refused() {
    let nothing = file(json!({"features": [], "future_keywords": []}));
    let no_words = file(json!({"future_keywords": []}));
    let plain = file(json!({"features": ["rego_v1"]}));
    let everything = file(json!({}));
    let parse = "rego_parse_error";
    for (policy, version, file, wanted) in [
        (
            "package t\nr := 1",
            V1,
            &nothing,
            format!(
                "1: {parse}: illegal capabilities: rego_v1 feature required for parsing v1 Rego"
            ),
        ),
        ("package t\nr = 1", V0, &nothing, String::new()),
        (
            "package t\nimport rego.v1\nr := 1",
            V0,
            &nothing,
            format!(
                "2: {parse}: invalid import, `rego.v1` is not supported by current capabilities"
            ),
        ),
        (
            "package t\nimport rego.v1\nr := 1",
            V0,
            &plain,
            String::new(),
        ),
        (
            "package t\nimport rego.v2\nr := 1",
            V1,
            &plain,
            format!(
                "2: {parse}: invalid import, `rego.v2` is not supported by current capabilities"
            ),
        ),
        (
            "package t\nimport future.keywords.in\nr = 1",
            V0,
            &nothing,
            format!("2: {parse}: unexpected keyword, must be one of []"),
        ),
        (
            "package t\nimport future.keywords.not\nr := 1",
            V1,
            &no_words,
            format!("2: {parse}: unexpected keyword, must be one of [contains every if in]"),
        ),
        (
            "package t\nimport future.keywords.not\nr := 1",
            V1,
            &everything,
            String::new(),
        ),
        (
            "package t\nimport future.keywords\nr if { input.x or input.y }",
            V1,
            &no_words,
            format!("3: {parse}: the keyword `or` is not supported by current capabilities"),
        ),
        (
            "package t\nr := $\"a{1}\"",
            V1,
            &plain,
            format!("2: {parse}: template strings are not supported by current capabilities"),
        ),
        (
            "package t\nr := input.if.x",
            V1,
            &plain,
            format!(
                "2: {parse}: unexpected if keyword: keywords in refs are not supported by current capabilities"
            ),
        ),
        ("package t\nr := input[\"if\"].x", V1, &plain, String::new()),
        ("package t\nr := input.if.x", V1, &everything, String::new()),
        (
            "package t\na.b.c = 1",
            V0,
            &nothing,
            "2: rego_compile_error: rule heads with refs are not supported: a.b.c".to_owned(),
        ),
        (
            "package t\na.b.c = 1\np[x] { x = 1 }",
            V0,
            &plain,
            String::new(),
        ),
    ] {
        let found = report(policy, version, file);
        if wanted.is_empty() {
            assert!(found.is_empty(), "{policy}\n{found:?}");
        } else {
            let first = found.first().map(String::as_str).unwrap_or_default();
            assert!(first.starts_with(&wanted), "{policy}\n{found:?}");
            assert!(
                first.ends_with("(the capabilities come from `caps.json`)"),
                "{first}"
            );
        }
    }
}

#[test]
fn what_is_no_capabilities_file_is_refused() {
    let error = |text: &str| Capabilities::parse("x", text).unwrap_err().to_string();
    assert!(error("[1]").starts_with("not a capabilities file"));
    assert!(error("{").starts_with("not a capabilities file"));
    assert_eq!(
        error(r#"{"future_keywords": ["maybe"]}"#),
        "illegal capabilities: unknown keyword: maybe"
    );
    let hosts = Capabilities::parse("x", r#"{"allow_net": ["a"], "builtins": null}"#).unwrap();
    assert_eq!(hosts.allow_net, Some(vec!["a".to_owned()]));
    assert!(!hosts.allows("count"));
}
