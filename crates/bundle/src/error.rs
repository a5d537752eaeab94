//! What can be wrong with a bundle.

use thiserror::Error;

/// A bundle cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BundleError {
    /// The archive is none, or damaged.
    #[error("not a readable archive (.tar.gz): {0}")]
    Archive(#[source] std::io::Error),
    /// Its contents are larger than allowed.
    #[error("the contents are larger than {0} bytes")]
    TooLarge(u64),
    /// It has more files than allowed.
    #[error("there are more than {0} files")]
    TooMany(usize),
    /// A name that leads out of the bundle, or is none.
    #[error("a file has the name `{0}`, which leads out of the bundle")]
    Path(String),
    /// A link, or a device.
    #[error("`{0}` is no file: a bundle has no links")]
    NotAFile(String),
    /// Two files of one name.
    #[error("there are two files `{0}`")]
    Duplicate(String),
    /// A text that is none.
    #[error("`{0}` is not UTF-8")]
    NotText(String),
    /// A manifest that cannot be understood.
    #[error(".manifest: {0}")]
    Manifest(#[source] serde_json::Error),
    /// A pattern of the manifest that cannot be understood.
    #[error(".manifest: file_rego_versions: {0}")]
    Pattern(#[source] globset::Error),
    /// A version of Rego that is none.
    #[error(".manifest: there is no Rego version {0}")]
    RegoVersion(u64),
    /// Data or a policy outside of the manifest's roots.
    #[error("`{path}` is outside of the manifest's roots ({roots})")]
    Roots {
        /// What is outside: a path of `data`.
        path: String,
        /// The roots.
        roots: String,
    },
    /// A bundle of changes to another one.
    #[error("a delta bundle (patch.json) has only changes to another one")]
    Delta,
}
