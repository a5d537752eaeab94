//! YAML as `sigs.k8s.io/yaml` reads it.

mod events;
mod merge;

use std::sync::Arc;

use kpol_diagnostics::{SourceId, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::build::Builder;
use crate::document::{Node, Repr, Tape, TextRef};
use crate::error::InputError;
use crate::number::key_float;
use crate::read::Options;
use crate::scalar::Scalar;
use crate::yaml::events::{Event, Events, Props};

/// The values of all documents of a text.
pub(crate) fn parse(
    source: SourceId,
    text: &Arc<str>,
    options: &Options,
) -> Result<Vec<Tape>, InputError> {
    let mut events = Events::new(text);
    let mut tapes = Vec::new();
    let mut alias_nodes = 0;
    loop {
        let next = events.next().map_err(|error| InputError::Syntax {
            message: error.message,
            span: Span::new(source, error.at, error.at),
        })?;
        let Some((event, _, _)) = next else {
            return Ok(tapes);
        };
        if matches!(event, Event::DocumentStart) {
            let mut loader = Loader::new(source, text, options);
            loader.alias_nodes = alias_nodes;
            loader.document(&mut events)?;
            alias_nodes = loader.alias_nodes;
            if options.keep_empty
                || !matches!(
                    loader.builder.nodes.first(),
                    Some(Node {
                        repr: Repr::Null,
                        ..
                    }) | None
                )
            {
                tapes.push(loader.builder.finish(source, Arc::clone(text), None));
            }
        }
    }
}

/// A container that is not finished.
#[derive(Debug)]
struct Frame {
    node: u32,
    len: u32,
    mapping: bool,
    /// The next node is a member's value.
    value_next: bool,
    /// Where this mapping's keys begin in `Loader::keys`.
    keys: usize,
    merges: bool,
    anchor: usize,
}

#[derive(Clone, Copy, Debug)]
struct Key {
    node: u32,
    merge: bool,
}

/// The nodes that an anchor stands for; `end`s count from the first of them.
#[derive(Debug)]
struct Anchor {
    nodes: Vec<Node>,
    height: u32,
}

/// Turns the events of one document into a tape.
#[derive(Debug)]
struct Loader<'a> {
    source: SourceId,
    text: &'a str,
    options: &'a Options,
    builder: Builder,
    frames: Vec<Frame>,
    /// The keys of all open mappings.
    keys: Vec<Key>,
    anchors: FxHashMap<usize, Anchor>,
    /// Where the last scalar, alias or closing bracket ended.
    last_end: u32,
    alias_nodes: u32,
    done: bool,
}

