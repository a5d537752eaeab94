//! The cases of data-driven tests.

use std::collections::BTreeMap;

use serde_json::Value;

/// A case of a data-driven test, or a group of cases.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Case {
    /// Whether it failed, or one of its cases did.
    pub failed: bool,
    /// Cases below it, by name.
    pub cases: BTreeMap<String, Case>,
}

/// The cases that a test's value shows, by name.
pub(crate) fn of_value(value: &Value) -> BTreeMap<String, Case> {
    let Value::Object(members) = value else {
        return BTreeMap::new();
    };
    members
        .iter()
        .map(|(name, value)| (name.clone(), of_member(value)))
        .collect()
}

fn of_member(value: &Value) -> Case {
    let cases = of_value(value);
    Case {
        failed: match value {
            Value::Object(_) => any_failed(&cases),
            // OPA takes null for no result, and no result for no failure.
            Value::Null => false,
            other => *other != Value::Bool(true),
        },
        cases,
    }
}

pub(crate) fn any_failed(cases: &BTreeMap<String, Case>) -> bool {
    cases.values().any(|case| case.failed)
}

/// Adds a case that the test came to: where the value does not show it, it failed.
pub(crate) fn add(cases: &mut BTreeMap<String, Case>, noted: &str) {
    let Ok(Value::Array(names)) = serde_json::from_str(noted) else {
        return;
    };
    let mut failed = false;
    let mut here = &mut *cases;
    let names: Vec<String> = names.iter().map(name).collect();
    for (at, name) in names.iter().enumerate() {
        let case = here.entry(name.clone()).or_insert_with(|| Case {
            failed: true,
            cases: BTreeMap::new(),
        });
        if at + 1 == names.len() {
            failed = case.failed;
        }
        here = &mut case.cases;
    }
    if !failed {
        return;
    }
    // What contains a failed case has failed.
    let mut here = cases;
    for name in &names {
        let Some(case) = here.get_mut(name) else {
            return;
        };
        case.failed = true;
        here = &mut case.cases;
    }
}

/// A key as a name: strings as they are, anything else as JSON.
fn name(key: &Value) -> String {
    match key {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
