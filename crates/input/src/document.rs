//! Documents: flat tapes of nodes in the order of the text.

use std::sync::Arc;
use std::sync::OnceLock;

use kpol_diagnostics::{LineColumn, SourceId, SourceMap, Span};

/// A node of a [`Document`]'s tape. Ids of a container's content follow its own without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// What a node is, with its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integral number of 64 bits.
    Integer(i64),
    /// Any other number, in JSON's notation.
    Number(&'a str),
    /// A string.
    String(&'a str),
    /// An array and how many items it has.
    Array(u32),
    /// An object and how many members it has.
    Object(u32),
}

/// What a document needs at most when it is copied elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// All nodes, keys included.
    pub nodes: u32,
    /// Arrays.
    pub arrays: u32,
    /// Objects.
    pub objects: u32,
    /// Items of arrays plus members of objects.
    pub children: u32,
    /// Strings, keys included, without regard to equal ones.
    pub strings: u32,
    /// Bytes of those strings together.
    pub string_bytes: u64,
    /// Numbers that are no 64-bit integer.
    pub numbers: u32,
    /// Bytes of those numbers' texts together.
    pub number_bytes: u64,
}

/// A piece of text: of the source, or of the tape's own buffer for what had to be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TextRef {
    offset: u32,
    /// The top bit says "of the buffer".
    len: u32,
}

const IN_BUFFER: u32 = 1 << 31;

impl TextRef {
    pub(crate) fn source(offset: u32, len: u32) -> TextRef {
        TextRef {
            offset,
            len: len & !IN_BUFFER,
        }
    }

    pub(crate) fn buffer(offset: u32, len: u32) -> TextRef {
        TextRef {
            offset,
            len: len | IN_BUFFER,
        }
    }

    /// Whether it is a piece of the tape's own buffer.
    pub(crate) fn in_buffer(self) -> bool {
        self.len & IN_BUFFER != 0
    }

    /// Length in bytes.
    pub(crate) fn len(self) -> u32 {
        self.len & !IN_BUFFER
    }

    pub(crate) fn resolve<'a>(self, source: &'a str, buffer: &'a str) -> &'a str {
        let start = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let len = usize::try_from(self.len & !IN_BUFFER).unwrap_or(usize::MAX);
        let from = if self.len & IN_BUFFER == 0 {
            source
        } else {
            buffer
        };
        from.get(start..start.saturating_add(len))
            .unwrap_or_default()
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Repr {
    Null,
    Bool(bool),
    Integer(i64),
    Number(TextRef),
    String(TextRef),
    /// `end` is the id after the last node inside.
    Array {
        len: u32,
        end: u32,
    },
    /// Keys (string nodes) and values take turns.
    Object {
        len: u32,
        end: u32,
    },
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) repr: Repr,
    /// Bytes of the source; both 0 for formats whose spans are found when asked for.
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// The nodes of one text's document, and the texts that they refer to.
#[derive(Debug)]
pub(crate) struct Tape {
    pub(crate) source: SourceId,
    pub(crate) text: Arc<str>,
    pub(crate) buffer: String,
    pub(crate) nodes: Vec<Node>,
    pub(crate) lazy: Option<LazySpans>,
}

/// Spans that are computed by a second pass over the text once somebody asks.
#[derive(Debug)]
pub(crate) struct LazySpans {
    /// Where the document begins in the text.
    pub(crate) start: u32,
    pub(crate) scan: fn(&str, u32, usize) -> Vec<(u32, u32)>,
    pub(crate) spans: OnceLock<Vec<(u32, u32)>>,
}

impl Tape {
    pub(crate) fn text_of(&self, text: TextRef) -> &str {
        text.resolve(&self.text, &self.buffer)
    }

    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(usize::try_from(id.0).ok()?)
    }

    /// The id after a node and all that is inside of it.
    fn after(&self, id: NodeId) -> u32 {
        match self.node(id).map(|node| node.repr) {
            Some(Repr::Array { end, .. } | Repr::Object { end, .. }) => end,
            _ => id.0.saturating_add(1),
        }
    }
}

/// One input document; cheap to clone.
#[derive(Clone, Debug)]
pub struct Document {
    pub(crate) tape: Arc<Tape>,
    pub(crate) root: NodeId,
    /// Position among the documents of its source, from 0.
    pub(crate) index: u32,
    /// Counted once, when it is read: a document may be evaluated many times.
    pub(crate) bounds: Bounds,
}

impl Document {
    /// The text that it comes from.
    #[must_use]
    pub fn source(&self) -> SourceId {
        self.tape.source
    }

