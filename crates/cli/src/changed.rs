//! What has changed: since a revision, for checks of a pull request, and while somebody works, for `--watch`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use ignore::WalkBuilder;

use crate::exit::CommandError;
use crate::inputs::InputFile;

/// How often files are looked at.
const PAUSE: Duration = Duration::from_millis(300);

/// The files that differ from a revision of git, new ones too: absolute paths.
///
/// # Errors
/// Where git is missing, this is no repository, or there is no such revision.
pub(crate) fn since(revision: &str) -> Result<BTreeSet<PathBuf>, CommandError> {
    if revision.starts_with('-') {
        return Err(CommandError::Plain(format!(
            "--changed-since: `{revision}` is no revision"
        )));
    }
    let root = git(&["rev-parse", "--show-toplevel"])?;
    let root = PathBuf::from(root.trim_end());
    let changed = git(&[
        "diff",
        "--name-only",
        "-z",
        "--diff-filter=ACMRT",
        revision,
        "--",
    ])?;
    // Paths of `ls-files` are relative to this folder unless it is asked from the root.
    let new = git(&[
        "-C",
        &root.display().to_string(),
        "ls-files",
        "-z",
        "--others",
        "--exclude-standard",
    ])?;
    let names = changed.split('\0').chain(new.split('\0'));
    let paths = names
        .filter(|name| !name.is_empty())
        .map(|name| root.join(name));
    Ok(paths.filter_map(|path| path.canonicalize().ok()).collect())
}

/// Leaves out inputs in which nothing has changed.
pub(crate) fn retain(files: &mut Vec<InputFile>, changed: &BTreeSet<PathBuf>) {
    files.retain(|file| match file.path.canonicalize() {
        // A chart is what all of its files make it.
        Ok(path) if path.is_dir() => changed.iter().any(|one| one.starts_with(&path)),
        Ok(path) => changed.contains(&path),
        // Standard input, and what cannot be read, which is to be told.
        Err(_) => true,
    });
}

fn git(args: &[&str]) -> Result<String, CommandError> {
    let failed = |reason: &str| CommandError::Plain(format!("--changed-since: git: {reason}"));
    let output = Command::new("git")
        .args(args)
        .output()
        .map_err(|error| failed(&error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The files below paths with their sizes and times: two of these are equal where nothing has changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Snapshot(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

impl Snapshot {
    pub(crate) fn of<'p>(paths: impl Iterator<Item = &'p Path>) -> Snapshot {
        let mut files = BTreeMap::new();
        for path in paths {
            for entry in WalkBuilder::new(path).require_git(true).build().flatten() {
                let Ok(about) = entry.metadata() else {
                    continue;
                };
                if about.is_file() {
                    files.insert(entry.into_path(), (about.len(), about.modified().ok()));
                }
            }
        }
        Snapshot(files)
    }
}

/// Returns once something has changed.
pub(crate) fn wait<'p>(paths: impl Fn() -> Box<dyn Iterator<Item = &'p Path> + 'p>) {
    let before = Snapshot::of(paths());
    while Snapshot::of(paths()) == before {
        std::thread::sleep(PAUSE);
    }
}
