//! Helm charts and Kustomize folders as inputs.
//!
//! ```text
//! folder ─ recognise ─► Kind ─ render ─► Rendered ─ read ─► Chart: documents, and where each node comes from
//! ```
//! Rendering is left to the programs that own these formats: `helm`, and `kustomize` or `kubectl`. What they print is
//! read like any manifest; a place in it is taken back to the template or the base file that it was made from.

#![forbid(unsafe_code)]

mod align;
mod chart;
mod error;
mod helm;
mod kustomize;
mod program;

use std::path::Path;
use std::time::Duration;

pub use crate::chart::{Chart, Rendered};
pub use crate::error::ChartError;

/// What a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A Helm chart: it has a `Chart.yaml`.
    Helm,
    /// It has a `kustomization.yaml` (or `.yml`, or `Kustomization`).
    Kustomize,
}

/// How to render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The release's name, for Helm.
    pub release: String,
    /// The release's namespace, for Helm.
    pub namespace: Option<String>,
    /// Files with values, for Helm; later ones win.
    pub values: Vec<std::path::PathBuf>,
    /// Values as `key=value`, for Helm.
    pub set: Vec<String>,
    /// The version of Kubernetes that templates are told, for Helm.
    pub kube_version: Option<String>,
    /// How long a program may take.
    pub timeout: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            release: "release-name".to_owned(),
            namespace: None,
            values: Vec::new(),
            set: Vec::new(),
            kube_version: None,
            timeout: Duration::from_secs(120),
        }
    }
}

/// The names that Kustomize looks for.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What a folder is, if it is either.
#[must_use]
pub fn recognise(folder: &Path) -> Option<Kind> {
    if folder.join("Chart.yaml").is_file() {
        return Some(Kind::Helm);
    }
    KUSTOMIZATIONS
        .iter()
        .any(|name| folder.join(name).is_file())
        .then_some(Kind::Kustomize)
}

/// Renders a folder with the program for it.
///
/// # Errors
/// Where the program is missing, fails, takes too long, or prints too much.
pub fn render(folder: &Path, kind: Kind, options: &Options) -> Result<Rendered, ChartError> {
    match kind {
        Kind::Helm => helm::render(folder, options),
        Kind::Kustomize => kustomize::render(folder, options),
    }
}
