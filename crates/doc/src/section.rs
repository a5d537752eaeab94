//! Sections, and templates in Go's language over them, as `conftest doc` has them.

use std::collections::BTreeMap;
use std::rc::Rc;

use kpol_builtins::template::{self, Data, Struct};
use serde_json::Value;

use crate::annotation::{Annotations, Author, Related};
use crate::{Entry, Error};

/// The template that is used without another one.
pub const DEFAULT_TEMPLATE: &str = "\
{{ range . -}}
{{ .MarkdownHeading }} {{ .RegoPackageName }} - {{ .Annotations.Title }}

{{ .Annotations.Description }}
{{ with .Annotations.RelatedResources }}
Related Resources:
{{ range . }}
{{ with .Description -}}
* [{{ . }}]({{ else -}}
* {{ end }}{{ .Ref }}{{ if .Description }}){{ end }}{{ end }}
{{ end }}
{{ end -}}
";

/// One sequential piece of a document.
#[derive(Clone, Debug)]
pub struct Section {
    /// The path without `data`.
    pub name: String,
    /// The level of its heading.
    pub depth: usize,
    /// What is said.
    pub annotations: Annotations,
}

/// The sections of a document. Headings go down by one level at a time.
#[must_use]
pub fn sections(entries: &[Entry]) -> Vec<Section> {
    let mut sections = Vec::with_capacity(entries.len());
    let mut current = 0;
    // Every path begins with `data`; a document of a subpackage begins at its own level.
    let mut offset = 1;
    for (position, entry) in entries.iter().enumerate() {
        let mut depth = entry.path.len().saturating_sub(offset);
        if position == 0 && depth > 1 {
            offset = depth;
        }
        depth = depth.min(current + 1);
        current = depth;
        sections.push(Section {
            name: dotted(&entry.path),
            depth,
            annotations: entry.annotations.clone(),
        });
    }
    sections
}

/// A path as a reference, without `data`.
fn dotted(path: &[String]) -> String {
    let mut out = String::from("data");
    for name in path.iter().skip(1) {
        let mut bytes = name.bytes();
        let plain = bytes
            .next()
            .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if plain {
            out.push('.');
            out.push_str(name);
        } else {
            out.push('[');
            out.push_str(&Value::String(name.clone()).to_string());
            out.push(']');
        }
    }
    out.strip_prefix("data.").unwrap_or(&out).to_owned()
}

/// Executes a template over the sections; `name` is that of its file, for errors.
///
/// # Errors
///
/// What is wrong with the template, in Go's words.
pub fn render(sections: &[Section], name: &str, text: &str) -> Result<String, Error> {
    let data = sections
        .iter()
        .map(|section| {
            structure(
                "document.Section",
                [
                    ("RegoPackageName", Data::text(&section.name)),
                    ("Depth", integer(section.depth)),
                    ("MarkdownHeading", Data::text("#".repeat(section.depth))),
                    ("Annotations", annotations(&section.annotations)),
                ],
                None,
            )
        })
        .collect();
    template::execute(name, text, Data::List(Rc::new(data))).map_err(Error::Template)
}

fn annotations(annotations: &Annotations) -> Data {
    let texts = |items: &[String]| list(items.iter().map(Data::text));
    structure(
        "*ast.Annotations",
        [
            ("Scope", Data::text(annotations.scope.name())),
            ("Title", Data::text(&annotations.title)),
            ("Entrypoint", Data::Bool(annotations.entrypoint)),
            ("Description", Data::text(&annotations.description)),
            ("Organizations", texts(&annotations.organizations)),
            (
                "RelatedResources",
                list(annotations.related.iter().map(related)),
            ),
            ("Authors", list(annotations.authors.iter().map(author))),
            (
                "Schemas",
                list(annotations.schemas.iter().map(|(path, schema)| {
                    structure(
                        "*ast.SchemaAnnotation",
                        [
                            ("Path", Data::text(path)),
                            ("Schema", Data::text(schema.as_str().unwrap_or_default())),
                            (
                                "Definition",
                                if schema.is_object() {
                                    value(schema)
                                } else {
                                    Data::Nil
                                },
                            ),
                        ],
                        None,
                    )
                })),
            ),
            ("Custom", value(&Value::Object(annotations.custom.clone()))),
            ("Labels", value(&Value::Object(annotations.labels.clone()))),
        ],
        Some(annotations.json()),
    )
}

fn related(related: &Related) -> Data {
    let address = structure(
        "url.URL",
        [("Host", Data::text(host(&related.reference)))],
        Some(related.reference.clone()),
    );
    let text = format!("&{{{} {}}}", related.reference, related.description);
    structure(
        "*ast.RelatedResourceAnnotation",
        [
            ("Ref", address),
            ("Description", Data::text(&related.description)),
        ],
        Some(text),
    )
}

fn host(address: &str) -> &str {
    address.split_once("://").map_or("", |(_, rest)| {
        rest.split(['/', '?', '#']).next().unwrap_or_default()
    })
}

fn author(author: &Author) -> Data {
    let text = match (author.name.as_str(), author.email.as_str()) {
        (name, "") => name.to_owned(),
        ("", email) => format!("<{email}>"),
        (name, email) => format!("{name} <{email}>"),
    };
    structure(
        "*ast.AuthorAnnotation",
        [
            ("Name", Data::text(&author.name)),
            ("Email", Data::text(&author.email)),
        ],
        Some(text),
    )
}

fn structure<const N: usize>(
    name: &'static str,
    fields: [(&'static str, Data); N],
    text: Option<String>,
) -> Data {
    let text = text.unwrap_or_else(|| {
        let mut parts = Vec::with_capacity(N);
        for (_, field) in &fields {
            let mut part = String::new();
            field.write(&mut part);
            parts.push(part);
        }
        format!("{{{}}}", parts.join(" "))
    });
    Data::Struct(Rc::new(Struct {
        name,
        fields: BTreeMap::from(fields),
        text,
    }))
}

fn list(items: impl Iterator<Item = Data>) -> Data {
    Data::List(Rc::new(items.collect()))
}

fn integer(number: usize) -> Data {
    Data::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn value(value: &Value) -> Data {
    match value {
        Value::Null => Data::Nil,
        Value::Bool(value) => Data::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Data::Int(number),
            None => Data::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Data::text(text),
        Value::Array(items) => list(items.iter().map(self::value)),
        Value::Object(entries) => Data::Map(Rc::new(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), self::value(value)))
                .collect(),
        )),
    }
}
