//! From a source to the folder of policies.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256, Sha512};

use crate::archive::{Packing, unpack};
use crate::lock::{Lock, LockMode, LockRequest, Locked};
use crate::registry::RegistryOptions;
use crate::signature::VerifyKey;
use crate::source::{Place, Source};
use crate::tree::{Limits, Tree, hex, sha256};
use crate::{PullError, conftest, folder, git, http, install, oci};

/// What to pull, and where to.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The sources, as a user writes them.
    pub sources: Vec<String>,
    /// The folder of policies.
    pub folder: PathBuf,
    /// What relative paths are relative to; an absolute path.
    pub base: PathBuf,
    /// Whether files that are there are replaced.
    pub overwrite: bool,
    /// The lock file, if there is to be one.
    pub lock: Option<LockRequest>,
    /// The key that artifacts must be signed with. Other sources are refused.
    pub verify_key: Option<VerifyKey>,
    /// How registries are reached.
    pub registry: RegistryOptions,
    /// How large a source may be.
    pub limits: Limits,
    /// Whether to do as conftest does: links to local sources, no lock file, archives in artifacts stay packed.
    pub as_conftest: bool,
}

/// What was pulled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Each source.
    pub sources: Vec<PulledSource>,
}

/// A source that was pulled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PulledSource {
    /// As written, without passwords.
    pub source: String,
    /// The commit of a repository, or the digest of an artifact.
    pub resolved: Option<String>,
    /// The digest of all its files.
    pub sha256: String,
    /// Its files, where they were written to.
    pub files: Vec<PathBuf>,
    /// Whether it is signed with the key.
    pub verified: bool,
}

/// The sources of a lock file that are pulled to a folder, in its order.
///
/// # Errors
/// Where the file cannot be read.
pub fn locked_sources(path: &Path, folder: &Path) -> Result<Vec<String>, PullError> {
    let folder = shown(folder);
    let lock = Lock::read(path)?;
    let here = lock.sources.into_iter().filter(|l| l.policy == folder);
    Ok(here.map(|locked| locked.source).collect())
}

/// Pulls policies.
///
/// # Errors
/// At the first source that cannot be had, or is not what it should be. Nothing of it is written then.
pub fn pull(request: &Request) -> Result<Pulled, PullError> {
    let mut pulled = Pulled::default();
    let mut lock = match &request.lock {
        Some(lock) if !request.as_conftest => Some((lock, Lock::read(&lock.path)?)),
        _ => None,
    };
    for text in &request.sources {
        let base = if request.as_conftest {
            &request.folder
        } else {
            &request.base
        };
        let source = Source::parse(text, base).map_err(|error| match error {
            PullError::Scheme(_) if request.as_conftest => {
                PullError::Conftest(format!("client get: {error}"))
            }
            error => error,
        })?;
        if request.verify_key.is_some() && !matches!(source.place, Place::Oci(_)) {
            return Err(PullError::Signature {
                reference: source.shown.clone(),
                reason: "only artifacts of registries (`oci://`) have signatures".to_owned(),
            });
        }
        if request.as_conftest && conftest::place(&source, request)? {
            pulled.sources.push(PulledSource {
                source: source.shown,
                ..PulledSource::default()
            });
            continue;
        }
        let one = pull_one(request, &source, lock.as_mut().map(|(r, l)| (*r, l)))?;
        pulled.sources.push(one);
    }
    Ok(pulled)
}

fn pull_one(
    request: &Request,
    source: &Source,
    lock: Option<(&LockRequest, &mut Lock)>,
) -> Result<PulledSource, PullError> {
    let policy = shown(&request.folder);
    let old = lock
        .as_ref()
        .and_then(|(_, lock)| lock.find(&source.shown, &policy))
        .cloned();
    let pinned = match &lock {
        Some((wanted, _)) if wanted.mode != LockMode::Update => old.as_ref(),
        _ => None,
    };
    if let Some((wanted, _)) = &lock
        && wanted.mode == LockMode::Locked
        && pinned.is_none()
    {
        return Err(PullError::NotLocked {
            source_text: source.shown.clone(),
            path: wanted.path.clone(),
        });
    }
    let fetched = fetch(request, source, pinned)?;
    let sha256 = fetched.tree.digest();
    if let (Some(pinned), Some((wanted, _))) = (pinned, &lock) {
        compare(source, pinned, &wanted.path, &fetched, &sha256)?;
    }
    let none = BTreeMap::new();
    let owned = old.as_ref().map_or(&none, |locked| &locked.files);
    if request.as_conftest && !source.subdir.is_empty() {
        conftest::clear(&request.folder)?;
    }
    let force = request.overwrite || request.as_conftest;
    let files = install::install(&fetched.tree, &request.folder, owned, force)?;
    if let Some((wanted, lock)) = lock
        && matches!(wanted.mode, LockMode::Add | LockMode::Update)
    {
        let each = |(path, content): (&str, &[u8])| (path.to_owned(), self::sha256(content));
        lock.set(Locked {
            source: source.shown.clone(),
            policy,
            commit: fetched.commit.clone(),
            digest: fetched.digest.clone(),
            sha256: sha256.clone(),
            files: fetched.tree.iter().map(each).collect(),
        });
        lock.write(&wanted.path)?;
    }
    Ok(PulledSource {
        source: source.shown.clone(),
        resolved: fetched.commit.or(fetched.digest),
        sha256,
        files,
        verified: request.verify_key.is_some(),
    })
}

/// What a source has.
struct Fetched {
    tree: Tree,
    commit: Option<String>,
    digest: Option<String>,
}

