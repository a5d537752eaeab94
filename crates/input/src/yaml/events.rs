//! The events of the YAML parser, with byte positions.

use std::borrow::Cow;

use saphyr_parser::{Parser, ScalarStyle, StrInput, Tag};

/// Something that a YAML text says.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    DocumentStart,
    DocumentEnd,
    Alias {
        anchor: usize,
    },
    Scalar {
        text: Cow<'a, str>,
        plain: bool,
        props: Props,
    },
    SequenceStart {
        anchor: usize,
    },
    SequenceEnd,
    MappingStart {
        anchor: usize,
    },
    MappingEnd,
}

/// What stands before a scalar.
#[derive(Debug, Default)]
pub(crate) struct Props {
    /// 0 without an anchor.
    pub(crate) anchor: usize,
    /// The tag in full form.
    pub(crate) tag: Option<String>,
}

/// A text that is no YAML.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    pub(crate) message: String,
    /// Byte offset.
    pub(crate) at: u32,
}

/// The events of a text.
pub(crate) struct Events<'a> {
    parser: Parser<'a, StrInput<'a>>,
    offsets: Offsets<'a>,
}

impl<'a> Events<'a> {
    pub(crate) fn new(text: &'a str) -> Events<'a> {
        Events {
            parser: Parser::new_from_str(text),
            offsets: Offsets::new(text),
        }
    }

    /// The next event with the bytes it stands at; `None` at the end of the text.
    pub(crate) fn next(&mut self) -> Result<Option<(Event<'a>, u32, u32)>, SyntaxError> {
        loop {
            let Some(next) = self.parser.next_event() else {
                return Ok(None);
            };
            let (event, span) = next.map_err(|error| SyntaxError {
                message: error.info().to_owned(),
                at: self.offsets.byte(error.marker().index()),
            })?;
            let event = match event {
                saphyr_parser::Event::Nothing | saphyr_parser::Event::StreamStart => continue,
                saphyr_parser::Event::StreamEnd => return Ok(None),
                saphyr_parser::Event::DocumentStart(_) => Event::DocumentStart,
                saphyr_parser::Event::DocumentEnd => Event::DocumentEnd,
                saphyr_parser::Event::Alias(anchor) => Event::Alias { anchor },
                saphyr_parser::Event::Scalar(text, style, anchor, tag) => Event::Scalar {
                    text,
                    plain: style == ScalarStyle::Plain,
                    props: Props {
                        anchor,
                        tag: tag.map(|tag| full(&tag)),
                    },
                },
                saphyr_parser::Event::SequenceStart(anchor, _) => Event::SequenceStart { anchor },
                saphyr_parser::Event::SequenceEnd => Event::SequenceEnd,
                saphyr_parser::Event::MappingStart(anchor, _) => Event::MappingStart { anchor },
                saphyr_parser::Event::MappingEnd => Event::MappingEnd,
            };
            let start = self.offsets.byte(span.start.index());
            let end = self.offsets.byte(span.end.index());
            return Ok(Some((event, start, end)));
        }
    }
}

fn full(tag: &Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
}

/// From the parser's character counts to bytes.
struct Offsets<'a> {
    text: &'a str,
    /// The byte of every `STEP`th character; empty for ASCII texts, where both are the same.
    steps: Vec<u32>,
}

const STEP: usize = 64;

impl<'a> Offsets<'a> {
    fn new(text: &'a str) -> Offsets<'a> {
        let mut steps = Vec::new();
        if !text.is_ascii() {
            let every = text.char_indices().step_by(STEP);
            steps.extend(every.map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX)));
        }
        Offsets { text, steps }
    }

    fn byte(&self, index: usize) -> u32 {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        if self.steps.is_empty() {
            return u32::try_from(index).unwrap_or(u32::MAX).min(end);
        }
        let Some(step) = self.steps.get(index / STEP) else {
            return end;
        };
        let from = usize::try_from(*step).unwrap_or_default();
        let rest = self.text.get(from..).unwrap_or_default();
        rest.char_indices()
            .nth(index % STEP)
            .map_or(end, |(at, _)| step + u32::try_from(at).unwrap_or_default())
    }
}
