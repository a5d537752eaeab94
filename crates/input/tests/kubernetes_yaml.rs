//! YAML is read as `sigs.k8s.io/yaml` 1.6 reads it.
//!
//! `cases/kubernetes.jsonl` holds texts with the JSON that its `YAMLToJSON` makes of the first document and the
//! number of documents that its decoder counts, or `error`. Recorded from runs of it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use kpol_diagnostics::SourceMap;
use kpol_input::{Document, Format, InputError, Options, read};
use serde_json::Value;

/// Where kpol differs on purpose.
const DIFFERENT: &[(&str, &str)] = &[
    // Integers stay exact, where Go makes floats of those beyond 64 bits.
    ("a: -9223372036854775809\n", r#"{"a":-9223372036854775809}"#),
    ("a: 18446744073709551616\n", r#"{"a":18446744073709551616}"#),
    (
        "a: +18446744073709551615\n",
        r#"{"a":18446744073709551615}"#,
    ),
    (
        "a: 123456789012345678901234567890\n",
        r#"{"a":123456789012345678901234567890}"#,
    ),
    (
        "a: 0777777777777777777777777\n",
        r#"{"a":777777777777777777777777}"#,
    ),
    // A key that is given twice is an error, where the last one wins in Go.
    (
        "a: 1\na: 2\n",
        "error: key `a` is given twice, first in line 1",
    ),
    (
        "{a: 1, a: 2}\n",
        "error: key `a` is given twice, first in line 1",
    ),
];

fn parse(text: &str) -> Result<Vec<Document>, InputError> {
    let mut sources = SourceMap::new();
    let source = sources.add("case.yaml", text);
    read(&sources, source, Format::Yaml, &Options::verbatim())
}

/// Members by name, as Go writes them.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut members: Vec<(String, Value)> = map
                .into_iter()
                .map(|(key, value)| (key, sorted(value)))
                .collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

fn normal(json: &str) -> String {
    sorted(serde_json::from_str(json).unwrap()).to_string()
}

#[test]
fn cases() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in include_str!("cases/kubernetes.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = case["yaml"].as_str().unwrap();
        let result = parse(text);
        let got = match &result {
            Ok(documents) => documents
                .first()
                .map_or_else(|| "null".to_owned(), |first| normal(&first.to_json())),
            Err(error) => format!("error: {error}"),
        };
        let different = DIFFERENT.iter().find(|(yaml, _)| *yaml == text);
        let right = match (different, case["json"].as_str()) {
            (Some((_, expected)), _) => got == *expected,
            (None, Some(json)) => {
                let documents = result.as_ref().map_or(0, Vec::len) as u64;
                got == normal(json) && Some(documents) == case["documents"].as_u64()
            }
            (None, None) => result.is_err(),
        };
        count += 1;
        if !right {
            wrong.push(format!("{text:?}: {got}, expected {case}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 490, "{count} cases");
}

#[test]
fn tags_that_are_declared_end_with_their_document() {
    assert!(parse("%TAG !a! tag:a,2000:\n---\nx: !a!b c\n").is_ok());
    assert!(parse("%TAG !a! tag:a,2000:\n---\nx: 1\n---\nx: !a!b c\n").is_err());
}

#[test]
fn every_document_has_its_own_anchors() {
    let error = parse("a: &x 1\n---\nb: *x\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no anchor `x` before this alias"
    );
}
