//! Runs Gatekeeper's templates with kpol's engine.
//!
//! [`Policies::read`] collects the templates and constraints of a folder's documents. [`compile`] makes one policy of
//! the Rego of all templates; [`Gatekeeper::new`] is that policy, loaded, with its constraints. Each thread has a
//! [`Runner`], which takes a [`Review`](kpol_gatekeeper::Review) and gives a [`Verdict`] for each constraint that
//! applies to it.

#![forbid(unsafe_code)]

mod compile;
mod policies;
mod run;

pub use crate::compile::{Compiled, compile};
pub use crate::policies::Policies;
pub use crate::run::{CelPolicy, Failure, Gatekeeper, Runner, Verdict, Violation, data};
