//! Every stage over the policies of `testdata/rego`: snapshots of plan, optimised plan and module, the values that
//! they evaluate to, and that modules are compiled code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

#[path = "stages/agreement.rs"]
mod agreement;
#[path = "stages/canonical.rs"]
mod canonical;
#[path = "stages/compiled.rs"]
mod compiled;
#[path = "stages/module.rs"]
mod module;
#[path = "stages/pipeline.rs"]
mod pipeline;
#[path = "stages/snapshots.rs"]
mod snapshots;
#[path = "stages/values.rs"]
mod values;
