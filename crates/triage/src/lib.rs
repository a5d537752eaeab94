//! Which findings count: exceptions that somebody gave a reason for, and baselines of known findings.
#![forbid(unsafe_code)]

mod annotation;
mod baseline;
mod clause;
mod comment;
mod file;
mod waiver;

pub use crate::annotation::{ANNOTATION, annotations};
pub use crate::baseline::{Baseline, BaselineError, Known};
pub use crate::clause::{Clause, ClauseError, Date};
pub use crate::comment::{MARK, comments};
pub use crate::file::read;
pub use crate::waiver::{Scope, Waiver, Waivers};
