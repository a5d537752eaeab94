//! Type errors: where they are, and in OPA's words. `front/types.txt` holds policies, each with what `opa check` says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use kpol_compiler::codes::opa_code;
use kpol_compiler::resolve::Options;
use kpol_compiler::{check, resolve};
use kpol_diagnostics::SourceMap;
use kpol_syntax::ast::RegoVersion;
use kpol_syntax::parse_module;

#[test]
fn type_errors_are_those_of_opa() {
    let mut failures = Vec::new();
    for case in include_str!("front/types.txt").trim_end().split("\n---\n") {
        let (policy, wanted) = case.split_once("\n=> ").unwrap();
        let found = report(policy);
        if found != wanted {
            failures.push(format!("{policy}\nwanted: {wanted}\nfound:  {found}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn report(policy: &str) -> String {
    let mut sources = SourceMap::new();
    let source = sources.add("test.rego", policy);
    let (module, errors) = parse_module(source, policy, RegoVersion::V1);
    assert!(errors.is_empty(), "{policy}\n{errors:?}");
    let modules: Vec<_> = module.into_iter().collect();
    let resolved = resolve::resolve(&modules, &[], &Options::default());
    let Err(errors) = resolved.and_then(check::check) else {
        return "ok".to_owned();
    };
    let lines: Vec<String> = errors
        .into_iter()
        .map(|error| {
            let line = sources.line_col(error.span).line;
            format!("{line}: {}: {}", opa_code(error.code), error.message)
        })
        .collect();
    lines.join("\n")
}
