//! Which files to check: files, folders, globs and standard input.

use std::path::{Path, PathBuf};

use globset::{Glob, GlobSetBuilder};
use ignore::WalkBuilder;
use kpol_input::Format;

use crate::exit::CommandError;

/// A file to read; `-` is standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputFile {
    pub(crate) path: PathBuf,
    pub(crate) format: Format,
}

/// Expands the paths of the command line, in their order; what a folder or a glob gives is sorted. A file that is
/// named twice is checked once.
///
/// # Errors
/// Where a path does not exist, or a folder or glob gives no file: nothing would be checked in its name.
pub(crate) fn expand(paths: &[String]) -> Result<Vec<InputFile>, CommandError> {
    let mut files: Vec<InputFile> = Vec::new();
    for path in paths {
        let found = if path == "-" {
            vec![InputFile {
                path: PathBuf::from("-"),
                format: Format::Yaml,
            }]
        } else if Path::new(path).is_dir() {
            let found = folder(Path::new(path))?;
            if found.is_empty() {
                return Err(CommandError::Help(
                    format!("no YAML or JSON file below `{path}`"),
                    "name a folder with manifests (`.yaml`, `.yml`, `.json`)".to_owned(),
                ));
            }
            found
        } else if Path::new(path).exists() {
            vec![named(PathBuf::from(path))]
        } else if path.contains(['*', '?', '[', '{']) {
            glob(path)?
        } else {
            return Err(CommandError::Plain(format!(
                "no such file or folder: `{path}`"
            )));
        };
        for file in found {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    Ok(files)
}

/// A file that the user named: what is not JSON by its name is read as YAML.
fn named(path: PathBuf) -> InputFile {
    let format = format_of(&path).unwrap_or(Format::Yaml);
    InputFile { path, format }
}

fn format_of(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "yaml" | "yml" => Some(Format::Yaml),
        "json" => Some(Format::Json),
        _ => None,
    }
}

fn folder(root: &Path) -> Result<Vec<InputFile>, CommandError> {
    let mut files = Vec::new();
    for entry in WalkBuilder::new(root).require_git(true).build() {
        let entry = entry.map_err(|error| CommandError::Plain(error.to_string()))?;
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        if let Some(format) = format_of(entry.path()) {
            files.push(InputFile {
                path: entry.into_path(),
                format,
            });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Globs are matched here too, for shells that do not: quoted patterns, Windows.
fn glob(pattern: &str) -> Result<Vec<InputFile>, CommandError> {
    let invalid = |error: globset::Error| {
        CommandError::Plain(format!("invalid pattern `{pattern}`: {error}"))
    };
    let set = GlobSetBuilder::new()
        .add(
            globset::GlobBuilder::new(pattern)
                .literal_separator(true)
                .build()
                .map_err(invalid)?,
        )
        .add(Glob::new(&format!("./{pattern}")).map_err(invalid)?)
        .build()
        .map_err(invalid)?;
    let fixed = pattern
        .split('/')
        .take_while(|part| !part.contains(['*', '?', '[', '{']))
        .collect::<Vec<_>>()
        .join("/");
    let root = match (fixed.is_empty(), pattern.starts_with('/')) {
        (true, true) => "/".to_owned(),
        (true, false) => ".".to_owned(),
        (false, _) => fixed,
    };
    let found: Vec<InputFile> = folder(Path::new(&root))?
        .into_iter()
        .filter_map(|file| {
            let path = file
                .path
                .strip_prefix("./")
                .unwrap_or(&file.path)
                .to_owned();
            set.is_match(&path).then_some(InputFile { path, ..file })
        })
        .collect();
    if found.is_empty() {
        return Err(CommandError::Plain(format!("no file matches `{pattern}`")));
    }
    Ok(found)
}
