//! Imports of keywords: which the version makes needless, and which it needs.

use crate::Target;
use crate::tree::{Import, Loc, Term, Value, Var};

/// The imports that a module gets for a version.
pub(crate) fn settle(
    imports: &mut Vec<Import>,
    target: Target,
    drop_needless: bool,
    used: &[&'static str],
) {
    let is = |import: &Import, path: &[&str]| import.segments() == path;
    let v2 = imports.iter().any(|import| is(import, &["rego", "v2"]));
    let drop_v1 = v2 || (target == Target::V1 && drop_needless);
    if drop_v1 {
        imports.retain(|import| !is(import, &["rego", "v1"]));
    } else if target == Target::V0AndV1 && !imports.iter().any(|import| is(import, &["rego", "v1"]))
    {
        imports.push(added(imports, &["rego", "v1"]));
    }
    let v1 = v2 || imports.iter().any(|import| is(import, &["rego", "v1"]));
    if v1 || (target != Target::V0 && drop_needless) {
        imports.retain(|import| import.segments().first() != Some(&"future"));
    }
    if v2 {
        return;
    }
    let v0 = target == Target::V0 && !v1;
    for word in used {
        let known = imports.iter().any(|import| match import.segments()[..] {
            ["future", "keywords"] => true,
            ["future", "keywords", name] => name == *word || (name == "every" && *word == "in"),
            _ => false,
        });
        if !known && (v0 || *word != "in") {
            imports.push(added(imports, &["future", "keywords", word]));
        }
    }
}

/// An import that was not there, behind the other imports of keywords.
fn added(imports: &[Import], path: &[&str]) -> Import {
    let row = imports
        .iter()
        .filter(|import| {
            matches!(
                import.segments().as_slice(),
                ["future", ..] | ["rego", "v1"]
            )
        })
        .map(|import| import.row + 1)
        .max()
        .unwrap_or(1);
    let loc = Loc {
        row,
        ..Loc::default()
    };
    let path = path
        .iter()
        .enumerate()
        .map(|(position, name)| {
            let name = (*name).to_owned();
            let value = if position == 0 {
                Value::Var(Var { name, wildcard: 0 })
            } else {
                Value::String {
                    value: name,
                    literal: None,
                }
            };
            Term { loc, value }
        })
        .collect();
    Import {
        row,
        at: 0,
        path,
        alias: None,
        added: true,
    }
}
