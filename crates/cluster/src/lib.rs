//! Live clusters: what is in them, read page by page, and snapshots of it.
//!
//! The only crate that knows `kube`. It reads; the one thing that it writes is [reports](Cluster::apply), when asked to.
//! Everything here blocks: the asynchronous client runs on a thread of its own.
#![forbid(unsafe_code)]

mod apply;
mod connect;
mod error;
mod kinds;
mod list;
mod object;
mod read;
mod retry;
mod snapshot;
mod watch;

pub use crate::connect::{Cluster, ConnectOptions};
pub use crate::error::ClusterError;
pub use crate::kinds::{ResourceKind, Selection};
pub use crate::object::{Object, Owner};
pub use crate::read::{ReadOptions, Refusal, Summary};
pub use crate::snapshot::{Header, SnapshotError, SnapshotReader, SnapshotWriter};
