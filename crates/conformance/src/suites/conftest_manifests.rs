//! What conftest says about real manifests, with kpol in its place: the same failures and warnings.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::{Tally, lines, trivy};

/// One failure or warning; also a row of the golden files.
#[derive(Deserialize, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    path: String,
    namespace: String,
    result: String,
    msg: String,
}

/// An element of conftest's JSON output.
#[derive(Deserialize)]
struct Element {
    filename: String,
    namespace: String,
    #[serde(default)]
    warnings: Vec<Item>,
    #[serde(default)]
    failures: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    msg: String,
}

/// Runs the suite in a folder: `conftest/*.jsonl` over `files/`. Other corpora lie beside the folder.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn run(dir: &Path) -> Result<Tally, String> {
    let dir = dir.canonicalize().map_err(|error| error.to_string())?;
    let corpora = dir.parent().ok_or_else(|| "no folder above".to_owned())?;
    let example = corpora.join("conftest/examples/kubernetes/policy");
    let checks = tempfile::tempdir().map_err(|error| error.to_string())?;
    trivy::shimmed(&corpora.join("trivy-checks"), checks.path())?;
    let mut tally = Tally::default();
    for (golden, policy, flags) in [
        ("kubernetes-example-policy", example.as_path(), &[][..]),
        ("trivy-checks", checks.path(), &["--all-namespaces"]),
    ] {
        let wanted: Vec<Row> = lines(&dir.join(format!("conftest/{golden}.jsonl")))?;
        let got = kpol(&dir, policy, flags)?;
        compare(golden, &wanted, &got, &mut tally);
    }
    Ok(tally)
}

fn kpol(dir: &Path, policy: &Path, flags: &[&str]) -> Result<Vec<Row>, String> {
    let output = Command::new(super::kpol()?)
        .args(["test", "--conftest-compat", "-o", "json", "-p"])
        .arg(policy)
        .args(flags)
        .arg("files")
        .current_dir(dir)
        .output()
        .map_err(|error| error.to_string())?;
    let elements: Vec<Element> = serde_json::from_slice(&output.stdout).map_err(|error| {
        format!(
            "kpol's output is not conftest's JSON: {error}\n{}",
            String::from_utf8_lossy(&output.stderr)
        )
    })?;
    let mut rows = Vec::new();
    for element in elements {
        let results = [("warning", element.warnings), ("failure", element.failures)];
        for (result, items) in results {
            rows.extend(items.into_iter().map(|item| Row {
                path: element.filename.clone(),
                namespace: element.namespace.clone(),
                result: result.to_owned(),
                msg: item.msg,
            }));
        }
    }
    Ok(rows)
}

/// A case for each file of the golden rows, and one for each other file that has findings.
fn compare(golden: &str, wanted: &[Row], got: &[Row], tally: &mut Tally) {
    let mut files: BTreeMap<&str, (Vec<&Row>, Vec<&Row>)> = BTreeMap::new();
    for row in wanted {
        files.entry(&row.path).or_default().0.push(row);
    }
    for row in got {
        files.entry(&row.path).or_default().1.push(row);
    }
    for (path, (mut wanted, mut got)) in files {
        wanted.sort();
        got.sort();
        let show = |rows: &[&Row]| {
            let texts = rows
                .iter()
                .map(|row| format!("{} {}: {}", row.result, row.namespace, row.msg));
            texts.collect::<Vec<_>>().join("\n")
        };
        let result = if wanted == got {
            Ok(())
        } else {
            Err(format!("wanted {}\ngot    {}", show(&wanted), show(&got)))
        };
        tally.add(golden, &format!("{golden}: {path}"), result);
    }
}