impl<'a> Loader<'a> {
    fn new(source: SourceId, text: &'a str, options: &'a Options) -> Loader<'a> {
        Loader {
            source,
            text,
            options,
            builder: Builder::default(),
            frames: Vec::new(),
            keys: Vec::new(),
            anchors: FxHashMap::default(),
            last_end: 0,
            alias_nodes: 0,
            done: false,
        }
    }

    fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.source, start, end.max(start))
    }

    fn document(&mut self, events: &mut Events<'_>) -> Result<(), InputError> {
        loop {
            let next = events.next().map_err(|error| InputError::Syntax {
                message: error.message,
                span: self.span(error.at, error.at),
            })?;
            let Some((event, start, end)) = next else {
                return Ok(());
            };
            match event {
                Event::DocumentStart | Event::DocumentEnd => return Ok(()),
                Event::Scalar { text, plain, props } => {
                    self.scalar(&text, plain, &props, start, end)?
                }
                Event::Alias { anchor } => self.alias(anchor, start, end)?,
                Event::SequenceStart { anchor } => self.open(false, anchor, start, end)?,
                Event::MappingStart { anchor } => self.open(true, anchor, start, end)?,
                Event::SequenceEnd | Event::MappingEnd => self.close(start, end)?,
            }
        }
    }

    /// Whether the next node is a key.
    fn at_key(&self) -> bool {
        self.frames
            .last()
            .is_some_and(|frame| frame.mapping && !frame.value_next)
    }

    /// Counts a finished node in its container.
    fn finished(&mut self) {
        match self.frames.last_mut() {
            Some(frame) if frame.mapping => {
                frame.len += u32::from(frame.value_next);
                frame.value_next = !frame.value_next;
            }
            Some(frame) => frame.len += 1,
            None => self.done = true,
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        plain: bool,
        props: &Props,
        start: u32,
        end: u32,
    ) -> Result<(), InputError> {
        self.last_end = end;
        let tag = props.tag.as_deref();
        let merge =
            text == "<<" && (plain && tag.is_none() || tag == Some("tag:yaml.org,2002:merge"));
        let scalar = self
            .options
            .schema
            .resolve(text, plain, tag)
            .map_err(|message| InputError::InvalidScalar {
                message,
                span: self.span(start, end),
            })?;
        let repr = match scalar {
            Scalar::Null => Repr::Null,
            Scalar::Bool(value) => Repr::Bool(value),
            Scalar::Integer(value) => Repr::Integer(value),
            Scalar::Number(number) => Repr::Number(self.builder.text(&number)),
            Scalar::NotFinite if self.at_key() => {
                let text = match text.as_bytes() {
                    [b'-', ..] => "-.inf",
                    [.., b'n' | b'N'] => ".nan",
                    _ => ".inf",
                };
                Repr::String(self.builder.text(text))
            }
            Scalar::NotFinite => {
                return Err(InputError::InvalidScalar {
                    message: format!("`{text}` is no number that JSON has"),
                    span: self.span(start, end),
                });
            }
            Scalar::Text => Repr::String(self.text_ref(text, start)),
            Scalar::Decoded(text) => Repr::String(self.builder.text(&text)),
        };
        if props.anchor != 0 {
            let nodes = vec![Node { repr, start, end }];
            self.anchors
                .insert(props.anchor, Anchor { nodes, height: 0 });
        }
        if self.at_key() {
            self.key(repr, merge, start, end)?;
        } else {
            self.builder.push(repr, start, end);
        }
        self.finished();
        Ok(())
    }

    /// A piece of the source where the value stands there as it is, else of the buffer.
    fn text_ref(&mut self, text: &str, start: u32) -> TextRef {
        let stands_at = |at: u32| {
            let at = usize::try_from(at).unwrap_or(usize::MAX);
            self.text.get(at..at.saturating_add(text.len())) == Some(text)
        };
        let len = u32::try_from(text.len()).unwrap_or_default();
        if stands_at(start) {
            return TextRef::source(start, len);
        }
        if stands_at(start.saturating_add(1)) {
            return TextRef::source(start + 1, len);
        }
        self.builder.text(text)
    }

    /// Adds a key, which is a string whatever it was.
    fn key(&mut self, repr: Repr, merge: bool, start: u32, end: u32) -> Result<(), InputError> {
        let text = match repr {
            Repr::String(text) => text,
            Repr::Bool(value) => self.builder.text(if value { "true" } else { "false" }),
            Repr::Integer(value) => self.builder.text(&value.to_string()),
            Repr::Number(number) => {
                let text = self.resolve_text(number);
                let value: f64 = text.parse().unwrap_or_default();
                let text = if text
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'-')
                    && text != "-0"
                {
                    text.to_owned()
                } else {
                    key_float(value)
                };
                self.builder.text(&text)
            }
            Repr::Null => return Err(self.invalid_key("null", start, end)),
            Repr::Array { .. } => return Err(self.invalid_key("a list", start, end)),
            Repr::Object { .. } => return Err(self.invalid_key("a mapping", start, end)),
        };
        let node = self.builder.push(Repr::String(text), start, end);
        self.keys.push(Key { node, merge });
        if let Some(frame) = self.frames.last_mut() {
            frame.merges |= merge;
        }
        Ok(())
    }

    fn invalid_key(&self, what: &'static str, start: u32, end: u32) -> InputError {
        InputError::InvalidKey {
            what,
            span: self.span(start, end),
        }
    }

    fn resolve_text(&self, text: TextRef) -> &str {
        text.resolve(self.text, &self.builder.buffer)
    }

    fn open(
        &mut self,
        mapping: bool,
        anchor: usize,
        start: u32,
        end: u32,
    ) -> Result<(), InputError> {
        if self.at_key() {
            let what = if mapping { "a mapping" } else { "a list" };
            return Err(self.invalid_key(what, start, end));
        }
        self.check_depth(1, start, end)?;
        let repr = if mapping {
            Repr::Object { len: 0, end: 0 }
        } else {
            Repr::Array { len: 0, end: 0 }
        };
        let node = self.builder.push(repr, start, end);
        self.last_end = end;
        self.frames.push(Frame {
            node,
            len: 0,
            mapping,
            value_next: false,
            keys: self.keys.len(),
            merges: false,
            anchor,
        });
        Ok(())
    }

    fn check_depth(&self, more: u32, start: u32, end: u32) -> Result<(), InputError> {
        let limit = self.options.limits.depth;
        let depth = u32::try_from(self.frames.len()).unwrap_or(u32::MAX);
        if depth.saturating_add(more) > limit {
            return Err(InputError::TooDeep {
                limit,
                span: self.span(start, end),
            });
        }
        Ok(())
    }

    fn close(&mut self, start: u32, end: u32) -> Result<(), InputError> {
        let Some(frame) = self.frames.pop() else {
            return Ok(());
        };
        // The end of a block has no text of its own: it ends with its last node.
        if end > start {
            self.last_end = end;
        }
        let mut len = frame.len;
        if frame.mapping {
            self.check_duplicates(frame.keys)?;
            if frame.merges {
                len = self.apply_merges(&frame)?;
            }
            self.keys.truncate(frame.keys);
        }
        self.builder.close(frame.node, len, self.last_end);
        if frame.anchor != 0 {
            let anchor = self.capture(frame.node)?;
            self.anchors.insert(frame.anchor, anchor);
        }
        self.finished();
        Ok(())
    }

    fn check_duplicates(&self, from: usize) -> Result<(), InputError> {
        /// Up to this many keys, comparing all pairs is faster than a table.
        const PAIRS: usize = 12;
        let keys = self.keys.get(from..).unwrap_or_default();
        let text = |key: &Key| self.node_text(key.node);
        let repeated = if keys.len() <= PAIRS {
            let mut earlier = keys.iter().enumerate().filter(|(_, key)| !key.merge);
            earlier.find_map(|(at, key)| {
                let text_of_key = text(key);
                let before = keys.get(..at)?.iter().filter(|other| !other.merge);
                before
                    .clone()
                    .any(|other| text(other) == text_of_key)
                    .then_some(*key)
            })
        } else {
            let mut seen = FxHashSet::default();
            keys.iter()
                .find(|key| !key.merge && !seen.insert(text(key)))
                .copied()
        };
        let Some(second) = repeated else {
            return Ok(());
        };
        let name = text(&second);
        let first = keys
            .iter()
            .find(|key| !key.merge && text(key) == name)
            .copied();
        Err(InputError::DuplicateKey {
            key: name.to_owned(),
            first: self.node_span(first.unwrap_or(second).node),
            first_line: 0,
            second: self.node_span(second.node),
        })
    }

    fn node(&self, id: u32) -> Option<&Node> {
        self.builder.nodes.get(usize::try_from(id).ok()?)
    }

    fn node_text(&self, id: u32) -> &str {
        match self.node(id).map(|node| node.repr) {
            Some(Repr::String(text)) => self.resolve_text(text),
            _ => "",
        }
    }

    fn node_span(&self, id: u32) -> Span {
        self.node(id)
            .map_or(Span::NOWHERE, |node| self.span(node.start, node.end))
    }

    /// Copies a finished container for its anchor.
    fn capture(&mut self, id: u32) -> Result<Anchor, InputError> {
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

    fn alias(&mut self, id: usize, start: u32, end: u32) -> Result<(), InputError> {
        let name = self.text.get(start as usize..end as usize).unwrap_or("*");
        let name = name.trim_start_matches('*').to_owned();
        let Some(anchor) = self.anchors.remove(&id) else {
            let itself = self.frames.iter().any(|frame| frame.anchor == id);
            return Err(InputError::Alias {
                message: if itself {
                    format!("anchor `{name}` contains itself")
                } else {
                    format!("there is no anchor `{name}` before this alias")
                },
                span: self.span(start, end),
            });
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
        self.anchors.insert(id, anchor);
        self.finished();
        Ok(())
    }

    /// Whether the next node is the value of `<<`.
    fn in_merge(&self) -> bool {
        let value = self
            .frames
            .last()
            .is_some_and(|frame| frame.mapping && frame.value_next);
        value && self.keys.last().is_some_and(|key| key.merge)
    }
}

/// A node with the ids inside of it moved from one base to another.
fn shift(mut node: Node, from: u32, to: u32) -> Node {
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
