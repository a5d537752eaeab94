//! Documents from other readers: a builder that keeps the promises of a tape.

use std::mem;
use std::sync::Arc;

use kpol_diagnostics::{SourceId, SourceMap, Span};
use rustc_hash::FxHashSet;

use crate::build::Builder;
use crate::document::{Bounds, Document, NodeId, Repr, TextRef};
use crate::error::InputError;
use crate::number::json_float;
use crate::read::{Limits, Options, split};

/// Builds one [`Document`], node by node in the order of the text.
///
/// A node is begun with the bytes that it came from. One that has none ([`Span::NOWHERE`]) is where its key is, or
/// else where the container around it is.
///
/// ```
/// use kpol_diagnostics::{SourceMap, Span};
/// use kpol_input::{DocumentBuilder, Options};
///
/// let mut sources = SourceMap::new();
/// let source = sources.add("app.conf", "port = 80");
/// let at = |start, end| Span::new(source, start, end);
/// let mut builder = DocumentBuilder::new(&sources, source, &Options::default())?;
/// builder.begin_object(at(0, 9))?;
/// builder.key("port", at(0, 4))?;
/// builder.integer(80, at(7, 9))?;
/// builder.end()?;
/// let document = builder.finish()?;
/// assert_eq!(document.to_json(), r#"{"port":80}"#);
/// # Ok::<(), kpol_input::InputError>(())
/// ```
#[derive(Debug)]
pub struct DocumentBuilder {
    builder: Builder,
    source: SourceId,
    text: Arc<str>,
    limits: Limits,
    open: Vec<Open>,
    /// A key that waits for its value.
    key: Option<(u32, u32)>,
    /// Whether the outermost value is complete.
    done: bool,
}

/// A container that is not finished.
#[derive(Debug)]
struct Open {
    node: u32,
    span: (u32, u32),
    len: u32,
    /// The nodes of its keys, if it is an object.
    keys: Option<Vec<u32>>,
}

impl DocumentBuilder {
    /// A builder of a document of that source.
    ///
    /// # Errors
    ///
    /// [`InputError::TooLarge`] for a text beyond the limit.
    pub fn new(
        sources: &SourceMap,
        source: SourceId,
        options: &Options,
    ) -> Result<DocumentBuilder, InputError> {
        let text = sources.shared_text(source);
        check_size(source, &text, options)?;
        Ok(DocumentBuilder {
            builder: Builder::default(),
            source,
            text,
            limits: options.limits,
            open: Vec::new(),
            key: None,
            done: false,
        })
    }

    /// A builder of a document of the text that another document is of.
    #[must_use]
    pub fn beside(document: &Document, limits: Limits) -> DocumentBuilder {
        DocumentBuilder {
            builder: Builder::default(),
            source: document.tape.source,
            text: Arc::clone(&document.tape.text),
            limits,
            open: Vec::new(),
            key: None,
            done: false,
        }
    }

    /// Copies a node and all that is inside of it, and returns the copy's id: the nodes inside follow it as they do
    /// in the document that they are from. Nodes of the builder's own text keep their places, unless those would
    /// have to be computed.
    ///
    /// # Errors
    ///
    /// [`InputError::TooDeep`] where it is nested too deep to stand here, and as [`DocumentBuilder::null`].
    pub fn copy(&mut self, from: &Document, node: NodeId) -> Result<NodeId, InputError> {
        if !self.expects_value() {
            return Err(self.misused(Span::NOWHERE));
        }
        let same_text = Arc::ptr_eq(&from.tape.text, &self.text);
        let keep = same_text && from.tape.lazy.is_none() && from.tape.source == self.source;
        let place = self.place(Span::NOWHERE);
        let first = self.builder.next_id();
        let after = from.after(node).0;
        let nodes = from.tape.nodes.get(node.0 as usize..after as usize);
        let nodes = nodes.unwrap_or_default();
        // Ids in the copy are those of the original, moved.
        let moved = |id: u32| id.wrapping_sub(node.0).wrapping_add(first);
        let mut ends: Vec<u32> = Vec::new();
        let room = (self.limits.depth as usize).saturating_sub(self.open.len());
        for (id, one) in (node.0..).zip(nodes) {
            while ends.last().is_some_and(|end| *end <= id) {
                ends.pop();
            }
            let repr = match one.repr {
                Repr::Null | Repr::Bool(_) | Repr::Integer(_) => one.repr,
                Repr::Number(text) => Repr::Number(self.copied(from, text, same_text)?),
                Repr::String(text) => Repr::String(self.copied(from, text, same_text)?),
                Repr::Array { len, end } | Repr::Object { len, end } => {
                    ends.push(end);
                    if ends.len() > room {
                        return Err(InputError::TooDeep {
                            limit: self.limits.depth,
                            span: from.span(NodeId(id)),
                        });
                    }
                    let end = moved(end);
                    match one.repr {
                        Repr::Array { .. } => Repr::Array { len, end },
                        _ => Repr::Object { len, end },
                    }
                }
            };
            let (start, end) = if keep { (one.start, one.end) } else { place };
            self.push(repr, start, end)?;
        }
        self.key = None;
        self.finished();
        Ok(NodeId(first))
    }

