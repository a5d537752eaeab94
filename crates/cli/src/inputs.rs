//! Which files to check: files, folders, globs and standard input.

use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use ignore::WalkBuilder;
use kpol_formats::Parser;
use regex_automata::meta::Regex;

use crate::exit::CommandError;

/// Something to read; `-` is standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputFile {
    pub(crate) path: PathBuf,
    pub(crate) kind: InputKind,
}

/// How to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InputKind {
    /// A text of a format.
    Text(Parser),
    /// A folder that another program renders.
    Chart(kpol_charts::Kind),
}

/// What to look for.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// The format of all files, whatever their names.
    pub(crate) parser: Option<Parser>,
    /// Paths to leave out below folders; in conftest's way also files that are named.
    pub(crate) ignore: Option<Regex>,
    /// Takes files of all formats below folders; else YAML and JSON alone.
    pub(crate) all_formats: bool,
    /// Takes folders that are Helm charts or that Kustomize builds as what they render to.
    pub(crate) charts: bool,
    /// Does as conftest does.
    pub(crate) compat: bool,
}

/// Options of all readers. conftest neither expands lists nor leaves empty documents out.
pub(crate) fn read_options(compat: bool, proto_dirs: &[PathBuf]) -> kpol_formats::Options {
    let input = kpol_input::Options {
        expand_lists: !compat,
        keep_empty: compat,
        ..kpol_input::Options::default()
    };
    kpol_formats::Options {
        input,
        env: |name| std::env::var(name).ok(),
        proto_dirs: proto_dirs.to_vec(),
    }
}

/// The same for values as they stand: an array is not its items.
pub(crate) fn value_options(proto_dirs: &[PathBuf]) -> kpol_formats::Options {
    let mut options = read_options(true, proto_dirs);
    options.input.split_arrays = false;
    options
}

/// Expands the paths of the command line, in their order; what a folder or a glob gives is sorted. A file that is
/// named twice is read once.
///
/// A path that does not exist, and a folder or glob that gives no file, is an error: nothing would be checked in its
/// name. The other paths go on.
pub(crate) fn expand(
    paths: &[String],
    wanted: &Wanted,
    errors: &mut Vec<String>,
) -> Vec<InputFile> {
    let mut files: Vec<InputFile> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for path in paths {
        match one(path, wanted, errors) {
            Ok(found) => {
                for file in found {
                    if known.insert(file.path.clone()) {
                        files.push(file);
                    }
                }
            }
            Err(error) => errors.push(error),
        }
    }
    files
}

/// The same in conftest's words, with its rules: the first error ends it.
///
/// # Errors
/// What conftest says.
pub(crate) fn expand_as_conftest(
    paths: &[String],
    wanted: &Wanted,
) -> Result<Vec<InputFile>, CommandError> {
    let mut files = Vec::new();
    for path in paths.iter().filter(|path| !path.is_empty()) {
        if path == "-" {
            files.push(PathBuf::from(path));
            continue;
        }
        let whole = Path::new(path);
        if !whole.exists() {
            return Err(CommandError::Chain(format!(
                "parse files: get file info: stat {path}: no such file or directory"
            )));
        }
        if whole.is_dir() {
            // Behind a link it takes the folder's own name.
            let real = whole.is_symlink().then(|| whole.canonicalize().ok());
            let whole = real.as_ref().and_then(Option::as_deref).unwrap_or(whole);
            let mut errors = Vec::new();
            files.extend(
                walk(whole, wanted, &mut errors)
                    .into_iter()
                    .map(|file| file.path),
            );
            if let Some(error) = errors.into_iter().next() {
                return Err(CommandError::Chain(format!(
                    "parse files: get files from directory: {error}"
                )));
            }
        } else if !ignored(whole, wanted) {
            files.push(whole.to_owned());
        }
    }
    if files.is_empty() {
        return Err(CommandError::Chain(
            "parse files: no files found".to_owned(),
        ));
    }
    let mut known: Vec<PathBuf> = Vec::new();
    let mut found = Vec::new();
    for path in files {
        let parser = wanted
            .parser
            .or_else(|| Parser::of_path(&path))
            .ok_or_else(|| {
                let extension = path.extension().unwrap_or_default().to_string_lossy();
                CommandError::Chain(format!(
                    "parse configurations: new parser: new: unknown parser: {extension}, path: {}",
                    path.display()
                ))
            })?;
        if !known.contains(&path) {
            known.push(path.clone());
            found.push(InputFile {
                path,
                kind: InputKind::Text(parser),
            });
        }
    }
    Ok(found)
}

