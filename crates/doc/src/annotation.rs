//! What a metadata comment says.

use std::collections::BTreeMap;

use kpol_diagnostics::SourceMap;
use kpol_input::{Format, Options};
use serde_json::{Map, Value};

/// What a metadata comment applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The definition below it.
    Rule,
    /// All definitions of that name.
    Document,
    /// The package.
    Package,
    /// The package and those below it.
    Subpackages,
}

impl Scope {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Scope::Rule => "rule",
            Scope::Document => "document",
            Scope::Package => "package",
            Scope::Subpackages => "subpackages",
        }
    }
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The address.
    pub reference: String,
    /// What is there; may be empty.
    pub description: String,
}

/// Who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The name; may be empty.
    pub name: String,
    /// The address; may be empty.
    pub email: String,
}

/// What a metadata comment says.
#[derive(Clone, Debug)]
pub struct Annotations {
    /// What it applies to.
    pub scope: Scope,
    /// One line.
    pub title: String,
    /// Some more.
    pub description: String,
    /// The rule is an entrypoint.
    pub entrypoint: bool,
    /// Who stands behind it.
    pub organizations: Vec<String>,
    /// Links.
    pub related: Vec<Related>,
    /// Who wrote it.
    pub authors: Vec<Author>,
    /// Schemas by path, as they are written.
    pub schemas: Vec<(String, Value)>,
    /// Anything else.
    pub custom: Map<String, Value>,
    /// Labels.
    pub labels: Map<String, Value>,
}

/// Parses the YAML of a metadata comment.
///
/// # Errors
///
/// What is wrong with it, in one line.
pub(crate) fn parse(yaml: &str, on_package: bool) -> Result<Annotations, String> {
    if yaml.trim().is_empty() {
        return Err("expected METADATA block, found whitespace".to_owned());
    }
    let mut texts = SourceMap::new();
    let source = texts.add("METADATA", yaml);
    let value = kpol_input::read(&texts, source, Format::Yaml, &Options::verbatim())
        .map_err(|error| format!("metadata is no YAML: {error}"))
        .and_then(|documents| match documents.first() {
            Some(document) => serde_json::from_str::<Value>(&document.to_json())
                .map_err(|error| format!("metadata is no YAML: {error}")),
            None => Ok(Value::Null),
        })?;
    let Value::Object(fields) = value else {
        return Err("metadata is no YAML mapping".to_owned());
    };
    let entrypoint = match fields.get("entrypoint") {
        Some(Value::Bool(value)) => *value,
        None | Some(Value::Null) => false,
        Some(_) => return Err("`entrypoint` is `true` or `false`".to_owned()),
    };
    if entrypoint && on_package {
        return Err("a package is no entrypoint: `entrypoint` belongs to rules".to_owned());
    }
    Ok(Annotations {
        scope: scope(&text(&fields, "scope")?, on_package, entrypoint)?,
        title: text(&fields, "title")?,
        description: text(&fields, "description")?,
        entrypoint,
        organizations: list(&fields, "organizations")?
            .iter()
            .map(|item| scalar(item).ok_or_else(|| "an organization is a string".to_owned()))
            .collect::<Result<_, _>>()?,
        related: list(&fields, "related_resources")?
            .iter()
            .map(related)
            .collect::<Result<_, _>>()?,
        authors: list(&fields, "authors")?
            .iter()
            .map(author)
            .collect::<Result<_, _>>()?,
        schemas: list(&fields, "schemas")?
            .iter()
            .filter_map(Value::as_object)
            .flat_map(|pair| pair.iter().take(1))
            .map(|(path, schema)| (path.clone(), schema.clone()))
            .collect(),
        custom: map(&fields, "custom")?,
        labels: map(&fields, "labels")?,
    })
}

fn scope(written: &str, on_package: bool, entrypoint: bool) -> Result<Scope, String> {
    let scope = match written {
        "" if on_package => Scope::Package,
        "" if entrypoint => Scope::Document,
        "" | "rule" => Scope::Rule,
        "document" => Scope::Document,
        "package" => Scope::Package,
        "subpackages" => Scope::Subpackages,
        other => return Err(format!("invalid annotation scope '{other}'")),
    };
    let fits = matches!(scope, Scope::Package | Scope::Subpackages) == on_package;
    if fits {
        return Ok(scope);
    }
    let wanted = if on_package { "package" } else { "rule" };
    Err(format!(
        "annotation scope '{}' must be applied to {}; it stands above a {wanted}",
        scope.name(),
        if on_package { "rule" } else { "package" },
    ))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn text(fields: &Map<String, Value>, name: &str) -> Result<String, String> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(value) => scalar(value).ok_or_else(|| format!("`{name}` is a string")),
    }
}

fn list<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], String> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(format!("`{name}` is a list")),
    }
}

fn map(fields: &Map<String, Value>, name: &str) -> Result<Map<String, Value>, String> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(entries)) => Ok(entries.clone()),
        Some(_) => Err(format!("`{name}` is a mapping")),
    }
}

