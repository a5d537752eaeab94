//! What kpol found, and how it is told.
//!
//! A [`Finding`] is one failure or warning, whatever found it; a [`FileResult`] is what one policy namespace found in
//! one file; a [`Problem`] is what could not be checked. All of them carry their places with the few lines that a code
//! frame needs, so that nobody has to keep the texts. A [`Reporter`] takes them as they come and writes them in a
//! [`Format`]; reporters only format.

#![forbid(unsafe_code)]

mod azure;
mod finding;
mod fingerprint;
mod frames;
mod github;
mod go;
pub mod json;
mod junit;
mod lines;
mod problem;
mod read;
mod report;
mod reporter;
mod sarif;
mod sarif_compat;
mod stdout;
mod table;
mod tap;
pub mod text;

pub use kpol_diagnostics::Excerpt;

pub use crate::finding::{Finding, Level, Loc, Location, ObjectRef, RuleId};
pub use crate::fingerprint::fingerprint;
pub use crate::problem::Problem;
pub use crate::read::{ReadError, Results, read};
pub use crate::report::{Counts, Exception, FileResult, Mutation, Note, Query, Report, Suppressed};
pub use crate::reporter::{
    Format, ReportOptions, Reporter, RuleInfo, RunInfo, Summary, UnknownFormat, reporter,
};
pub use crate::stdout::trace;
