//! The text that a reader works on, and errors in it.

use std::ops::Range;
use std::path::Path;

use kpol_diagnostics::{SourceId, SourceMap, Span};
use kpol_input::{Document, InputError};

use crate::options::Options;
use crate::tree::Node;

/// A text with all that its reader may ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    pub(crate) sources: &'a SourceMap,
    pub(crate) source: SourceId,
    /// All of the source, a byte order mark included.
    pub(crate) text: &'a str,
    pub(crate) options: &'a Options,
}

impl<'a> Text<'a> {
    pub(crate) fn new(
        sources: &'a SourceMap,
        source: SourceId,
        options: &'a Options,
    ) -> Result<Text<'a>, InputError> {
        let text = sources.text(source);
        if text.len() > usize::try_from(options.input.limits.bytes).unwrap_or(usize::MAX) {
            return Err(InputError::TooLarge {
                limit: options.input.limits.bytes,
                span: Span::new(source, 0, 0),
            });
        }
        Ok(Text {
            sources,
            source,
            text,
            options,
        })
    }

    /// The path of the file, for formats that name others.
    #[allow(dead_code, reason = "readers to come use it")]
    pub(crate) fn path(&self) -> &'a Path {
        Path::new(self.sources.name(self.source))
    }

    /// The text without a byte order mark, and how many bytes that is shorter.
    pub(crate) fn without_mark(&self) -> (&'a str, usize) {
        match self.text.strip_prefix('\u{feff}') {
            Some(body) => (body, self.text.len() - body.len()),
            None => (self.text, 0),
        }
    }

    /// Bytes of the text as a span.
    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.source, offset(range.start), offset(range.end))
    }

    /// An error at some bytes of the text.
    pub(crate) fn error(&self, message: impl Into<String>, range: Range<usize>) -> InputError {
        InputError::Syntax {
            message: message.into(),
            span: self.span(range),
            inside: None,
        }
    }

    /// The error for what is nested beyond the limit.
    pub(crate) fn too_deep(&self, range: Range<usize>) -> InputError {
        InputError::TooDeep {
            limit: self.options.input.limits.depth,
            span: self.span(range),
        }
    }

    /// Levels of nesting that are allowed.
    pub(crate) fn depth(&self) -> usize {
        usize::try_from(self.options.input.limits.depth).unwrap_or(usize::MAX)
    }

    /// The tree as the text's only document.
    pub(crate) fn document(&self, root: &Node) -> Result<Vec<Document>, InputError> {
        Ok(vec![root.document(self)?])
    }
}

/// An offset in 32 bits.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
