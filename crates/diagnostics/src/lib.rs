//! Source texts, positions in them, and what kpol has to say about them.
//!
//! Every stage that reads text (policies, manifests, data) adds it to a [`SourceMap`], points into it with
//! [`Span`]s and collects [`Diagnostic`]s, which [`render`] turns into text with code frames and [`one_line`]
//! into the `file:line:column: code: message` form that editors and CI logs understand.

#![forbid(unsafe_code)]

mod diagnostic;
mod excerpt;
mod render;
mod source;

pub use crate::diagnostic::{Diagnostic, Severity, sort};
pub use crate::excerpt::Excerpt;
pub use crate::render::{Message, one_line, render, render_message};
pub use crate::source::{LineColumn, SourceId, SourceMap, Span};
