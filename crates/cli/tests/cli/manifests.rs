//! The built-in policies over `testdata/manifests`: each mistake at its place, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{kpol, repository};

const ROOT: &str = "testdata/manifests";

/// Findings by file, in the shape of `expected/*.json` without `value_column`, and sorted.
type Found = BTreeMap<String, Vec<String>>;

fn expected() -> Found {
    let mut files: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for file in std::fs::read_dir(repository().join(ROOT).join("expected")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let area: BTreeMap<String, Vec<Value>> = serde_json::from_str(&text).unwrap();
        for (file, findings) in area {
            assert!(
                files.insert(file.clone(), findings).is_none(),
                "{file} twice"
            );
        }
    }
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

/// All rules of the library, and whether they are in the default pack.
fn rules() -> BTreeMap<String, bool> {
    let listed = kpol(&["policies", "list", "-o", "json"]).expect(0).json();
    let rule = |rule: &Value| {
        let packs = rule["packs"].as_array().unwrap();
        let id = rule["id"].as_str().unwrap().to_owned();
        (id, packs.contains(&json!("default")))
    };
    listed.as_array().unwrap().iter().map(rule).collect()
}

/// Whether a rule's findings count in a file: those of the default pack always, others where the file has their name.
fn counts(rules: &BTreeMap<String, bool>, rule: &str, file: &str) -> bool {
    let stem = file.split_once('/').unwrap().1.split_once('.').unwrap().0;
    rules.get(rule).copied().unwrap_or(true) || rule.replace('/', "-") == stem
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
    let run = kpol(&["test", ROOT, "-o", "json", "--pack", "all"]).expect(1);
    let rules = rules();
    let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for result in run.json().as_array().unwrap() {
        let name = result["filename"].as_str().unwrap();
        let file = name.strip_prefix("testdata/manifests/").unwrap().to_owned();
        let into = files.entry(file.clone()).or_default();
        assert_eq!(result.get("errors"), None, "{result}");
        for (member, level) in [("failures", "deny"), ("warnings", "warn")] {
            for finding in result
                .get(member)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                let rule = rule_id(result["namespace"].as_str().unwrap());
                if !counts(&rules, &rule, &file) {
                    continue;
                }
                let location = &finding["location"];
                assert_eq!(location["file"], result["filename"], "{finding}");
                let line = json!({
                    "rule": rule,
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
    // JSON files below the folder, and no manifests: nothing is said about them.
    found.retain(|file, findings| {
        assert!(!file.starts_with("expected/") || findings.is_empty());
        !file.starts_with("expected/")
    });
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
    for rule in rules().keys() {
        // It finds nothing without its parameter; its unit tests give one.
        if rule == "images/registry" {
            continue;
        }
        let needle = format!("\"rule\":\"{rule}\"");
        assert!(expected.iter().any(|line| line.contains(&needle)), "{rule}");
    }
}

#[test]
fn each_file_by_itself_has_its_exit_code() {
    // What a namespace has is seen over all files, so these alone are in no need of the others.
    for name in [
        "privileged",
        "capabilities",
        "images-tag",
        "host-namespaces",
    ] {
        let bad = format!("{ROOT}/bad/{name}.yaml");
        let good = format!("{ROOT}/good/{name}.yaml");
        kpol(&["test", &bad]).expect(1);
        kpol(&["test", &good]).expect(0);
    }
}
