//! Documents with positions: what policies are run against.
//!
//! [`read`] turns a text that a [`SourceMap`](kpol_diagnostics::SourceMap) owns into [`Document`]s: flat tapes
//! of nodes, each of which knows the bytes that it came from. YAML is read as `sigs.k8s.io/yaml` reads it,
//! because that is what the API server, kubectl and conftest do; JSON through `serde_json`. Readers of other
//! formats make documents with a [`DocumentBuilder`].

#![forbid(unsafe_code)]

mod build;
mod builder;
mod document;
mod error;
mod format;
mod json;
mod number;
mod part;
mod path;
mod read;
mod scalar;
mod yaml;

pub use crate::builder::{DocumentBuilder, split_documents};
pub use crate::document::{Bounds, Document, Kind, NodeId};
pub use crate::error::InputError;
pub use crate::format::Format;
pub use crate::part::Part;
pub use crate::path::{Path, Segment};
pub use crate::read::{Limits, Options, load, read, read_path, read_str, read_text};
pub use crate::scalar::Schema;
