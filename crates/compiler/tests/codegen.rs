//! Generated modules: valid, named, deterministic, compiled rather than interpreted; and the semantics of the IR.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

#[path = "codegen/build.rs"]
mod build;
#[path = "codegen/modules.rs"]
mod modules;
#[path = "codegen/policies.rs"]
mod policies;
#[path = "codegen/semantics.rs"]
mod semantics;
