//! `<<`: members of other mappings.

use rustc_hash::FxHashMap;

use crate::document::{Node, Repr};
use crate::error::InputError;
use crate::yaml::anchors::shift;
use crate::yaml::loader::{Frame, Loader};

/// A member of the merged mapping: ids of its key and of the node after its value.
#[derive(Clone, Copy, Debug)]
struct Member {
    key: u32,
    end: u32,
}

impl Loader<'_> {
    /// Replaces the `<<` members of the mapping that ends here by the members they stand for, and returns how
    /// many members there are. As go-yaml does it, the last one in the order of the text wins, whether it was
    /// merged or not; of a list of mappings the first wins.
    pub(super) fn apply_merges(&mut self, frame: &Frame<'_>) -> Result<u32, InputError> {
        let mut members: Vec<Member> = Vec::new();
        let mut places: FxHashMap<&str, usize> = FxHashMap::default();
        let keys = self.keys.get(frame.keys..).unwrap_or_default();
        for key in keys {
            let value = key.node.saturating_add(1);
            let merged = if key.merge {
                self.merged_members(value)?
            } else {
                vec![Member {
                    key: key.node,
                    end: self.after(value),
                }]
            };
            for member in merged {
                let place = *places
                    .entry(self.node_text(member.key))
                    .or_insert(members.len());
                match members.get_mut(place) {
                    Some(earlier) => *earlier = member,
                    None => members.push(member),
                }
            }
        }

        let mut nodes: Vec<Node> = Vec::new();
        let base = frame.node.saturating_add(1);
        for member in &members {
            let to = base.saturating_add(u32::try_from(nodes.len()).unwrap_or(u32::MAX));
            let range = usize::try_from(member.key).unwrap_or(usize::MAX)
                ..usize::try_from(member.end).unwrap_or_default();
            let copied = self.builder.nodes.get(range).unwrap_or_default();
            nodes.extend(copied.iter().map(|node| shift(*node, member.key, to)));
        }
        let len = u32::try_from(members.len()).unwrap_or(u32::MAX);
        self.builder
            .nodes
            .truncate(usize::try_from(base).unwrap_or(usize::MAX));
        self.builder.nodes.append(&mut nodes);
        Ok(len)
    }

    fn after(&self, id: u32) -> u32 {
        match self.node(id).map(|node| node.repr) {
            Some(Repr::Array { end, .. } | Repr::Object { end, .. }) => end,
            _ => id.saturating_add(1),
        }
    }

    /// The members that a value of `<<` stands for, in the order in which they count.
    fn merged_members(&self, value: u32) -> Result<Vec<Member>, InputError> {
        let wrong = |id| InputError::Merge {
            span: self.node_span(id),
        };
        match self.node(value).map(|node| node.repr) {
            Some(Repr::Object { .. }) => Ok(self.members(value)),
            Some(Repr::Array { end, .. }) => {
                let mut mappings = Vec::new();
                let mut item = value.saturating_add(1);
                while item < end {
                    if !matches!(
                        self.node(item).map(|node| node.repr),
                        Some(Repr::Object { .. })
                    ) {
                        return Err(wrong(item));
                    }
                    mappings.push(self.members(item));
                    item = self.after(item);
                }
                // The first of a list has the last word.
                Ok(mappings.into_iter().rev().flatten().collect())
            }
            _ => Err(wrong(value)),
        }
    }

    fn members(&self, mapping: u32) -> Vec<Member> {
        let mut members = Vec::new();
        let mut key = mapping.saturating_add(1);
        let after = self.after(mapping);
        while key < after {
            let end = self.after(key.saturating_add(1));
            members.push(Member { key, end });
            key = end;
        }
        members
    }
}