fn one(path: &str, wanted: &Wanted, errors: &mut Vec<String>) -> Result<Vec<InputFile>, String> {
    if path == "-" {
        let parser = wanted.parser.unwrap_or(Parser::Yaml);
        return Ok(vec![InputFile {
            path: PathBuf::from("-"),
            kind: InputKind::Text(parser),
        }]);
    }
    if Path::new(path).is_dir() {
        let found = walk(Path::new(path), wanted, errors);
        if found.is_empty() {
            return Err(if wanted.all_formats {
                format!("no file of a known format below `{path}`")
            } else {
                format!("no YAML or JSON file below `{path}`")
            });
        }
        return Ok(found);
    }
    if Path::new(path).exists() {
        return Ok(vec![named(PathBuf::from(path), wanted)]);
    }
    if path.contains(['*', '?', '[', '{']) {
        return glob(path, wanted, errors);
    }
    Err(format!("no such file or folder: `{path}`"))
}

/// A file that the user named: one whose name says nothing is read as YAML.
fn named(path: PathBuf, wanted: &Wanted) -> InputFile {
    let parser = wanted
        .parser
        .or_else(|| Parser::of_path(&path))
        .unwrap_or(Parser::Yaml);
    InputFile {
        path,
        kind: InputKind::Text(parser),
    }
}

/// The format of a file that was found below a folder, if it is to be read.
fn found_as(path: &Path, wanted: &Wanted) -> Option<Parser> {
    let parser = Parser::of_path(path)?;
    let usual = matches!(parser, Parser::Yaml | Parser::Json);
    (usual || wanted.compat || (wanted.all_formats && parser.is_supported()))
        .then(|| wanted.parser.unwrap_or(parser))
}

fn ignored(path: &Path, wanted: &Wanted) -> bool {
    let text = path.to_string_lossy();
    (wanted.ignore.as_ref()).is_some_and(|ignore| ignore.is_match(text.as_bytes()))
}

/// The files below a folder. Links to files are files; links to folders are not followed, but by conftest.
fn walk(root: &Path, wanted: &Wanted, errors: &mut Vec<String>) -> Vec<InputFile> {
    let mut files = Vec::new();
    let mut builder = WalkBuilder::new(root);
    builder.require_git(true);
    if wanted.compat {
        builder.standard_filters(false).follow_links(true);
    }
    if wanted.charts {
        // A chart is one input: what is in it is no manifest by itself. The folder that is named counts, too.
        if let Some(kind) = kpol_charts::recognise(root) {
            return vec![InputFile {
                path: root.to_owned(),
                kind: InputKind::Chart(kind),
            }];
        }
    }
    let mut left_out: Vec<PathBuf> = Vec::new();
    for entry in builder.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                errors.push(error.to_string());
                continue;
            }
        };
        let path = entry.path();
        if left_out.iter().any(|chart| path.starts_with(chart)) {
            continue;
        }
        if path.is_dir() {
            if wanted.charts
                && let Some(kind) = kpol_charts::recognise(path)
            {
                left_out.push(path.to_owned());
                files.push(InputFile {
                    path: path.to_owned(),
                    kind: InputKind::Chart(kind),
                });
            }
            continue;
        }
        if ignored(path, wanted) {
            continue;
        }
        if let Some(parser) = found_as(path, wanted) {
            files.push(InputFile {
                path: if wanted.compat && entry.path_is_symlink() {
                    path.canonicalize().unwrap_or_else(|_| path.to_owned())
                } else {
                    path.to_owned()
                },
                kind: InputKind::Text(parser),
            });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Globs are matched here too, for shells that do not: quoted patterns, Windows.
fn glob(
    pattern: &str,
    wanted: &Wanted,
    errors: &mut Vec<String>,
) -> Result<Vec<InputFile>, String> {
    let invalid = |error: globset::Error| format!("invalid pattern `{pattern}`: {error}");
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
        return Err(format!("no file matches `{pattern}`"));
    }
    let every = Wanted {
        parser: wanted.parser,
        ignore: wanted.ignore.clone(),
        all_formats: wanted.all_formats,
        charts: false,
        compat: false,
    };
    let found: Vec<InputFile> = walk(Path::new(&root), &every, errors)
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
        return Err(format!("no file matches `{pattern}`"));
    }
    Ok(found)
}
