//! A YAML stream to a value: the first document. The others must be well-formed.

use alloc::{
    borrow::Cow,
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::{
    super::BuiltinError,
    scalar::{self, Scalar},
};
use crate::{Heap, Kind, Value, value::MAX_DEPTH};

type Result<T> = core::result::Result<T, BuiltinError>;

fn failed(text: &str) -> BuiltinError {
    BuiltinError::failed(format!("yaml: {text}"))
}

fn scan_error(e: &ScanError) -> BuiltinError {
    // OPA's reader counts lines from 0 where it has parsed tokens, and from 1 where it has read characters; it
    // leaves the first line out.
    let line = e.marker().line();
    let (line, problem) = match e.info().split_once(", expected ") {
        Some((_, expected)) => (
            line.saturating_sub(1),
            format!("did not find expected {expected}"),
        ),
        None if line <= 1 => (0, e.info().to_string()),
        None => (line, e.info().to_string()),
    };
    if line == 0 {
        return failed(&problem);
    }
    failed(&format!("line {line}: {problem}"))
}

/// Tabs do not indent: outside brackets nothing may begin after one at the start of a line.
fn check_indentation(lines: &[&str], at: &Marker) -> Result<()> {
    let line = lines
        .get(at.line().saturating_sub(1))
        .copied()
        .unwrap_or("");
    let end = line
        .char_indices()
        .nth(at.col())
        .map_or(line.len(), |(i, _)| i);
    let before = line.get(..end).unwrap_or("");
    if before.contains('\t') && before.trim().is_empty() {
        return Err(failed(&format!(
            "line {}: found character that cannot start any token",
            at.line()
        )));
    }
    Ok(())
}

/// A collection whose end has not come yet.
struct Open {
    anchor: usize,
    contents: Contents,
}

enum Contents {
    Sequence(Vec<Value>),
    Mapping {
        entries: Vec<(Value, Value)>,
        /// Values of `<<`, in order.
        merged: Vec<Value>,
        key: Option<Key>,
    },
}

enum Key {
    Value(Value),
    Merge,
}

/// A node that is complete.
enum Node {
    /// A scalar's value with the key that it would be, or why it can be none.
    Scalar(Value, Option<Key>),
    Collection(Value),
}

/// Loads the first document of a stream; an empty stream is `null`.
pub(super) fn load(heap: &mut Heap<'_>, source: &str) -> Result<Value> {
    let mut parser = Parser::new_from_str(source);
    let mut loader = Loader {
        open: Vec::new(),
        anchors: BTreeMap::new(),
        document: None,
        first: None,
    };
    let lines: Vec<&str> = source.lines().collect();
    // How many collections are open inside the outermost bracket, itself included.
    let mut brackets = 0usize;
    while let Some((event, start)) = next(&mut parser)? {
        let opens = matches!(event, Event::SequenceStart(..) | Event::MappingStart(..));
        if brackets == 0 && (opens || matches!(event, Event::Scalar(..))) {
            check_indentation(&lines, &start)?;
        }
        if opens && (brackets > 0 || is_bracket(&lines, &start)) {
            brackets += 1;
        } else if matches!(event, Event::SequenceEnd | Event::MappingEnd) {
            brackets = brackets.saturating_sub(1);
        }
        loader.event(heap, event)?;
    }
    Ok(loader.first.unwrap_or(Value::NULL))
}

fn is_bracket(lines: &[&str], at: &Marker) -> bool {
    let line = lines
        .get(at.line().saturating_sub(1))
        .copied()
        .unwrap_or("");
    matches!(line.chars().nth(at.col()), Some('[' | '{'))
}

fn next<'s>(parser: &mut Parser<'s, StrInput<'s>>) -> Result<Option<(Event<'s>, Marker)>> {
    match parser.next_event() {
        None => Ok(None),
        Some(Ok((event, span))) => Ok(Some((event, span.start))),
        Some(Err(e)) => Err(scan_error(&e)),
    }
}

struct Loader {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Value>,
    document: Option<Value>,
    first: Option<Value>,
}

impl Loader {
    fn event(&mut self, heap: &mut Heap<'_>, event: Event<'_>) -> Result<()> {
        match event {
            Event::DocumentStart(_) => {
                self.anchors.clear();
                self.document = None;
            }
            Event::DocumentEnd => {
                let document = self.document.take().unwrap_or(Value::NULL);
                self.first.get_or_insert(document);
            }
            Event::Scalar(text, style, anchor, tag) => {
                let (value, key) = scalar(heap, &text, style, tag)?;
                self.anchor(anchor, value);
                self.add(heap, Node::Scalar(value, key))?;
            }
            Event::SequenceStart(anchor, _) => self.push(anchor, Contents::Sequence(Vec::new()))?,
            Event::MappingStart(anchor, _) => self.push(
                anchor,
                Contents::Mapping {
                    entries: Vec::new(),
                    merged: Vec::new(),
                    key: None,
                },
            )?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let value = finish(heap, open.contents)?;
                    self.anchor(open.anchor, value);
                    self.add(heap, Node::Collection(value))?;
                }
            }
            Event::Alias(anchor) => {
                let Some(value) = self.anchors.get(&anchor).copied() else {
                    return Err(failed("anchor value contains itself"));
                };
                let key = alias_key(heap, value);
                self.add(heap, key)?;
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd => {}
        }
        Ok(())
    }

    fn anchor(&mut self, anchor: usize, value: Value) {
        if anchor > 0 {
            self.anchors.insert(anchor, value);
        }
    }

    fn push(&mut self, anchor: usize, contents: Contents) -> Result<()> {
        if self.open.len() >= MAX_DEPTH as usize {
            return Err(failed("exceeded max depth"));
        }
        // While a collection is open an alias must not mean an older one of the same name.
        self.anchors.remove(&anchor);
        self.open.push(Open { anchor, contents });
        Ok(())
    }

    fn add(&mut self, heap: &Heap<'_>, node: Node) -> Result<()> {
        let value = match node {
            Node::Scalar(value, _) | Node::Collection(value) => value,
        };
        match self.open.last_mut().map(|o| &mut o.contents) {
            None => self.document = Some(value),
            Some(Contents::Sequence(items)) => items.push(value),
            Some(Contents::Mapping {
                entries,
                merged,
                key,
            }) => match key.take() {
                None => *key = Some(as_key(heap, node)?),
                Some(Key::Merge) => merged.push(value),
                Some(Key::Value(k)) => entries.push((k, value)),
            },
        }
        Ok(())
    }
}

