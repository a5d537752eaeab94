//! What conftest does otherwise than kpol: a local source becomes a link, and what is there stays or goes by other rules.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::PullError;
use crate::pull::Request;
use crate::source::{Place, Source};

/// Prepares the folder as conftest does. Returns whether the source is there then: that is so for local ones.
pub(crate) fn place(source: &Source, request: &Request) -> Result<bool, PullError> {
    let folder = &request.folder;
    let said = |text: String| PullError::Conftest(text);
    let is_git = matches!(source.place, Place::Git(_));
    let name = source.detected.rsplit('/').find(|part| !part.is_empty());
    let target = if is_git {
        folder.clone()
    } else {
        folder.join(name.unwrap_or_default())
    };
    if !request.overwrite && !is_git && fs::metadata(&target).is_ok() {
        return Err(PullError::Exists(target));
    }
    let Place::File(path) = &source.place else {
        return Ok(false);
    };
    let meta = fs::metadata(path).map_err(|error| {
        said(format!(
            "client get: stat {}: {}",
            path.display(),
            go(&error)
        ))
    })?;
    if !source.subdir.is_empty() {
        return Ok(false);
    }
    if meta.is_dir() {
        if let Ok(old) = fs::symlink_metadata(folder) {
            if !old.file_type().is_symlink() {
                return Err(said(format!(
                    "client get: error downloading '{}': destination exists and is not a symlink",
                    source.detected
                )));
            }
            fs::remove_file(folder).map_err(|error| failed(folder, error))?;
        }
        if let Some(parent) = folder.parent() {
            fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
        }
        link(path, folder)?;
        return Ok(true);
    }
    let file_name = source.file_name();
    if source.archive.as_deref().is_some_and(|kind| kind != "-")
        || (source.archive.is_none() && crate::archive::Packing::of(&file_name).is_some())
        || source.checksum.is_some()
    {
        return Ok(false);
    }
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let target = folder.join(file_name);
    match fs::remove_file(&target) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(&target, error)),
        _ => {}
    }
    link(path, &target)?;
    Ok(true)
}

/// A folder of a source takes the place of all that is there.
pub(crate) fn clear(folder: &Path) -> Result<(), PullError> {
    let is_name = |part: std::path::Component<'_>| matches!(part, std::path::Component::Normal(_));
    // Not the current folder, nor one above it.
    if !folder.components().next_back().is_some_and(is_name) {
        return Err(PullError::Exists(folder.to_owned()));
    }
    let Ok(meta) = fs::symlink_metadata(folder) else {
        return Ok(());
    };
    let removed = if meta.is_dir() {
        fs::remove_dir_all(folder)
    } else {
        fs::remove_file(folder)
    };
    removed.map_err(|error| failed(folder, error))
}

#[cfg(unix)]
fn link(source: &Path, target: &Path) -> Result<(), PullError> {
    std::os::unix::fs::symlink(source, target).map_err(|error| failed(target, error))
}

#[cfg(windows)]
fn link(source: &Path, target: &Path) -> Result<(), PullError> {
    let made = if source.is_dir() {
        std::os::windows::fs::symlink_dir(source, target)
    } else {
        std::os::windows::fs::symlink_file(source, target)
    };
    made.map_err(|error| failed(target, error))
}

fn failed(path: &Path, error: std::io::Error) -> PullError {
    PullError::Write {
        path: path.to_owned(),
        error,
    }
}

/// An error in Go's words.
fn go(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or directory".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
