//! The engine as its users see it: policies in, results or errors out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

#[path = "engine/support.rs"]
mod support;

#[path = "engine/caching.rs"]
mod caching;
#[path = "engine/foreign.rs"]
mod foreign;
#[path = "engine/host_builtins.rs"]
mod host_builtins;
#[path = "engine/hostile.rs"]
mod hostile;
#[path = "engine/limits.rs"]
mod limits;
#[path = "engine/opa.rs"]
mod opa;
#[path = "engine/places.rs"]
mod places;
#[path = "engine/results.rs"]
mod results;
#[path = "engine/wapc.rs"]
mod wapc;
