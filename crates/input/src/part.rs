//! Parts of documents, as documents of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::build::Builder;
use crate::document::{Bounds, Document, Kind, NodeId, Repr};

/// What of a value is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything.
    Whole,
    /// Of an object these members; of anything else everything.
    Members(BTreeMap<String, Part>),
}

impl Part {
    /// That the value is there: an object without members.
    #[must_use]
    pub const fn presence() -> Part {
        Part::Members(BTreeMap::new())
    }

    /// Adds what stands at a path.
    pub fn add(&mut self, path: &[&str]) {
        let Part::Members(members) = self else {
            return;
        };
        match path.split_first() {
            None => *self = Part::Whole,
            Some((key, rest)) => members
                .entry((*key).to_owned())
                .or_insert_with(Part::presence)
                .add(rest),
        }
    }
}

/// What is not copied yet: up to a node, in containers that are open.
struct Open<'p> {
    /// The node of the copy.
    copy: u32,
    /// How many children it has so far.
    len: u32,
    /// The node behind the container.
    end: NodeId,
    object: bool,
    part: &'p Part,
}

impl Document {
    /// A copy of parts of the document, which holds on to no text. Its nodes have no places.
    #[must_use]
    pub fn part(&self, part: &Part) -> Document {
        let whole = Part::Whole;
        let mut builder = Builder::default();
        let mut open: Vec<Open<'_>> = Vec::new();
        let mut next = (self.root, part);
        loop {
            let (node, part) = next;
            match self.kind(node) {
                Kind::Array(_) | Kind::Object(_) => {
                    let object = matches!(self.kind(node), Kind::Object(_));
                    let repr = if object {
                        Repr::Object { len: 0, end: 0 }
                    } else {
                        Repr::Array { len: 0, end: 0 }
                    };
                    open.push(Open {
                        copy: builder.push(repr, 0, 0),
                        len: 0,
                        end: self.after(node),
                        object,
                        part: if object { part } else { &whole },
                    });
                    next.0 = NodeId(node.0.saturating_add(1));
                }
                _ => {
                    self.copy(node, &mut builder);
                    next.0 = self.after(node);
                }
            }
            // The next child that is wanted, in what is still open.
            loop {
                let Some(container) = open.last_mut() else {
                    return self.copied(builder);
                };
                if next.0 >= container.end {
                    builder.close(container.copy, container.len, 0);
                    next.0 = container.end;
                    open.pop();
                    continue;
                }
                if !container.object {
                    container.len = container.len.saturating_add(1);
                    next.1 = &whole;
                    break;
                }
                let key = next.0;
                let value = self.after(key);
                let wanted = match container.part {
                    Part::Whole => Some(&whole),
                    Part::Members(members) => self.str(key).and_then(|key| members.get(key)),
                };
                if let Some(wanted) = wanted {
                    container.len = container.len.saturating_add(1);
                    self.copy(key, &mut builder);
                    next = (value, wanted);
                    break;
                }
                next.0 = self.after(value);
            }
        }
    }

    fn copy(&self, node: NodeId, builder: &mut Builder) {
        let repr = match self.kind(node) {
            Kind::Bool(value) => Repr::Bool(value),
            Kind::Integer(value) => Repr::Integer(value),
            Kind::Number(text) => Repr::Number(builder.text(text)),
            Kind::String(text) => Repr::String(builder.text(text)),
            Kind::Null | Kind::Array(_) | Kind::Object(_) => Repr::Null,
        };
        builder.push(repr, 0, 0);
    }

    fn copied(&self, mut builder: Builder) -> Document {
        builder.nodes.shrink_to_fit();
        builder.buffer.shrink_to_fit();
        let tape = builder.finish(self.source(), Arc::from(""), None);
        let mut document = Document {
            tape: Arc::new(tape),
            root: NodeId(0),
            index: self.index,
            bounds: Bounds::default(),
        };
        document.bounds = document.bounds_of(document.root);
        document
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use kpol_diagnostics::SourceMap;

    use super::*;
    use crate::{Format, Options, read};

    fn document(text: &str) -> Document {
        let mut sources = SourceMap::new();
        let source = sources.add("x.yaml", text);
        let options = Options::verbatim();
        let documents = read(&sources, source, Format::Yaml, &options);
        documents.unwrap().swap_remove(0)
    }

    #[test]
    fn parts_have_what_was_asked_for() {
        let text = "a: {b: [1, {c: x}], d: 1.5}\ne: [{f: true}]\ng: null\nh: text\n";
        for (paths, expected) in [
            (
                &[&[][..]][..],
                r#"{"a":{"b":[1,{"c":"x"}],"d":1.5},"e":[{"f":true}],"g":null,"h":"text"}"#,
            ),
            (&[], "{}"),
            (&[&["a"]], r#"{"a":{"b":[1,{"c":"x"}],"d":1.5}}"#),
            (&[&["a", "b"]], r#"{"a":{"b":[1,{"c":"x"}]}}"#),
            (&[&["a", "d"], &["h"]], r#"{"a":{"d":1.5},"h":"text"}"#),
            (&[&["a", "none"]], r#"{"a":{}}"#),
            (&[&["none"]], "{}"),
            // What is no object has no members to choose among.
            (&[&["e", "f"]], r#"{"e":[{"f":true}]}"#),
            (&[&["h", "x"], &["g", "x"]], r#"{"g":null,"h":"text"}"#),
            (
                &[&["a", "b"], &["a"]],
                r#"{"a":{"b":[1,{"c":"x"}],"d":1.5}}"#,
            ),
        ] {
            let mut part = Part::presence();
            for path in paths {
                part.add(path);
            }
            let copy = document(text).part(&part);
            assert_eq!(copy.to_json(), expected, "{paths:?}");
            assert_eq!(copy.bounds(), copy.bounds_of(copy.root()));
        }
    }

    #[test]
    fn anything_can_be_copied_whole() {
        for text in ["1", "x", "[]", "{}", "[[], {}, [1, [2]]]", "{a: {}, b: []}"] {
            let document = document(text);
            assert_eq!(document.part(&Part::Whole).to_json(), document.to_json());
            let mut deep = document.to_json();
            for _ in 0..400 {
                deep = format!("[{deep}]");
            }
            let deep = self::document(&deep);
            assert_eq!(deep.part(&Part::Whole).to_json(), deep.to_json());
        }
    }
}
