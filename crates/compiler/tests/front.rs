//! The front end over the policies of `testdata/rego`: HIR as text, or what is wrong with them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use std::path::Path;

use kpol_compiler::codes::opa_code;
use kpol_compiler::resolve::Options;
use kpol_compiler::{check, hir, resolve};
use kpol_diagnostics::{Diagnostic, SourceMap, one_line};
use kpol_syntax::ast::RegoVersion;
use kpol_syntax::parse_module;

const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/rego");

fn lower(path: &Path, sources: &mut SourceMap) -> Result<hir::Program, Vec<Diagnostic>> {
    let text = std::fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let version = if name.starts_with("v0-") {
        RegoVersion::V0
    } else {
        RegoVersion::V1
    };
    let source = sources.add(name, text.as_str());
    let (module, errors) = parse_module(source, &text, version);
    if !errors.is_empty() {
        return Err(errors);
    }
    let modules: Vec<_> = module.into_iter().collect();
    resolve::resolve(&modules, &[], &Options::default()).and_then(check::check)
}

#[test]
fn policies() {
    insta::glob!("../../../testdata/rego", "*.rego", |path| {
        let mut sources = SourceMap::new();
        let text = match lower(path, &mut sources) {
            Ok(program) => hir::print(&program),
            Err(errors) => {
                let lines: Vec<String> = errors
                    .iter()
                    .map(|error| {
                        format!("{} ({})", one_line(&sources, error), opa_code(error.code))
                    })
                    .collect();
                lines.join("\n")
            }
        };
        insta::assert_snapshot!(text);
    });
}

/// Each error that OPA reports is reported, at the same line and with the same code of OPA's.
#[test]
fn errors_are_those_of_opa() {
    let mut checked = 0;
    for entry in std::fs::read_dir(POLICIES).unwrap() {
        let path = entry.unwrap().path();
        let Some(stem) = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_suffix(".error.txt"))
        else {
            continue;
        };
        let policy = path.with_file_name(format!("{stem}.rego"));
        let mut sources = SourceMap::new();
        let result = lower(&policy, &mut sources);
        if stem.starts_with("conflict-") {
            assert!(result.is_ok(), "{stem} compiles");
            continue;
        }
        let errors = result.expect_err(stem);
        let found: Vec<String> = errors
            .iter()
            .map(|error| {
                format!(
                    "{} {}",
                    opa_code(error.code),
                    sources.line_col(error.span).line
                )
            })
            .collect();
        for wanted in std::fs::read_to_string(&path).unwrap().lines() {
            assert!(
                found.iter().any(|line| line == wanted),
                "{stem}: wanted {wanted}, found {found:?}"
            );
        }
        checked += 1;
    }
    assert!(checked > 10);
}
