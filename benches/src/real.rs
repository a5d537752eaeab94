//! Sets of real policies with real inputs: trivy's Kubernetes checks, Gatekeeper's library, kubescape's rules.
//!
//! They lie in the folder of the conformance suites (`KPOL_CONFORMANCE`, or `../shared/conformance` beside the
//! repository), and each set that is not there is left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::Result;

/// A policy's text.
#[derive(Debug, Clone)]
pub struct Module {
    /// The file's name.
    pub name: String,
    /// The text.
    pub text: String,
    /// Whether it is Rego v0.
    pub v0: bool,
}

/// A policy with base data and some inputs.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Which set it is from.
    pub set: &'static str,
    /// The policy's name.
    pub name: String,
    /// All modules.
    pub modules: Vec<Module>,
    /// The rule that is asked for, below `data`.
    pub path: Vec<String>,
    /// The base document, as JSON.
    pub data: String,
    /// Inputs, as JSON.
    pub inputs: Vec<String>,
}

impl Unit {
    /// The rule as a ref.
    #[must_use]
    pub fn rule(&self) -> String {
        format!("data.{}", self.path.join("."))
    }
}

/// The names of the sets.
pub const SETS: [&str; 3] = ["trivy", "gatekeeper", "kubescape"];

/// How many inputs of a policy are taken, the largest first.
const INPUTS: usize = 4;

/// All policies of a set that have an input; none where the set is not there.
///
/// # Errors
/// Where a file of it cannot be read.
pub fn units(set: &'static str) -> Result<Vec<Unit>> {
    let root = root();
    match set {
        "trivy" => trivy(&root.join("trivy-checks")),
        "gatekeeper" => gatekeeper(&root.join("gatekeeper-library")),
        _ => kubescape(&root.join("kubescape")),
    }
}

fn root() -> PathBuf {
    std::env::var_os("KPOL_CONFORMANCE").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance"),
        PathBuf::from,
    )
}

/// All modules of trivy's checks and of the libraries they share, tests aside; trivy's own builtin is replaced by the
/// set's shim.
///
/// # Errors
/// Where a file cannot be read.
pub fn trivy_modules() -> Result<(Vec<Module>, Vec<Module>)> {
    let root = root().join("trivy-checks");
    let mut libraries = vec![root.join("shim.rego")];
    files(&root.join("lib"), &mut libraries)?;
    let mut checks = Vec::new();
    files(&root.join("checks"), &mut checks)?;
    let modules = |paths: Vec<PathBuf>| -> Result<Vec<Module>> {
        let shimmed = paths
            .iter()
            .filter(|path| !path.to_string_lossy().ends_with("_test.rego"))
            .map(|path| {
                let mut module = module(path, false)?;
                module.text = module
                    .text
                    .replace("result.new(", "data.kpol_shim.result_new(");
                Ok(module)
            });
        shimmed.collect()
    };
    Ok((modules(libraries)?, modules(checks)?))
}

fn trivy(root: &Path) -> Result<Vec<Unit>> {
    if !root.is_dir() {
        return Ok(Vec::new());
    }
    let (libraries, checks) = trivy_modules()?;
    let mut units = Vec::new();
    for (package, cases) in by(&root.join("examples.jsonl"), "package")? {
        let check = cases.first().map(|case| text(case, "check"));
        let Some(module) = checks.iter().find(|module| {
            let stem = Path::new(&module.name).file_stem();
            stem.map(|stem| stem.to_string_lossy().into_owned()) == check
        }) else {
            continue;
        };
        let mut modules = libraries.clone();
        modules.push(module.clone());
        units.push(Unit {
            set: "trivy",
            name: check.unwrap_or_default(),
            modules,
            path: path(&package, "deny"),
            data: "{}".to_owned(),
            inputs: inputs(&cases),
        });
    }
    Ok(units)
}

fn gatekeeper(root: &Path) -> Result<Vec<Unit>> {
    let mut units = Vec::new();
    for (name, cases) in by(&root.join("golden.jsonl"), "id")? {
        let mut paths = Vec::new();
        files(&root.join("src").join(&name), &mut paths)?;
        paths.retain(|path| !path.to_string_lossy().ends_with("_test.rego"));
        if paths.is_empty() {
            continue;
        }
        let modules = paths
            .iter()
            .map(|path| module(path, true))
            .collect::<Result<Vec<_>>>()?;
        let package = cases.first().map(|case| text(case, "package"));
        let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for case in cases {
            let inventory = case.get("inventory").cloned().unwrap_or_default();
            let data = Value::Object(Map::from_iter([("inventory".to_owned(), inventory)]));
            groups.entry(data.to_string()).or_default().push(case);
        }
        push(
            &mut units,
            "gatekeeper",
            &name,
            &modules,
            &path(&package.unwrap_or_default(), "violation"),
            groups,
        );
    }
    Ok(units)
}

