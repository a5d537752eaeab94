//! The same JSON as conftest's: `cases/FORMAT/NAME` with the real conftest's answer in
//! `NAME.answer`; where there is none, conftest refuses the file, too.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use kpol_diagnostics::{SourceMap, one_line};
use kpol_formats::{Options, Parser, read};
use serde_json::Value;

fn options() -> Options {
    Options {
        input: kpol_input::Options::verbatim(),
        // What the answers were recorded with.
        env: |name| (name == "CASE_USER").then(|| "someone".to_owned()),
        proto_dirs: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protos")],
    }
}

/// Where two values differ first.
fn difference(ours: &Value, theirs: &Value, path: &str) -> String {
    if let (Value::Object(left), Value::Object(right)) = (ours, theirs) {
        for key in left.keys().chain(right.keys()) {
            let (left, right) = (left.get(key), right.get(key));
            match (left, right) {
                (Some(left), Some(right)) if same(left, right) => {}
                (Some(left), Some(right)) => {
                    return difference(left, right, &format!("{path}/{key}"));
                }
                _ => return format!("{path}/{key}: {left:?} not {right:?}"),
            }
        }
    }
    if let (Value::Array(left), Value::Array(right)) = (ours, theirs)
        && left.len() == right.len()
    {
        let pairs = left.iter().zip(right).enumerate();
        if let Some((at, (left, right))) = pairs.into_iter().find(|(_, (l, r))| !same(l, r)) {
            return difference(left, right, &format!("{path}/{at}"));
        }
    }
    format!("{path}: {ours} not {theirs}")
}

/// Equal as JSON, with numbers as floats.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64() == right.as_f64()
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}

#[test]
fn same_json() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for folder in fs::read_dir(&root).unwrap() {
        let folder = folder.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let parser: Parser = name.parse().unwrap();
        if !parser.is_supported() {
            continue;
        }
        for file in fs::read_dir(&folder).unwrap() {
            let file = file.unwrap().path();
            let case = file.file_name().unwrap().to_str().unwrap().to_owned();
            if case.ends_with(".answer") {
                continue;
            }
            seen.insert(name.clone());
            let text = fs::read_to_string(&file).unwrap();
            let mut sources = SourceMap::new();
            let source = sources.add(file.to_string_lossy(), text);
            let result = read(&sources, source, parser, &options());
            let answer = folder.join(format!("{case}.answer"));
            match result {
                Ok(documents) => {
                    let ours = match documents.as_slice() {
                        [only] => only.to_json(),
                        many => {
                            let texts: Vec<_> =
                                many.iter().map(kpol_input::Document::to_json).collect();
                            format!("[{}]", texts.join(","))
                        }
                    };
                    match fs::read_to_string(&answer) {
                        Ok(theirs) => {
                            let ours: Value = serde_json::from_str(&ours).unwrap();
                            let theirs: Value = serde_json::from_str(&theirs).unwrap();
                            if !same(&ours, &theirs) {
                                wrong.push(format!(
                                    "{name}/{case}{}",
                                    difference(&ours, &theirs, ": ")
                                ));
                            }
                        }
                        Err(_) => wrong.push(format!("{name}/{case} should be refused: {ours}")),
                    }
                }
                Err(error) => {
                    let line = one_line(&sources, &error.diagnostic());
                    if answer.exists() {
                        wrong.push(line);
                    } else {
                        assert!(!error.span().is_nowhere(), "{line}");
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(!seen.is_empty());
}
