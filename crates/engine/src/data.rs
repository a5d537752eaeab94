//! Base data: what a policy sees as `data`, merged from several documents.

use std::collections::BTreeMap;

use kpol_input::{Bounds, Document, Kind, NodeId};
use thiserror::Error;

/// How deep objects may be merged into each other.
const MAX_DEPTH: usize = 1000;

/// Data documents cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DataError {
    /// Two documents have different values, of which one is no object, at the same path.
    #[error("conflicting values for `{0}`")]
    Conflict(String),
    /// A document is no object.
    #[error("data must be an object")]
    NotAnObject,
    /// Objects in both documents are nested too deeply.
    #[error("data is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
}

/// Base data. Documents are merged as OPA does: objects deeply, anything else must stand at one place only.
#[derive(Debug, Clone, Default)]
pub struct Data {
    root: BTreeMap<String, Tree>,
}

#[derive(Debug, Clone)]
pub(crate) enum Tree {
    /// A part of a document, as it is.
    Node(Document, NodeId),
    /// What was merged.
    Object(BTreeMap<String, Tree>),
}

impl Data {
    /// No data: an empty object.
    #[must_use]
    pub fn new() -> Data {
        Data::default()
    }

    /// Adds a document below a path of keys (often empty).
    ///
    /// # Errors
    /// Where the document does not fit what is there already; the data is then as it was, or partly merged.
    pub fn merge(&mut self, path: &[String], document: &Document) -> Result<(), DataError> {
        self.merge_part(path, document, document.root())
    }

    /// Adds a part of a document below a path of keys.
    ///
    /// # Errors
    /// As [`Data::merge`].
    pub fn merge_part(
        &mut self,
        path: &[String],
        document: &Document,
        part: NodeId,
    ) -> Result<(), DataError> {
        if path.is_empty() && !matches!(document.kind(part), Kind::Object(_)) {
            return Err(DataError::NotAnObject);
        }
        if path.len() > MAX_DEPTH {
            return Err(DataError::TooDeep);
        }
        let mut tree = Tree::Node(document.clone(), part);
        for key in path.iter().rev() {
            tree = Tree::Object(BTreeMap::from([(key.clone(), tree)]));
        }
        let members = tree.into_members().map_err(|_| DataError::NotAnObject)?;
        merge_members(&mut self.root, members, &mut Vec::new())
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.root.is_empty()
    }

    /// All of it as one JSON object.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        write_members(&self.root, &mut out);
        out
    }

    pub(crate) fn members(&self) -> &BTreeMap<String, Tree> {
        &self.root
    }

    /// What a copy needs.
    pub(crate) fn bounds(&self) -> Bounds {
        let mut bounds = Bounds::default();
        add_members(&mut bounds, &self.root);
        bounds
    }
}

impl Tree {
    /// The members of an object one level down, or the tree back where it is none.
    fn into_members(self) -> Result<BTreeMap<String, Tree>, Tree> {
        match self {
            Tree::Object(members) => Ok(members),
            Tree::Node(document, node) if matches!(document.kind(node), Kind::Object(_)) => {
                Ok(document
                    .members(node)
                    .map(|(key, value)| {
                        let key = document.str(key).unwrap_or_default().to_owned();
                        (key, Tree::Node(document.clone(), value))
                    })
                    .collect())
            }
            other @ Tree::Node(..) => Err(other),
        }
    }
}

fn merge_members(
    into: &mut BTreeMap<String, Tree>,
    from: BTreeMap<String, Tree>,
    path: &mut Vec<String>,
) -> Result<(), DataError> {
    if path.len() >= MAX_DEPTH {
        return Err(DataError::TooDeep);
    }
    for (key, value) in from {
        let Some(present) = into.remove(&key) else {
            into.insert(key, value);
            continue;
        };
        path.push(key.clone());
        let merged = merge_trees(present, value, path)?;
        path.pop();
        into.insert(key, merged);
    }
    Ok(())
}

fn merge_trees(present: Tree, value: Tree, path: &mut Vec<String>) -> Result<Tree, DataError> {
    let conflict = |path: &[String]| DataError::Conflict(path.join("."));
    let mut members = present.into_members().map_err(|_| conflict(path))?;
    let others = value.into_members().map_err(|_| conflict(path))?;
    merge_members(&mut members, others, path)?;
    Ok(Tree::Object(members))
}

