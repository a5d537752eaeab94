//! `.manifest`.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobMatcher};
use serde::Deserialize;

use crate::BundleError;

/// What a bundle says about itself. Members that are not read are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// Which revision it is.
    pub revision: String,
    /// The paths of `data` that belong to the bundle (`a/b`); none for all.
    pub roots: Option<Vec<String>>,
    /// The version of Rego that its policies are written in.
    pub rego_version: Option<u64>,
    /// The same for some of them, by patterns of their paths.
    pub file_rego_versions: BTreeMap<String, u64>,
    /// The entrypoints that compiled modules answer.
    pub wasm: Vec<WasmEntry>,
}

/// An entrypoint and its module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct WasmEntry {
    /// The entrypoint: `a/b`.
    pub entrypoint: String,
    /// The module's file.
    pub module: String,
}

impl Manifest {
    pub(crate) fn parse(text: &[u8]) -> Result<Manifest, BundleError> {
        let manifest: Manifest = serde_json::from_slice(text).map_err(BundleError::Manifest)?;
        let versions = manifest.file_rego_versions.values();
        if let Some(wrong) = versions.chain(&manifest.rego_version).find(|v| **v > 2) {
            return Err(BundleError::RegoVersion(*wrong));
        }
        manifest.patterns()?;
        Ok(manifest)
    }

    fn patterns(&self) -> Result<Vec<(GlobMatcher, u64)>, BundleError> {
        let compile = |(pattern, version): (&String, &u64)| {
            let glob = GlobBuilder::new(pattern.trim_start_matches('/'))
                .literal_separator(true)
                .build()
                .map_err(BundleError::Pattern)?;
            Ok((glob.compile_matcher(), *version))
        };
        self.file_rego_versions.iter().map(compile).collect()
    }

    /// The version of Rego (0, 1 or 2) that a policy is written in, if the manifest says so.
    #[must_use]
    pub fn rego_version_of(&self, path: &str) -> Option<u64> {
        let patterns = self.patterns().unwrap_or_default();
        let matching = patterns.iter().find(|(pattern, _)| pattern.is_match(path));
        matching.map(|(_, version)| *version).or(self.rego_version)
    }

    /// Checks that a path of `data` belongs to the bundle.
    ///
    /// # Errors
    /// Where it does not.
    pub fn check_root(&self, keys: &[String]) -> Result<(), BundleError> {
        let Some(roots) = &self.roots else {
            return Ok(());
        };
        let inside = |root: &String| {
            let root = root.trim_matches('/');
            root.is_empty()
                || keys.len() >= root.split('/').count()
                    && root.split('/').zip(keys).all(|(part, key)| part == key)
        };
        if roots.iter().any(inside) {
            return Ok(());
        }
        Err(BundleError::Roots {
            path: keys.join("/"),
            roots: roots.join(", "),
        })
    }

    /// Whether a path of `data` leads towards a root without being inside of one.
    #[must_use]
    pub fn leads_to_root(&self, keys: &[String]) -> bool {
        self.roots.iter().flatten().any(|root| {
            let parts: Vec<&str> = root.trim_matches('/').split('/').collect();
            parts.len() > keys.len() && parts.iter().zip(keys).all(|(part, key)| part == key)
        })
    }
}
