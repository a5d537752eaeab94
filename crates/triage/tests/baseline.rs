//! Baselines suppress what is known, as often as it is known.
#![allow(clippy::unwrap_used)]

use kpol_findings::{FileResult, Finding, Level, RuleId};
use kpol_triage::Baseline;

type Case = (
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
    bool,
);

fn result(failures: &[&str]) -> FileResult {
    let finding = |message: &&str| Finding {
        rule: RuleId {
            package: "main".into(),
            name: "deny".into(),
            id: None,
        },
        level: Level::Failure,
        severity: None,
        message: (*message).to_owned(),
        namespace: "main".into(),
        object: None,
        location: None,
        loc: None,
        metadata: serde_json::Map::new(),
        remediation: None,
        title: None,
        links: Vec::new(),
        query: String::new(),
    };
    FileResult {
        filename: "a.yaml".into(),
        failures: failures.iter().map(finding).collect(),
        ..FileResult::default()
    }
}

#[test]
fn applies_as_often_as_known() {
    // Known, found, left as failures, told as fixed.
    let table: [Case; 5] = [
        (&[], &["a"], &["a"], false),
        (&["a"], &["a"], &[], false),
        (&["a"], &["a", "a", "b"], &["a", "b"], false),
        (&["a", "a"], &["a"], &[], true),
        (&["a"], &[], &[], true),
    ];
    for (known, found, left, fixed) in table {
        let mut written = Baseline::default();
        written.add(&result(known));
        let mut baseline = Baseline::read(&written.to_json().unwrap()).unwrap();
        assert_eq!(baseline, written);
        let mut result = result(found);
        baseline.apply(&mut result, "base.json");
        let messages: Vec<_> = result.failures.iter().map(|f| f.message.as_str()).collect();
        assert_eq!(messages, left, "{known:?} {found:?}");
        assert_eq!(result.suppressed.len() + left.len(), found.len());
        assert!(result.suppressed.iter().all(|s| s.by == "base.json"));
        assert_eq!(
            baseline.fixed("base.json").is_some(),
            fixed,
            "{known:?} {found:?}"
        );
    }
}

#[test]
fn refuses_what_is_no_baseline() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"version":2,"findings":{}}"#,
        r#"{"version":1,"findings":{},"x":1}"#,
    ] {
        assert!(Baseline::read(text).is_err(), "{text}");
    }
}
