//! XML as a flat list of elements, with positions.

use std::borrow::Cow;

use kpol_diagnostics::Span;
use kpol_input::InputError;
use quick_xml::Reader;
use quick_xml::events::attributes::AttrError;
use quick_xml::events::{BytesStart, Event};

use crate::text::Text;

/// An element, by its place in [`Dom::elements`].
pub(crate) type Id = usize;

/// The elements of a text in their order.
#[derive(Debug, Default)]
pub(crate) struct Dom {
    pub(crate) elements: Vec<Element>,
    /// Those that are in no other one.
    pub(crate) roots: Vec<Id>,
    /// Text outside of all elements.
    pub(crate) outside: String,
}

/// An element.
#[derive(Debug)]
pub(crate) struct Element {
    /// Its name without a prefix.
    pub(crate) name: String,
    /// From the beginning of its start tag to the end of its end tag.
    pub(crate) span: Span,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) children: Vec<Id>,
    /// Its own text, piece by piece: elements, comments and CDATA sections are what divides it.
    pub(crate) texts: Vec<(String, Span)>,
}

/// An attribute; also one that declares a namespace.
#[derive(Debug)]
pub(crate) struct Attribute {
    /// Its name without a prefix.
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) key: Span,
    pub(crate) span: Span,
}

impl Dom {
    pub(crate) fn get(&self, id: Id) -> Option<&Element> {
        self.elements.get(id)
    }
}

