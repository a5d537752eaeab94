//! Which files to check: files, folders, globs and standard input.

use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use ignore::WalkBuilder;
use kpol_diagnostics::{Diagnostic, Span};
use kpol_input::Format;

/// A file to read; `-` is standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputFile {
    pub(crate) path: PathBuf,
    pub(crate) format: Format,
}

/// Expands the paths of the command line, in their order; what a folder or a glob gives is sorted. A file that is
/// named twice is read once.
///
/// A path that does not exist, and a folder or glob that gives no file, is an error: nothing would be checked in its
/// name. The other paths go on.
pub(crate) fn expand(paths: &[String], errors: &mut Vec<Diagnostic>) -> Vec<InputFile> {
    let mut files: Vec<InputFile> = Vec::new();
    for path in paths {
        match one(path, errors) {
            Ok(found) => {
                for file in found {
                    if !files.contains(&file) {
                        files.push(file);
                    }
                }
            }
            Err(error) => errors.push(error),
        }
    }
    files
}

fn one(path: &str, errors: &mut Vec<Diagnostic>) -> Result<Vec<InputFile>, Diagnostic> {
    if path == "-" {
        return Ok(vec![InputFile {
            path: PathBuf::from("-"),
            format: Format::Yaml,
        }]);
    }
    if Path::new(path).is_dir() {
        let found = folder(Path::new(path), errors);
        if found.is_empty() {
            return Err(missing(format!("no YAML or JSON file below `{path}`"))
                .help("name a folder with manifests (`.yaml`, `.yml`, `.json`)"));
        }
        return Ok(found);
    }
    if Path::new(path).exists() {
        return Ok(vec![named(PathBuf::from(path))]);
    }
    if path.contains(['*', '?', '[', '{']) {
        return glob(path, errors);
    }
    Err(missing(format!("no such file or folder: `{path}`")))
}

fn missing(message: String) -> Diagnostic {
    Diagnostic::error("input_io_error", message, Span::NOWHERE)
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

/// The files below a folder. Links to files are files; links to folders are not followed.
fn folder(root: &Path, errors: &mut Vec<Diagnostic>) -> Vec<InputFile> {
    let mut files = Vec::new();
    for entry in WalkBuilder::new(root).require_git(true).build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                errors.push(missing(error.to_string()));
                continue;
            }
        };
        if entry.path().is_dir() {
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
    files
}

/// Globs are matched here too, for shells that do not: quoted patterns, Windows.
fn glob(pattern: &str, errors: &mut Vec<Diagnostic>) -> Result<Vec<InputFile>, Diagnostic> {
    let invalid = |error: globset::Error| missing(format!("invalid pattern `{pattern}`: {error}"));
    let pattern = pattern.trim_start_matches("./");
    let matcher = GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map_err(invalid)?
        .compile_matcher();
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
    if !Path::new(&root).is_dir() {
        return Err(missing(format!("no file matches `{pattern}`")));
    }
    let found: Vec<InputFile> = folder(Path::new(&root), errors)
        .into_iter()
        .filter_map(|file| {
            let path = file
                .path
                .strip_prefix("./")
                .unwrap_or(&file.path)
                .to_owned();
            matcher
                .is_match(&path)
                .then_some(InputFile { path, ..file })
        })
        .collect();
    if found.is_empty() {
        return Err(missing(format!("no file matches `{pattern}`")));
    }
    Ok(found)
}
