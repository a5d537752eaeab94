//! Data documents for policies: `-d`.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use kpol_diagnostics::SourceMap;
use kpol_engine::Data;
use kpol_input::{Document, Format, Options};

use crate::exit::CommandError;
use crate::policies::is_kubelets;

/// Reads data files, and adds them to the data. Below a folder, the folders' names are keys, and the files' names are not: `d/users/x.yaml`
/// stands below `data.users`.
///
/// # Errors
/// Where something cannot be read, or two files have different values at one place.
pub(crate) fn load(
    paths: &[PathBuf],
    data: &mut Data,
    sources: &mut SourceMap,
) -> Result<(), CommandError> {
    load_looking(paths, data, sources, &mut |_, _| {})
}

/// The same; `look` sees each document, and the keys that it stands below.
pub(crate) fn load_looking(
    paths: &[PathBuf],
    data: &mut Data,
    sources: &mut SourceMap,
    look: &mut dyn FnMut(&[String], &Document),
) -> Result<(), CommandError> {
    for root in paths {
        if !root.exists() {
            return Err(CommandError::Plain(format!(
                "no such data: `{}`",
                root.display()
            )));
        }
        let files = files(root)?;
        if files.is_empty() {
            return Err(CommandError::Plain(format!(
                "no YAML or JSON file below `{}`",
                root.display()
            )));
        }
        for file in files {
            add(data, root, &file, sources, look)?;
        }
    }
    Ok(())
}

fn add(
    data: &mut Data,
    root: &Path,
    file: &Path,
    sources: &mut SourceMap,
    look: &mut dyn FnMut(&[String], &Document),
) -> Result<(), CommandError> {
    let format = if file.extension().is_some_and(|e| e == "json") {
        Format::Json
    } else {
        Format::Yaml
    };
    let text = kpol_input::load(file).map_err(|error| CommandError::Plain(error.to_string()))?;
    let source = sources.add(file.display().to_string(), text);
    let documents = kpol_input::read(sources, source, format, &Options::verbatim())
        .map_err(|error| crate::commands::test::unreadable(sources, &error))?;
    let keys: Vec<String> = file
        .strip_prefix(root)
        .ok()
        .and_then(Path::parent)
        .map(|folder| {
            folder
                .components()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default();
    for document in &documents {
        look(&keys, document);
        data.merge(&keys, document)
            .map_err(|error| CommandError::Plain(format!("{}: {error}", file.display())))?;
    }
    Ok(())
}

fn files(root: &Path) -> Result<Vec<PathBuf>, CommandError> {
    if root.is_file() {
        return Ok(vec![root.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in WalkBuilder::new(root)
        .standard_filters(false)
        .filter_entry(|entry| !is_kubelets(entry.file_name()))
        .build()
    {
        let entry = entry.map_err(|error| CommandError::Plain(error.to_string()))?;
        let is_data = entry
            .path()
            .extension()
            .is_some_and(|e| e == "yaml" || e == "yml" || e == "json");
        if entry.path().is_file() && is_data {
            found.push(entry.into_path());
        }
    }
    found.sort();
    Ok(found)
}