    /// Its position among the documents of its source, from 0; items of lists count as documents.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Where it begins in its source.
    #[must_use]
    pub fn position(&self, sources: &SourceMap) -> LineColumn {
        sources.line_col(self.span(self.root))
    }

    /// The outermost node.
    #[must_use]
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// The id after the last node: the document's nodes are `root().0..end().0`, keys included.
    #[must_use]
    pub fn end(&self) -> NodeId {
        NodeId(self.tape.after(self.root))
    }

    /// The value of a node; null for an id of no node.
    #[must_use]
    pub fn kind(&self, node: NodeId) -> Kind<'_> {
        self.tape
            .node(node)
            .map_or(Kind::Null, |node| self.kind_of(node))
    }

    /// All nodes from one on to the last inside of it, in order: what each is, and the id after it and what is inside.
    pub fn walk(&self, node: NodeId) -> impl Iterator<Item = (NodeId, Kind<'_>, u32)> {
        let (start, end) = (node.0 as usize, self.tape.after(node) as usize);
        let nodes = self.tape.nodes.get(start..end).unwrap_or_default();
        (node.0..).zip(nodes).map(|(id, node)| {
            let after = match node.repr {
                Repr::Array { end, .. } | Repr::Object { end, .. } => end,
                _ => id.saturating_add(1),
            };
            (NodeId(id), self.kind_of(node), after)
        })
    }

