//! What `rego.metadata.rule` and `rego.metadata.chain` give: constants, made from the metadata comments.

use std::cell::OnceCell;

use kpol_diagnostics::{Diagnostic, SourceMap, Span};
use kpol_input::{Format, Options};
use kpol_syntax::ast::{Annotation, AnnotationTarget, Module};
use serde_json::{Map, Value};

use crate::codes;
use crate::ir::Const;
use crate::resolve::rules::{package_path, path_of};

/// The metadata of all modules, read when it is first asked for.
#[derive(Debug)]
pub(super) struct Metadata<'a> {
    modules: &'a [Module],
    notes: OnceCell<(Vec<Note>, Vec<Diagnostic>)>,
}

/// A rule among the modules.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) module: usize,
    pub(super) rule: usize,
}

/// A comment that was read.
#[derive(Debug)]
struct Note {
    module: usize,
    rule: Option<usize>,
    scope: String,
    /// What it is about, below `data`.
    path: Vec<String>,
    value: Value,
}

impl<'a> Metadata<'a> {
    pub(super) const fn new(modules: &'a [Module]) -> Metadata<'a> {
        Metadata {
            modules,
            notes: OnceCell::new(),
        }
    }

    /// Comments that could not be read; only if there was use for them.
    pub(super) fn into_errors(self) -> Vec<Diagnostic> {
        self.notes
            .into_inner()
            .map_or_else(Vec::new, |(_, errors)| errors)
    }

    /// `rego.metadata.rule()`: the annotations of the rule itself.
    pub(super) fn rule(&self, place: Place) -> Const {
        self.of_rule(place)
            .next()
            .map_or(Const::Object(Vec::new()), |note| constant(&note.value))
    }

    /// `rego.metadata.chain()`: those of the rule, its document, its package and the packages around it.
    pub(super) fn chain(&self, place: Place) -> Const {
        let Some(module) = self.modules.get(place.module) else {
            return Const::Array(Vec::new());
        };
        let package = package_path(module);
        let path = module
            .rules
            .get(place.rule)
            .map_or_else(Vec::new, |rule| path_of(&package, rule).0);
        let mut links: Vec<Const> = self.of_rule(place).map(link).collect();
        if links.is_empty() {
            links.push(Const::Object(vec![(text("path"), keys(&path))]));
        }
        let scoped = |scope: &'static str, path: Vec<String>| {
            self.notes()
                .iter()
                .filter(move |note| note.scope == scope && note.path == path)
                .map(link)
        };
        links.extend(scoped("document", path));
        links.extend(scoped("package", package.clone()));
        for length in (1..=package.len()).rev() {
            let above = package.iter().take(length).cloned().collect();
            links.extend(scoped("subpackages", above));
        }
        Const::Array(links)
    }

    /// The annotations of a rule, the nearest first.
    fn of_rule(&self, place: Place) -> impl Iterator<Item = &Note> {
        self.notes().iter().rev().filter(move |note| {
            note.scope == "rule" && note.module == place.module && note.rule == Some(place.rule)
        })
    }

    fn notes(&self) -> &[Note] {
        let (notes, _) = self.notes.get_or_init(|| {
            let mut notes = Vec::new();
            let mut errors = Vec::new();
            for (index, module) in self.modules.iter().enumerate() {
                for annotation in &module.annotations {
                    match read(index, module, annotation) {
                        Ok(note) => notes.extend(note),
                        Err(error) => errors.push(error),
                    }
                }
            }
            (notes, errors)
        });
        notes
    }
}

fn read(
    index: usize,
    module: &Module,
    annotation: &Annotation,
) -> Result<Option<Note>, Diagnostic> {
    let package = package_path(module);
    let (rule, path) = match annotation.target {
        AnnotationTarget::Rule(at) => {
            let Some(rule) = module.rules.get(at) else {
                return Ok(None);
            };
            (Some(at), path_of(&package, rule).0)
        }
        AnnotationTarget::Package => (None, package),
        AnnotationTarget::Import(_) | AnnotationTarget::Nothing => return Ok(None),
    };
    let mut fields = fields(&annotation.yaml, annotation.span)?;
    let entrypoint = fields.get("entrypoint") == Some(&Value::Bool(true));
    let default = match rule {
        Some(_) if entrypoint => "document",
        Some(_) => "rule",
        None => "package",
    };
    let scope = fields
        .get("scope")
        .and_then(Value::as_str)
        .unwrap_or(default)
        .to_owned();
    fields.insert("scope".to_owned(), Value::from(scope.clone()));
    Ok(Some(Note {
        module: index,
        rule,
        scope,
        path,
        value: Value::Object(fields.into_iter().filter_map(normal).collect()),
    }))
}

