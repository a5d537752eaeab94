//! Reads tables of known fields, and tells what is wrong with them at its place.

use kpol_compiler::suggest::nearest;
use kpol_diagnostics::Diagnostic;
use kpol_input::{Document, Kind, NodeId};

/// What a value is called in messages.
pub(crate) const fn name(kind: Kind<'_>) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool(_) => "a boolean",
        Kind::Integer(_) | Kind::Number(_) => "a number",
        Kind::String(_) => "a string",
        Kind::Array(_) => "a list",
        Kind::Object(_) => "a table",
    }
}

/// A table that is being read.
pub(crate) struct Fields<'d, 'e> {
    pub(crate) document: &'d Document,
    pub(crate) node: NodeId,
    pub(crate) code: &'static str,
    pub(crate) errors: &'e mut Vec<Diagnostic>,
}

impl<'d> Fields<'d, '_> {
    /// Refuses fields that are none of these.
    pub(crate) fn only(&mut self, known: &[&str]) {
        for (key, value) in self.document.members(self.node) {
            let text = self.document.str(key).unwrap_or_default();
            if known.contains(&text) {
                continue;
            }
            let span = (self.document.key_span(value)).unwrap_or(self.document.span(value));
            let error = Diagnostic::error(self.code, format!("there is no field `{text}`"), span);
            self.errors
                .push(error.help(match nearest(text, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("fields: {}", known.join(", ")),
                }));
        }
    }

    /// Refuses a value.
    pub(crate) fn refuse(&mut self, node: NodeId, wanted: &str) {
        let message = format!("{wanted} is wanted, not {}", name(self.document.kind(node)));
        self.errors.push(Diagnostic::error(
            self.code,
            message,
            self.document.span(node),
        ));
    }

    /// A text.
    pub(crate) fn text(&mut self, key: &str) -> Option<&'d str> {
        let node = self.document.get(self.node, key)?;
        let text = self.document.str(node);
        if text.is_none() {
            self.refuse(node, "a string");
        }
        text
    }

    /// A text, or a list of texts; none where the field is missing.
    pub(crate) fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        let node = self.document.get(self.node, key)?;
        if let Some(text) = self.document.str(node) {
            return Some(vec![text.to_owned()]);
        }
        if !matches!(self.document.kind(node), Kind::Array(_)) {
            self.refuse(node, "a list of strings");
            return None;
        }
        let mut texts = Vec::new();
        for item in self.document.children(node) {
            match self.document.str(item) {
                Some(text) => texts.push(text.to_owned()),
                None => self.refuse(item, "a string"),
            }
        }
        Some(texts)
    }

    /// The items of a list; none where the field is missing.
    pub(crate) fn items(&mut self, key: &str) -> Option<Vec<NodeId>> {
        let node = self.document.get(self.node, key)?;
        if matches!(self.document.kind(node), Kind::Array(_)) {
            return Some(self.document.children(node).collect());
        }
        self.refuse(node, "a list");
        None
    }
}
