//! Where policies come from: folders, files, repositories, web servers and registries, as conftest's `pull` and `push`
//! know them; with a lock file of what they were, and signatures.
//!
//! A source is read into memory as a [`tree`](crate::tree) of files, whatever it is; only [`install`](crate::install)
//! writes to the folder of policies. So what an archive, a repository or a registry calls its files is looked at in one
//! place.
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

mod archive;
mod conftest;
mod credentials;
mod error;
mod folder;
mod git;
mod http;
mod install;
mod lock;
mod oci;
mod pull;
mod push;
mod registry;
mod signature;
mod source;
mod tree;

pub use crate::error::PullError;
pub use crate::lock::{LockMode, LockRequest};
pub use crate::pull::{Pulled, PulledSource, Request, locked_sources, pull};
pub use crate::push::{PushRequest, destination, push};
pub use crate::registry::RegistryOptions;
pub use crate::signature::VerifyKey;
pub use crate::tree::Limits;
