//! The Pod Security Standards: the built-in library's verdicts beside those of the reference implementation.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kpol_diagnostics::SourceMap;
use kpol_engine::{Data, EntryId, Evaluator, Policy};
use kpol_input::{Document, Options, read_path};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::policies::{self, document};
use super::{Tally, library, lines};

/// What is asked for: for `level:version`, what a pod does not keep.
const QUERY: &str = "data.conformance.pod_security.violated";

/// The rule behind it.
const MODULE: &str = "package conformance.pod_security

import data.kubernetes.lib.workload
import data.kubernetes.lib.pod_security

violated[standard] := pod_security.evaluate(level, version, workload.template) if {
	some standard in data.standards
	[level, version] := split(standard, \":\")
}
";

/// A violation, as the corpus and the library tell it.
#[derive(Deserialize, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Violation {
    check: String,
    reason: String,
    detail: String,
}

/// What a pod does not keep, by `level:version`.
type Violated = BTreeMap<String, BTreeSet<Violation>>;

/// The failing checks, by `level@version`.
type Failing = BTreeMap<String, BTreeSet<String>>;

#[derive(Deserialize)]
struct Row {
    path: String,
    file: PathBuf,
    level: String,
    version: String,
    expected: String,
    violations: BTreeSet<Violation>,
}

#[derive(Deserialize)]
struct MatrixRow {
    file: PathBuf,
    level: String,
    ranges: Vec<Range>,
}

#[derive(Deserialize)]
struct Range {
    from: String,
    to: String,
    checks: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Doc {
    path: PathBuf,
    doc: usize,
    #[serde(default)]
    psa: BTreeMap<String, Psa>,
}

/// What the reference implementation says of a document.
#[derive(Deserialize)]
#[serde(untagged)]
enum Psa {
    Fails(BTreeSet<String>),
    /// Why Kubernetes cannot read the document: then there is no verdict.
    Unreadable(#[expect(dead_code, reason = "the reason is for people")] String),
}

#[derive(Deserialize)]
struct Label {
    path: PathBuf,
    doc: Value,
    policy: String,
    rule: String,
    name: String,
    psa_level: String,
    psa_check: String,
    psa_v1_37: String,
    agree: bool,
}

/// Runs the fixtures in a folder: each row of `index.jsonl` and `matrix.jsonl`, as a Pod and in a Deployment.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn fixtures(dir: &Path) -> Result<Tally, String> {
    let rows: Vec<Row> = lines(&dir.join("index.jsonl"))?;
    let matrix: Vec<MatrixRow> = lines(&dir.join("matrix.jsonl"))?;
    let files: BTreeSet<&PathBuf> = (rows.iter().map(|row| &row.file))
        .chain(matrix.iter().map(|row| &row.file))
        .collect();
    let standards = (0..=newest(&matrix)?)
        .flat_map(|minor| ["baseline", "restricted"].map(|level| format!("{level}:v1.{minor}")));
    let standards = Standards::load(standards)?;
    let files: Vec<&PathBuf> = files.into_iter().collect();
    let answers = files.par_iter().map_init(
        || standards.evaluator(),
        |evaluator, file| {
            let evaluator = evaluator.as_mut().map_err(|error| error.clone())?;
            let pod = only(&dir.join(file))?;
            let json = serde_json::from_str(&pod.to_json()).map_err(|error| error.to_string())?;
            let wrapped = document(&deployment(&json))?;
            let alone = standards.violated(evaluator, &pod)?;
            Ok((alone, standards.violated(evaluator, &wrapped)?))
        },
    );
    let answers: BTreeMap<&PathBuf, Result<(Violated, Violated), String>> = files
        .iter()
        .copied()
        .zip(answers.collect::<Vec<_>>())
        .collect();
    let mut tally = Tally::default();
    for (form, wrapped) in [("Pod", false), ("Deployment", true)] {
        let of = |file: &PathBuf, standard: &str| {
            let answer = answers.get(file).ok_or("not read")?;
            let (alone, template) = answer.as_ref().map_err(String::as_str)?;
            let violated = if wrapped { template } else { alone };
            Ok::<_, &str>(violated.get(standard).cloned().unwrap_or_default())
        };
        for row in &rows {
            let result = of(&row.file, &format!("{}:{}", row.level, row.version))
                .map_err(str::to_owned)
                .and_then(|found| {
                    equal(&found, &row.violations)?;
                    equal(&verdict(&found), &row.expected.as_str())
                });
            tally.add(form, &format!("{form} {}", row.path), result);
        }
        for row in &matrix {
            for range in &row.ranges {
                for version in minor(&range.from)?..=minor(&range.to)? {
                    let standard = format!("{}:v1.{version}", row.level);
                    let result = of(&row.file, &standard)
                        .map_err(str::to_owned)
                        .and_then(|found| equal(&checks(&found), &range.checks));
                    tally.add(
                        form,
                        &format!("{form} {} {standard}", row.file.display()),
                        result,
                    );
                }
            }
        }
    }
    Ok(tally)
}

/// Runs real manifests: the failing checks of each pod carrier of `docs.jsonl`.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn manifests(dir: &Path) -> Result<Tally, String> {
    let mut files: BTreeMap<PathBuf, Vec<(usize, Failing)>> = BTreeMap::new();
    for doc in lines::<Doc>(&dir.join("docs.jsonl"))? {
        let fails: Failing = (doc.psa.into_iter())
            .filter_map(|(standard, psa)| match psa {
                Psa::Fails(checks) => Some((standard, checks)),
                Psa::Unreadable(_) => None,
            })
            .collect();
        files.entry(doc.path).or_default().push((doc.doc, fails));
    }
    files.retain(|_, docs| docs.iter().any(|(_, fails)| !fails.is_empty()));
    let wanted = (files.values().flatten()).flat_map(|(_, psa)| psa.keys());
    let wanted: BTreeSet<String> = wanted.map(|standard| standard.replace('@', ":")).collect();
    let standards = Standards::load(wanted.into_iter())?;
    let mut evaluator = standards.evaluator()?;
    let mut tally = Tally::default();
    for (file, docs) in &files {
        let documents = read(&dir.join(file))?;
        for (number, psa) in docs {
            let found = (documents.get(*number))
                .ok_or_else(|| "no such document".to_owned())
                .and_then(|document| standards.violated(&mut evaluator, document));
            for (standard, checks_wanted) in psa {
                let name = format!("{}#{number} {standard}", file.display());
                let result = (found.as_ref().map_err(Clone::clone)).and_then(|found| {
                    let violated = found.get(&standard.replace('@', ":"));
                    equal(&violated.map(checks).unwrap_or_default(), checks_wanted)
                });
                tally.add(standard, &name, result);
            }
        }
    }
    Ok(tally)
}

