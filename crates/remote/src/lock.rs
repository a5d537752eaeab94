//! The lock file: what each source was when it was pulled.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::PullError;

const VERSION: u32 = 1;
const HEADER: &str = "\
# Written by `kpol pull`: what the sources of policies are. Keep it under version control.
# `kpol pull --locked` refuses what differs, `kpol pull --update-lock` takes what is there now.
";

/// What a lock file is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockMode {
    /// Sources that it has are pulled as it says; others are added.
    Add,
    /// Sources that it has are pulled as it says; others are refused.
    Locked,
    /// Sources that it has are pulled as it says; others are pulled, and nothing is written.
    Read,
    /// Sources are pulled as they are now, and written.
    Update,
}

/// A lock file, and what it is used for.
#[derive(Debug, Clone)]
pub struct LockRequest {
    /// The file. It need not be there.
    pub path: PathBuf,
    /// What it is used for.
    pub mode: LockMode,
}

/// All that was pulled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lock {
    version: u32,
    #[serde(default, rename = "source", skip_serializing_if = "Vec::is_empty")]
    pub(crate) sources: Vec<Locked>,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Locked {
    /// As written, without passwords.
    pub(crate) source: String,
    /// Where it is pulled to.
    pub(crate) policy: String,
    /// The commit of a repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    /// The digest of a registry's artifact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) digest: Option<String>,
    /// Of all files together.
    pub(crate) sha256: String,
    /// Of each file.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
}

impl Lock {
    /// Reads a lock file; one that is not there is empty.
    pub(crate) fn read(path: &Path) -> Result<Lock, PullError> {
        let failed = |reason: String| PullError::LockFile {
            path: path.to_owned(),
            reason,
        };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Lock {
                    version: VERSION,
                    ..Lock::default()
                });
            }
            Err(error) => return Err(failed(error.to_string())),
        };
        let lock: Lock = toml::from_str(&text).map_err(|error| {
            // With line and column.
            failed(error.to_string().trim_end().to_owned())
        })?;
        if lock.version != VERSION {
            return Err(failed(format!(
                "its version is {}; this kpol reads version {VERSION}",
                lock.version
            )));
        }
        for locked in &lock.sources {
            let is_hex =
                |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit());
            let commit = locked.commit.as_deref().is_none_or(is_hex);
            let digest = locked.digest.as_deref();
            let digest = digest.is_none_or(|d| d.strip_prefix("sha256:").is_some_and(is_hex));
            if !commit || !digest || !is_hex(&locked.sha256) {
                return Err(failed(format!(
                    "a commit or digest of `{}` is not one",
                    locked.source
                )));
            }
        }
        Ok(lock)
    }

    pub(crate) fn find(&self, source: &str, policy: &str) -> Option<&Locked> {
        self.sources
            .iter()
            .find(|locked| locked.source == source && locked.policy == policy)
    }

    /// Adds a source, or takes the place of what was there for it.
    pub(crate) fn set(&mut self, new: Locked) {
        let same =
            |locked: &&mut Locked| locked.source == new.source && locked.policy == new.policy;
        match self.sources.iter_mut().find(same) {
            Some(old) => *old = new,
            None => self.sources.push(new),
        }
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), PullError> {
        let failed = |reason: String| PullError::LockFile {
            path: path.to_owned(),
            reason,
        };
        let body = toml::to_string(self).map_err(|error| failed(error.to_string()))?;
        crate::install::replace(path, format!("{HEADER}\n{body}").as_bytes())
    }
}