/// Reads all of a text.
pub(crate) fn parse(text: &Text<'_>) -> Result<Dom, InputError> {
    let (body, skipped) = text.without_mark();
    let mut reader = Reader::from_str(body);
    // Two `-` inside of a comment are an error of XML.
    reader.config_mut().check_comments = true;
    let mut builder = Builder {
        text,
        body,
        skipped,
        dom: Dom::default(),
        open: Vec::new(),
        piece: None,
    };
    loop {
        let start = position(reader.buffer_position());
        let event = reader.read_event().map_err(|error| {
            let at = position(reader.error_position()) + skipped;
            let message = error.to_string();
            let message = message.strip_prefix("ill-formed document: ");
            text.error(
                message.map_or_else(|| error.to_string(), str::to_owned),
                at..at,
            )
        })?;
        let end = position(reader.buffer_position());
        if !matches!(event, Event::Text(_) | Event::GeneralRef(_)) {
            builder.end_of_text();
        }
        match event {
            Event::Start(tag) => builder.start(&tag, start, end)?,
            Event::Empty(tag) => {
                builder.start(&tag, start, end)?;
                builder.end(end);
            }
            Event::End(_) => builder.end(end),
            Event::Text(piece) => {
                if piece.contains("]]>") {
                    return Err(builder.error("`]]>` cannot stand in a text", start, end));
                }
                builder.push_text(&piece, start, end)?;
            }
            Event::CData(piece) => {
                builder.push_text(&piece, start, end)?;
                builder.end_of_text();
            }
            Event::GeneralRef(name) => {
                let char = builder.reference(&name, start, end)?;
                builder.push_text(char.encode_utf8(&mut [0; 4]), start, end)?;
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => break,
        }
    }
    match builder.open.last().and_then(|id| builder.dom.get(*id)) {
        Some(element) => Err(InputError::Syntax {
            message: format!("the element `{}` is not closed", element.name),
            span: element.span,
            inside: None,
        }),
        None => Ok(builder.dom),
    }
}

fn position(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

struct Builder<'t, 'a> {
    text: &'t Text<'a>,
    body: &'a str,
    skipped: usize,
    dom: Dom,
    open: Vec<Id>,
    /// The piece of text that is being read.
    piece: Option<(String, usize, usize)>,
}

impl Builder<'_, '_> {
    fn span(&self, start: usize, end: usize) -> Span {
        self.text.span(start + self.skipped..end + self.skipped)
    }

    fn error(&self, message: impl Into<String>, start: usize, end: usize) -> InputError {
        self.text
            .error(message, start + self.skipped..end + self.skipped)
    }

    /// An error inside of a tag; its position counts from the tag's name on.
    fn attribute_error(&self, error: &AttrError, start: usize, end: usize) -> InputError {
        let (message, at) = match error {
            AttrError::ExpectedEq(at) => ("`=` is expected behind an attribute's name", *at),
            AttrError::ExpectedValue(at) => ("an attribute has no value", *at),
            AttrError::UnquotedValue(at) => ("an attribute's value is not in quotes", *at),
            AttrError::ExpectedQuote(at, _) => ("an attribute's quotes are not closed", *at),
            AttrError::Duplicated(at, _) => ("an attribute is given twice", *at),
        };
        let at = (start + 1 + at).min(end);
        self.error(message, at, end)
    }

    fn push_text(&mut self, text: &str, start: usize, end: usize) -> Result<(), InputError> {
        let forbidden = |char: char| matches!(char, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
        if let Some(at) = text.find(forbidden) {
            return Err(self.error("a character that XML does not have", start + at, end));
        }
        let text = with_line_feeds(text);
        match &mut self.piece {
            Some((piece, _, to)) => {
                piece.push_str(&text);
                *to = end;
            }
            None => self.piece = Some((text.into_owned(), start, end)),
        }
        Ok(())
    }

    fn end_of_text(&mut self) {
        let Some((piece, start, end)) = self.piece.take() else {
            return;
        };
        let span = self.span(start, end);
        match self
            .open
            .last()
            .and_then(|id| self.dom.elements.get_mut(*id))
        {
            Some(element) => element.texts.push((piece, span)),
            None => self.dom.outside = piece,
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, start: usize, end: usize) -> Result<(), InputError> {
        if self.open.len() >= self.text.depth() {
            return Err(self.text.too_deep(start + self.skipped..end + self.skipped));
        }
        let name = self.local_name(tag.name().0, start + 1)?;
        let mut attributes = Vec::new();
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| self.attribute_error(&error, start, end))?;
            let key = self.place(attribute.key.0, start);
            let value_at = match &attribute.value {
                Cow::Borrowed(value) => self.place(value, start),
                Cow::Owned(_) => start,
            };
            attributes.push(Attribute {
                name: self.local_name(attribute.key.0, key)?,
                value: self.attribute_value(&attribute.value, value_at)?,
                key: self.span(key, key + attribute.key.0.len()),
                span: self.span(value_at, value_at + attribute.value.len()),
            });
        }
        let id = self.dom.elements.len();
        self.dom.elements.push(Element {
            name,
            span: self.span(start, end),
            attributes,
            children: Vec::new(),
            texts: Vec::new(),
        });
        match self
            .open
            .last()
            .and_then(|id| self.dom.elements.get_mut(*id))
        {
            Some(parent) => parent.children.push(id),
            None => self.dom.roots.push(id),
        }
        self.open.push(id);
        Ok(())
    }

    fn end(&mut self, end: usize) {
        let span = self.span(end, end);
        if let Some(id) = self.open.pop()
            && let Some(element) = self.dom.elements.get_mut(id)
        {
            element.span = element.span.to(span);
        }
    }

    /// Where a piece of the body lies in it.
    fn place(&self, piece: &str, otherwise: usize) -> usize {
        let base = self.body.as_ptr().addr();
        let at = piece.as_ptr().addr().wrapping_sub(base);
        if at <= self.body.len() { at } else { otherwise }
    }

    /// A name without its prefix, if it is one.
    fn local_name(&self, name: &str, start: usize) -> Result<String, InputError> {
        let first = |char: char| char.is_alphabetic() || matches!(char, '_' | ':');
        let other = |char: char| {
            first(char)
                || char.is_numeric()
                || matches!(char, '-' | '.' | '\u{b7}')
                || !char.is_ascii()
        };
        let good = name.starts_with(first) && name.chars().all(other);
        if !good || name.matches(':').count() > 1 {
            let message = format!("`{name}` is no name");
            return Err(self.error(message, start, start + name.len()));
        }
        let local = match name.split_once(':') {
            Some((prefix, local)) if !prefix.is_empty() && !local.is_empty() => local,
            _ => name,
        };
        Ok(local.to_owned())
    }

    fn attribute_value(&self, raw: &str, start: usize) -> Result<String, InputError> {
        if let Some(at) = raw.find('<') {
            return Err(self.error(
                "`<` cannot stand in an attribute",
                start + at,
                start + at + 1,
            ));
        }
        let mut value = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(at) = rest.find('&') {
            let offset = start + (raw.len() - rest.len()) + at;
            let (before, reference) = rest.split_at_checked(at).unwrap_or((rest, ""));
            value.push_str(before);
            let Some(len) = reference.find(';') else {
                return Err(self.error("a `&` has no `;`", offset, offset + 1));
            };
            let name = reference.get(1..len).unwrap_or_default();
            value.push(self.reference(name, offset, offset + len + 1)?);
            rest = reference.get(len + 1..).unwrap_or_default();
        }
        value.push_str(rest);
        Ok(with_line_feeds(&value).into_owned())
    }

    /// The character that `&name;` stands for; there are no others than XML's own.
    fn reference(&self, name: &str, start: usize, end: usize) -> Result<char, InputError> {
        let char = match name {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "apos" => Some('\''),
            "quot" => Some('"'),
            _ => name.strip_prefix('#').and_then(|number| {
                let code = match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                char::from_u32(code.ok()?)
            }),
        };
        char.ok_or_else(|| self.error(format!("unknown entity `&{name};`"), start, end))
    }
}

/// A text with line feeds for all kinds of line breaks.
fn with_line_feeds(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}
