//! Folders on this machine.

use std::fs;
use std::path::{Path, PathBuf};

use crate::PullError;
use crate::tree::{Limits, Tree};

/// How deep folders may nest; links among them count.
const MAX_DEPTH: usize = 64;

/// Reads a folder, without those named `.git`. Links are followed: within `root` where that is given, else anywhere.
pub(crate) fn read(folder: &Path, root: Option<&Path>, limits: &Limits) -> Result<Tree, PullError> {
    let root = match root {
        Some(root) => Some(fs::canonicalize(root).map_err(|error| failed(root, error))?),
        None => None,
    };
    let mut reading = Reading {
        root,
        tree: Tree::default(),
        limits,
    };
    reading.folder(folder, "", 0)?;
    Ok(reading.tree)
}

/// Reads a file.
pub(crate) fn read_file(path: &Path, limits: &Limits) -> Result<Vec<u8>, PullError> {
    let meta = fs::metadata(path).map_err(|error| failed(path, error))?;
    if !meta.is_file() {
        return Err(failed(path, std::io::Error::other("it is no file")));
    }
    if meta.len() > limits.bytes {
        return Err(PullError::TooLarge(limits.bytes));
    }
    fs::read(path).map_err(|error| failed(path, error))
}

fn failed(path: &Path, error: std::io::Error) -> PullError {
    PullError::Read {
        path: path.to_owned(),
        error,
    }
}

struct Reading<'a> {
    root: Option<PathBuf>,
    tree: Tree,
    limits: &'a Limits,
}

impl Reading<'_> {
    fn folder(&mut self, folder: &Path, name: &str, depth: usize) -> Result<(), PullError> {
        if depth > MAX_DEPTH {
            let error = std::io::Error::other("folders and links nest too deeply");
            return Err(failed(folder, error));
        }
        for entry in fs::read_dir(folder).map_err(|error| failed(folder, error))? {
            let entry = entry.map_err(|error| failed(folder, error))?;
            let path = entry.path();
            let file_name = entry.file_name();
            if file_name.eq_ignore_ascii_case(".git") {
                continue;
            }
            let Some(file_name) = file_name.to_str() else {
                return Err(failed(
                    &path,
                    std::io::Error::other("its name is not UTF-8"),
                ));
            };
            let inner = match name {
                "" => file_name.to_owned(),
                name => format!("{name}/{file_name}"),
            };
            let kind = entry.file_type().map_err(|error| failed(&path, error))?;
            if kind.is_symlink() {
                self.check_link(&path, &inner)?;
            }
            let meta = fs::metadata(&path).map_err(|error| failed(&path, error))?;
            if meta.is_dir() {
                self.folder(&path, &inner, depth + 1)?;
            } else if meta.is_file() {
                if meta.len() > self.tree.room(self.limits) {
                    return Err(PullError::TooLarge(self.limits.bytes));
                }
                let content = fs::read(&path).map_err(|error| failed(&path, error))?;
                self.tree.add(&inner, content, self.limits)?;
            }
            // Sockets, pipes and devices are no policies.
        }
        Ok(())
    }

    fn check_link(&self, path: &Path, inner: &str) -> Result<(), PullError> {
        let Some(root) = &self.root else {
            return Ok(());
        };
        let out = || PullError::LinkOut {
            path: inner.to_owned(),
            target: fs::read_link(path)
                .map(|target| target.to_string_lossy().into_owned())
                .unwrap_or_default(),
        };
        let target = fs::canonicalize(path).map_err(|_| out())?;
        if is_inside(&target, root) {
            Ok(())
        } else {
            Err(out())
        }
    }
}

/// Whether a path is one of a repository's files, and not of what git keeps beside them. Both have no links.
pub(crate) fn is_inside(path: &Path, root: &Path) -> bool {
    let is_git = |part: std::path::Component<'_>| part.as_os_str().eq_ignore_ascii_case(".git");
    path.strip_prefix(root)
        .is_ok_and(|below| !below.components().any(is_git))
}

#[cfg(all(test, unix))]
mod tests {
    use super::read;
    use crate::tree::Limits;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn links() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        fs::create_dir_all(root.join("sub/.git")).unwrap();
        fs::create_dir_all(root.join(".git")).unwrap();
        fs::write(root.join(".git/config"), "secret").unwrap();
        fs::write(root.join("a.rego"), "A").unwrap();
        fs::write(dir.path().join("outside"), "O").unwrap();
        symlink("../a.rego", root.join("sub/b.rego")).unwrap();
        let limits = Limits::default();
        let tree = read(&root.join("sub"), Some(&root), &limits).unwrap();
        assert_eq!(tree.iter().map(|(p, _)| p).collect::<Vec<_>>(), ["b.rego"]);
        for target in ["../../outside", "/etc/passwd", "../.git/config", "missing"] {
            let link = root.join("sub/c.rego");
            symlink(target, &link).unwrap();
            let error = read(&root.join("sub"), Some(&root), &limits).unwrap_err();
            assert_eq!(error.code(), "pull-link-out", "{target}");
            fs::remove_file(link).unwrap();
        }
        // A link into itself ends.
        symlink("..", root.join("sub/up")).unwrap();
        assert!(read(&root, Some(&root), &limits).is_err());
    }
}
