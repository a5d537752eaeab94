//! From tokens to events: the grammar of YAML 1.1, without recursion.

use std::borrow::Cow;

use crate::yaml::scanner::{Kind, Scanner, SyntaxError, Token, error};

/// Something that a YAML text says.
#[derive(Debug)]
pub(super) enum Event<'a> {
    DocumentStart,
    DocumentEnd,
    Alias(&'a str),
    /// Text, whether it stands without quotes and in no block, anchor and tag.
    Scalar {
        text: Cow<'a, str>,
        plain: bool,
        props: Props<'a>,
    },
    SequenceStart(Props<'a>),
    SequenceEnd,
    MappingStart(Props<'a>),
    MappingEnd,
}

/// What stands before a node.
#[derive(Debug, Default)]
pub(super) struct Props<'a> {
    pub(super) anchor: Option<&'a str>,
    /// The tag in full form.
    pub(super) tag: Option<Cow<'a, str>>,
}

/// An event and the bytes that it stands at; properties of a node do not count.
pub(super) type Spanned<'a> = (Event<'a>, usize, usize);

/// What is expected next.
#[derive(Clone, Copy, Debug)]
enum State {
    /// The first document, which needs no `---`.
    FirstDocument,
    Document,
    DocumentContent,
    DocumentEnd,
    Ended,
    Node,
    BlockEntry,
    /// An item of a list that is as far left as the key that it belongs to.
    IndentlessEntry,
    BlockKey,
    BlockValue,
    FlowEntry {
        first: bool,
    },
    /// A mapping of one member as an item of a flow list.
    PairKey,
    PairValue,
    PairEnd,
    FlowKey {
        first: bool,
    },
    FlowValue,
    /// A member of a flow mapping without `:`.
    FlowNoValue,
}

/// Where a node may stand, which is what it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Flow,
    Block,
    /// Below a key, where a list needs no indentation.
    BlockMember,
}

#[derive(Debug)]
pub(super) struct Events<'a> {
    scanner: Scanner<'a>,
    state: State,
    /// What is expected once the current node is complete.
    after: Vec<State>,
    /// Where the open collections began.
    opened: Vec<usize>,
    tags: Vec<(&'a str, Cow<'a, str>)>,
}

const STANDARD: &str = "tag:yaml.org,2002:";

impl<'a> Events<'a> {
    pub(super) fn new(text: &'a str, depth: usize) -> Result<Events<'a>, SyntaxError> {
        Ok(Events {
            scanner: Scanner::new(text, depth)?,
            state: State::FirstDocument,
            after: Vec::new(),
            opened: Vec::new(),
            tags: Vec::new(),
        })
    }

    /// The next event; `None` at the end of the text.
    pub(super) fn next(&mut self) -> Result<Option<Spanned<'a>>, SyntaxError> {
        match self.state {
            State::FirstDocument => self.document(true),
            State::Document => self.document(false),
            State::Ended => Ok(None),
            State::DocumentContent => self.document_content().map(Some),
            State::DocumentEnd => self.document_end().map(Some),
            State::Node => self.node(Place::Block).map(Some),
            State::BlockEntry => self.block_entry().map(Some),
            State::IndentlessEntry => self.indentless_entry().map(Some),
            State::BlockKey => self.block_key().map(Some),
            State::BlockValue => self.block_value().map(Some),
            State::FlowEntry { first } => self.flow_entry(first).map(Some),
            State::PairKey => self.pair_key().map(Some),
            State::PairValue => self.pair_value().map(Some),
            State::PairEnd => {
                let at = self.scanner.peek()?.start;
                self.state = State::FlowEntry { first: false };
                Ok(Some((Event::MappingEnd, at, at)))
            }
            State::FlowKey { first } => self.flow_key(first).map(Some),
            State::FlowValue => self.flow_value().map(Some),
            State::FlowNoValue => {
                let at = self.scanner.peek()?.start;
                Ok(Some(self.empty(State::FlowKey { first: false }, at)))
            }
        }
    }

