//! OPA's bundles: archives (`.tar.gz`) of policies, data and compiled modules. This crate reads them, and parses nothing
//! but the manifest.
//!
//! Nothing is unpacked to disk. Names that lead out of the bundle, links, and contents beyond the [`Limits`] are errors.
#![forbid(unsafe_code)]

mod error;
mod manifest;
mod read;

pub use error::BundleError;
pub use manifest::{Manifest, WasmEntry};
pub use read::{Limits, read};

/// The contents of a bundle, each kind sorted by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    /// `.manifest`; empty where there is none.
    pub manifest: Manifest,
    /// Policies: `*.rego`.
    pub policies: Vec<TextFile>,
    /// Data: `data.json`, `data.yaml` and `data.yml` in any folder.
    pub data: Vec<DataFile>,
    /// Compiled policies: `policy.wasm` in any folder.
    pub modules: Vec<ModuleFile>,
}

/// A text in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextFile {
    /// Where it is, without a slash in front: `a/b.rego`.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// A data document in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataFile {
    /// The file.
    pub file: TextFile,
    /// Whether it is YAML, else it is JSON.
    pub yaml: bool,
}

impl DataFile {
    /// The keys below which it stands: the names of its folders.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let folders = self
            .file
            .path
            .rsplit_once('/')
            .map_or("", |(folders, _)| folders);
        let keys = folders.split('/').filter(|key| !key.is_empty());
        keys.map(str::to_owned).collect()
    }
}

/// A compiled policy in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModuleFile {
    /// Where it is, without a slash in front.
    pub path: String,
    /// WebAssembly.
    pub wasm: Vec<u8>,
}
