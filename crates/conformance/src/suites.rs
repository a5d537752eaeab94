//! The suites, and what they report.

pub(crate) mod conftest;
pub(crate) mod conftest_manifests;
pub(crate) mod gatekeeper;
pub(crate) mod kubescape;
pub(crate) mod locations;
pub(crate) mod manifests;
pub(crate) mod opa;
mod policies;
pub(crate) mod pss;
pub(crate) mod rbac;
pub(crate) mod trivy;
mod units;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What came out of a suite's cases.
#[derive(Default)]
pub(crate) struct Tally {
    cases: Vec<Case>,
}

struct Case {
    category: String,
    name: String,
    failure: Option<String>,
}

/// The rows of a file of JSON lines.
fn lines<T: for<'de> Deserialize<'de>>(file: &Path) -> Result<Vec<T>, String> {
    std::fs::read_to_string(file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?
        .lines()
        .enumerate()
        .map(|(number, line)| {
            serde_json::from_str(line)
                .map_err(|error| format!("{}:{}: {error}", file.display(), number + 1))
        })
        .collect()
}

/// The policies of the built-in library, without their unit tests, by name and text.
fn library() -> Result<Vec<(String, String)>, String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let files = policies::rego_files(&dir)?.into_iter();
    files
        .filter(|file| !file.to_string_lossy().ends_with("_test.rego"))
        .map(|file| policies::read(&dir, &file))
        .collect()
}

/// The `kpol` binary that was built beside this one.
fn kpol() -> Result<PathBuf, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let kpol = this.with_file_name(format!("kpol{}", std::env::consts::EXE_SUFFIX));
    if kpol.is_file() {
        Ok(kpol)
    } else {
        Err(format!(
            "there is no {}: build the workspace",
            kpol.display()
        ))
    }
}

/// A folder with a copy of a corpus in `root`, that may be written to; it goes when this is dropped.
fn scratch(dir: &Path) -> Result<tempfile::TempDir, String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let copied = std::process::Command::new("cp")
        .arg("-r")
        .arg(dir)
        .arg(scratch.path().join("root"))
        .status();
    let writable = std::process::Command::new("chmod")
        .args(["-R", "u+w"])
        .arg(scratch.path())
        .status();
    match (copied, writable) {
        (Ok(copied), Ok(writable)) if copied.success() && writable.success() => Ok(scratch),
        _ => Err(format!("cannot copy {}", dir.display())),
    }
}

impl Tally {
    pub(crate) fn add(&mut self, category: &str, name: &str, result: Result<(), String>) {
        self.cases.push(Case {
            category: category.to_owned(),
            name: name.to_owned(),
            failure: result.err(),
        });
    }

    pub(crate) fn passed(&self) -> usize {
        self.cases.iter().filter(|c| c.failure.is_none()).count()
    }

    pub(crate) fn failed(&self) -> usize {
        self.cases.len() - self.passed()
    }

    pub(crate) fn print_failures(&self) {
        for case in &self.cases {
            if let Some(failure) = &case.failure {
                println!(
                    "{}: {}",
                    case.name,
                    failure.trim_end().replace('\n', "\n    ")
                );
            }
        }
    }

    pub(crate) fn print_summary(&self) {
        let mut categories: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for case in &self.cases {
            let entry = categories.entry(&case.category).or_default();
            entry.0 += usize::from(case.failure.is_none());
            entry.1 += 1;
        }
        for (category, (passed, all)) in categories {
            println!("{category:<44} {passed:>4} of {all:>4}");
        }
    }
}
