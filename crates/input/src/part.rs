//! Parts of documents, as documents of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::build::Builder;
use crate::document::{Bounds, Document, Kind, NodeId, Repr};

/// What of a value is wanted: of an object members, of an array items, or all of it. Of a value that is neither, all
/// is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    whole: bool,
    members: BTreeMap<String, Part>,
    /// Of each member or item.
    each: Option<Box<Part>>,
}

impl Part {
    /// That the value is there: an object without members.
    #[must_use]
    pub fn presence() -> Part {
        Part::default()
    }

    /// Everything.
    #[must_use]
    pub fn whole() -> Part {
        Part {
            whole: true,
            ..Part::default()
        }
    }

    /// Adds what stands at a path, whose keys are one of some texts, or any.
    pub fn add(&mut self, path: &[Option<Vec<String>>]) {
        let Some((key, rest)) = path.split_first() else {
            *self = Part::whole();
            return;
        };
        if self.whole {
            return;
        }
        match key {
            None => self.each.get_or_insert_default().add(rest),
            Some(keys) => {
                for key in keys {
                    self.members.entry(key.clone()).or_default().add(rest);
                }
            }
        }
    }

    /// Adds that something stands at a path, and whether it is an object; not what is in it.
    pub fn touch(&mut self, path: &[Option<Vec<String>>]) {
        let Some((key, rest)) = path.split_first() else {
            return;
        };
        match key {
            None => self.each.get_or_insert_default().touch(rest),
            Some(keys) => {
                for key in keys {
                    self.members.entry(key.clone()).or_default().touch(rest);
                }
            }
        }
    }

    /// What is wanted of a member. Where two parts are about it, all of it is.
    fn member<'p>(&'p self, key: &str, whole: &'p Part) -> Option<&'p Part> {
        match (self.whole, self.members.get(key), self.each.as_deref()) {
            (true, _, _) | (_, Some(_), Some(_)) => Some(whole),
            (false, named, each) => named.or(each),
        }
    }

    /// What is wanted of the items of an array.
    fn items<'p>(&'p self, whole: &'p Part) -> &'p Part {
        match (self.whole, self.members.is_empty(), self.each.as_deref()) {
            (false, true, Some(each)) => each,
            _ => whole,
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
        let whole = Part::whole();
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
                        part,
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
                    next.1 = container.part.items(&whole);
                    break;
                }
                let key = next.0;
                let value = self.after(key);
                let wanted = match self.str(key) {
                    Some(key) => container.part.member(key, &whole),
                    None => Some(&whole),
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
        let text = "a: {b: [1, {c: x, d: z}], d: 1.5}\ne: [{f: true}]\ng: null\nh: text\n";
        for (paths, expected) in [
            (
                &[""][..],
                r#"{"a":{"b":[1,{"c":"x","d":"z"}],"d":1.5},"e":[{"f":true}],"g":null,"h":"text"}"#,
            ),
            (&[], "{}"),
            (&["a"], r#"{"a":{"b":[1,{"c":"x","d":"z"}],"d":1.5}}"#),
            (&["a.b"], r#"{"a":{"b":[1,{"c":"x","d":"z"}]}}"#),
            (&["a.b.*.c"], r#"{"a":{"b":[1,{"c":"x"}]}}"#),
            (
                &["a.b.*.c", "a.b.*.d"],
                r#"{"a":{"b":[1,{"c":"x","d":"z"}]}}"#,
            ),
            (&["a.d", "h"], r#"{"a":{"d":1.5},"h":"text"}"#),
            (&["a|e.d"], r#"{"a":{"d":1.5},"e":[{"f":true}]}"#),
            (
                &["*.d"],
                r#"{"a":{"d":1.5},"e":[{"f":true}],"g":null,"h":"text"}"#,
            ),
            (
                &["*.d", "a.b.*.c"],
                r#"{"a":{"b":[1,{"c":"x","d":"z"}],"d":1.5},"e":[{"f":true}],"g":null,"h":"text"}"#,
            ),
            (&["a.none"], r#"{"a":{}}"#),
            (&["none"], "{}"),
            // What is no object has no members to choose among.
            (&["e.f"], r#"{"e":[{"f":true}]}"#),
            (&["h.x", "g.x"], r#"{"g":null,"h":"text"}"#),
            (&["a?"], r#"{"a":{}}"#),
            (
                &["a.b?", "g?", "h?"],
                r#"{"a":{"b":[1,{"c":"x","d":"z"}]},"g":null,"h":"text"}"#,
            ),
            (&["a.b.*?"], r#"{"a":{"b":[1,{}]}}"#),
            (&["a.d", "a?"], r#"{"a":{"d":1.5}}"#),
            (
                &["a.b", "a"],
                r#"{"a":{"b":[1,{"c":"x","d":"z"}],"d":1.5}}"#,
            ),
        ] {
            let mut part = Part::presence();
            for path in paths {
                let keys = path
                    .trim_end_matches('?')
                    .split('.')
                    .filter(|key| !key.is_empty());
                let key =
                    |key: &str| (key != "*").then(|| key.split('|').map(str::to_owned).collect());
                let keys = keys.map(key).collect::<Vec<_>>();
                if path.ends_with('?') {
                    part.touch(&keys);
                } else {
                    part.add(&keys);
                }
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
            assert_eq!(document.part(&Part::whole()).to_json(), document.to_json());
            let mut deep = document.to_json();
            for _ in 0..400 {
                deep = format!("[{deep}]");
            }
            let deep = self::document(&deep);
            assert_eq!(deep.part(&Part::whole()).to_json(), deep.to_json());
        }
    }
}
