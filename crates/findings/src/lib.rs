//! What kpol found, and how it is told.
//!
//! A [`Finding`] is one failure or warning, whatever found it; a [`Report`] is all of a run. Reporters only
//! format: [`text::render_report`] for people, [`json::render_report`] for programs, in conftest's shape.

#![forbid(unsafe_code)]

mod finding;
pub mod json;
mod report;
pub mod text;

pub use crate::finding::{Finding, Level, Loc, Location, ObjectRef, RuleId};
pub use crate::report::{Counts, Exception, FileResult, Report};
