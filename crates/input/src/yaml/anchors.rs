//! Anchors and aliases.

use kpol_diagnostics::Span;

use crate::document::{Node, Repr};
use crate::error::InputError;
use crate::yaml::loader::Loader;

/// The nodes that an anchor stands for; `end`s count from the first of them.
#[derive(Debug)]
pub(super) struct Anchor {
    pub(super) nodes: Vec<Node>,
    pub(super) height: u32,
}

#[derive(Debug)]
pub(super) enum Anchored {
    /// The node with that id, which is not finished.
    Open(u32),
    Done(Anchor),
}

impl<'a> Loader<'a> {
    /// Copies a finished container for its anchor.
    pub(super) fn capture(&mut self, id: u32) -> Result<Anchor, InputError> {
        let from = usize::try_from(id).unwrap_or(usize::MAX);
        let nodes = self.builder.nodes.get(from..).unwrap_or_default();
        let mut captured = Vec::with_capacity(nodes.len());
        captured.extend(nodes.iter().map(|node| shift(*node, id, 0)));
        let span = self.node_span(id);
        self.count_alias_nodes(captured.len(), span)?;
        let height = height(&captured);
        Ok(Anchor {
            nodes: captured,
            height,
        })
    }

    fn count_alias_nodes(&mut self, more: usize, span: Span) -> Result<(), InputError> {
        let limit = self.options.limits.alias_nodes;
        self.alias_nodes = self
            .alias_nodes
            .saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        if self.alias_nodes > limit {
            return Err(InputError::TooManyNodes { limit, span });
        }
        Ok(())
    }

    pub(super) fn alias(&mut self, name: &'a str, start: u32, end: u32) -> Result<(), InputError> {
        let anchor = match self.anchors.remove(name) {
            Some(Anchored::Done(anchor)) => anchor,
            open => {
                return Err(InputError::Alias {
                    message: match open {
                        Some(_) => format!("anchor `{name}` contains itself"),
                        None => format!("there is no anchor `{name}` before this alias"),
                    },
                    span: self.span(start, end),
                });
            }
        };
        self.last_end = end;
        self.check_depth(anchor.height, start, end)?;
        self.count_alias_nodes(anchor.nodes.len(), self.span(start, end))?;
        if self.at_key() {
            if let Some(node) = anchor.nodes.first() {
                self.key(node.repr, false, start, end)?;
            }
        } else {
            let array = matches!(
                anchor.nodes.first(),
                Some(Node {
                    repr: Repr::Array { .. },
                    ..
                })
            );
            if array && self.in_merge() {
                return Err(InputError::Merge {
                    span: self.span(start, end),
                });
            }
            let base = self.builder.next_id();
            let copies = anchor.nodes.iter().map(|node| shift(*node, 0, base));
            self.builder.nodes.extend(copies);
            let at = usize::try_from(base).unwrap_or(usize::MAX);
            if let Some(root) = self.builder.nodes.get_mut(at) {
                root.start = start;
                root.end = end;
            }
        }
        self.anchors.insert(name, Anchored::Done(anchor));
        self.finished();
        Ok(())
    }
}

/// A node with the ids inside of it moved from one base to another.
pub(super) fn shift(mut node: Node, from: u32, to: u32) -> Node {
    if let Repr::Array { end, .. } | Repr::Object { end, .. } = &mut node.repr {
        *end = (*end).saturating_sub(from).saturating_add(to);
    }
    node
}

/// How many levels of containers captured nodes have.
fn height(nodes: &[Node]) -> u32 {
    let mut ends: Vec<u32> = Vec::new();
    let mut most = 0;
    for (at, node) in nodes.iter().enumerate() {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        while ends.last().is_some_and(|end| *end <= at) {
            ends.pop();
        }
        if let Repr::Array { end, .. } | Repr::Object { end, .. } = node.repr {
            ends.push(end);
            most = most.max(ends.len());
        }
    }
    u32::try_from(most).unwrap_or(u32::MAX)
}
