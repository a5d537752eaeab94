//! What the benches measure: policies with an input each, kpol and its peers behind one face, and a stopwatch.
//!
//! * [`workload`]: the six policies and their inputs;
//! * [`real`]: sets of policies of others, with their inputs;
//! * [`opa`]: OPA as a process of its own;
//! * [`kpol`] and [`regorus`]: both engines, prepared in the same way;
//! * [`agree`]: all of them must give the same answer before they are timed;
//! * [`measure`]: interleaved measuring, so that both sides meet the same machine.
//!
//! `cargo bench` in this folder runs all of it; `cargo bench --bench ratios` only prints the comparison.

#![forbid(unsafe_code)]

pub mod agree;
pub mod inputs;
pub mod kpol;
pub mod measure;
pub mod opa;
pub mod policies;
pub mod real;
pub mod regorus;
pub mod workload;

/// Any failure: a bench has nobody to tell it apart.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
