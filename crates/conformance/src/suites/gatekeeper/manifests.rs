//! What gator says about real manifests, with `kpol test` in its place: the same violations.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{Tally, kpol, lines};
use crate::canonical;

/// A violation: a row of the golden file.
#[derive(Deserialize)]
struct Row {
    constraint: String,
    #[serde(rename = "apiVersion")]
    api_version: String,
    kind: String,
    namespace: Option<String>,
    name: Option<String>,
    msg: String,
    details: Value,
    action: String,
}

/// An element of kpol's JSON output.
#[derive(Deserialize)]
struct Element {
    filename: String,
    #[serde(default)]
    failures: Vec<Item>,
    #[serde(default)]
    warnings: Vec<Item>,
    #[serde(default)]
    errors: Vec<Value>,
}

#[derive(Deserialize)]
struct Item {
    msg: String,
    rule: String,
    #[serde(default)]
    object: Object,
    #[serde(default)]
    metadata: serde_json::Map<String, Value>,
}

#[derive(Deserialize, Default)]
struct Object {
    #[serde(default, rename = "apiVersion")]
    api_version: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    name: String,
}

/// The policy files that gator was given: `gator/policies.txt`, below the folder of all corpora.
pub(crate) fn policies(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let list = dir.join("gator/policies.txt");
    let text =
        std::fs::read_to_string(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    let corpora = dir.parent().ok_or_else(|| "no folder above".to_owned())?;
    Ok(text
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| corpora.join(line))
        .collect())
}

/// Runs the suite in a folder: `gator/violations.jsonl` over `files/`. A case is a violation, of gator or of kpol.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn run(dir: &Path) -> Result<Tally, String> {
    let dir = dir.canonicalize().map_err(|error| error.to_string())?;
    let mut command = Command::new(kpol()?);
    command.args(["test", "-o", "json"]);
    for policy in policies(&dir)? {
        command.arg("-p").arg(policy);
    }
    let output = command
        .arg("files")
        .current_dir(&dir)
        .output()
        .map_err(|error| error.to_string())?;
    let elements: Vec<Element> = serde_json::from_slice(&output.stdout).map_err(|error| {
        let told = String::from_utf8_lossy(&output.stderr);
        format!("kpol's output is no JSON: {error}\n{told}")
    })?;
    // How often gator and kpol tell a violation.
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for row in lines::<Row>(&dir.join("gator/violations.jsonl"))? {
        let text = canonical::text(
            &json!([
                row.constraint,
                row.api_version,
                row.kind,
                row.namespace.unwrap_or_default(),
                row.name.unwrap_or_default(),
                row.msg,
                row.details,
                row.action
            ]),
            false,
        );
        counts.entry(text).or_default().0 += 1;
    }
    let mut tally = Tally::default();
    for element in elements {
        for error in element.errors {
            let name = format!("{}: {error}", element.filename);
            tally.add("errors", &name, Err("not checked".to_owned()));
        }
        let results = [("deny", element.failures), ("warn", element.warnings)];
        for (level, items) in results {
            for item in items {
                let action = item.metadata.get("enforcementAction");
                let action = action.and_then(Value::as_str).unwrap_or(level);
                let details = item.metadata.get("details").cloned();
                let text = canonical::text(
                    &json!([
                        item.rule,
                        item.object.api_version,
                        item.object.kind,
                        item.object.namespace,
                        item.object.name,
                        item.msg,
                        details.unwrap_or_else(|| json!({})),
                        action
                    ]),
                    false,
                );
                counts.entry(text).or_default().1 += 1;
            }
        }
    }
    for (violation, (wanted, got)) in counts {
        for _ in 0..wanted.min(got) {
            tally.add("violations", &violation, Ok(()));
        }
        for _ in got..wanted {
            tally.add("violations", &violation, Err("gator only".to_owned()));
        }
        for _ in wanted..got {
            tally.add("violations", &violation, Err("kpol only".to_owned()));
        }
    }
    Ok(tally)
}
