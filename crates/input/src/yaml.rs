//! YAML as `sigs.k8s.io/yaml` reads it.

mod anchors;
mod chars;
mod events;
mod loader;
mod merge;
mod scanner;

use std::sync::Arc;

use kpol_diagnostics::{SourceId, Span};

use crate::document::{Node, Repr, Tape};
use crate::error::InputError;
use crate::read::Options;
use crate::yaml::events::{Event, Events};
use crate::yaml::loader::Loader;
use crate::yaml::scanner::SyntaxError;

/// The values of all documents of a text.
pub(crate) fn parse(
    source: SourceId,
    text: &Arc<str>,
    options: &Options,
) -> Result<Vec<Tape>, InputError> {
    let syntax = |error: SyntaxError| syntax_error(source, text, error);
    // The loader bounds the depth and names the place. The scanner is at most 1,024 bytes ahead of it, so that
    // its own bound comes into play only if that should ever fail.
    let depth = usize::try_from(options.limits.depth)
        .unwrap_or(usize::MAX)
        .saturating_add(2048);
    let mut events = Events::new(text, depth).map_err(syntax)?;
    let mut tapes = Vec::new();
    let mut alias_nodes = 0;
    while let Some((event, _, _)) = events.next().map_err(syntax)? {
        if !matches!(event, Event::DocumentStart) {
            continue;
        }
        let mut loader = Loader::new(source, text, options);
        loader.alias_nodes = alias_nodes;
        loader.document(&mut events)?;
        alias_nodes = loader.alias_nodes;
        let empty = matches!(
            loader.builder.nodes.first(),
            Some(Node {
                repr: Repr::Null,
                ..
            }) | None
        );
        if options.keep_empty || !empty {
            tapes.push(loader.builder.finish(source, Arc::clone(text), None));
        }
    }
    Ok(tapes)
}

fn syntax_error(source: SourceId, text: &str, error: SyntaxError) -> InputError {
    // An error at the end of the text is shown at the end of its last line with text.
    let at = error.at.min(text.trim_end().len());
    InputError::Syntax {
        message: error.message.into_owned(),
        span: Span::new(source, offset(at), offset(at)),
        inside: error
            .inside
            .map(|at| Span::new(source, offset(at), offset(at))),
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
