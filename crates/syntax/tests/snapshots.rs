//! The trees of small policies, and what is said about broken ones.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use std::fmt::Write;
use std::path::Path;

use kpol_diagnostics::{SourceMap, one_line, render};
use kpol_syntax::ast::{RegoVersion, print};
use kpol_syntax::parse_module;

fn version_of(path: &Path) -> RegoVersion {
    if path
        .file_name()
        .unwrap()
        .to_string_lossy()
        .starts_with("v0")
    {
        RegoVersion::V0
    } else {
        RegoVersion::V1
    }
}

#[test]
fn trees() {
    insta::glob!("policies/*.rego", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let mut sources = SourceMap::new();
        let source = sources.add("policy.rego", text.as_str());
        let (module, errors) = parse_module(source, &text, version_of(path));
        let errors: Vec<String> = errors
            .iter()
            .map(|error| one_line(&sources, error))
            .collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        let tree = print::module(&module.unwrap());
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{text}\n---- tree ----\n{tree}"));
        });
    });
}

#[test]
fn errors() {
    insta::glob!("errors/*.rego", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let mut sources = SourceMap::new();
        let source = sources.add("policy.rego", text.as_str());
        let (module, errors) = parse_module(source, &text, version_of(path));
        assert!(!errors.is_empty(), "{} should not parse", path.display());
        let mut out = render(&sources, &errors, false);
        if let Some(module) = module {
            write!(out, "\n---- what is left ----\n{}", print::module(&module)).unwrap();
        }
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(out);
        });
    });
}
