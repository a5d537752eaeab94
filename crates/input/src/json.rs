//! JSON, through `serde_json`.

mod spans;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use kpol_diagnostics::{SourceId, Span};
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

use crate::build::Builder;
use crate::document::{LazySpans, Node, Repr, Tape, TextRef};
use crate::error::InputError;
use crate::read::Options;

/// How many JSON texts there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Texts {
    One,
    Many,
}

/// The key under which `serde_json` hands over a number that is to stay exact.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";

/// What a visitor found wrong, since `serde_json`'s error carries only text.
#[derive(Debug)]
enum Problem {
    Duplicate {
        key: String,
        first: u32,
        second: u32,
    },
    Depth,
}

/// The values of a text.
pub(crate) fn parse(
    source: SourceId,
    text: &Arc<str>,
    options: &Options,
    texts: Texts,
) -> Result<Vec<Tape>, InputError> {
    // Offsets count from the text's first byte, a byte order mark included.
    let skipped = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut tapes = Vec::new();
    let mut at = skipped;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        if blank == rest.len() && (texts == Texts::Many || !tapes.is_empty()) {
            return Ok(tapes);
        }
        if texts == Texts::One && !tapes.is_empty() {
            let place = offset(at + blank);
            return Err(InputError::Syntax {
                message: "there is more after the end of the JSON text".to_owned(),
                span: Span::new(source, place, place + 1),
                inside: None,
            });
        }
        // Without a blank in between, two values are told apart only by a mark that begins the second one.
        if !tapes.is_empty() && blank == 0 && !rest.starts_with(['{', '[', '"']) {
            let place = offset(at);
            return Err(InputError::Syntax {
                message: "trailing characters".to_owned(),
                span: Span::new(source, place, place + 1),
                inside: None,
            });
        }
        let start = offset(at);
        let used = one(source, text, start, rest, options, &mut tapes)?;
        at += used.max(1);
    }
}

/// Reads one value from the beginning of `rest` and returns how many bytes it took.
fn one(
    source: SourceId,
    text: &Arc<str>,
    start: u32,
    rest: &str,
    options: &Options,
    tapes: &mut Vec<Tape>,
) -> Result<usize, InputError> {
    let mut state = State {
        source: text,
        builder: Builder::default(),
        problem: None,
        limit: options.limits.depth,
        addresses: text.as_ptr().addr()..text.as_ptr().addr() + text.len(),
    };
    let mut deserializer = serde_json::Deserializer::from_str(rest);
    // The visitor counts levels itself, so that the limit is the same for all formats.
    deserializer.disable_recursion_limit();
    let seed = Seed {
        state: &mut state,
        depth: 0,
    };
    let result = seed.deserialize(&mut deserializer);
    let State {
        builder, problem, ..
    } = state;
    let count = builder.nodes.len();
    let lazy = LazySpans {
        start,
        scan: spans::scan,
        spans: OnceLock::new(),
    };
    if let Err(error) = result {
        let place = match problem {
            Some(Problem::Duplicate { key, first, second }) => {
                let all = spans::scan(text, start, count);
                let span = |id: u32| {
                    let (start, end) = all.get(id as usize).copied().unwrap_or_default();
                    Span::new(source, start, end)
                };
                return Err(InputError::DuplicateKey {
                    key,
                    first: span(first),
                    first_line: 0,
                    second: span(second),
                });
            }
            Some(Problem::Depth) => {
                let (start, end) = spans::scan(text, start, count)
                    .last()
                    .copied()
                    .unwrap_or_default();
                return Err(InputError::TooDeep {
                    limit: options.limits.depth,
                    span: Span::new(source, start, end.min(start + 1)),
                });
            }
            None => start + place_of(rest, error.line(), error.column()),
        };
        return Err(InputError::Syntax {
            message: without_place(&error.to_string()),
            span: Span::new(source, place, place),
            inside: None,
        });
    }
    tapes.push(builder.finish(source, Arc::clone(text), Some(lazy)));
    // The spans' scanner knows how to find the end of a value, which serde_json's deserializer does not say.
    Ok(spans::value_len(rest))
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The byte offset of a line and column as `serde_json` counts them: columns in bytes, 0 for a line's start.
fn place_of(text: &str, line: usize, column: usize) -> u32 {
    let line_start = match line.checked_sub(2) {
        None => 0,
        Some(breaks) => text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .nth(breaks)
            .map_or(text.len(), |(at, _)| at + 1),
    };
    offset((line_start + column.saturating_sub(1)).min(text.len()))
}

/// `serde_json`'s message without its ` at line … column …`.
fn without_place(message: &str) -> String {
    let end = message.rfind(" at line ").unwrap_or(message.len());
    message.get(..end).unwrap_or(message).to_owned()
}

#[derive(Debug)]
struct State<'t> {
    source: &'t str,
    builder: Builder,
    problem: Option<Problem>,
    limit: u32,
    /// The addresses of the source text, to recognise the strings that are pieces of it.
    addresses: Range<usize>,
}

