//! The files of a source, in memory.

use std::collections::BTreeMap;
use std::fmt::Write;

use globset::GlobBuilder;
use sha2::{Digest, Sha256};

use crate::PullError;

/// How large a source may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// All of its files, in bytes.
    pub bytes: u64,
    /// The number of its files.
    pub files: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 256 << 20,
            files: 50_000,
        }
    }
}

/// Files by their path below the source's root. No path leads out of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    files: BTreeMap<String, Vec<u8>>,
    bytes: u64,
}

impl Tree {
    /// Adds a file.
    pub(crate) fn add(
        &mut self,
        path: &str,
        content: Vec<u8>,
        limits: &Limits,
    ) -> Result<(), PullError> {
        let path = safe(path)?;
        if path.is_empty() {
            return Err(PullError::Path(path));
        }
        if self.files.len() >= limits.files {
            return Err(PullError::TooMany(limits.files));
        }
        self.bytes = self.bytes.saturating_add(content.len() as u64);
        if self.bytes > limits.bytes {
            return Err(PullError::TooLarge(limits.bytes));
        }
        if self.files.contains_key(&path) {
            return Err(PullError::Duplicate(path));
        }
        self.files.insert(path, content);
        Ok(())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(p, c)| (p.as_str(), c.as_slice()))
    }

    /// The file of that path, or those of the folder, with what follows the path.
    pub(crate) fn at(&self, path: &str) -> impl Iterator<Item = (&str, &[u8])> {
        let prefix = format!("{path}/");
        let start = path.len();
        let folder = self
            .files
            .range(prefix.clone()..)
            .take_while(move |(name, _)| name.starts_with(&prefix))
            .filter_map(move |(name, content)| Some((name.get(start..)?, content.as_slice())));
        let file = self.files.get(path).map(|content| ("", content.as_slice()));
        file.into_iter().chain(folder)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// How many bytes may still be added.
    pub(crate) fn room(&self, limits: &Limits) -> u64 {
        limits.bytes.saturating_sub(self.bytes)
    }

    /// The digest of all files and their names: that of the text which `sha256sum` prints for them, sorted by name.
    pub(crate) fn digest(&self) -> String {
        let mut all = Sha256::new();
        for (path, content) in &self.files {
            all.update(sha256(content).as_bytes());
            all.update(b"  ");
            all.update(path.as_bytes());
            all.update(b"\n");
        }
        hex(&all.finalize())
    }

    /// What lies below a folder, which may be a pattern for exactly one. A single file stays one.
    pub(crate) fn below(self, subdir: &str) -> Result<Tree, PullError> {
        let failed = |problem| PullError::Subdir {
            subdir: subdir.to_owned(),
            problem,
        };
        let wanted = safe(subdir).map_err(|_| failed("leads out of the source"))?;
        if wanted.is_empty() {
            return Ok(self);
        }
        let wanted = if wanted.contains(['*', '?', '[']) {
            let glob = GlobBuilder::new(&wanted)
                .literal_separator(true)
                .build()
                .map_err(|_| failed("is no valid pattern"))?
                .compile_matcher();
            let mut found: Vec<&str> = self
                .files
                .keys()
                .flat_map(|path| prefixes(path))
                .filter(|path| glob.is_match(path))
                .collect();
            found.sort_unstable();
            found.dedup();
            match found.as_slice() {
                [one] => (*one).to_owned(),
                [] => return Err(failed("not found")),
                _ => return Err(failed("matches multiple paths")),
            }
        } else {
            wanted
        };
        let mut tree = Tree::default();
        for (path, content) in self.files {
            let rest = match path.strip_prefix(&wanted) {
                Some("") => path.rsplit('/').next().unwrap_or(&path),
                Some(rest) => match rest.strip_prefix('/') {
                    Some(rest) => rest,
                    None => continue,
                },
                None => continue,
            };
            tree.bytes = tree.bytes.saturating_add(content.len() as u64);
            tree.files.insert(rest.to_owned(), content);
        }
        if tree.is_empty() {
            return Err(failed("not found"));
        }
        Ok(tree)
    }
}

/// A path and the folders above it.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/')
        .filter_map(|(at, _)| path.get(..at))
        .chain([path])
}

/// A path without what means nothing in it.
///
/// # Errors
/// Where it leads out of its folder, or could on some system.
pub(crate) fn safe(path: &str) -> Result<String, PullError> {
    let refused = || PullError::Path(path.to_owned());
    if path.starts_with('/') || path.contains(['\\', '\0']) {
        return Err(refused());
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err(refused()),
            // A drive, or a stream of another file.
            part if cfg!(windows) && part.contains(':') => return Err(refused()),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::{Limits, Tree, safe};

    fn tree(paths: &[&str]) -> Tree {
        let mut tree = Tree::default();
        for path in paths {
            tree.add(path, path.as_bytes().to_vec(), &Limits::default())
                .unwrap();
        }
        tree
    }

    fn names(tree: &Tree) -> Vec<&str> {
        tree.iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn paths_stay_inside() {
        assert_eq!(safe("./a//b/./c.rego").unwrap(), "a/b/c.rego");
        for wrong in ["/etc/passwd", "../a", "a/../../b", "a\\b", "a\0", "a/.."] {
            assert!(safe(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn folders() {
        let all = tree(&["a.rego", "x/b.rego", "x/y/c.rego", "xy/d.rego"]);
        assert_eq!(
            names(&all.clone().below("x").unwrap()),
            ["b.rego", "y/c.rego"]
        );
        assert_eq!(names(&all.clone().below("x/y/").unwrap()), ["c.rego"]);
        assert_eq!(names(&all.clone().below("*/y").unwrap()), ["c.rego"]);
        assert_eq!(names(&all.clone().below("x/b.rego").unwrap()), ["b.rego"]);
        assert_eq!(names(&all.clone().below("").unwrap()).len(), 4);
        for wrong in ["nope", "x*", "z*", "../x", "x/y/z", "["] {
            assert!(all.clone().below(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn bounded() {
        let limits = Limits { bytes: 4, files: 2 };
        let mut tree = Tree::default();
        tree.add("a", vec![0; 2], &limits).unwrap();
        assert_eq!(
            tree.add("a", vec![], &limits).unwrap_err().code(),
            "pull-duplicate"
        );
        assert_eq!(
            tree.add("b", vec![0; 3], &limits).unwrap_err().code(),
            "pull-too-large"
        );
        let mut tree = Tree::default();
        tree.add("a", vec![], &limits).unwrap();
        tree.add("b", vec![], &limits).unwrap();
        assert_eq!(
            tree.add("c", vec![], &limits).unwrap_err().code(),
            "pull-too-many"
        );
    }

    #[test]
    fn the_digest_is_that_of_sha256sum() {
        // printf a > a; printf b > b; sha256sum a b | sha256sum
        let mut tree = Tree::default();
        tree.add("b", b"b".to_vec(), &Limits::default()).unwrap();
        tree.add("a", b"a".to_vec(), &Limits::default()).unwrap();
        assert_eq!(
            tree.digest(),
            "cb13f400dcb618e400d0f7d54f7cdb330d37a07272cb99a1016cda5830a10556"
        );
    }
}