    fn copied(
        &mut self,
        from: &Document,
        text: TextRef,
        same: bool,
    ) -> Result<TextRef, InputError> {
        if same && !text.in_buffer() {
            return Ok(text);
        }
        if self.builder.buffer.len() > u32::MAX as usize - i32::MAX as usize {
            return Err(self.too_large());
        }
        Ok(self.builder.text(from.tape.text_of(text)))
    }

    /// Begins an object; members follow, then [`DocumentBuilder::end`].
    ///
    /// # Errors
    ///
    /// [`InputError::TooDeep`] and [`InputError::TooLarge`], and [`InputError::Syntax`] when it cannot stand here.
    pub fn begin_object(&mut self, span: Span) -> Result<(), InputError> {
        self.begin(Repr::Object { len: 0, end: 0 }, span)
    }

    /// Begins an array; items follow, then [`DocumentBuilder::end`].
    ///
    /// # Errors
    ///
    /// As [`DocumentBuilder::begin_object`].
    pub fn begin_array(&mut self, span: Span) -> Result<(), InputError> {
        self.begin(Repr::Array { len: 0, end: 0 }, span)
    }

    /// The key of the next value.
    ///
    /// # Errors
    ///
    /// As [`DocumentBuilder::null`].
    pub fn key(&mut self, key: &str, span: Span) -> Result<(), InputError> {
        let in_object = self.open.last().is_some_and(|open| open.keys.is_some());
        if !in_object || self.key.is_some() {
            return Err(self.misused(span));
        }
        let (start, end) = self.place(span);
        let text = self.text_ref(key, (start, end))?;
        let id = self.push(Repr::String(text), start, end)?;
        if let Some(Open {
            keys: Some(keys), ..
        }) = self.open.last_mut()
        {
            keys.push(id);
        }
        self.key = Some((start, end));
        Ok(())
    }

    /// A `null`.
    ///
    /// # Errors
    ///
    /// [`InputError::TooLarge`] beyond what 32 bits can number, and [`InputError::Syntax`] when no value can stand
    /// here, which is the caller's mistake.
    pub fn null(&mut self, span: Span) -> Result<(), InputError> {
        self.scalar(Repr::Null, span)
    }

    /// A boolean.
    ///
    /// # Errors
    ///
    /// As [`DocumentBuilder::null`].
    pub fn bool(&mut self, value: bool, span: Span) -> Result<(), InputError> {
        self.scalar(Repr::Bool(value), span)
    }

    /// An integer of 64 bits.
    ///
    /// # Errors
    ///
    /// As [`DocumentBuilder::null`].
    pub fn integer(&mut self, value: i64, span: Span) -> Result<(), InputError> {
        self.scalar(Repr::Integer(value), span)
    }

    /// A float, as Go's `encoding/json` writes it.
    ///
    /// # Errors
    ///
    /// As [`DocumentBuilder::null`]; [`InputError::InvalidScalar`] for one that JSON does not have.
    pub fn float(&mut self, value: f64, span: Span) -> Result<(), InputError> {
        if !value.is_finite() {
            return Err(InputError::InvalidScalar {
                message: format!("the number {value} has no JSON form"),
                span: self.error_span(span),
            });
        }
        self.number(&json_float(value), span)
    }

