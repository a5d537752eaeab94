//! Fields of other types than Kubernetes has: the built-in policies look past them. A policy that stopped there
//! would leave the whole object unchecked.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Folder, kpol, repository};

/// What may stand in the place of a field.
fn others() -> Vec<Value> {
    vec![
        json!(null),
        json!(7),
        json!("text"),
        json!(true),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!([{}]),
        json!({"a": 7}),
    ]
}

/// The JSON pointers of all nodes below this one.
fn pointers(node: &Value, at: &str, into: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match node {
        Value::Object(members) => (members.iter())
            .map(|(key, child)| (key.replace('~', "~0").replace('/', "~1"), child))
            .collect(),
        Value::Array(items) => (items.iter().enumerate())
            .map(|(i, child)| (i.to_string(), child))
            .collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        let here = format!("{at}/{key}");
        pointers(child, &here, into);
        into.push(here);
    }
}

/// Each document once for each of its nodes, with another value there.
fn altered(document: &Value) -> Vec<String> {
    let mut all = Vec::new();
    pointers(document, "", &mut all);
    let others = others();
    (all.iter().enumerate())
        .map(|(i, pointer)| {
            let mut copy = document.clone();
            *copy.pointer_mut(pointer).unwrap() = others[i % others.len()].clone();
            copy.to_string()
        })
        .collect()
}

#[test]
fn no_policy_stops_at_a_field_of_another_type() {
    let mut args = vec!["parse".to_owned()];
    for entry in std::fs::read_dir(repository().join("testdata/manifests/bad")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        args.push(format!("testdata/manifests/bad/{name}"));
    }
    args.sort_by_key(|arg| (arg != "parse", arg.clone()));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let parsed = kpol(&args).expect(0).json();
    let mut documents = Vec::new();
    for file in parsed.as_object().unwrap().values() {
        match file {
            Value::Array(list) => list.iter().for_each(|one| documents.extend(altered(one))),
            one => documents.extend(altered(one)),
        }
    }
    assert!(documents.len() > 1000, "{}", documents.len());
    let folder = Folder::new().file("all.yaml", documents.join("\n---\n"));
    let run = folder.kpol(&["test", "all.yaml", "--pack", "all", "-o", "json"]);
    let errors: BTreeSet<String> = (run.json().as_array().unwrap().iter())
        .filter_map(|result| result.get("errors").and_then(Value::as_array))
        .flatten()
        .map(|error| error["msg"].to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
