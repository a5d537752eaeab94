//! What policies evaluate to, planned and optimised in every way.

use kpol_compiler::ir::interp::Error;

use crate::canonical::canonical;
use crate::pipeline::{Case, WAYS, evaluate};

#[test]
fn values_are_those_of_opa() {
    let mut failures = Vec::new();
    let mut checked = 0;
    for (case, compiled) in Case::valid() {
        let Some(expected) = case.file("expected.json") else {
            continue;
        };
        let expected = canonical(&expected);
        checked += 1;
        for way in WAYS {
            let found = evaluate(&compiled.policy(way), 0, &case.documents());
            let found = match found {
                Ok(Some(json)) => canonical(&json),
                Ok(None) => "undefined".to_owned(),
                Err(error) => error.to_string(),
            };
            if found != expected {
                failures.push(format!(
                    "{} ({}):\n  expected {expected}\n  found    {found}",
                    case.name, way.name
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(checked >= 60, "{checked} policies");
}

/// Conflicts are found at the rule that OPA names, in whatever way it is planned.
#[test]
fn conflicts_are_those_of_opa() {
    let mut checked = 0;
    for (case, compiled) in Case::valid() {
        let Some(wanted) = case.file("error.txt") else {
            continue;
        };
        checked += 1;
        for way in WAYS {
            let policy = compiled.policy(way);
            let Err(Error::Conflict(site)) = evaluate(&policy, 0, &case.documents()) else {
                panic!("{} ({}): no conflict", case.name, way.name);
            };
            let site = &policy.sites[site.index()];
            let line = compiled.sources.line_col(site.span).line;
            assert_eq!(
                format!("eval_conflict_error {line}"),
                wanted.trim(),
                "{} ({})",
                case.name,
                way.name
            );
        }
    }
    assert_eq!(checked, 5);
}