fn fields(yaml: &str, span: Span) -> Result<Map<String, Value>, Diagnostic> {
    let invalid = |what: String| {
        Diagnostic::error(codes::METADATA, format!("invalid metadata: {what}"), span)
    };
    let mut sources = SourceMap::new();
    let source = sources.add("metadata", yaml);
    let documents = kpol_input::read(&sources, source, Format::Yaml, &Options::verbatim())
        .map_err(|error| invalid(error.to_string()))?;
    let Some(document) = documents.first() else {
        return Ok(Map::new());
    };
    match serde_json::from_str(&document.to_json()) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(invalid("expected a mapping".to_owned())),
        Err(error) => Err(invalid(error.to_string())),
    }
}

/// A field in the form that policies see; fields without content are left out.
fn normal((key, value): (String, Value)) -> Option<(String, Value)> {
    let value = match (key.as_str(), value) {
        ("scope" | "title" | "description", Value::String(text)) => Value::String(text),
        ("entrypoint", Value::Bool(true)) => Value::Bool(true),
        ("organizations", Value::Array(items)) => Value::Array(items),
        ("authors", Value::Array(items)) => Value::Array(items.into_iter().map(author).collect()),
        ("related_resources", Value::Array(items)) => {
            Value::Array(items.into_iter().map(resource).collect())
        }
        ("schemas", Value::Array(items)) => Value::Array(items.iter().flat_map(schemas).collect()),
        ("custom" | "labels", Value::Object(fields)) => Value::Object(fields),
        ("compile", value) => value,
        _ => return None,
    };
    let empty = match &value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    (!empty).then_some((key, value))
}

/// `Name <mail>` as an object.
fn author(value: Value) -> Value {
    let Value::String(text) = value else {
        return value;
    };
    let mut fields = Map::new();
    let (name, mail) = match text.rsplit_once('<') {
        Some((name, mail)) if mail.ends_with('>') => (name.trim(), mail.trim_end_matches('>')),
        _ => (text.trim(), ""),
    };
    for (key, value) in [("name", name), ("email", mail)] {
        if !value.is_empty() {
            fields.insert(key.to_owned(), Value::from(value));
        }
    }
    Value::Object(fields)
}

/// A URL alone as an object.
fn resource(value: Value) -> Value {
    match value {
        Value::String(text) => {
            Value::Object(Map::from_iter([("ref".to_owned(), Value::from(text))]))
        }
        other => other,
    }
}

/// `input.pod: schema.pod` as path and schema.
fn schemas(value: &Value) -> Vec<Value> {
    let path = |text: &str| Value::from(text.split('.').map(Value::from).collect::<Vec<_>>());
    let Value::Object(fields) = value else {
        return vec![value.clone()];
    };
    fields
        .iter()
        .map(|(key, value)| {
            let (name, value) = match value {
                Value::String(text) => ("schema", path(text)),
                other => ("definition", other.clone()),
            };
            Value::Object(Map::from_iter([
                ("path".to_owned(), path(key)),
                (name.to_owned(), value),
            ]))
        })
        .collect()
}

fn link(note: &Note) -> Const {
    Const::Object(vec![
        (text("path"), keys(&note.path)),
        (text("annotations"), constant(&note.value)),
    ])
}

fn keys(path: &[String]) -> Const {
    Const::Array(path.iter().map(|key| text(key)).collect())
}

fn text(text: &str) -> Const {
    Const::String(text.to_owned())
}

fn constant(value: &Value) -> Const {
    match value {
        Value::Null => Const::Null,
        Value::Bool(value) => Const::Bool(*value),
        Value::Number(number) => Const::Number(number.to_string()),
        Value::String(value) => text(value),
        Value::Array(items) => Const::Array(items.iter().map(constant).collect()),
        Value::Object(fields) => Const::Object(
            fields
                .iter()
                .map(|(key, value)| (text(key), constant(value)))
                .collect(),
        ),
    }
}
