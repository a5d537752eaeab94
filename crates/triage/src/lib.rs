//! Which findings count: baselines of known findings.
#![forbid(unsafe_code)]

mod baseline;

pub use crate::baseline::{Baseline, BaselineError, Known};