impl State<'_> {
    /// Where in the source a string lies, if it is a piece of it.
    fn in_source(&self, text: &str) -> Option<u32> {
        let address = text.as_ptr().addr();
        self.addresses
            .contains(&address)
            .then(|| offset(address - self.addresses.start))
    }

    fn text(&mut self, text: &str) -> TextRef {
        match self.in_source(text) {
            Some(at) => TextRef::source(at, offset(text.len())),
            None => self.builder.text(text),
        }
    }
}

/// A string as it lies in the source if it can, which `Cow` alone would not ask for.
struct Text<'de>(Cow<'de, str>);

impl<'de> serde::Deserialize<'de> for Text<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

/// Reads one value onto the tape.
struct Seed<'s, 't> {
    state: &'s mut State<'t>,
    depth: u32,
}

impl Seed<'_, '_> {
    fn scalar<E>(self, repr: Repr) -> Result<(), E> {
        self.state.builder.push(repr, 0, 0);
        Ok(())
    }

    fn number(&mut self, text: &str) -> Repr {
        match text.parse::<i64>() {
            Ok(value) if text != "-0" => Repr::Integer(value),
            _ => Repr::Number(self.state.builder.text(text)),
        }
    }

    fn enter<E: Error>(&mut self, repr: Repr) -> Result<u32, E> {
        let id = self.state.builder.push(repr, 0, 0);
        if self.depth >= self.state.limit {
            self.state.problem = Some(Problem::Depth);
            return Err(E::custom("nested too deeply"));
        }
        Ok(id)
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar(Repr::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.scalar(Repr::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.scalar(Repr::Integer(value))
    }

    fn visit_u64<E: Error>(mut self, value: u64) -> Result<(), E> {
        let repr = self.number(&value.to_string());
        self.scalar(repr)
    }

    fn visit_f64<E: Error>(mut self, value: f64) -> Result<(), E> {
        let repr = self.number(&crate::number::json_float(value));
        self.scalar(repr)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let text = self.state.text(text);
        self.scalar(Repr::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let id = self.enter(Repr::Array { len: 0, end: 0 })?;
        let mut len = 0;
        while items
            .next_element_seed(Seed {
                state: self.state,
                depth: self.depth + 1,
            })?
            .is_some()
        {
            len += 1;
        }
        self.state.builder.close(id, len, 0);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let Some(Text(first)) = members.next_key::<Text<'de>>()? else {
            let id = self.enter(Repr::Object { len: 0, end: 0 })?;
            self.state.builder.close(id, 0, 0);
            return Ok(());
        };
        // A document's own key of that name is a piece of the text, or was decoded from escapes.
        let own = matches!(&first, Cow::Owned(_)) || self.state.in_source(&first).is_some();
        if first == NUMBER_TOKEN && !own {
            let text: String = members.next_value()?;
            let repr = self.number(&text);
            return self.scalar(repr);
        }
        let id = self.enter(Repr::Object { len: 0, end: 0 })?;
        let mut keys = Vec::new();
        let mut next = Some(first);
        let mut len = 0;
        while let Some(key) = next {
            let text = self.state.text(&key);
            keys.push(self.state.builder.push(Repr::String(text), 0, 0));
            members.next_value_seed(Seed {
                state: self.state,
                depth: self.depth + 1,
            })?;
            len += 1;
            next = members.next_key::<Text<'de>>()?.map(|Text(key)| key);
        }
        if let Some((first, second)) = repeated(&self.state.builder, self.state.source, &keys) {
            let key = key_text(&self.state.builder, self.state.source, second).to_owned();
            self.state.problem = Some(Problem::Duplicate { key, first, second });
            return Err(A::Error::custom("duplicate key"));
        }
        self.state.builder.close(id, len, 0);
        Ok(())
    }
}

fn key_text<'a>(builder: &'a Builder, source: &'a str, id: u32) -> &'a str {
    match builder.nodes.get(id as usize) {
        Some(Node {
            repr: Repr::String(text),
            ..
        }) => text.resolve(source, &builder.buffer),
        _ => "",
    }
}

/// The first key that stands a second time, with the first one.
fn repeated(builder: &Builder, source: &str, keys: &[u32]) -> Option<(u32, u32)> {
    if keys.len() <= 12 {
        return keys.iter().enumerate().find_map(|(at, second)| {
            let text = key_text(builder, source, *second);
            let first = keys
                .get(..at)?
                .iter()
                .find(|first| key_text(builder, source, **first) == text)?;
            Some((*first, *second))
        });
    }
    let mut seen = rustc_hash::FxHashMap::default();
    keys.iter().find_map(|id| {
        seen.insert(key_text(builder, source, *id), *id)
            .map(|first| (first, *id))
    })
}