    /// A number in JSON's notation, however long.
    ///
    /// # Errors
    ///
    /// As [`DocumentBuilder::null`]; [`InputError::InvalidScalar`] for what is no JSON number.
    pub fn number(&mut self, text: &str, span: Span) -> Result<(), InputError> {
        if let Ok(value) = text.parse::<i64>()
            && text != "-0"
            && !text.starts_with('+')
            && is_json_number(text)
        {
            return self.integer(value, span);
        }
        if !is_json_number(text) {
            return Err(InputError::InvalidScalar {
                message: format!("`{text}` is no JSON number"),
                span: self.error_span(span),
            });
        }
        let text = self.text_ref(text, self.place(span))?;
        self.scalar(Repr::Number(text), span)
    }

    /// A string.
    ///
    /// # Errors
    ///
    /// As [`DocumentBuilder::null`].
    pub fn string(&mut self, value: &str, span: Span) -> Result<(), InputError> {
        let text = self.text_ref(value, self.place(span))?;
        self.scalar(Repr::String(text), span)
    }

    /// Ends the innermost container.
    ///
    /// # Errors
    ///
    /// [`InputError::DuplicateKey`] for an object that has a key twice.
    pub fn end(&mut self) -> Result<(), InputError> {
        let Some(open) = self.open.pop().filter(|_| self.key.is_none()) else {
            return Err(self.misused(Span::NOWHERE));
        };
        if let Some(keys) = &open.keys {
            self.check_duplicates(keys)?;
        }
        self.builder.close(open.node, open.len, open.span.1);
        self.finished();
        Ok(())
    }

    /// The document, once its outermost value is complete.
    ///
    /// # Errors
    ///
    /// [`InputError::Syntax`] when it is not.
    pub fn finish(mut self) -> Result<Document, InputError> {
        if !self.done {
            return Err(self.misused(Span::NOWHERE));
        }
        let builder = mem::take(&mut self.builder);
        let tape = builder.finish(self.source, self.text, None);
        let mut document = Document {
            tape: Arc::new(tape),
            root: NodeId(0),
            index: 0,
            bounds: Bounds::default(),
        };
        document.bounds = document.bounds_of(document.root);
        Ok(document)
    }

    fn begin(&mut self, repr: Repr, span: Span) -> Result<(), InputError> {
        if !self.expects_value() {
            return Err(self.misused(span));
        }
        if self.open.len() >= usize::try_from(self.limits.depth).unwrap_or(usize::MAX) {
            return Err(InputError::TooDeep {
                limit: self.limits.depth,
                span: self.error_span(span),
            });
        }
        let span = self.place(span);
        let node = self.push(repr, span.0, span.1)?;
        self.key = None;
        self.open.push(Open {
            node,
            span,
            len: 0,
            keys: matches!(repr, Repr::Object { .. }).then(Vec::new),
        });
        Ok(())
    }

    fn scalar(&mut self, repr: Repr, span: Span) -> Result<(), InputError> {
        if !self.expects_value() {
            return Err(self.misused(span));
        }
        let (start, end) = self.place(span);
        self.push(repr, start, end)?;
        self.key = None;
        self.finished();
        Ok(())
    }

    fn expects_value(&self) -> bool {
        match self.open.last() {
            Some(open) => open.keys.is_none() || self.key.is_some(),
            None => !self.done,
        }
    }

    /// Counts a value that is complete.
    fn finished(&mut self) {
        match self.open.last_mut() {
            Some(open) => open.len = open.len.saturating_add(1),
            None => self.done = true,
        }
    }

    fn push(&mut self, repr: Repr, start: u32, end: u32) -> Result<u32, InputError> {
        if self.builder.nodes.len() >= usize::try_from(u32::MAX - 1).unwrap_or(usize::MAX) {
            return Err(self.too_large());
        }
        Ok(self.builder.push(repr, start, end))
    }

