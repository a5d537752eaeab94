//! From events to a tape.

use kpol_diagnostics::{SourceId, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::build::Builder;
use crate::document::{Node, Repr, TextRef};
use crate::error::InputError;
use crate::number::{json_float, key_float};
use crate::read::Options;
use crate::scalar::Scalar;
use crate::yaml::anchors::{Anchor, Anchored};
use crate::yaml::events::{Event, Events, Props};
use crate::yaml::{offset, syntax_error};

/// A container that is not finished.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) node: u32,
    len: u32,
    mapping: bool,
    /// The next node is a member's value.
    value_next: bool,
    /// Where this mapping's keys begin in `Loader::keys`.
    pub(super) keys: usize,
    merges: bool,
    anchor: Option<&'a str>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) node: u32,
    pub(super) merge: bool,
    /// Bytes of its text.
    len: u32,
}

/// Turns the events of one document into a tape.
#[derive(Debug)]
pub(super) struct Loader<'a> {
    source: SourceId,
    pub(super) text: &'a str,
    pub(super) options: &'a Options,
    pub(super) builder: Builder,
    pub(super) frames: Vec<Frame<'a>>,
    /// The keys of all open mappings.
    pub(super) keys: Vec<Key>,
    pub(super) anchors: FxHashMap<&'a str, Anchored>,
    /// Where the last scalar, alias or closing bracket ended.
    pub(super) last_end: u32,
    pub(super) alias_nodes: u32,
    done: bool,
}

impl<'a> Loader<'a> {
    pub(super) fn new(source: SourceId, text: &'a str, options: &'a Options) -> Loader<'a> {
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

