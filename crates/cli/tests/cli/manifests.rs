//! The built-in policies over `testdata/manifests`: each mistake at its place, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{kpol, repository};

const ROOT: &str = "testdata/manifests";

/// Findings by file, in the shape of `expected.json` without `value_column`, and sorted.
type Found = BTreeMap<String, Vec<String>>;

fn expected() -> Found {
    let text = std::fs::read_to_string(repository().join(ROOT).join("expected.json")).unwrap();
    let files: BTreeMap<String, Vec<Value>> = serde_json::from_str(&text).unwrap();
    files
        .into_iter()
        .map(|(file, findings)| {
            let lines = findings.into_iter().map(|mut finding| {
                let path = dotted(&finding["path"]);
                let finding = finding.as_object_mut().unwrap();
                finding.shift_remove("value_column");
                finding.insert("path".to_owned(), json!(path));
                Value::Object(finding.clone()).to_string()
            });
            (file, lines.collect::<BTreeSet<_>>().into_iter().collect())
        })
        .collect()
}

/// `["spec", "containers", 0]` as `spec.containers[0]`.
fn dotted(path: &Value) -> String {
    let mut text = String::new();
    for key in path.as_array().unwrap() {
        match key.as_str() {
            Some(key) if text.is_empty() => text.push_str(key),
            Some(key) if key.contains(['.', '/', '-']) => {
                text.push_str(&format!("[{}]", Value::from(key)));
            }
            Some(key) => text.push_str(&format!(".{key}")),
            None => text.push_str(&format!("[{key}]")),
        }
    }
    text
}

/// `kubernetes.images.tag` is the package of the rule `images/tag`.
fn rule_id(package: &str) -> String {
    let name = package.strip_prefix("kubernetes.").unwrap();
    name.replace('.', "/").replace('_', "-")
}

fn found() -> Found {
    let run = kpol(&["test", ROOT, "-o", "json"]).expect(1);
    let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for result in run.json().as_array().unwrap() {
        let name = result["filename"].as_str().unwrap();
        let file = name.strip_prefix("testdata/manifests/").unwrap().to_owned();
        let into = files.entry(file).or_default();
        assert_eq!(result.get("errors"), None, "{result}");
        for (member, level) in [("failures", "deny"), ("warnings", "warn")] {
            for finding in result
                .get(member)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                let location = &finding["location"];
                assert_eq!(location["file"], result["filename"], "{finding}");
                let line = json!({
                    "rule": rule_id(result["namespace"].as_str().unwrap()),
                    "level": level,
                    "message": finding["msg"],
                    "line": location["line"],
                    "column": location["column"],
                    "path": location.get("path").cloned().unwrap_or(json!("")),
                });
                assert!(into.insert(line.to_string()), "twice: {line}");
            }
        }
    }
    files
        .into_iter()
        .map(|(file, lines)| (file, lines.into_iter().collect()))
        .collect()
}

#[test]
fn every_mistake_is_found_at_its_place_and_nothing_else() {
    let (expected, mut found) = (expected(), found());
    // A JSON file below the folder, and no manifest: nothing is said about it.
    assert_eq!(found.remove("expected.json"), Some(Vec::new()));
    assert_eq!(
        expected.keys().collect::<Vec<_>>(),
        found.keys().collect::<Vec<_>>()
    );
    for (file, findings) in &expected {
        assert_eq!(findings, &found[file], "{file}");
    }
    assert!(expected.values().map(Vec::len).sum::<usize>() > 20);
}

/// Each policy of the library has at least one bad example, so that the test above says something about it.
#[test]
fn every_policy_has_a_bad_example() {
    let expected: BTreeSet<String> = expected().into_values().flatten().collect();
    for rule in [
        "images/digest",
        "images/tag",
        "namespace/pod-security",
        "network/default-deny",
        "rbac/cluster-admin-service-account",
        "rbac/wildcard-resources",
        "rbac/wildcard-verbs",
        "workload/capabilities",
        "workload/host-namespaces",
        "workload/privilege-escalation",
        "workload/privileged",
        "workload/read-only-root-filesystem",
        "workload/resources",
        "workload/run-as-non-root",
        "workload/seccomp",
    ] {
        let needle = format!("\"rule\":\"{rule}\"");
        assert!(expected.iter().any(|line| line.contains(&needle)), "{rule}");
    }
}

#[test]
fn good_examples_pass() {
    let run = kpol(&["test", "testdata/manifests/good", "--fail-on-warn"]).expect(0);
    assert!(run.stdout.contains(" 0 warnings, 0 failures, "), "{run:#?}");
}

#[test]
fn each_file_by_itself_has_its_exit_code() {
    // What a namespace has is seen over all files, so these alone are in no need of the others.
    for name in ["privileged", "capabilities", "image-tag", "host-namespaces"] {
        let bad = format!("{ROOT}/bad/{name}.yaml");
        let good = format!("{ROOT}/good/{name}.yaml");
        kpol(&["test", &bad]).expect(1);
        kpol(&["test", &good]).expect(0);
    }
}