/// A node that an alias means.
fn alias_key(heap: &Heap<'_>, value: Value) -> Node {
    match heap.kind(value) {
        Kind::String => Node::Scalar(value, Some(Key::Value(value))),
        _ => Node::Collection(value),
    }
}

fn as_key(heap: &Heap<'_>, node: Node) -> Result<Key> {
    match node {
        Node::Scalar(_, Some(key)) => Ok(key),
        Node::Scalar(..) => Err(BuiltinError::failed("unsupported map key of type: null")),
        Node::Collection(v) => Err(failed(&format!("invalid map key: {}", heap.kind(v).name()))),
    }
}

fn finish(heap: &mut Heap<'_>, contents: Contents) -> Result<Value> {
    let (entries, merged) = match contents {
        Contents::Sequence(items) => return Ok(heap.array(&items)),
        Contents::Mapping {
            entries, merged, ..
        } => (entries, merged),
    };
    let out = heap.object_new();
    for (k, v) in entries {
        heap.object_set(out, k, v);
    }
    for m in merged {
        let sources = match heap.kind(m) {
            Kind::Array => heap.items(m),
            _ => Vec::from([m]),
        };
        for source in sources {
            if heap.kind(source) != Kind::Object {
                return Err(failed(
                    "map merge requires map or sequence of maps as the value",
                ));
            }
            // A key of the mapping itself wins, then one of an earlier source.
            for (k, v) in heap.entries(source) {
                if !heap.object_get(out, k).is_defined() {
                    heap.object_set(out, k, v);
                }
            }
        }
    }
    Ok(out)
}

/// A scalar's value, and the key that it is in a mapping.
fn scalar(
    heap: &mut Heap<'_>,
    text: &str,
    style: ScalarStyle,
    tag: Option<Cow<'_, Tag>>,
) -> Result<(Value, Option<Key>)> {
    let tag = tag.map(|t| core_tag(&t));
    let plain = matches!(style, ScalarStyle::Plain);
    let meaning = match tag.as_deref() {
        None if plain => scalar::resolve(text),
        None => Scalar::Text,
        Some("binary") => return binary(heap, text),
        Some("null") => Scalar::Null,
        Some(tag @ ("int" | "float" | "bool")) => tagged(text, tag)?,
        Some(_) => Scalar::Text,
    };
    let value = match &meaning {
        Scalar::Null => Value::NULL,
        Scalar::Boolean(b) => Value::boolean(*b),
        Scalar::Integer(n) => heap.number(n).unwrap_or(Value::NULL),
        Scalar::Float(f) => {
            let text = scalar::json_number(*f);
            let n = text.as_deref().and_then(|t| heap.number(t));
            match n {
                Some(n) => n,
                // Infinities and NaN may be keys, which are texts.
                None => Value::UNDEFINED,
            }
        }
        Scalar::Merge | Scalar::Text => heap.string(text),
    };
    let key = match &meaning {
        Scalar::Merge => Some(Key::Merge),
        meaning => scalar::key(meaning, text).map(|k| Key::Value(heap.string(&k))),
    };
    if !value.is_defined() {
        return Err(BuiltinError::failed(format!(
            "json: unsupported value: {text}"
        )));
    }
    Ok((value, key))
}

/// A tag's name where it is one of YAML's own.
fn core_tag(tag: &Tag) -> String {
    let whole = format!("{}{}", tag.handle, tag.suffix);
    match whole.strip_prefix("tag:yaml.org,2002:") {
        Some(name) => name.to_string(),
        None => whole,
    }
}

fn tagged(text: &str, tag: &str) -> Result<Scalar> {
    match (scalar::resolve(text), tag) {
        (s @ Scalar::Integer(_), "int")
        | (s @ Scalar::Float(_), "float")
        | (s @ Scalar::Boolean(_), "bool") => Ok(s),
        (Scalar::Integer(n), "float") => Ok(Scalar::Float(n.parse().unwrap_or(0.0))),
        _ => Err(failed(&format!("cannot decode `{text}` as a !!{tag}"))),
    }
}

fn binary(heap: &mut Heap<'_>, text: &str) -> Result<(Value, Option<Key>)> {
    let packed: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let Ok(bytes) = STANDARD.decode(packed) else {
        return Err(failed("!!binary value contains invalid base64 data"));
    };
    let value = heap.string(&String::from_utf8_lossy(&bytes));
    Ok((value, Some(Key::Value(value))))
}