fn kubescape(root: &Path) -> Result<Vec<Unit>> {
    let mut units = Vec::new();
    let defaults = root.join("default-config-inputs.json");
    if !defaults.is_file() {
        return Ok(units);
    }
    let defaults: Value = serde_json::from_str(&fs::read_to_string(defaults)?)?;
    let defaults = defaults.pointer("/settings/postureControlInputs");
    let mut paths = Vec::new();
    files(&root.join("lib"), &mut paths)?;
    let libraries = paths
        .iter()
        .map(|path| module(path, true))
        .collect::<Result<Vec<_>>>()?;
    for (name, cases) in by(&root.join("golden.jsonl"), "rule")? {
        let raw = cases.first().map(|case| text(case, "module"));
        let mut modules = libraries.clone();
        modules.push(module(&root.join(raw.unwrap_or_default()), false)?);
        let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for case in cases {
            let mut posture = defaults
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default();
            let over = case.get("data_overrides").cloned().unwrap_or_default();
            if let Some(more) = over.get("postureControlInputs").and_then(Value::as_object) {
                posture.extend(more.clone());
            }
            let control = over.get("dataControlInputs").cloned().unwrap_or_default();
            let data = Value::Object(Map::from_iter([
                ("postureControlInputs".to_owned(), Value::Object(posture)),
                ("dataControlInputs".to_owned(), control),
            ]));
            groups.entry(data.to_string()).or_default().push(case);
        }
        let rule = path("armo_builtins", "deny");
        push(&mut units, "kubescape", &name, &modules, &rule, groups);
    }
    Ok(units)
}

/// A unit for each base document.
fn push(
    units: &mut Vec<Unit>,
    set: &'static str,
    name: &str,
    modules: &[Module],
    path: &[String],
    groups: BTreeMap<String, Vec<Value>>,
) {
    for (number, (data, cases)) in groups.into_iter().enumerate() {
        let name = match number {
            0 => name.to_owned(),
            number => format!("{name} ({})", number + 1),
        };
        units.push(Unit {
            set,
            name,
            modules: modules.to_vec(),
            path: path.to_vec(),
            data,
            inputs: inputs(&cases),
        });
    }
}

fn inputs(cases: &[Value]) -> Vec<String> {
    let mut inputs: Vec<String> = cases
        .iter()
        .filter_map(|case| case.get("input"))
        .map(Value::to_string)
        .collect();
    inputs.sort_by_key(|input| std::cmp::Reverse(input.len()));
    inputs.dedup();
    inputs.truncate(INPUTS);
    inputs
}

/// The lines of a file, by one of their fields. Of an id `category/policy/suite/case`, policy and category count.
fn by(file: &Path, field: &str) -> Result<BTreeMap<String, Vec<Value>>> {
    let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    if file.is_file() {
        for line in fs::read_to_string(file)?.lines() {
            let case: Value = serde_json::from_str(line)?;
            let mut name = text(&case, field);
            if field == "id" {
                name = name.split('/').take(2).collect::<Vec<_>>().join("/");
            }
            groups.entry(name).or_default().push(case);
        }
    }
    Ok(groups)
}

fn text(case: &Value, field: &str) -> String {
    let value = case.get(field).and_then(Value::as_str);
    value.unwrap_or_default().to_owned()
}

fn path(package: &str, rule: &str) -> Vec<String> {
    package
        .split('.')
        .chain([rule])
        .map(str::to_owned)
        .collect()
}

fn module(path: &Path, v0: bool) -> Result<Module> {
    let text = fs::read_to_string(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Module {
        name: name.into_owned(),
        // What imports v1 is v1 wherever it stands.
        v0: v0 && !text.contains("import rego.v1"),
        text,
    })
}

/// All files of Rego below a folder, sorted.
fn files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    let mut paths = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, found)?;
        } else if path.extension().is_some_and(|end| end == "rego") {
            found.push(path);
        }
    }
    Ok(())
}
