//! Makes a case smaller for as long as it still shows a difference.

use serde_json::Value;

use crate::case::Case;

/// The smallest case that was found for which `differs` holds, as it does for `case`.
pub(crate) fn minimise(case: Case, mut differs: impl FnMut(&Case) -> bool) -> Case {
    let mut best = case;
    loop {
        let smaller = candidates(&best).into_iter().find(|c| differs(c));
        match smaller {
            Some(smaller) => best = smaller,
            None => return best,
        }
    }
}

/// Cases with one thing less, larger things first.
fn candidates(case: &Case) -> Vec<Case> {
    let mut out = Vec::new();
    let mut without = |change: &dyn Fn(&mut Case)| {
        let mut smaller = case.clone();
        change(&mut smaller);
        out.push(smaller);
    };
    if case.queries.len() > 1 {
        for i in 0..case.queries.len() {
            without(&|c| c.queries = vec![case.queries[i].clone()]);
        }
    }
    for rule in (0..case.rules.len()).rev() {
        without(&|c| {
            c.rules.remove(rule);
        });
    }
    for (i, rule) in case.rules.iter().enumerate() {
        for branch in (1..rule.branches.len()).rev() {
            without(&|c| {
                c.rules[i].branches.remove(branch);
            });
        }
        for (j, branch) in rule.branches.iter().enumerate() {
            for statement in (0..branch.body.len()).rev() {
                without(&|c| {
                    c.rules[i].branches[j].body.remove(statement);
                });
            }
        }
    }
    if case.strict {
        without(&|c| c.strict = false);
    }
    if !case.imports.is_empty() {
        without(&|c| c.imports.clear());
    }
    if case.input.is_some() {
        without(&|c| c.input = None);
    }
    for key in keys(case.input.as_ref()) {
        without(&|c| remove(c.input.as_mut(), &key));
    }
    for key in keys(Some(&case.data)) {
        without(&|c| remove(Some(&mut c.data), &key));
    }
    out
}

fn keys(value: Option<&Value>) -> Vec<String> {
    value
        .and_then(Value::as_object)
        .map(|entries| entries.keys().cloned().collect())
        .unwrap_or_default()
}

fn remove(value: Option<&mut Value>, key: &str) {
    if let Some(Value::Object(entries)) = value {
        entries.remove(key);
    }
}
