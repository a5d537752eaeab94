//! Loads policies: from folders and files, or the built-in library.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use kpol_bundle::Manifest;
use kpol_diagnostics::{Diagnostic, SourceId, SourceMap};
use kpol_syntax::ast::{Module, RegoVersion};
use kpol_syntax::parse_module;

use crate::exit::CommandError;
use crate::gatekeeper;

/// Where policies come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Folders and files.
    Paths(Vec<PathBuf>),
    /// The policies of a bundle.
    Bundle {
        /// The bundle's file.
        name: String,
        manifest: Manifest,
        texts: Vec<Text>,
    },
    /// The library inside of the binary.
    BuiltIn,
    /// Folders and files, and the library beside them.
    Both(Vec<PathBuf>),
}

/// A policy in a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) name: String,
    pub(crate) text: String,
    /// The version of Rego, where the manifest says which one it is.
    pub(crate) version: Option<RegoVersion>,
}

impl Origin {
    /// What the command line says, else `./policy`, else the library.
    pub(crate) fn choose(paths: &[PathBuf]) -> Origin {
        if !paths.is_empty() {
            return Origin::Paths(paths.to_vec());
        }
        let local = PathBuf::from("policy");
        if local.is_dir() {
            Origin::Paths(vec![local])
        } else {
            Origin::BuiltIn
        }
    }
}

/// Parsed policies.
pub(crate) struct Policies {
    pub(crate) modules: Vec<Module>,
    pub(crate) errors: Vec<Diagnostic>,
}

/// Reads and parses all policies of an origin, unit tests (`*_test.rego`) left out.
///
/// # Errors
/// Where a path cannot be read, or there is no policy at all. Errors inside of policies are collected.
pub(crate) fn load(
    origin: &Origin,
    version: RegoVersion,
    sources: &mut SourceMap,
) -> Result<Policies, CommandError> {
    load_files(origin, version, sources, is_policy)
}

/// The same with unit tests.
pub(crate) fn load_with_tests(
    origin: &Origin,
    version: RegoVersion,
    sources: &mut SourceMap,
) -> Result<Policies, CommandError> {
    load_files(origin, version, sources, is_rego)
}

fn load_files(
    origin: &Origin,
    version: RegoVersion,
    sources: &mut SourceMap,
    wanted: fn(&Path) -> bool,
) -> Result<Policies, CommandError> {
    let texts = read(origin, version, sources, wanted, false)?;
    parse(origin, &texts, sources)
}

/// Reads the policies of an origin, with unit tests or without them. Where they are optional, paths may be without
/// Rego: then those have policies of Gatekeeper.
///
/// # Errors
/// As [`load`].
pub(crate) fn texts(
    origin: &Origin,
    version: RegoVersion,
    tests: bool,
    optional: bool,
    sources: &mut SourceMap,
) -> Result<Vec<(SourceId, RegoVersion)>, CommandError> {
    let wanted = if tests { is_rego } else { is_policy };
    read(origin, version, sources, wanted, optional)
}

fn read(
    origin: &Origin,
    version: RegoVersion,
    sources: &mut SourceMap,
    wanted: fn(&Path) -> bool,
    optional: bool,
) -> Result<Vec<(SourceId, RegoVersion)>, CommandError> {
    let mut texts: Vec<(SourceId, RegoVersion)> = Vec::new();
    match origin {
        Origin::BuiltIn => library(wanted, &mut texts, sources),
        Origin::Bundle { texts: files, .. } => {
            for file in files {
                let source = sources.add(file.name.as_str(), file.text.as_str());
                texts.push((source, file.version.unwrap_or(version)));
            }
        }
        Origin::Paths(paths) => from_files(paths, wanted, version, optional, &mut texts, sources)?,
        Origin::Both(paths) => {
            from_files(paths, wanted, version, optional, &mut texts, sources)?;
            library(wanted, &mut texts, sources);
        }
    }
    Ok(texts)
}

/// The policies of the library.
fn library(
    wanted: fn(&Path) -> bool,
    texts: &mut Vec<(SourceId, RegoVersion)>,
    sources: &mut SourceMap,
) {
    for (name, text) in kpol_library::texts::policies() {
        if wanted(Path::new(&name)) {
            texts.push((sources.add(name, text), RegoVersion::V1));
        }
    }
}