    /// A value that is not there.
    fn empty(&mut self, next: State, at: usize) -> Spanned<'a> {
        self.state = next;
        let scalar = Event::Scalar {
            text: Cow::Borrowed(""),
            plain: true,
            props: Props::default(),
        };
        (scalar, at, at)
    }

    fn up(&mut self) {
        self.state = self.after.pop().unwrap_or(State::DocumentEnd);
    }

    fn document(&mut self, first: bool) -> Result<Option<Spanned<'a>>, SyntaxError> {
        if !first {
            while matches!(self.scanner.peek()?.kind, Kind::DocumentEnd) {
                self.scanner.skip();
            }
        }
        let token = self.scanner.peek()?;
        let at = token.start;
        match token.kind {
            Kind::StreamEnd => {
                self.state = State::Ended;
                return Ok(None);
            }
            Kind::Version(..) | Kind::TagDirective(..) | Kind::DocumentStart => {}
            _ if first => {
                self.after.push(State::DocumentEnd);
                self.state = State::Node;
                return Ok(Some((Event::DocumentStart, at, at)));
            }
            _ => {}
        }
        self.directives()?;
        let token = self.scanner.peek()?;
        if !matches!(token.kind, Kind::DocumentStart) {
            return error("the next document has to begin with `---`", token.start);
        }
        self.scanner.skip();
        self.after.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        Ok(Some((Event::DocumentStart, at, at)))
    }

    fn directives(&mut self) -> Result<(), SyntaxError> {
        let mut versions = 0;
        loop {
            let token = self.scanner.peek()?;
            let at = token.start;
            match &token.kind {
                Kind::Version(major, minor) => {
                    versions += 1;
                    if versions > 1 {
                        return error("there is a second `%YAML`", at);
                    }
                    if (*major, *minor) != (1, 1) {
                        return error(
                            format!(
                                "`%YAML {major}.{minor}` is not supported: Kubernetes reads YAML 1.1"
                            ),
                            at,
                        );
                    }
                }
                Kind::TagDirective(handle, prefix) => {
                    if self.tags.iter().any(|(known, _)| known == handle) {
                        return error(format!("there is a second `%TAG {handle}`"), at);
                    }
                    self.tags.push((handle, prefix.clone()));
                }
                _ => return Ok(()),
            }
            self.scanner.skip();
        }
    }

    fn document_content(&mut self) -> Result<Spanned<'a>, SyntaxError> {
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::Version(..)
            | Kind::TagDirective(..)
            | Kind::DocumentStart
            | Kind::DocumentEnd
            | Kind::StreamEnd => {
                let at = token.start;
                let next = self.after.pop().unwrap_or(State::DocumentEnd);
                Ok(self.empty(next, at))
            }
            _ => self.node(Place::Block),
        }
    }

    fn document_end(&mut self) -> Result<Spanned<'a>, SyntaxError> {
        let token = self.scanner.peek()?;
        let at = token.start;
        if matches!(token.kind, Kind::DocumentEnd) {
            self.scanner.skip();
        }
        self.tags.clear();
        self.state = State::Document;
        Ok((Event::DocumentEnd, at, at))
    }

    /// Anchor and tag in either order, once each, and where they begin.
    fn props(&mut self) -> Result<(Props<'a>, Option<usize>), SyntaxError> {
        let mut props = Props::default();
        let mut begin = None;
        loop {
            let token = self.scanner.peek()?;
            let at = token.start;
            match &token.kind {
                Kind::Anchor(name) if props.anchor.is_none() => props.anchor = Some(name),
                Kind::Tag(handle, suffix) if props.tag.is_none() => {
                    let (handle, suffix) = (*handle, suffix.clone());
                    props.tag = Some(self.full_tag(handle, suffix, at)?);
                }
                _ => return Ok((props, begin)),
            }
            begin.get_or_insert(at);
            self.scanner.skip();
        }
    }

    fn full_tag(
        &self,
        handle: &str,
        suffix: Cow<'a, str>,
        at: usize,
    ) -> Result<Cow<'a, str>, SyntaxError> {
        if handle.is_empty() {
            return Ok(suffix);
        }
        let own = self.tags.iter().find(|(known, _)| *known == handle);
        let prefix = match (own, handle) {
            (Some((_, prefix)), _) => prefix.as_ref(),
            (None, "!") => "!",
            (None, "!!") => STANDARD,
            _ => {
                return error(
                    format!("the tag handle `{handle}` is not declared by `%TAG`"),
                    at,
                );
            }
        };
        Ok(Cow::Owned(format!("{prefix}{suffix}")))
    }

    fn node(&mut self, place: Place) -> Result<Spanned<'a>, SyntaxError> {
        let (props, begin) = self.props()?;
        let given = begin.is_some();
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        let block = place != Place::Flow;
        let (event, next) = match &token.kind {
            Kind::Alias(name) if !given => {
                let name = *name;
                self.scanner.skip();
                self.up();
                return Ok((Event::Alias(name), start, end));
            }
            Kind::Scalar(..) => {
                let Token { kind, .. } = self.scanner.take()?;
                let (text, plain) = match kind {
                    Kind::Scalar(text, plain) => (text, plain),
                    _ => (Cow::Borrowed(""), true),
                };
                self.up();
                return Ok((Event::Scalar { text, plain, props }, start, end));
            }
            Kind::BlockEntry if place == Place::BlockMember => {
                self.state = State::IndentlessEntry;
                return Ok((Event::SequenceStart(props), start, start));
            }
            Kind::FlowSequenceStart => (
                Event::SequenceStart(props),
                State::FlowEntry { first: true },
            ),
            Kind::FlowMappingStart => (Event::MappingStart(props), State::FlowKey { first: true }),
            Kind::BlockSequenceStart if block => (Event::SequenceStart(props), State::BlockEntry),
            Kind::BlockMappingStart if block => (Event::MappingStart(props), State::BlockKey),
            _ if given => {
                self.up();
                let scalar = Event::Scalar {
                    text: Cow::Borrowed(""),
                    plain: true,
                    props,
                };
                let at = begin.unwrap_or(start);
                return Ok((scalar, at, at));
            }
            kind => {
                let message = format!("a value is missing before {}", name_of(kind));
                return error(message, start);
            }
        };
        self.scanner.skip();
        self.opened.push(start);
        self.state = next;
        Ok((event, start, end))
    }

    /// A node, and what is expected after it.
    fn node_then(&mut self, next: State, place: Place) -> Result<Spanned<'a>, SyntaxError> {
        self.after.push(next);
        self.node(place)
    }

    /// Ends the collection at the token that was peeked at.
    fn end(&mut self, event: Event<'a>) -> Result<Spanned<'a>, SyntaxError> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        self.scanner.skip();
        self.opened.pop();
        self.up();
        Ok((event, start, end))
    }

    /// An error in the innermost collection.
    fn inside<T>(&self, message: String, at: usize) -> Result<T, SyntaxError> {
        Err(SyntaxError {
            message: message.into(),
            at,
            inside: self.opened.last().copied(),
        })
    }

    fn block_entry(&mut self) -> Result<Spanned<'a>, SyntaxError> {
        let token = self.scanner.peek()?;
        let end = token.end;
        match &token.kind {
            Kind::BlockEntry => {
                self.scanner.skip();
                match self.scanner.peek()?.kind {
                    Kind::BlockEntry | Kind::BlockEnd => Ok(self.empty(State::BlockEntry, end)),
                    _ => self.node_then(State::BlockEntry, Place::Block),
                }
            }
            Kind::BlockEnd => self.end(Event::SequenceEnd),
            kind => {
                let message = misplaced(kind, "`-`");
                let at = token.start;
                self.inside(message, at)
            }
        }
    }

    fn indentless_entry(&mut self) -> Result<Spanned<'a>, SyntaxError> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        if !matches!(token.kind, Kind::BlockEntry) {
            self.up();
            return Ok((Event::SequenceEnd, start, start));
        }
        self.scanner.skip();
        match self.scanner.peek()?.kind {
            Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd => {
                Ok(self.empty(State::IndentlessEntry, end))
            }
            _ => self.node_then(State::IndentlessEntry, Place::Block),
        }
    }

    fn block_key(&mut self) -> Result<Spanned<'a>, SyntaxError> {
        let token = self.scanner.peek()?;
        let end = token.end;
        match &token.kind {
            Kind::Key => {
                self.scanner.skip();
                match self.scanner.peek()?.kind {
                    Kind::Key | Kind::Value | Kind::BlockEnd => {
                        Ok(self.empty(State::BlockValue, end))
                    }
                    _ => self.node_then(State::BlockValue, Place::BlockMember),
                }
            }
            Kind::BlockEnd => self.end(Event::MappingEnd),
            kind => {
                let message = misplaced(kind, "a key");
                let at = token.start;
                self.inside(message, at)
            }
        }
    }

    fn block_value(&mut self) -> Result<Spanned<'a>, SyntaxError> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        if !matches!(token.kind, Kind::Value) {
            return Ok(self.empty(State::BlockKey, start));
        }
        self.scanner.skip();
        match self.scanner.peek()?.kind {
            Kind::Key | Kind::Value | Kind::BlockEnd => Ok(self.empty(State::BlockKey, end)),
            _ => self.node_then(State::BlockKey, Place::BlockMember),
        }
    }

    /// Steps over the `,` before all but the first part of a flow collection.
    fn comma(&mut self, first: bool, close: &str) -> Result<(), SyntaxError> {
        if first {
            return Ok(());
        }
        let token = self.scanner.peek()?;
        if !matches!(token.kind, Kind::FlowEntry) {
            let at = token.start;
            return self.inside(format!("expected `,` or `{close}`"), at);
        }
        self.scanner.skip();
        Ok(())
    }

    fn flow_entry(&mut self, first: bool) -> Result<Spanned<'a>, SyntaxError> {
        if !matches!(self.scanner.peek()?.kind, Kind::FlowSequenceEnd) {
            self.comma(first, "]")?;
            let token = self.scanner.peek()?;
            let (start, end) = (token.start, token.end);
            match token.kind {
                Kind::FlowSequenceEnd => {}
                Kind::Key => {
                    self.scanner.skip();
                    self.state = State::PairKey;
                    return Ok((Event::MappingStart(Props::default()), start, end));
                }
                _ => return self.node_then(State::FlowEntry { first: false }, Place::Flow),
            }
        }
        self.end(Event::SequenceEnd)
    }

    fn pair_key(&mut self) -> Result<Spanned<'a>, SyntaxError> {
        let token = self.scanner.peek()?;
        let end = token.end;
        match token.kind {
            Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd => {
                self.scanner.skip();
                Ok(self.empty(State::PairValue, end))
            }
            _ => self.node_then(State::PairValue, Place::Flow),
        }
    }

    fn pair_value(&mut self) -> Result<Spanned<'a>, SyntaxError> {
        let token = self.scanner.peek()?;
        let start = token.start;
        if matches!(token.kind, Kind::Value) {
            self.scanner.skip();
            if !matches!(
                self.scanner.peek()?.kind,
                Kind::FlowEntry | Kind::FlowSequenceEnd
            ) {
                return self.node_then(State::PairEnd, Place::Flow);
            }
        }
        Ok(self.empty(State::PairEnd, start))
    }

    fn flow_key(&mut self, first: bool) -> Result<Spanned<'a>, SyntaxError> {
        if !matches!(self.scanner.peek()?.kind, Kind::FlowMappingEnd) {
            self.comma(first, "}")?;
            match self.scanner.peek()?.kind {
                Kind::FlowMappingEnd => {}
                Kind::Key => {
                    self.scanner.skip();
                    let token = self.scanner.peek()?;
                    let start = token.start;
                    return match token.kind {
                        Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd => {
                            Ok(self.empty(State::FlowValue, start))
                        }
                        _ => self.node_then(State::FlowValue, Place::Flow),
                    };
                }
                _ => return self.node_then(State::FlowNoValue, Place::Flow),
            }
        }
        self.end(Event::MappingEnd)
    }

    fn flow_value(&mut self) -> Result<Spanned<'a>, SyntaxError> {
        let token = self.scanner.peek()?;
        let start = token.start;
        let next = State::FlowKey { first: false };
        if matches!(token.kind, Kind::Value) {
            self.scanner.skip();
            if !matches!(
                self.scanner.peek()?.kind,
                Kind::FlowEntry | Kind::FlowMappingEnd
            ) {
                return self.node_then(next, Place::Flow);
            }
        }
        Ok(self.empty(next, start))
    }
}

