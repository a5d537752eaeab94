//! One module for each command: its `run`.

pub(crate) mod build;
pub(crate) mod capabilities;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod doc;
pub(crate) mod eval;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod new;
pub(crate) mod parse;
pub(crate) mod policies;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod rbac;
pub(crate) mod reformat;
pub(crate) mod test;
pub(crate) mod verify;
