//! Imports of keywords: which the version makes needless, and which it needs.

use crate::Target;
use crate::tree::{Import, Loc, Term, Value, Var};

/// The imports that a module gets for a version.
pub(crate) fn settle(imports: &mut Vec<Import>, target: Target, drop_needless: bool) {
    let is = |import: &Import, path: &[&str]| import.segments() == path;
    let v2 = imports.iter().any(|import| is(import, &["rego", "v2"]));
    let drop_v1 = v2 || (target == Target::V1 && drop_needless);
    if drop_v1 {
        imports.retain(|import| !is(import, &["rego", "v1"]));
    } else if target == Target::V0AndV1
        && !imports.iter().any(|import| is(import, &["rego", "v1"]))
    {
        imports.push(rego_v1(imports));
    }
    let v1 = v2 || imports.iter().any(|import| is(import, &["rego", "v1"]));
    if (target != Target::V0 || v1) && (drop_needless || v1) {
        imports.retain(|import| import.segments().first() != Some(&"future"));
    }
}

/// `import rego.v1` behind the other imports of keywords.
fn rego_v1(imports: &[Import]) -> Import {
    let row = imports
        .iter()
        .filter(|import| import.segments().first() == Some(&"future"))
        .map(|import| import.row + 1)
        .max()
        .unwrap_or(1);
    let loc = Loc {
        row,
        ..Loc::default()
    };
    Import {
        row,
        path: vec![
            Term {
                loc,
                value: Value::Var(Var {
                    name: "rego".to_owned(),
                    wildcard: 0,
                }),
            },
            Term {
                loc,
                value: Value::String {
                    value: "v1".to_owned(),
                    literal: None,
                },
            },
        ],
        alias: None,
        added: true,
    }
}
