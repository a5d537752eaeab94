//! Kubewarden's policies, without the code that runs them: what a module says about itself, the admission requests that
//! it gets, what its answers mean, and what it may ask of the cluster.
//!
//! A module is called by the engine; everything here is texts and values.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests"
    )
)]

mod allowed;
mod cluster;
mod metadata;
mod request;
mod resources;
mod response;
mod selector;

pub use crate::allowed::{Allowed, UnknownCall};
pub use crate::cluster::{Cluster, Refusal};
pub use crate::metadata::{ContextAwareResource, Metadata, MetadataError, Mode, PolicyType, Rule};
pub use crate::request::{Shape, Subject};
pub use crate::resources::{Resource, resource};
pub use crate::response::{
    ResponseError, SettingsVerdict, Verdict, of_admission_review, of_violations,
};