    /// Where a node is: its own bytes, its key's, or those of what is around it.
    fn place(&self, span: Span) -> (u32, u32) {
        if span.source == self.source {
            let size = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
            let end = span.end.min(size);
            return (span.start.min(end), end);
        }
        self.key
            .or_else(|| self.open.last().map(|open| open.span))
            .unwrap_or_default()
    }

    fn error_span(&self, span: Span) -> Span {
        let (start, end) = self.place(span);
        Span::new(self.source, start, end)
    }

    /// A text as a piece of the source, bare or in quotes, where it is one.
    fn text_ref(&mut self, text: &str, (start, end): (u32, u32)) -> Result<TextRef, InputError> {
        for quote in 0..=1 {
            let (from, to) = (start.saturating_add(quote), end.saturating_sub(quote));
            let piece = self.text.get(from as usize..to as usize);
            if piece == Some(text) && to.wrapping_sub(from) < i32::MAX as u32 {
                return Ok(TextRef::source(from, to - from));
            }
        }
        // Of the 32 bits of a length, one says which text it is.
        let long = text.len() >= i32::MAX as usize;
        if long || self.builder.buffer.len() > u32::MAX as usize - i32::MAX as usize {
            return Err(self.too_large());
        }
        Ok(self.builder.text(text))
    }

    fn check_duplicates(&self, keys: &[u32]) -> Result<(), InputError> {
        let node = |id: u32| self.builder.nodes.get(id as usize);
        let text = |id: u32| match node(id).map(|node| node.repr) {
            Some(Repr::String(text)) => text.resolve(&self.text, &self.builder.buffer),
            _ => "",
        };
        let span = |id: u32| {
            node(id).map_or(Span::NOWHERE, |node| {
                Span::new(self.source, node.start, node.end)
            })
        };
        let mut seen = FxHashSet::default();
        let Some(second) = keys.iter().copied().find(|key| !seen.insert(text(*key))) else {
            return Ok(());
        };
        let name = text(second);
        let first = keys.iter().copied().find(|key| text(*key) == name);
        let first = span(first.unwrap_or(second));
        let before = self.text.get(..first.start as usize).unwrap_or_default();
        let lines = before.bytes().filter(|byte| *byte == b'\n').count();
        Err(InputError::DuplicateKey {
            key: name.to_owned(),
            first,
            first_line: u32::try_from(lines + 1).unwrap_or(u32::MAX),
            second: span(second),
        })
    }

    fn too_large(&self) -> InputError {
        InputError::TooLarge {
            limit: u32::MAX,
            span: Span::new(self.source, 0, 0),
        }
    }

    /// A reader has called the builder in an order that makes no document.
    fn misused(&self, span: Span) -> InputError {
        InputError::Syntax {
            message: "the reader of this format made no complete document".to_owned(),
            span: self.error_span(span),
            inside: None,
        }
    }
}

/// Does with whole documents of a text what [`read`](crate::read) does: splits arrays, expands lists, drops what is
/// empty, and numbers what is left.
#[must_use]
pub fn split_documents(documents: &[Document], options: &Options) -> Vec<Document> {
    let mut parts = Vec::with_capacity(documents.len());
    for document in documents {
        split(document, options, &mut parts);
    }
    for (index, part) in parts.iter_mut().enumerate() {
        part.index = u32::try_from(index).unwrap_or(u32::MAX);
        part.bounds = part.bounds_of(part.root);
    }
    parts
}

pub(crate) fn check_size(
    source: SourceId,
    text: &str,
    options: &Options,
) -> Result<(), InputError> {
    if text.len() > usize::try_from(options.limits.bytes).unwrap_or(usize::MAX) {
        return Err(InputError::TooLarge {
            limit: options.limits.bytes,
            span: Span::new(source, 0, 0),
        });
    }
    Ok(())
}

/// Whether a text is a number as JSON writes it.
fn is_json_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    if whole == 0 || (whole > 1 && text.starts_with('0')) {
        return false;
    }
    let mut rest = text.get(whole..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = fraction.get(count..).unwrap_or_default();
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let count = digits(exponent);
        if count == 0 {
            return false;
        }
        rest = exponent.get(count..).unwrap_or_default();
    }
    rest.is_empty()
}
