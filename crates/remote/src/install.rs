//! Files into the folder of policies.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::PullError;
use crate::tree::{Tree, safe, sha256};

/// Writes files below a folder. A file that is there stays unless it is the same, `force` is set, or it is in `owned`,
/// with the digest that it has: then an earlier pull wrote it. Such files that the source no longer has are removed.
///
/// Nothing is written where something stands in the way.
pub(crate) fn install(
    tree: &Tree,
    folder: &Path,
    owned: &BTreeMap<String, String>,
    force: bool,
) -> Result<Vec<PathBuf>, PullError> {
    match fs::symlink_metadata(folder) {
        Ok(meta) if meta.file_type().is_symlink() => {
            if !force {
                return Err(PullError::Link(folder.to_owned()));
            }
            // conftest leaves a link to a local source; the source itself is not written to.
            fs::remove_file(folder).map_err(|error| write_failed(folder, error))?;
        }
        Ok(meta) if !meta.is_dir() => return Err(PullError::Exists(folder.to_owned())),
        _ => {}
    }
    let mut changed = Vec::new();
    let mut paths = Vec::new();
    for (name, content) in tree.iter() {
        let path = below(folder, name)?;
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_file() => {
                let old = fs::read(&path).map_err(|error| PullError::Read {
                    path: path.clone(),
                    error,
                })?;
                if old != content {
                    let is_owned = owned
                        .get(name)
                        .is_some_and(|digest| *digest == sha256(&old));
                    if !force && !is_owned {
                        return Err(PullError::Exists(path));
                    }
                    changed.push((path.clone(), content));
                }
            }
            Ok(meta) if meta.file_type().is_symlink() && force => {
                changed.push((path.clone(), content))
            }
            Ok(_) => return Err(PullError::Exists(path)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                changed.push((path.clone(), content));
            }
            Err(error) => return Err(write_failed(&path, error)),
        }
        paths.push(path);
    }
    for (path, content) in changed {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| write_failed(parent, error))?;
        }
        replace(&path, content)?;
    }
    for (name, digest) in owned {
        if tree.at(name).next().is_some() || !safe(name).is_ok_and(|safe| safe == *name) {
            continue;
        }
        let Ok(path) = below(folder, name) else {
            continue;
        };
        let is_same = fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file())
            && fs::read(&path).is_ok_and(|old| sha256(&old) == *digest);
        if is_same {
            fs::remove_file(&path).map_err(|error| write_failed(&path, error))?;
        }
    }
    Ok(paths)
}

/// The place of a file: no folder on the way is a link.
fn below(folder: &Path, name: &str) -> Result<PathBuf, PullError> {
    let mut path = folder.to_owned();
    let mut parts = name.split('/').peekable();
    while let Some(part) = parts.next() {
        path.push(part);
        if parts.peek().is_some()
            && let Ok(meta) = fs::symlink_metadata(&path)
        {
            if meta.file_type().is_symlink() {
                return Err(PullError::Link(path));
            }
            if !meta.is_dir() {
                return Err(PullError::Exists(path));
            }
        }
    }
    Ok(path)
}

/// Writes a file at once: nobody sees a part of it.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), PullError> {
    let failed = |error| write_failed(path, error);
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What the user's mask leaves of it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder
        .prefix(".kpol-")
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

fn write_failed(path: &Path, error: std::io::Error) -> PullError {
    PullError::Write {
        path: path.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::install;
    use crate::tree::{Limits, Tree, sha256};
    use std::collections::BTreeMap;
    use std::fs;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (path, content) in files {
            let content = content.as_bytes().to_vec();
            tree.add(path, content, &Limits::default()).unwrap();
        }
        tree
    }

    fn owned(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        let pair = |(path, text): &(&str, &str)| ((*path).to_owned(), sha256(text.as_bytes()));
        files.iter().map(pair).collect()
    }

    #[test]
    fn own_files_change_others_stay() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("policy");
        let first = [("a.rego", "1"), ("d/b.rego", "1"), ("c.rego", "1")];
        install(&tree(&first), &folder, &owned(&[]), false).unwrap();
        fs::write(folder.join("mine.rego"), "mine").unwrap();
        // The same again is no trouble.
        install(&tree(&first), &folder, &owned(&[]), false).unwrap();
        // Something new is, where nobody knows that the old one was pulled.
        let second = [("a.rego", "2"), ("c.rego", "1")];
        let error = install(&tree(&second), &folder, &owned(&[]), false).unwrap_err();
        assert_eq!(error.code(), "pull-exists");
        assert_eq!(fs::read_to_string(folder.join("a.rego")).unwrap(), "1");
        install(&tree(&second), &folder, &owned(&first), false).unwrap();
        assert_eq!(fs::read_to_string(folder.join("a.rego")).unwrap(), "2");
        assert!(!folder.join("d/b.rego").exists());
        assert!(folder.join("mine.rego").exists());
        // What was edited by hand stays.
        fs::write(folder.join("a.rego"), "edited").unwrap();
        let error = install(&tree(&[("a.rego", "3")]), &folder, &owned(&second), false);
        assert_eq!(error.unwrap_err().code(), "pull-exists");
        install(&tree(&[("a.rego", "3")]), &folder, &owned(&[]), true).unwrap();
        assert_eq!(fs::read_to_string(folder.join("a.rego")).unwrap(), "3");
        // A name that the lock file was made to have leads nowhere.
        fs::write(dir.path().join("x"), "x").unwrap();
        install(&tree(&[]), &folder, &owned(&[("../x", "x")]), true).unwrap();
        assert!(dir.path().join("x").exists());
    }

    #[cfg(unix)]
    #[test]
    fn not_through_links() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("policy");
        let elsewhere = dir.path().join("elsewhere");
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir_all(&elsewhere).unwrap();
        symlink(&elsewhere, folder.join("d")).unwrap();
        let files = tree(&[("d/a.rego", "1")]);
        for force in [false, true] {
            let error = install(&files, &folder, &owned(&[]), force).unwrap_err();
            assert_eq!(error.code(), "pull-link");
        }
        let link = dir.path().join("link");
        symlink(&elsewhere, &link).unwrap();
        let files = tree(&[("a.rego", "1")]);
        assert_eq!(
            install(&files, &link, &owned(&[]), false)
                .unwrap_err()
                .code(),
            "pull-link"
        );
        install(&files, &link, &owned(&[]), true).unwrap();
        assert!(link.join("a.rego").exists() && !link.is_symlink());
        assert!(!elsewhere.join("a.rego").exists());
    }
}
