//! Building a tape in the order of the text.

use std::sync::Arc;

use kpol_diagnostics::SourceId;

use crate::document::{LazySpans, Node, Repr, Tape, TextRef};

/// A tape under construction.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    pub(crate) nodes: Vec<Node>,
    pub(crate) buffer: String,
}

impl Builder {
    /// The id that the next node gets.
    pub(crate) fn next_id(&self) -> u32 {
        // INVARIANT (u32 ids): texts have less than 4 GiB and aliases are bounded, so ids fit.
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn push(&mut self, repr: Repr, start: u32, end: u32) -> u32 {
        let id = self.next_id();
        self.nodes.push(Node { repr, start, end });
        id
    }

    /// Finishes a container that was pushed before its content.
    pub(crate) fn close(&mut self, id: u32, len: u32, span_end: u32) {
        let after = self.next_id();
        let at = usize::try_from(id).unwrap_or(usize::MAX);
        if let Some(node) = self.nodes.get_mut(at) {
            node.end = span_end.max(node.start);
            match &mut node.repr {
                Repr::Array { len: count, end } | Repr::Object { len: count, end } => {
                    *count = len;
                    *end = after;
                }
                _ => {}
            }
        }
    }

    pub(crate) fn text(&mut self, text: &str) -> TextRef {
        let offset = u32::try_from(self.buffer.len()).unwrap_or(u32::MAX);
        self.buffer.push_str(text);
        TextRef::buffer(offset, u32::try_from(text.len()).unwrap_or_default())
    }

    pub(crate) fn finish(self, source: SourceId, text: Arc<str>, lazy: Option<LazySpans>) -> Tape {
        Tape {
            source,
            text,
            buffer: self.buffer,
            nodes: self.nodes,
            lazy,
        }
    }
}