/// Runs kyverno's labels: all rows of `pod-security.jsonl` where the reference implementation agrees with the label.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn kyverno(dir: &Path) -> Result<Tally, String> {
    let labels: Vec<Label> = lines(&dir.join("pod-security.jsonl"))?;
    let standards = ["baseline:v1.37", "restricted:v1.37"].map(str::to_owned);
    let standards = Standards::load(standards.into_iter())?;
    let mut evaluator = standards.evaluator()?;
    let mut files: BTreeMap<&PathBuf, Vec<Document>> = BTreeMap::new();
    let mut tally = Tally::default();
    for label in labels.iter().filter(|label| label.agree) {
        if !files.contains_key(&label.path) {
            files.insert(&label.path, read(&dir.join(&label.path))?);
        }
        let result = (files.get(&label.path))
            .and_then(|documents| labelled(documents, &label.doc))
            .ok_or_else(|| "no such document".to_owned())
            .and_then(|object| {
                let found = standards.violated(&mut evaluator, &document(&object)?)?;
                let found = found.get(&format!("{}:v1.37", label.psa_level));
                let fails = found.is_some_and(|found| checks(found).contains(&label.psa_check));
                equal(
                    &if fails { "deny" } else { "allow" },
                    &label.psa_v1_37.as_str(),
                )
            });
        let name = format!(
            "{}#{} {} {}/{}",
            label.path.display(),
            label.doc,
            label.name,
            label.policy,
            label.rule
        );
        tally.add(&label.policy, &name, result);
    }
    Ok(tally)
}