fn write_members(members: &BTreeMap<String, Tree>, out: &mut String) {
    out.push('{');
    for (i, (key, tree)) in members.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        out.push_str(&serde_json::Value::from(key.as_str()).to_string());
        out.push(':');
        match tree {
            Tree::Object(members) => write_members(members, out),
            Tree::Node(document, node) => out.push_str(&document.json_of(*node)),
        }
    }
    out.push('}');
}

fn add_members(bounds: &mut Bounds, members: &BTreeMap<String, Tree>) {
    bounds.nodes = bounds.nodes.saturating_add(1);
    bounds.objects = bounds.objects.saturating_add(1);
    for (key, tree) in members {
        bounds.nodes = bounds.nodes.saturating_add(1);
        bounds.children = bounds.children.saturating_add(1);
        bounds.strings = bounds.strings.saturating_add(1);
        bounds.string_bytes = bounds.string_bytes.saturating_add(key.len() as u64);
        match tree {
            Tree::Object(members) => add_members(bounds, members),
            Tree::Node(document, node) => add(bounds, &document.bounds_of(*node)),
        }
    }
}

fn add(to: &mut Bounds, more: &Bounds) {
    to.nodes = to.nodes.saturating_add(more.nodes);
    to.arrays = to.arrays.saturating_add(more.arrays);
    to.objects = to.objects.saturating_add(more.objects);
    to.children = to.children.saturating_add(more.children);
    to.strings = to.strings.saturating_add(more.strings);
    to.string_bytes = to.string_bytes.saturating_add(more.string_bytes);
    to.numbers = to.numbers.saturating_add(more.numbers);
    to.number_bytes = to.number_bytes.saturating_add(more.number_bytes);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use kpol_runtime::{Heap, json};

    use super::*;
    use crate::{
        lower::{self, Scratch},
        testing::parse,
    };

    fn path(path: &str) -> Vec<String> {
        path.split('.')
            .filter(|key| !key.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Merges documents below paths; the result as JSON.
    fn merged(parts: &[(&str, &str)]) -> Result<String, DataError> {
        let mut data = Data::new();
        for (at, text) in parts {
            data.merge(&path(at), &parse(text))?;
        }
        let mut heap = Heap::new();
        let value = lower::data(&mut heap, &mut Scratch::default(), &data);
        let mut out = String::new();
        json::write(&mut heap, value, &mut out);
        assert_eq!(data.to_json(), out, "as text");
        Ok(out)
    }

    #[test]
    fn objects_are_merged_deeply() {
        for (parts, expected) in [
            (&[][..], "{}"),
            (
                &[("", "{\"b\":1}"), ("", "{\"a\":[2]}")],
                "{\"a\":[2],\"b\":1}",
            ),
            (
                &[("", "{\"a\":{\"x\":1}}"), ("", "{\"a\":{\"y\":2}}")],
                "{\"a\":{\"x\":1,\"y\":2}}",
            ),
            (
                &[("a.b", "[1]"), ("a", "{\"c\":2}")],
                "{\"a\":{\"b\":[1],\"c\":2}}",
            ),
        ] {
            assert_eq!(merged(parts).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let conflict = |path: &str| DataError::Conflict(path.to_owned());
        for (parts, expected) in [
            (&[("", "[]")][..], DataError::NotAnObject),
            (&[("", "{\"a\":1}"), ("", "{\"a\":1}")], conflict("a")),
            (&[("", "{\"a\":{\"b\":1}}"), ("a.b", "2")], conflict("a.b")),
            (&[("", "{\"a\":[]}"), ("a.b", "2")], conflict("a")),
        ] {
            assert_eq!(merged(parts), Err(expected));
        }
    }

    #[test]
    fn a_path_of_the_greatest_depth_is_merged_and_a_longer_one_is_not() {
        for (len, fits) in [(MAX_DEPTH, true), (MAX_DEPTH + 1, false)] {
            let path = vec!["k".to_owned(); len];
            assert_eq!(Data::new().merge(&path, &parse("1")).is_ok(), fits, "{len}");
        }
    }
}
