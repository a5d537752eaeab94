//! A snapshot of each stage for each policy that compiles.

use kpol_compiler::codegen::emit_with;
use kpol_compiler::ir::Policy;

use crate::module::Facts;
use crate::pipeline::{Case, WAYS, Way};

/// Plans that are longer are printed as a list of their functions.
const MAX_LINES: usize = 300;

/// By the name of the way.
fn way(name: &str) -> Way {
    WAYS.into_iter().find(|way| way.name == name).unwrap()
}

fn printed(policy: &Policy) -> String {
    let text = policy.to_string();
    if text.lines().count() <= MAX_LINES {
        return text;
    }
    let mut text = String::new();
    for func in &policy.funcs {
        let lines = func.to_string().lines().count();
        text.push_str(&format!("{lines:6} lines, {}\n", func.name));
    }
    text
}

#[test]
fn plans() {
    insta::glob!("../../../../testdata/rego", "*.rego", |path| {
        let Some(compiled) = Case::read(path).compile() else {
            return;
        };
        let plain = printed(&compiled.policy(way("unoptimised")));
        let optimised = printed(&compiled.policy(way("default")));
        insta::assert_snapshot!("plan", plain);
        if plain != optimised {
            insta::assert_snapshot!("optimised", optimised);
        }
    });
}

#[test]
fn modules() {
    insta::glob!("../../../../testdata/rego", "*.rego", |path| {
        let Some(compiled) = Case::read(path).compile() else {
            return;
        };
        let artifact = emit_with(&compiled.policy(way("default")), &compiled.sources).unwrap();
        insta::assert_snapshot!("module", Facts::of(&artifact.wasm).summary());
    });
}

/// There are enough of them, of both versions of the language.
#[test]
fn enough() {
    let cases = Case::valid();
    let old = cases
        .iter()
        .filter(|(case, _)| case.name.starts_with("v0-"))
        .count();
    assert!(old >= 10, "{old} of v0");
    assert!(cases.len() - old >= 30, "{} of v1", cases.len() - old);
}
