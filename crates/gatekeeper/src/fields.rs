//! Reading fields of documents, with errors that say where.

use kpol_diagnostics::Span;
use kpol_input::{Document, Kind, NodeId};

use crate::error::{Code, Error};

/// What a value is, in words.
pub(crate) fn type_of(kind: Kind<'_>) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool(_) => "a boolean",
        Kind::Integer(_) => "an integer",
        Kind::Number(_) => "a number",
        Kind::String(_) => "a string",
        Kind::Array(_) => "an array",
        Kind::Object(_) => "an object",
    }
}

/// Reads fields of a document, and collects what is wrong with them.
///
/// A field that is absent or null is none; one of another type is an error, and then none.
pub(crate) struct Fields<'d> {
    pub(crate) document: &'d Document,
    pub(crate) code: Code,
    pub(crate) errors: Vec<Error>,
}

impl<'d> Fields<'d> {
    pub(crate) fn new(document: &'d Document, code: Code) -> Fields<'d> {
        Fields {
            document,
            code,
            errors: Vec::new(),
        }
    }

    pub(crate) fn error(&mut self, message: impl Into<String>, span: Span) {
        self.errors.push(Error::new(self.code, message, span));
    }

    /// A member that is there and not null.
    pub(crate) fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        let found = self.document.get(node, key)?;
        (self.document.kind(found) != Kind::Null).then_some(found)
    }

    /// The member at a path of keys.
    pub(crate) fn at(&self, node: NodeId, keys: &[&str]) -> Option<NodeId> {
        keys.iter().try_fold(node, |node, key| self.get(node, key))
    }

    /// An error for a value of the wrong type.
    pub(crate) fn wrong(&mut self, node: NodeId, path: &str, wanted: &str) {
        let found = type_of(self.document.kind(node));
        let span = self.document.span(node);
        self.error(format!("`{path}` must be {wanted}, not {found}"), span);
    }

    pub(crate) fn string(&mut self, node: NodeId, key: &str, path: &str) -> Option<&'d str> {
        let value = self.get(node, key)?;
        self.as_string(value, &join(path, key))
    }

    pub(crate) fn as_string(&mut self, value: NodeId, path: &str) -> Option<&'d str> {
        let found = self.document.str(value);
        if found.is_none() {
            self.wrong(value, path, "a string");
        }
        found
    }

    pub(crate) fn bool(&mut self, node: NodeId, key: &str, path: &str) -> Option<bool> {
        let value = self.get(node, key)?;
        if let Kind::Bool(found) = self.document.kind(value) {
            return Some(found);
        }
        self.wrong(value, &join(path, key), "a boolean");
        None
    }

    pub(crate) fn object(&mut self, node: NodeId, key: &str, path: &str) -> Option<NodeId> {
        let value = self.get(node, key)?;
        if matches!(self.document.kind(value), Kind::Object(_)) {
            return Some(value);
        }
        self.wrong(value, &join(path, key), "an object");
        None
    }

    /// The items of an array, each with its path.
    pub(crate) fn items(
        &mut self,
        node: NodeId,
        key: &str,
        path: &str,
    ) -> Option<Vec<(NodeId, String)>> {
        let value = self.get(node, key)?;
        let path = join(path, key);
        if !matches!(self.document.kind(value), Kind::Array(_)) {
            self.wrong(value, &path, "an array");
            return None;
        }
        let items = self.document.children(value).enumerate();
        Some(
            items
                .map(|(at, item)| (item, format!("{path}[{at}]")))
                .collect(),
        )
    }

    /// The strings of an array.
    pub(crate) fn strings(
        &mut self,
        node: NodeId,
        key: &str,
        path: &str,
    ) -> Option<Vec<(NodeId, &'d str)>> {
        let items = self.items(node, key, path)?;
        let mut found = Vec::with_capacity(items.len());
        for (item, path) in items {
            if let Some(text) = self.as_string(item, &path) {
                found.push((item, text));
            }
        }
        Some(found)
    }
}

/// The path of a member.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