/// What is wrong when a block goes on with something else than its next part.
fn misplaced(kind: &Kind<'_>, expected: &str) -> String {
    match kind {
        Kind::BlockMappingStart | Kind::BlockSequenceStart => {
            "the indentation of this line fits no block around it".to_owned()
        }
        kind => format!("{} cannot stand here: expected {expected}", name_of(kind)),
    }
}

/// A token as messages name it.
fn name_of(kind: &Kind<'_>) -> &'static str {
    match kind {
        Kind::StreamEnd => "the end of the text",
        Kind::Version(..) | Kind::TagDirective(..) => "a directive",
        Kind::DocumentStart => "`---`",
        Kind::DocumentEnd => "`...`",
        Kind::BlockSequenceStart => "a list",
        Kind::BlockMappingStart => "a mapping",
        Kind::BlockEnd => "the end of the block",
        Kind::FlowSequenceStart => "`[`",
        Kind::FlowSequenceEnd => "`]`",
        Kind::FlowMappingStart => "`{`",
        Kind::FlowMappingEnd => "`}`",
        Kind::BlockEntry => "`-`",
        Kind::FlowEntry => "`,`",
        Kind::Key => "a key",
        Kind::Value => "`:`",
        Kind::Alias(_) => "an alias",
        Kind::Anchor(_) => "an anchor",
        Kind::Tag(..) => "a tag",
        Kind::Scalar(..) => "this value",
    }
}
