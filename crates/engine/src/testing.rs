//! What unit tests share.
#![allow(clippy::unwrap_used, reason = "tests")]

use kpol_diagnostics::SourceMap;
use kpol_input::{Document, Format, Options};

/// A JSON text as one document, whatever it holds.
pub(crate) fn parse(text: &str) -> Document {
    let mut sources = SourceMap::new();
    let source = sources.add("test", text);
    let documents = kpol_input::read(&sources, source, Format::Json, &Options::verbatim());
    documents.unwrap().remove(0)
}