fn trimmed(entries: &Map<String, Value>, name: &str) -> String {
    entries
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

fn related(value: &Value) -> Result<Related, String> {
    let (reference, description) = match value {
        Value::String(text) if text.is_empty() => {
            return Err(
                "a related resource has an address: ref URL may not be empty string".to_owned(),
            );
        }
        Value::String(text) => (text.clone(), String::new()),
        Value::Object(entries) => (trimmed(entries, "ref"), trimmed(entries, "description")),
        _ => {
            return Err(
                "invalid related-resource definition: invalid value type, must be string or map"
                    .to_owned(),
            );
        }
    };
    if reference.is_empty() {
        return Err(
            "invalid related-resource definition: 'ref' value required in object".to_owned(),
        );
    }
    Ok(Related {
        reference,
        description,
    })
}

fn author(value: &Value) -> Result<Author, String> {
    match value {
        Value::String(text) => {
            let mut words: Vec<&str> = text.split_whitespace().collect();
            let Some(last) = words.last().copied() else {
                return Err("invalid author definition: author is an empty string".to_owned());
            };
            let email = last
                .strip_prefix('<')
                .and_then(|rest| rest.strip_suffix('>'));
            if email.is_some() {
                words.pop();
            }
            Ok(Author {
                name: words.join(" "),
                email: email.unwrap_or_default().to_owned(),
            })
        }
        Value::Object(entries) => {
            let author = Author {
                name: trimmed(entries, "name"),
                email: trimmed(entries, "email"),
            };
            if author.name.is_empty() && author.email.is_empty() {
                return Err(
                    "invalid author definition: 'name' and/or 'email' values required in object"
                        .to_owned(),
                );
            }
            Ok(author)
        }
        _ => Err("invalid author definition: invalid value type, must be string or map".to_owned()),
    }
}

impl Annotations {
    /// As JSON, as OPA writes annotations: keys sorted, empty ones left out, `<`, `>` and `&` escaped.
    #[must_use]
    pub fn json(&self) -> String {
        let mut fields: BTreeMap<&str, Value> = BTreeMap::new();
        fields.insert("scope", self.scope.name().into());
        if !self.title.is_empty() {
            fields.insert("title", self.title.clone().into());
        }
        if !self.description.is_empty() {
            fields.insert("description", self.description.clone().into());
        }
        if self.entrypoint {
            fields.insert("entrypoint", true.into());
        }
        if !self.organizations.is_empty() {
            fields.insert("organizations", self.organizations.clone().into());
        }
        if !self.related.is_empty() {
            let related: Vec<Value> = self.related.iter().map(related_json).collect();
            fields.insert("related_resources", related.into());
        }
        if !self.authors.is_empty() {
            let authors: Vec<Value> = self.authors.iter().map(author_json).collect();
            fields.insert("authors", authors.into());
        }
        if !self.schemas.is_empty() {
            let schemas: Vec<Value> = self
                .schemas
                .iter()
                .map(|(path, schema)| schema_json(path, schema))
                .collect();
            fields.insert("schemas", schemas.into());
        }
        if !self.custom.is_empty() {
            fields.insert("custom", sorted(&Value::Object(self.custom.clone())));
        }
        if !self.labels.is_empty() {
            fields.insert("labels", sorted(&Value::Object(self.labels.clone())));
        }
        let fields: Map<String, Value> = fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        escaped(&Value::Object(fields).to_string())
    }
}

fn related_json(related: &Related) -> Value {
    let mut fields = Map::new();
    if !related.description.is_empty() {
        fields.insert("description".to_owned(), related.description.clone().into());
    }
    fields.insert("ref".to_owned(), related.reference.clone().into());
    Value::Object(fields)
}

fn author_json(author: &Author) -> Value {
    let mut fields = Map::new();
    fields.insert("name".to_owned(), author.name.clone().into());
    if !author.email.is_empty() {
        fields.insert("email".to_owned(), author.email.clone().into());
    }
    Value::Object(fields)
}

fn schema_json(path: &str, schema: &Value) -> Value {
    let mut fields = Map::new();
    fields.insert("path".to_owned(), reference_json(path));
    match schema {
        Value::String(reference) => {
            fields.insert("schema".to_owned(), reference_json(reference));
        }
        definition => {
            fields.insert("definition".to_owned(), sorted(definition));
        }
    }
    Value::Object(fields)
}

/// A path as OPA writes references in JSON.
fn reference_json(path: &str) -> Value {
    let terms = path.split('.').enumerate().map(|(position, name)| {
        let mut term = Map::new();
        let kind = if position == 0 { "var" } else { "string" };
        term.insert("type".to_owned(), kind.into());
        term.insert("value".to_owned(), name.into());
        Value::Object(term)
    });
    Value::Array(terms.collect())
}

/// A value with the keys of its objects sorted.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let entries: BTreeMap<&String, &Value> = entries.iter().collect();
            Value::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| (key.clone(), sorted(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// Go's escapes for JSON inside of HTML.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            other => out.push(other),
        }
    }
    out
}
