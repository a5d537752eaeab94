//! Whether findings point at the right place: trivy's checks and Gatekeeper's constraints over real manifests.
//!
//! A finding's line must lie inside of the document that the finding is of. Which one that is, is known from a second
//! run in which each document is a file of its own. Where the message names a container, a volume or a subject, the
//! line must lie inside of that element. Where elements lie is read by another YAML reader than kpol's own.

mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use kpol_diagnostics::SourceMap;
use kpol_input::Options;
use serde::Deserialize;

use self::tree::{Element, Tree};
use super::{Tally, gatekeeper};

#[derive(Deserialize)]
struct FileResult {
    filename: String,
    namespace: String,
    #[serde(default)]
    failures: Vec<Item>,
    #[serde(default)]
    warnings: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    msg: String,
    location: Option<Location>,
}

#[derive(Deserialize)]
struct Location {
    line: usize,
}

struct Finding {
    namespace: String,
    msg: String,
    line: usize,
}

/// Runs the suite over `files/` of a folder; trivy's checks and Gatekeeper's library lie in folders beside it. A case is
/// a finding that is in the right document (category `document`), or inside of the element that its message names
/// (`element`).
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn run(dir: &Path) -> Result<Tally, String> {
    let dir = dir.canonicalize().map_err(|error| error.to_string())?;
    let corpora = dir.parent().ok_or_else(|| "no folder above".to_owned())?;
    let policies: Vec<PathBuf> = ["lib", "checks"]
        .iter()
        .map(|folder| corpora.join("trivy-checks").join(folder))
        .collect();
    let mut tally = Tally::default();
    judge(&dir, "trivy", &policies, &mut tally)?;
    let policies = gatekeeper::manifests::policies(&dir)?;
    judge(&dir, "gatekeeper", &policies, &mut tally)?;
    Ok(tally)
}

/// Judges the findings of one set of policies.
fn judge(dir: &Path, set: &str, policies: &[PathBuf], tally: &mut Tally) -> Result<(), String> {
    let found = kpol(&dir.join("files"), policies)?;
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    for name in found.keys() {
        split(&dir.join("files").join(name), &scratch.path().join(name))?;
    }
    let single = kpol(scratch.path(), policies)?;
    for (name, findings) in &found {
        let text = std::fs::read_to_string(dir.join("files").join(name))
            .map_err(|error| format!("{name}: {error}"))?;
        let Ok(trees) = tree::read(&text) else {
            // The second reader refuses some texts that kpol and the API server read.
            continue;
        };
        let mut wanted: BTreeMap<(usize, &str, &str), usize> = BTreeMap::new();
        for document in 0..trees.len() {
            let one = single.get(&format!("{name}/{document}.json"));
            for finding in one.into_iter().flatten() {
                *wanted
                    .entry((document, &finding.namespace, &finding.msg))
                    .or_default() += 1;
            }
        }
        for finding in findings {
            let case = format!("{name}:{}: {}", finding.line, finding.msg);
            let document = trees.iter().position(|tree| tree.contains(finding.line));
            let key = document.map(|at| (at, &*finding.namespace, &*finding.msg));
            let left = key.and_then(|key| wanted.get_mut(&key));
            let in_document = match left {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    Ok(())
                }
                _ => Err("the line is in another document".to_owned()),
            };
            tally.add(&format!("{set}: document"), &case, in_document);
            let Some(tree) = document.and_then(|at| trees.get(at)) else {
                continue;
            };
            let named = named(&finding.msg, tree);
            if !named.is_empty() {
                let inside = named.iter().any(|element| element.contains(finding.line));
                let result = inside
                    .then_some(())
                    .ok_or_else(|| format!("not inside of {named:?}"));
                tally.add(&format!("{set}: element"), &case, result);
            }
        }
    }
    Ok(())
}

/// Findings by file, relative to the folder. Unmodified checks: `result.new` is a builtin of kpol.
fn kpol(folder: &Path, policies: &[PathBuf]) -> Result<BTreeMap<String, Vec<Finding>>, String> {
    let mut command = Command::new(super::kpol()?);
    command.args(["test", "-o", "json", "--all-namespaces", "."]);
    for policy in policies {
        command.arg("-p").arg(policy);
    }
    let output = command
        .current_dir(folder)
        .output()
        .map_err(|error| error.to_string())?;
    let results: Vec<FileResult> = serde_json::from_slice(&output.stdout).map_err(|error| {
        let told = String::from_utf8_lossy(&output.stderr);
        format!("kpol's output is no JSON: {error}\n{told}")
    })?;
    let mut files: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    for result in results {
        let name = result.filename.trim_start_matches("./").to_owned();
        for item in result.failures.into_iter().chain(result.warnings) {
            let line = item.location.map_or(0, |location| location.line);
            files.entry(name.clone()).or_default().push(Finding {
                namespace: result.namespace.clone(),
                msg: item.msg,
                line,
            });
        }
    }
    Ok(files)
}

/// Writes each document of a file as a file of its own.
fn split(file: &Path, to: &Path) -> Result<(), String> {
    let mut sources = SourceMap::new();
    let documents = kpol_input::read_path(&mut sources, file, &Options::verbatim())
        .map_err(|error| error.to_string())?;
    let failed = |error: std::io::Error| format!("{}: {error}", to.display());
    std::fs::create_dir_all(to).map_err(failed)?;
    for (number, document) in documents.iter().enumerate() {
        std::fs::write(to.join(format!("{number}.json")), document.to_json()).map_err(failed)?;
    }
    Ok(())
}

/// The elements that a message names, by the longest name where several are part of it.
fn named<'t>(msg: &str, tree: &'t Tree) -> Vec<&'t Element> {
    let lower = msg.to_lowercase();
    let says = |element: &Element| {
        let name = element.name.to_lowercase();
        let kind = element.kind;
        [("'", "'"), ("\"", "\""), ("<", ">"), ("", " "), ("", "'")]
            .iter()
            .any(|(before, after)| lower.contains(&format!("{kind} {before}{name}{after}")))
    };
    let named: Vec<&Element> = tree.elements.iter().filter(|one| says(one)).collect();
    let longest: BTreeSet<usize> = named.iter().map(|one| one.name.len()).collect();
    let longest = longest.last().copied().unwrap_or_default();
    named
        .into_iter()
        .filter(|one| one.name.len() == longest)
        .collect()
}
