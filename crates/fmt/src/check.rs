//! What must not change: the policy's meaning as a tree, and its comments.

use std::cmp::Ordering;

use crate::compare::{Order, Wildcards};
use crate::text::covered;
use crate::tree::{Import, Module};

/// Whether two modules say the same, with the same comments.
pub(crate) fn same(before: &Module, before_text: &str, after: &Module, after_text: &str) -> bool {
    let order = Order(Wildcards::Alike);
    let paths = |a: &Module, b: &Module| {
        a.path.len() == b.path.len()
            && a.path
                .iter()
                .zip(&b.path)
                .all(|(a, b)| a.name() == b.name())
    };
    paths(before, after)
        && imports(before) == imports(after)
        && before.rules.len() == after.rules.len()
        && before
            .rules
            .iter()
            .zip(&after.rules)
            .all(|(a, b)| order.rule(a, b) == Ordering::Equal)
        && comments(before, before_text) == comments(after, after_text)
}

/// The imports that bring something into scope; others come and go with the version.
fn imports(module: &Module) -> Vec<(Vec<&str>, Option<&str>)> {
    let mut imports: Vec<_> = module
        .imports
        .iter()
        .map(|import| (Import::segments(import), import.alias.as_deref()))
        .filter(|(path, _)| !matches!(path.first(), Some(&("rego" | "future"))))
        .collect();
    imports.sort();
    imports
}

fn comments<'a>(module: &Module, text: &'a str) -> Vec<&'a str> {
    let mut comments: Vec<&str> = module
        .comments
        .iter()
        .map(|comment| covered(text, comment.text).trim_end())
        .collect();
    comments.sort_unstable();
    comments
}
