//! What is refused, where, and in which words. `front/errors.txt` holds policies behind the lines, codes and texts
//! that OPA reports for them (`ok` for nothing); `strict` stands before those that strict mode reads.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use kpol_compiler::codes::{CODES, opa_code};
use kpol_compiler::compile;
use kpol_compiler::resolve::Options;
use kpol_diagnostics::SourceMap;
use kpol_syntax::ast::RegoVersion;
use kpol_syntax::parse_module;

#[test]
fn errors() {
    let mut failures = Vec::new();
    for case in include_str!("front/errors.txt").split("\n---\n") {
        let (comments, policy): (Vec<&str>, Vec<&str>) =
            case.lines().partition(|line| line.starts_with("# "));
        let wanted: Vec<&str> = comments
            .iter()
            .map(|line| line.trim_start_matches("# "))
            .collect();
        let options = Options {
            strict: wanted.contains(&"strict"),
            ..Options::default()
        };
        let found = report(&policy.join("\n"), &options);
        for wanted in wanted.iter().filter(|line| **line != "strict") {
            let fits = match *wanted {
                "ok" => found.is_empty(),
                wanted => {
                    let (line, message) = wanted.split_once(' ').unwrap();
                    let (code, text) = message.split_once(' ').unwrap();
                    found
                        .iter()
                        .any(|(l, c, t)| l == line && *c == code && t.contains(text))
                }
            };
            if !fits {
                failures.push(format!("{case}\nfound: {found:#?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// `front/strict.txt`: policies behind all that OPA reports for them in strict mode, and nothing else.
#[test]
fn strict_mode_is_that_of_opa() {
    let mut failures = Vec::new();
    for case in include_str!("front/strict.txt").split("\n---\n") {
        let (comments, policy): (Vec<&str>, Vec<&str>) =
            case.lines().partition(|line| line.starts_with("# "));
        let mut wanted: Vec<&str> = comments
            .iter()
            .map(|line| line.trim_start_matches("# "))
            .collect();
        let options = Options {
            strict: true,
            ..Options::default()
        };
        let found = report(&policy.join("\n"), &options);
        let mut found: Vec<String> = found
            .iter()
            .map(|(line, code, text)| {
                format!("{line} {code} {}", text.lines().next().unwrap_or_default())
            })
            .collect();
        found.sort();
        found.dedup();
        wanted.sort_unstable();
        if found != wanted {
            failures.push(format!("{case}\nfound: {found:#?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn report(policy: &str, options: &Options) -> Vec<(String, &'static str, String)> {
    let mut sources = SourceMap::new();
    let source = sources.add("test.rego", policy);
    let (module, errors) = parse_module(source, policy, RegoVersion::V1);
    assert!(errors.is_empty(), "{policy}\n{errors:?}");
    let modules: Vec<_> = module.into_iter().collect();
    let Err(errors) = compile::check(&modules, &[], options) else {
        return Vec::new();
    };
    errors
        .into_iter()
        .map(|error| {
            let line = sources.line_col(error.span).line.to_string();
            (line, opa_code(error.code), error.message)
        })
        .collect()
}

#[test]
fn codes_are_told_apart() {
    for (index, (code, opa)) in CODES.iter().enumerate() {
        assert!(opa.starts_with("rego_"), "{opa}");
        assert_eq!(opa_code(code), *opa);
        assert!(CODES.iter().skip(index + 1).all(|(other, _)| other != code));
    }
    assert_eq!(opa_code("parse-error"), "rego_parse_error");
}

#[test]
fn deep_bodies_are_refused_not_crashed_on() {
    let nested = |levels: usize| {
        format!(
            "package a\np := {}1{}\n",
            "[y | y := ".repeat(levels),
            "]".repeat(levels)
        )
    };
    assert_eq!(report(&nested(64), &Options::default()), []);
    let errors = report(&nested(65), &Options::default());
    assert!(
        errors.iter().any(|(.., text)| text.contains("64 bodies")),
        "{errors:?}"
    );
    // Terms may nest as far as the parser lets them.
    let arrays = format!(
        "package a\np := {}x{} if x := 1\n",
        "[".repeat(200),
        "]".repeat(200)
    );
    assert_eq!(report(&arrays, &Options::default()), []);
}