    fn kind_of(&self, node: &Node) -> Kind<'_> {
        match node.repr {
            Repr::Null => Kind::Null,
            Repr::Bool(value) => Kind::Bool(value),
            Repr::Integer(value) => Kind::Integer(value),
            Repr::Number(text) => Kind::Number(self.tape.text_of(text)),
            Repr::String(text) => Kind::String(self.tape.text_of(text)),
            Repr::Array { len, .. } => Kind::Array(len),
            Repr::Object { len, .. } => Kind::Object(len),
        }
    }

    /// The items of an array, or the values of an object's members, in the order of the text.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let object = matches!(self.kind(node), Kind::Object(_));
        let mut next = self.content(node);
        std::iter::from_fn(move || {
            let (at, end) = next.as_mut()?;
            if at >= end {
                return None;
            }
            let value = NodeId(*at + u32::from(object));
            *at = self.tape.after(value);
            Some(value)
        })
    }

    /// The members of an object in the order of the text: key node and value node.
    pub fn members(&self, node: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> {
        let object = matches!(self.kind(node), Kind::Object(_));
        let mut next = self.content(node).filter(|_| object);
        std::iter::from_fn(move || {
            let (at, end) = next.as_mut()?;
            if at >= end {
                return None;
            }
            let key = NodeId(*at);
            let value = NodeId(*at + 1);
            *at = self.tape.after(value);
            Some((key, value))
        })
    }

    fn content(&self, node: NodeId) -> Option<(u32, u32)> {
        match self.tape.node(node)?.repr {
            Repr::Array { end, .. } | Repr::Object { end, .. } => Some((node.0 + 1, end)),
            _ => None,
        }
    }

    /// The id after a node and everything inside of it.
    #[must_use]
    pub fn after(&self, node: NodeId) -> NodeId {
        NodeId(self.tape.after(node))
    }

    /// The text of a string node; `None` for others.
    #[must_use]
    pub fn str(&self, node: NodeId) -> Option<&str> {
        match self.kind(node) {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value of an object's member.
    #[must_use]
    pub fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        self.members(node)
            .find(|(name, _)| self.str(*name) == Some(key))
            .map(|(_, value)| value)
    }

    /// The item of an array.
    #[must_use]
    pub fn item(&self, node: NodeId, index: usize) -> Option<NodeId> {
        match self.kind(node) {
            Kind::Array(_) => self.children(node).nth(index),
            _ => None,
        }
    }

    /// The string at a path of keys from the root.
    #[must_use]
    pub fn str_at(&self, keys: &[&str]) -> Option<&str> {
        let mut node = self.root;
        for key in keys {
            node = self.get(node, key)?;
        }
        self.str(node)
    }

    /// `apiVersion`, when it is a string.
    #[must_use]
    pub fn api_version(&self) -> Option<&str> {
        self.str_at(&["apiVersion"])
    }

    /// `kind`, when it is a string.
    #[must_use]
    pub fn object_kind(&self) -> Option<&str> {
        self.str_at(&["kind"])
    }

    /// `metadata.name`, when it is a string.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.str_at(&["metadata", "name"])
    }

    /// `metadata.namespace`, when it is a string.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.str_at(&["metadata", "namespace"])
    }

    /// The bytes of a node. Of what an alias brought in, the outermost node is at the alias and what is
    /// inside where it was written.
    #[must_use]
    pub fn span(&self, node: NodeId) -> Span {
        let Some(found) = self.tape.node(node) else {
            return Span::NOWHERE;
        };
        let (start, end) = match &self.tape.lazy {
            None => (found.start, found.end),
            Some(lazy) => {
                let spans = lazy.spans.get_or_init(|| {
                    (lazy.scan)(&self.tape.text, lazy.start, self.tape.nodes.len())
                });
                let at = usize::try_from(node.0).unwrap_or(usize::MAX);
                spans.get(at).copied().unwrap_or_default()
            }
        };
        Span::new(self.tape.source, start, end)
    }

    /// The bytes of the key of an object's member, given its value; `None` for others.
    #[must_use]
    pub fn key_span(&self, value: NodeId) -> Option<Span> {
        self.key(value).map(|key| self.span(key))
    }

    /// The key node of an object's member, given its value; `None` for others.
    #[must_use]
    pub fn key(&self, value: NodeId) -> Option<NodeId> {
        let parent = self.parent(value)?;
        let key = NodeId(value.0.checked_sub(1)?);
        matches!(self.kind(parent), Kind::Object(_)).then_some(key)
    }

    /// The container of an item or of a member's value; `None` for the root and for keys.
    #[must_use]
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        let mut at = self.root;
        if node <= at || node.0 >= self.tape.after(at) {
            return None;
        }
        loop {
            let child = self
                .children(at)
                .find(|child| node < NodeId(self.tape.after(*child)))?;
            if child == node {
                return Some(at);
            }
            if node < child {
                return None;
            }
            at = child;
        }
    }

    /// What a copy of the document needs.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// What a copy of a node and all that is inside of it needs; takes one pass over those nodes.
    #[must_use]
    pub fn bounds_of(&self, node: NodeId) -> Bounds {
        let mut bounds = Bounds::default();
        for id in node.0..self.after(node).0 {
            bounds.nodes += 1;
            match self.kind(NodeId(id)) {
                Kind::String(text) => {
                    bounds.strings += 1;
                    bounds.string_bytes += text.len() as u64;
                }
                Kind::Number(text) => {
                    bounds.numbers += 1;
                    bounds.number_bytes += text.len() as u64;
                }
                Kind::Array(len) => {
                    bounds.arrays += 1;
                    bounds.children = bounds.children.saturating_add(len);
                }
                Kind::Object(len) => {
                    bounds.objects += 1;
                    bounds.children = bounds.children.saturating_add(len);
                }
                Kind::Null | Kind::Bool(_) | Kind::Integer(_) => {}
            }
        }
        bounds
    }

    /// The document as JSON text, members in the order of the text: for tests and for people.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.json_of(self.root)
    }

    /// A node as JSON text, members in the order of the text.
    #[must_use]
    pub fn json_of(&self, node: NodeId) -> String {
        let mut out = String::new();
        // Open containers: the id where each ends and its closing bracket.
        let mut open: Vec<(u32, char, bool)> = Vec::new();
        let mut id = node.0;
        let end = self.after(node).0;
        let mut first = true;
        let mut value_of_key = false;
        while id < end || !open.is_empty() {
            if let Some((close, bracket, _)) = open.last().copied()
                && close == id
                && !value_of_key
            {
                out.push(bracket);
                open.pop();
                first = false;
                continue;
            }
            let in_object = open.last().is_some_and(|(_, _, object)| *object);
            let is_key = in_object && !value_of_key;
            if !first && !value_of_key {
                out.push(',');
            }
            first = false;
            value_of_key = false;
            let node = NodeId(id);
            id += 1;
            match self.kind(node) {
                Kind::Null => out.push_str("null"),
                Kind::Bool(value) => out.push_str(if value { "true" } else { "false" }),
                Kind::Integer(value) => out.push_str(&value.to_string()),
                Kind::Number(text) => out.push_str(text),
                Kind::String(text) => {
                    out.push_str(&serde_json::to_string(text).unwrap_or_default());
                    if is_key {
                        out.push(':');
                        value_of_key = true;
                    }
                }
                Kind::Array(_) => {
                    out.push('[');
                    open.push((self.tape.after(node), ']', false));
                    first = true;
                }
                Kind::Object(_) => {
                    out.push('{');
                    open.push((self.tape.after(node), '}', true));
                    first = true;
                }
            }
        }
        out
    }
}
