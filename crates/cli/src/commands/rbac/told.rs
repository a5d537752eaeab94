//! How answers are written.

use kpol_findings::Location;
use kpol_rbac::{Grant, Place, Subject};
use serde_json::{Value, json};

use crate::commands::rbac::load::Loaded;
use crate::exit::CommandError;

/// The format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Answer {
    /// For people.
    Text,
    /// In columns.
    Table,
    /// For programs.
    Json,
}

/// Prints a value.
pub(super) fn print(value: &Value) -> Result<(), CommandError> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| CommandError::Plain(error.to_string()))?;
    crate::output::write(&format!("{text}\n"))
}

/// Rows under titles, each column as wide as it must be.
pub(super) fn table(titles: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let widest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        widest.max(titles.get(column).map_or(0, |title| title.chars().count()))
    };
    let widths: Vec<usize> = (0..titles.len()).map(width).collect();
    let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    let mut out = String::new();
    for row in std::iter::once(&titles).chain(rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            let missing = (width + 3).saturating_sub(cell.chars().count());
            line.extend(std::iter::repeat_n(' ', missing));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// `file` and `line` beside other members.
pub(super) fn placed(mut value: Value, location: Option<&Location>) -> Value {
    if let (Some(map), Some(location)) = (value.as_object_mut(), location) {
        map.insert("file".to_owned(), json!(location.file));
        map.insert("line".to_owned(), json!(location.line));
    }
    value
}

/// A subject with its parts.
pub(super) fn subject(subject: &Subject) -> Value {
    let mut value = json!({"kind": subject.kind.as_str(), "name": subject.name});
    if let (Some(map), false) = (value.as_object_mut(), subject.namespace.is_empty()) {
        map.insert("namespace".to_owned(), json!(subject.namespace));
    }
    value
}

impl Loaded {
    /// An object by kind, namespace and name, with its place.
    pub(super) fn object(
        &self,
        kind: &str,
        namespace: &str,
        name: &str,
        place: Option<Place>,
    ) -> Value {
        let mut value = json!({"kind": kind});
        if let Some(map) = value.as_object_mut() {
            if !namespace.is_empty() {
                map.insert("namespace".to_owned(), json!(namespace));
            }
            map.insert("name".to_owned(), json!(name));
        }
        placed(value, self.location(place).as_ref())
    }

    /// A binding with its place.
    pub(super) fn binding_value(&self, index: usize) -> Value {
        self.cluster.binding(index).map_or(Value::Null, |binding| {
            self.object(
                binding.kind(),
                &binding.namespace,
                &binding.name,
                binding.place,
            )
        })
    }

    /// A role with its place.
    pub(super) fn role_value(&self, index: usize) -> Value {
        self.cluster.role(index).map_or(Value::Null, |role| {
            self.object(role.kind(), &role.namespace, &role.name, role.place)
        })
    }

    /// Binding, role and rule, each with its place.
    pub(super) fn grant_value(&self, grant: Grant) -> Value {
        let rule = self.cluster.rule(grant);
        let place = self.location(rule.and_then(|rule| rule.place));
        let value = json!({"number": grant.rule + 1});
        json!({
            "binding": self.binding_value(grant.binding),
            "role": self.role_value(grant.role),
            "rule": placed(value, place.as_ref()),
        })
    }
}
