//! The policy, run natively over whole documents.
#![allow(clippy::unwrap_used, reason = "tests")]

use kpol_policy_sdk::{Settings, Value, answer};
use resource_quantities::{Maximum, check};

fn run(document: &str) -> Value {
    run_with("{}", document)
}

fn run_with(settings: &str, document: &str) -> Value {
    let most = Maximum::read(&parse(settings.as_bytes())).unwrap();
    let text = answer(|document| check(&most, document), document.as_bytes());
    parse(&text)
}

fn parse(text: &[u8]) -> Value {
    std::str::from_utf8(text).unwrap().parse().unwrap()
}

#[test]
fn a_request_above_its_limit_is_found_at_its_place() {
    let findings = run(
        r#"{"kind": "Deployment", "spec": {"template": {"spec": {"containers": [
        {"name": "fine", "resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "1000m"}}},
        {"name": "web", "resources": {
            "requests": {"cpu": "250m", "memory": "1Gi"},
            "limits": {"cpu": "0.5", "memory": "1073M"}}}
    ]}}}}"#,
    );
    assert_eq!(
        findings,
        parse(
            br#"[{
            "msg": "container `web` requests `1Gi` of memory, more than its limit of `1073M`",
            "path": ["spec", "template", "spec", "containers", 1, "resources", "requests", "memory"]
        }]"#
        )
    );
}

#[test]
fn every_kind_and_list_is_read() {
    let spec = r#"{"initContainers": [{"name": "setup", "resources":
        {"requests": {"cpu": 2}, "limits": {"cpu": 1}}}]}"#;
    for document in [
        format!(r#"{{"kind": "Pod", "spec": {spec}}}"#),
        format!(r#"{{"kind": "Job", "spec": {{"template": {{"spec": {spec}}}}}}}"#),
        format!(
            r#"{{"kind": "CronJob", "spec": {{"jobTemplate": {{"spec": {{"template": {{"spec": {spec}}}}}}}}}}}"#
        ),
        format!(r#"{{"kind": "PodTemplate", "template": {{"spec": {spec}}}}}"#),
    ] {
        let findings = run(&document);
        assert_eq!(
            findings[0]["msg"], "container `setup` requests `2` of cpu, more than its limit of `1`",
            "{document}"
        );
        assert_eq!(findings.as_array().unwrap().len(), 1);
    }
}

#[test]
fn what_is_no_quantity_is_a_finding() {
    let findings = run(r#"{"kind": "Pod", "spec": {"containers": [{"resources":
        {"requests": {"cpu": "lots", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": null}}}]}}"#);
    let messages: Vec<&str> = findings
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["msg"].as_str().unwrap())
        .collect();
    assert_eq!(
        messages,
        [
            "container `(unnamed)` requests `lots` of cpu, which is no quantity",
            "container `(unnamed)` has the limit `null` of memory, which is no quantity",
        ]
    );
}

#[test]
fn absent_fields_and_other_kinds_pass() {
    for document in [
        "{}",
        "null",
        "[]",
        r#"{"kind": "Service"}"#,
        r#"{"kind": "Pod"}"#,
        r#"{"kind": "Pod", "spec": null}"#,
        r#"{"kind": "Pod", "spec": {"containers": null}}"#,
        r#"{"kind": "Pod", "spec": {"containers": [{}, null, 1]}}"#,
        r#"{"kind": "Pod", "spec": {"containers": [{"resources": {"requests": {"cpu": "1"}}}]}}"#,
    ] {
        assert_eq!(run(document), parse(b"[]"), "{document}");
    }
}

#[test]
fn a_limit_above_the_most_is_found_at_its_place() {
    let pod = r#"{"kind": "Pod", "spec": {"containers": [{"name": "web", "resources":
        {"requests": {"memory": "9Gi"}, "limits": {"memory": "8Gi", "cpu": "1"}}}]}}"#;
    let findings = run_with(r#"{"maximum": {"memory": "4Gi", "cpu": 2}}"#, pod);
    assert_eq!(findings.as_array().unwrap().len(), 2);
    assert_eq!(
        findings[1],
        parse(
            br#"{
            "msg": "container `web` may have `8Gi` of memory, more than `4Gi`",
            "path": ["spec", "containers", 0, "resources", "limits", "memory"]
        }"#
        )
    );
}

#[test]
fn settings_that_are_none_are_refused() {
    for (settings, said) in [
        (r#"{"maximum": 1}"#, "`maximum` is no object"),
        (
            r#"{"maximum": {"cpu": "x"}}"#,
            "`maximum.cpu` is no quantity: \"x\"",
        ),
        (r#"{"other": {}}"#, "there is no setting `other`"),
    ] {
        let refused = Maximum::read(&parse(settings.as_bytes()));
        assert_eq!(refused.unwrap_err(), said);
    }
    assert!(Maximum::read(&Value::Null).is_ok());
}