/// The object that a label is about: the number of a document, or `i.k` for an item of a list.
fn labelled(documents: &[Document], number: &Value) -> Option<Value> {
    let number = match number {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let (document, item) = match number.split_once('.') {
        Some((document, item)) => (document, Some(item)),
        None => (number.as_str(), None),
    };
    let document = documents.get(document.parse::<usize>().ok()?)?;
    let object: Value = serde_json::from_str(&document.to_json()).ok()?;
    match item {
        Some(item) => object
            .get("items")?
            .get(item.parse::<usize>().ok()?)
            .cloned(),
        None => Some(object),
    }
}

/// The library's standards, compiled, with those that are asked about.
struct Standards {
    policy: Policy,
    entry: EntryId,
    data: Arc<Data>,
}

impl Standards {
    fn load(standards: impl Iterator<Item = String>) -> Result<Standards, String> {
        let mut texts = library()?;
        texts.push(("conformance.rego".to_owned(), MODULE.to_owned()));
        let parsed = policies::parse(texts, kpol_syntax::ast::RegoVersion::V1)?;
        let engine = kpol_engine::Engine::new(kpol_engine::EngineOptions::default())
            .map_err(|error| error.to_string())?;
        let path = QUERY.split('.').skip(1).map(str::to_owned).collect();
        let policy = policies::load(&engine, &parsed, vec![path])?;
        let entry = policy
            .entrypoint(QUERY)
            .ok_or_else(|| format!("no entrypoint {QUERY}"))?;
        let standards: Vec<String> = standards.collect();
        let data = policies::data(&json!({"standards": standards}))?;
        Ok(Standards {
            policy,
            entry,
            data,
        })
    }

    fn evaluator(&self) -> Result<Evaluator, String> {
        policies::evaluator(&self.policy, Arc::clone(&self.data))
    }

    fn violated(&self, evaluator: &mut Evaluator, pod: &Document) -> Result<Violated, String> {
        let json = evaluator
            .set_input(pod)
            .and_then(|()| evaluator.evaluate(self.entry)?.json())
            .map_err(|error| format!("{}: {error}", error.code()))?;
        serde_json::from_str(&json.unwrap_or_else(|| "{}".to_owned()))
            .map_err(|error| error.to_string())
    }
}

/// The documents of a file, as the corpora count them: lists are one document.
fn read(file: &Path) -> Result<Vec<Document>, String> {
    let options = Options {
        expand_lists: false,
        ..Options::default()
    };
    read_path(&mut SourceMap::new(), file, &options).map_err(|error| error.to_string())
}

fn only(file: &Path) -> Result<Document, String> {
    (read(file)?.pop()).ok_or_else(|| format!("{} has no document", file.display()))
}

/// A Deployment of a Pod.
fn deployment(pod: &Value) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "wrapped"},
        "spec": {
            "selector": {"matchLabels": {"app": "wrapped"}},
            "template": {"metadata": pod.get("metadata"), "spec": pod.get("spec")},
        },
    })
}

/// The newest minor version of the matrix.
fn newest(matrix: &[MatrixRow]) -> Result<u32, String> {
    let last = matrix.iter().flat_map(|row| &row.ranges);
    let minors = last.map(|range| minor(&range.to));
    minors
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .max()
        .ok_or_else(|| "the matrix is empty".to_owned())
}

fn minor(version: &str) -> Result<u32, String> {
    (version.strip_prefix("v1."))
        .and_then(|minor| minor.parse().ok())
        .ok_or_else(|| format!("`{version}` is no version"))
}

fn verdict(found: &BTreeSet<Violation>) -> &'static str {
    if found.is_empty() { "allow" } else { "deny" }
}

fn checks(found: &BTreeSet<Violation>) -> BTreeSet<String> {
    found.iter().map(|found| found.check.clone()).collect()
}

fn equal<T: PartialEq + std::fmt::Debug>(got: &T, wanted: &T) -> Result<(), String> {
    if got == wanted {
        Ok(())
    } else {
        Err(format!("wanted {wanted:?}\ngot    {got:?}"))
    }
}