fn fetch(
    request: &Request,
    source: &Source,
    pinned: Option<&Locked>,
) -> Result<Fetched, PullError> {
    let limits = &request.limits;
    let mut fetched = Fetched {
        tree: Tree::default(),
        commit: None,
        digest: None,
    };
    if source.checksum.is_some() && !matches!(source.place, Place::File(_) | Place::Http(_)) {
        return Err(source_failed(source, "a checksum is for a single file"));
    }
    match &source.place {
        Place::Git(repository) => {
            let commit = pinned.and_then(|locked| locked.commit.as_deref());
            let (tree, commit) =
                git::get(repository, &source.shown, &source.subdir, commit, limits)?;
            fetched.tree = tree;
            fetched.commit = Some(commit);
        }
        Place::Oci(text) => {
            let digest = pinned.and_then(|locked| locked.digest.as_deref());
            let (tree, digest) = oci::get(
                text,
                &request.registry,
                request.verify_key.as_ref(),
                digest,
                limits,
                request.as_conftest,
            )?;
            fetched.tree = tree.below(&source.subdir)?;
            fetched.digest = Some(digest);
        }
        Place::File(path) if path.is_dir() => {
            if source.checksum.is_some() {
                return Err(source_failed(
                    source,
                    "checksum cannot be specified for directory download",
                ));
            }
            // Only the folder itself is read where that suffices.
            fetched.tree = folder::read(path, None, limits)?.below(&source.subdir)?;
        }
        Place::File(path) => {
            let bytes = folder::read_file(path, limits)?;
            fetched.tree = self::file(source, bytes, limits)?;
        }
        Place::Http(url) => {
            if url.path().ends_with('/') {
                return Err(source_failed(
                    source,
                    "a web server gives files and archives; the URL of one does not end with `/`",
                ));
            }
            let bytes = http::get(url, &source.shown, limits)?;
            fetched.tree = self::file(source, bytes, limits)?;
        }
    }
    if fetched.tree.is_empty() {
        return Err(PullError::Empty(source.shown.clone()));
    }
    Ok(fetched)
}

fn source_failed(source: &Source, reason: &str) -> PullError {
    PullError::Source {
        source_text: source.shown.clone(),
        reason: reason.to_owned(),
    }
}

/// What a single file is: itself, or what an archive has.
fn file(source: &Source, bytes: Vec<u8>, limits: &Limits) -> Result<Tree, PullError> {
    check(source, &bytes)?;
    let name = source.file_name();
    let by_name = Packing::of(&name);
    let (packing, single) = match (&source.archive, by_name) {
        (Some(kind), _) if kind == "-" => (None, name.as_str()),
        (Some(kind), _) => match Packing::named(kind) {
            Some(packing) => (Some(packing), name.as_str()),
            None => return Err(source_failed(source, "its kind of archive is not known")),
        },
        (None, Some((packing, front))) => (Some(packing), front),
        (None, None) => (None, name.as_str()),
    };
    let tree = match packing {
        Some(packing) => unpack(&name, packing, single, &bytes, limits)?,
        None => {
            let mut tree = Tree::default();
            tree.add(single, bytes, limits)?;
            tree
        }
    };
    tree.below(&source.subdir)
}

/// Checks `?checksum=`: a digest, or its kind and the digest.
fn check(source: &Source, bytes: &[u8]) -> Result<(), PullError> {
    let Some(wanted) = &source.checksum else {
        return Ok(());
    };
    let (kind, digest) = match wanted.split_once(':') {
        Some((kind, digest)) => (kind, digest),
        None if wanted.len() == 64 => ("sha256", wanted.as_str()),
        None if wanted.len() == 128 => ("sha512", wanted.as_str()),
        None => ("", wanted.as_str()),
    };
    let found = match kind {
        "sha256" => hex(&Sha256::digest(bytes)),
        "sha512" => hex(&Sha512::digest(bytes)),
        _ => {
            let reason = "a checksum is written sha256:… or sha512:…";
            return Err(source_failed(source, reason));
        }
    };
    if found.eq_ignore_ascii_case(digest) {
        return Ok(());
    }
    Err(PullError::Checksum {
        source_text: source.shown.clone(),
        expected: digest.to_owned(),
        found,
    })
}

/// Compares what was fetched with what the lock file has.
fn compare(
    source: &Source,
    locked: &Locked,
    path: &Path,
    fetched: &Fetched,
    sha256: &str,
) -> Result<(), PullError> {
    let none = || "none".to_owned();
    let differs = |what, expected: Option<&String>, found: Option<&String>| PullError::Mismatch {
        source_text: source.shown.clone(),
        path: path.to_owned(),
        what,
        expected: expected.cloned().unwrap_or_else(none),
        found: found.cloned().unwrap_or_else(none),
    };
    let pairs = [
        (
            "the commit",
            locked.commit.as_ref(),
            fetched.commit.as_ref(),
        ),
        (
            "the digest",
            locked.digest.as_ref(),
            fetched.digest.as_ref(),
        ),
    ];
    for (what, expected, found) in pairs {
        if expected != found {
            return Err(differs(what, expected, found));
        }
    }
    if locked.sha256 != sha256 {
        let found = sha256.to_owned();
        return Err(differs(
            "the sha256 of its files",
            Some(&locked.sha256),
            Some(&found),
        ));
    }
    Ok(())
}

/// A folder as the lock file names it: the same on all systems, without what means nothing.
fn shown(folder: &Path) -> String {
    let mut out = String::new();
    for part in folder.components() {
        let text = part.as_os_str().to_string_lossy();
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::RootDir => out.push('/'),
            _ => {
                if !out.is_empty() && !out.ends_with('/') {
                    out.push('/');
                }
                out.push_str(&text);
            }
        }
    }
    if out.is_empty() { ".".to_owned() } else { out }
}

#[cfg(test)]
#[path = "pull_tests.rs"]
mod tests;
