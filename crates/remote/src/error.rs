//! What can go wrong on the way.

use std::path::PathBuf;

use thiserror::Error;

/// Why policies could not be pulled or pushed. No text holds a password or a token.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PullError {
    /// The source makes no sense.
    #[error("`{source_text}` is no source of policies: {reason}")]
    Source {
        /// The source, as written.
        source_text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody here knows that kind of source.
    #[error("download not supported for scheme '{0}'")]
    Scheme(String),
    /// A file of the source, or the source itself, cannot be read.
    #[error("cannot read `{path}`: {error}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write `{path}`: {error}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A file that was not pulled stands in the way.
    #[error("policy file already exists at {0}, refusing to overwrite")]
    Exists(PathBuf),
    /// A link stands where policies should be written.
    #[error("`{0}` is a symbolic link, refusing to write through it")]
    Link(PathBuf),
    /// `git` failed, or is not there.
    #[error("git, for `{source_text}`: {reason}")]
    Git {
        /// The source.
        source_text: String,
        /// What git said.
        reason: String,
    },
    /// A web server did not give what it was asked for.
    #[error("`{source_text}`: {reason}")]
    Http {
        /// The source.
        source_text: String,
        /// What went wrong.
        reason: String,
    },
    /// A registry did not give or take something.
    #[error("registry, for `{reference}`: {reason}")]
    Registry {
        /// The artifact.
        reference: String,
        /// What went wrong.
        reason: String,
    },
    /// Credentials could not be had.
    #[error("credentials for `{registry}`: {reason}")]
    Credentials {
        /// The registry.
        registry: String,
        /// What went wrong.
        reason: String,
    },
    /// An archive that cannot be unpacked.
    #[error("archive `{name}`: {reason}")]
    Archive {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file with a name that leads elsewhere.
    #[error("`{0}` is no path of a policy: it leads out of its folder")]
    Path(String),
    /// A symbolic link that leads elsewhere.
    #[error("`{path}` is a symbolic link to `{target}`, which is not in the source")]
    LinkOut {
        /// The link.
        path: String,
        /// Where it leads.
        target: String,
    },
    /// Two files with one name.
    #[error("`{0}` is there twice")]
    Duplicate(String),
    /// More bytes than a source may have.
    #[error("the source is larger than {0} bytes")]
    TooLarge(u64),
    /// More files than a source may have.
    #[error("the source has more than {0} files")]
    TooMany(usize),
    /// The folder behind `//` is not there, or not the only one.
    #[error("subdir \"{subdir}\" {problem}")]
    Subdir {
        /// The folder.
        subdir: String,
        /// `not found`, or the like.
        problem: &'static str,
    },
    /// Nothing is in the source.
    #[error("`{0}` has no files")]
    Empty(String),
    /// `?checksum=` does not fit.
    #[error("the checksum of `{source_text}` is {found}, and not {expected}")]
    Checksum {
        /// The source.
        source_text: String,
        /// What the source should have.
        expected: String,
        /// What it has.
        found: String,
    },
    /// The lock file cannot be read, or says nothing that makes sense.
    #[error("lock file `{path}`: {reason}")]
    LockFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The lock file does not have the source.
    #[error("`{source_text}` is not in the lock file `{path}`")]
    NotLocked {
        /// The source.
        source_text: String,
        /// The lock file.
        path: PathBuf,
    },
    /// The lock file has something else.
    #[error(
        "`{source_text}` is not what the lock file `{path}` has: {what} is {found}, and was {expected}"
    )]
    Mismatch {
        /// The source.
        source_text: String,
        /// The lock file.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// What the lock file has.
        expected: String,
        /// What there is now.
        found: String,
    },
    /// The public key cannot be used.
    #[error("the public key: {0}")]
    Key(String),
    /// There is no valid signature.
    #[error("`{reference}` is not signed with the given key: {reason}")]
    Signature {
        /// The artifact.
        reference: String,
        /// What was found.
        reason: String,
    },
    /// What follows the way of conftest, in its words.
    #[error("{0}")]
    Conftest(String),
}

impl PullError {
    /// The code of the error; it stays the same from release to release.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            PullError::Source { .. } => "pull-source",
            PullError::Scheme(_) => "pull-scheme",
            PullError::Read { .. } => "pull-read",
            PullError::Write { .. } => "pull-write",
            PullError::Exists(_) => "pull-exists",
            PullError::Link(_) => "pull-link",
            PullError::Git { .. } => "pull-git",
            PullError::Http { .. } => "pull-http",
            PullError::Registry { .. } => "pull-registry",
            PullError::Credentials { .. } => "pull-credentials",
            PullError::Archive { .. } => "pull-archive",
            PullError::Path(_) => "pull-path",
            PullError::LinkOut { .. } => "pull-link-out",
            PullError::Duplicate(_) => "pull-duplicate",
            PullError::TooLarge(_) => "pull-too-large",
            PullError::TooMany(_) => "pull-too-many",
            PullError::Subdir { .. } => "pull-subdir",
            PullError::Empty(_) => "pull-empty",
            PullError::Checksum { .. } => "pull-checksum",
            PullError::LockFile { .. } => "pull-lock-file",
            PullError::NotLocked { .. } => "pull-not-locked",
            PullError::Mismatch { .. } => "pull-mismatch",
            PullError::Key(_) => "pull-key",
            PullError::Signature { .. } => "pull-signature",
            PullError::Conftest(_) => "pull-conftest",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            PullError::Scheme(scheme) => match scheme.as_str() {
                "s3" | "gcs" | "hg" => {
                    "kpol reads files, git, http, https and oci; fetch the policies with the tool of that service"
                }
                scheme if scheme.contains('.') => "for a registry, write `oci://` in front",
                _ => {
                    "a source is a path, or begins with file://, git::, http://, https:// or oci://"
                }
            },
            PullError::Exists(_) => {
                "delete it, pull into another folder (`-p`), or pull with `--force`"
            }
            PullError::Link(_) => {
                "delete the link, pull into another folder (`-p`), or pull with `--force`"
            }
            PullError::NotLocked { .. } => "pull it without `--locked` to add it",
            PullError::Mismatch { .. } => "if the change is wanted, pull it with `--update-lock`",
            PullError::Subdir { .. } => "what follows `//` is a folder of the source",
            _ => return None,
        })
    }
}