fn from_files(
    paths: &[PathBuf],
    wanted: fn(&Path) -> bool,
    version: RegoVersion,
    optional: bool,
    texts: &mut Vec<(SourceId, RegoVersion)>,
    sources: &mut SourceMap,
) -> Result<(), CommandError> {
    for path in paths {
        let found = if optional {
            if gatekeeper::is_file(path) {
                continue;
            }
            files_like(path, wanted)?
        } else {
            files(path, wanted)?
        };
        for file in found {
            let text = std::fs::read_to_string(&file).map_err(|error| {
                CommandError::Plain(format!("cannot read `{}`: {error}", file.display()))
            })?;
            let name = file
                .strip_prefix("./")
                .unwrap_or(&file)
                .display()
                .to_string();
            texts.push((sources.add(name, text), version));
        }
    }
    Ok(())
}

/// Parses texts that were read.
///
/// # Errors
/// Where a policy of a bundle stands outside of what the bundle is about. Errors inside of policies are collected.
pub(crate) fn parse(
    origin: &Origin,
    texts: &[(SourceId, RegoVersion)],
    sources: &SourceMap,
) -> Result<Policies, CommandError> {
    let mut policies = Policies {
        modules: Vec::new(),
        errors: Vec::new(),
    };
    for (source, version) in texts {
        let (module, errors) = parse_module(*source, sources.text(*source), *version);
        policies.modules.extend(module);
        policies.errors.extend(errors);
    }
    if let Origin::Bundle { name, manifest, .. } = origin {
        for module in &policies.modules {
            let path: Vec<String> = module
                .package
                .path
                .iter()
                .map(|key| key.name.clone())
                .collect();
            manifest
                .check_root(&path)
                .map_err(|error| CommandError::Plain(format!("{name}: package: {error}")))?;
        }
    }
    Ok(policies)
}

pub(crate) fn is_policy(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.ends_with(".rego") && !name.ends_with("_test.rego"))
}

fn is_rego(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "rego")
}

/// Where a ConfigMap or Secret is mounted, the kubelet keeps the files in `..2026_01_31_…` and links to them: each
/// would be read twice.
pub(crate) fn is_kubelets(name: &OsStr) -> bool {
    name.len() > 2 && name.as_encoded_bytes().starts_with(b"..")
}

/// All files with policies and their tests at a path, sorted.
///
/// # Errors
/// Where a path cannot be read, or has no policy.
pub(crate) fn rego_files(path: &Path) -> Result<Vec<PathBuf>, CommandError> {
    files(path, is_rego)
}

fn files(path: &Path, wanted: fn(&Path) -> bool) -> Result<Vec<PathBuf>, CommandError> {
    let found = files_like(path, wanted)?;
    if found.is_empty() {
        return Err(CommandError::Help(
            format!("no policy (`.rego` file) below `{}`", path.display()),
            "`-p` names a folder with policies; leave it out to use the built-in ones".to_owned(),
        ));
    }
    Ok(found)
}

/// All files of a kind at a path, sorted; a path that is a file is its own.
///
/// # Errors
/// Where a path cannot be read.
pub(crate) fn files_like(
    path: &Path,
    wanted: impl Fn(&Path) -> bool,
) -> Result<Vec<PathBuf>, CommandError> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if !path.exists() {
        return Err(CommandError::Plain(format!(
            "no such policy folder: `{}`",
            path.display()
        )));
    }
    let mut found = Vec::new();
    for entry in WalkBuilder::new(path)
        .standard_filters(false)
        .filter_entry(|entry| !is_kubelets(entry.file_name()))
        .build()
    {
        let entry = entry.map_err(|error| CommandError::Plain(error.to_string()))?;
        if entry.path().is_file() && wanted(entry.path()) {
            found.push(entry.into_path());
        }
    }
    found.sort();
    Ok(found)
}

/// What the rules of the library say about themselves.
///
/// # Errors
/// None, for the library that kpol brings.
pub(crate) fn library_abouts() -> Result<Vec<kpol_library::About>, CommandError> {
    let mut sources = SourceMap::new();
    let front = crate::host::front(None)?;
    let program = crate::session::check(&Origin::BuiltIn, RegoVersion::V1, &front, &mut sources)?;
    let metadata = kpol_library::Metadata::read(&program, &sources)
        .map_err(|error| crate::output::rendered(&sources, &[error]))?;
    let all = metadata.all().filter(|about| about.id.is_some());
    Ok(all.cloned().collect())
}

/// The ids of the library's rules.
///
/// # Errors
/// As [`library_abouts`].
pub(crate) fn library_ids() -> Result<Vec<String>, CommandError> {
    let abouts = library_abouts()?.into_iter();
    Ok(abouts.filter_map(|about| about.id).collect())
}
