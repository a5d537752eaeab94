//! The unit tests of the built-in policies.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kpol_compiler::compile;
use kpol_diagnostics::SourceMap;
use kpol_engine::{Data, Engine, EngineOptions};
use kpol_syntax::ast::RegoVersion;
use kpol_verify::{Outcome, RunOptions, Suite};

fn rego_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rego_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rego") {
            found.push(path);
        }
    }
}

#[test]
fn unit_tests_of_the_built_in_policies_pass() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut files = Vec::new();
    rego_files(&folder, &mut files);
    files.sort();
    let mut sources = SourceMap::new();
    let mut modules = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let name = file.strip_prefix(&folder).unwrap().display().to_string();
        let source = sources.add(name, text.as_str());
        let (module, errors) = kpol_syntax::parse_module(source, &text, RegoVersion::V1);
        assert!(errors.is_empty(), "{errors:?}");
        modules.extend(module);
    }
    let engine = Engine::new(EngineOptions::default()).unwrap();
    let results = Suite::discover(modules, &sources)
        .compile(&sources, &compile::Options::default())
        .unwrap()
        .load(&engine)
        .unwrap()
        .run(&Arc::new(Data::new()), &RunOptions::default());
    let failed: Vec<String> = results
        .iter()
        .filter(|result| result.outcome != Outcome::Passed)
        .map(|result| {
            format!(
                "{}: {}: {:?}",
                result.test.site,
                result.test.full_name(),
                result.outcome
            )
        })
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
    let tests = files
        .iter()
        .filter(|f| f.to_string_lossy().ends_with("_test.rego"));
    assert!(results.len() > tests.count(), "{}", results.len());
}
