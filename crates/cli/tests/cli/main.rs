//! The command as users run it: the real binary, real files, real exit codes.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod baseline;
mod book;
mod build;
mod check;
mod checks;
mod eval;
mod exceptions;
mod gatekeeper;
mod help;
mod kubewarden;
mod library;
mod limits;
mod links;
mod manifests;
mod modules;
mod new;
mod output;
mod pod_security;
mod policies;
mod pull;
mod rbac;
mod reformat;
mod support;
mod unchecked;
mod verify;
mod wrong_types;