    pub(super) fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.source, start, end.max(start))
    }

    pub(super) fn document(&mut self, events: &mut Events<'a>) -> Result<(), InputError> {
        while let Some((event, start, end)) = events
            .next()
            .map_err(|error| syntax_error(self.source, self.text, error))?
        {
            let (start, end) = (offset(start), offset(end));
            match event {
                Event::DocumentStart | Event::DocumentEnd => return Ok(()),
                Event::Scalar { text, plain, props } => {
                    self.scalar(&text, plain, &props, start, end)?
                }
                Event::Alias(name) => self.alias(name, start, end)?,
                Event::SequenceStart(props) => self.open(false, props.anchor, start, end)?,
                Event::MappingStart(props) => self.open(true, props.anchor, start, end)?,
                Event::SequenceEnd | Event::MappingEnd => self.close(start, end)?,
            }
        }
        Ok(())
    }

    /// Whether the next node is a key.
    pub(super) fn at_key(&self) -> bool {
        self.frames
            .last()
            .is_some_and(|frame| frame.mapping && !frame.value_next)
    }

    /// Counts a finished node in its container.
    pub(super) fn finished(&mut self) {
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
        props: &Props<'a>,
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
        let key_text = match &scalar {
            Scalar::Float(value) => Some(key_float(*value)),
            Scalar::NotFinite => Some(not_finite(text).to_owned()),
            _ => None,
        };
        let repr = match scalar {
            Scalar::Null => Repr::Null,
            Scalar::Bool(value) => Repr::Bool(value),
            Scalar::Integer(value) => Repr::Integer(value),
            Scalar::Number(number) => Repr::Number(self.builder.text(&number)),
            Scalar::Float(value) => self.float(value),
            // Keys are texts in the end, so that these do no harm there.
            Scalar::NotFinite if self.at_key() => Repr::Null,
            Scalar::NotFinite => {
                return Err(InputError::InvalidScalar {
                    message: format!("`{text}` is no number that JSON has"),
                    span: self.span(start, end),
                });
            }
            Scalar::Text => Repr::String(self.text_ref(text)),
            Scalar::Decoded(text) => Repr::String(self.builder.text(&text)),
        };
        if let Some(name) = props.anchor {
            let nodes = vec![Node { repr, start, end }];
            let anchor = Anchor { nodes, height: 0 };
            self.anchors.insert(name, Anchored::Done(anchor));
        }
        if self.at_key() {
            let repr = match key_text {
                Some(text) => Repr::String(self.builder.text(&text)),
                None => repr,
            };
            self.key(repr, merge, start, end)?;
        } else {
            self.builder.push(repr, start, end);
        }
        self.finished();
        Ok(())
    }

    fn float(&mut self, value: f64) -> Repr {
        let text = json_float(value);
        match text.parse() {
            Ok(value) if text != "-0" => Repr::Integer(value),
            _ => Repr::Number(self.builder.text(&text)),
        }
    }

    /// A piece of the source where the value is one, else of the buffer.
    fn text_ref(&mut self, text: &str) -> TextRef {
        let source = self.text.as_ptr().addr();
        let address = text.as_ptr().addr();
        if (source..=source + self.text.len()).contains(&address) {
            return TextRef::source(offset(address - source), offset(text.len()));
        }
        self.builder.text(text)
    }

    /// Adds a key, which is a string whatever it was.
    pub(super) fn key(
        &mut self,
        repr: Repr,
        merge: bool,
        start: u32,
        end: u32,
    ) -> Result<(), InputError> {
        let text = match repr {
            Repr::String(text) => text,
            Repr::Bool(value) => self.builder.text(if value { "true" } else { "false" }),
            Repr::Integer(value) => self.builder.text(&value.to_string()),
            Repr::Number(number) => {
                let text = self.resolve_text(number);
                if text.parse::<u64>().is_ok() {
                    return Err(self.invalid_key("an integer of more than 63 bits", start, end));
                }
                let value: f64 = text.parse().unwrap_or_default();
                self.builder.text(&key_float(value))
            }
            Repr::Null => return Err(self.invalid_key("null", start, end)),
            Repr::Array { .. } => return Err(self.invalid_key("a list", start, end)),
            Repr::Object { .. } => return Err(self.invalid_key("a mapping", start, end)),
        };
        let node = self.builder.push(Repr::String(text), start, end);
        self.keys.push(Key {
            node,
            merge,
            len: text.len(),
        });
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
        anchor: Option<&'a str>,
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
        if let Some(name) = anchor {
            self.anchors.insert(name, Anchored::Open(node));
        }
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

    pub(super) fn check_depth(&self, more: u32, start: u32, end: u32) -> Result<(), InputError> {
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
        if let Some(name) = frame.anchor
            && matches!(self.anchors.get(name), Some(Anchored::Open(node)) if *node == frame.node)
        {
            let anchor = self.capture(frame.node)?;
            self.anchors.insert(name, Anchored::Done(anchor));
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
            let mut later = keys.iter().enumerate().filter(|(_, key)| !key.merge);
            later.find_map(|(at, key)| {
                let mut before = keys.get(..at)?.iter();
                let same =
                    |other: &Key| other.len == key.len && !other.merge && text(other) == text(key);
                before.any(same).then_some(*key)
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

    pub(super) fn node(&self, id: u32) -> Option<&Node> {
        self.builder.nodes.get(usize::try_from(id).ok()?)
    }

    pub(super) fn node_text(&self, id: u32) -> &str {
        match self.node(id).map(|node| node.repr) {
            Some(Repr::String(text)) => self.resolve_text(text),
            _ => "",
        }
    }

    pub(super) fn node_span(&self, id: u32) -> Span {
        self.node(id)
            .map_or(Span::NOWHERE, |node| self.span(node.start, node.end))
    }

    /// Whether the next node is the value of `<<`.
    pub(super) fn in_merge(&self) -> bool {
        let value = self
            .frames
            .last()
            .is_some_and(|frame| frame.mapping && frame.value_next);
        value && self.keys.last().is_some_and(|key| key.merge)
    }
}

/// `.inf` and the like in lower case.
fn not_finite(text: &str) -> &'static str {
    match text.as_bytes() {
        [b'-', ..] => "-.inf",
        [.., b'n' | b'N'] => ".nan",
        _ => ".inf",
    }
}
