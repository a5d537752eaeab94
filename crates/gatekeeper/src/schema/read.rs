//! Reading schemas.

use kpol_diagnostics::Span;
use kpol_input::{Kind, NodeId};
use regex_automata::meta::Regex;

use super::{Additional, Limits, Shape, Type};
use crate::fields::{Fields, join};

const PATH: &str = "openAPIV3Schema";

/// What stands where no schema was written in a legacy template.
pub(super) fn anything(span: Span) -> Shape {
    Shape {
        preserve: true,
        ..empty(span)
    }
}

fn empty(span: Span) -> Shape {
    Shape {
        span,
        kind: None,
        nullable: false,
        preserve: false,
        int_or_string: false,
        embedded: false,
        properties: Vec::new(),
        additional: Additional::Unsaid,
        items: None,
        required: Vec::new(),
        choices: None,
        default: None,
        has_defaults: false,
        limits: Limits::default(),
        all_of: Vec::new(),
        any_of: Vec::new(),
        one_of: Vec::new(),
        not: None,
    }
}

pub(super) fn root(fields: &mut Fields<'_>, node: NodeId, legacy: bool) -> Shape {
    Reader {
        legacy,
        structural: !legacy,
    }
    .shape(fields, node, PATH)
}

#[derive(Clone, Copy)]
struct Reader {
    legacy: bool,
    /// Whether each value needs a type. Not so inside of `anyOf` and the like, which only add to what is said.
    structural: bool,
}

impl Reader {
    /// Reads a shape. The depth of documents is limited, and so that of this.
    fn shape(self, fields: &mut Fields<'_>, node: NodeId, path: &str) -> Shape {
        let document = fields.document;
        let mut shape = empty(document.span(node));
        if !matches!(document.kind(node), Kind::Object(_)) {
            fields.wrong(node, path, "a schema");
            return shape;
        }
        shape.kind = type_of(fields, node, path);
        shape.nullable = fields.bool(node, "nullable", path).unwrap_or_default();
        let mut flag = |key: &str| fields.bool(node, key, path).unwrap_or_default();
        shape.preserve = flag("x-kubernetes-preserve-unknown-fields");
        shape.int_or_string = flag("x-kubernetes-int-or-string");
        shape.embedded = flag("x-kubernetes-embedded-resource");
        if self.legacy && matches!(shape.kind, None | Some(Type::Object)) {
            shape.preserve = true;
        }
        if let Some(properties) = fields.object(node, "properties", path) {
            let path = join(path, "properties");
            for (key, value) in document.members(properties) {
                let name = document.str(key).unwrap_or_default();
                let found = self.shape(fields, value, &join(&path, name));
                shape.properties.push((name.to_owned(), found));
            }
        }
        shape.additional = self.additional(fields, node, path);
        shape.items = self.items(fields, node, path, &shape);
        let required = fields.strings(node, "required", path).unwrap_or_default();
        shape.required = required
            .iter()
            .map(|(_, text)| (*text).to_owned())
            .collect();
        let choices = fields.items(node, "enum", path);
        shape.choices = choices.map(|items| items.into_iter().map(|(node, _)| node).collect());
        shape.default = fields.get(node, "default");
        shape.limits = limits(fields, node, path);
        let inner = Reader {
            structural: false,
            legacy: self.legacy,
        };
        for (key, list) in [
            ("allOf", &mut shape.all_of),
            ("anyOf", &mut shape.any_of),
            ("oneOf", &mut shape.one_of),
        ] {
            for (item, path) in fields.items(node, key, path).unwrap_or_default() {
                list.push(inner.shape(fields, item, &path));
            }
        }
        shape.not = fields
            .object(node, "not", path)
            .map(|found| Box::new(inner.shape(fields, found, &join(path, "not"))));
        if self.structural && shape.kind.is_none() && !shape.int_or_string && !shape.preserve {
            fields.error(format!("`{path}` needs a `type`"), document.span(node));
            if let Some(error) = fields.errors.last_mut() {
                error.help = Some(
                    "or `x-kubernetes-preserve-unknown-fields: true`, for values that may be anything"
                        .to_owned(),
                );
            }
        }
        let below = |shape: &Shape| shape.has_defaults;
        shape.has_defaults = shape.default.is_some()
            || shape.properties.iter().any(|(_, shape)| below(shape))
            || shape.items.as_deref().is_some_and(below)
            || shape.additional().is_some_and(below);
        shape
    }

    fn additional(self, fields: &mut Fields<'_>, node: NodeId, path: &str) -> Additional {
        let Some(found) = fields.get(node, "additionalProperties") else {
            return Additional::Unsaid;
        };
        match fields.document.kind(found) {
            Kind::Bool(allowed) => Additional::Any(allowed),
            _ => {
                let shape = self.shape(fields, found, &join(path, "additionalProperties"));
                Additional::Like(Box::new(shape))
            }
        }
    }

    fn items(
        self,
        fields: &mut Fields<'_>,
        node: NodeId,
        path: &str,
        shape: &Shape,
    ) -> Option<Box<Shape>> {
        let Some(found) = fields.get(node, "items") else {
            if shape.kind == Some(Type::Array) {
                if self.legacy {
                    return Some(Box::new(anything(shape.span)));
                }
                if self.structural {
                    let span = fields.document.span(node);
                    fields.error(format!("`{path}` is an array and needs `items`"), span);
                }
            }
            return None;
        };
        let found = self.shape(fields, found, &join(path, "items"));
        Some(Box::new(found))
    }
}

fn type_of(fields: &mut Fields<'_>, node: NodeId, path: &str) -> Option<Type> {
    let name = fields
        .string(node, "type", path)
        .filter(|name| !name.is_empty())?;
    let found = match name {
        "object" => Type::Object,
        "array" => Type::Array,
        "string" => Type::String,
        "integer" => Type::Integer,
        "number" => Type::Number,
        "boolean" => Type::Boolean,
        other => {
            let at = fields.get(node, "type").unwrap_or(node);
            let span = fields.document.span(at);
            fields.error(
                format!("`{other}` is no type: they are object, array, string, integer, number and boolean"),
                span,
            );
            return None;
        }
    };
    Some(found)
}

fn limits(fields: &mut Fields<'_>, node: NodeId, path: &str) -> Limits {
    let mut flag = |key: &str| fields.bool(node, key, path).unwrap_or_default();
    let (exclusive_minimum, exclusive_maximum) =
        (flag("exclusiveMinimum"), flag("exclusiveMaximum"));
    let unique = flag("uniqueItems");
    let mut number = |key: &str| number(fields, node, key, path);
    let (minimum, maximum, multiple_of) =
        (number("minimum"), number("maximum"), number("multipleOf"));
    let mut whole = |key: &str| {
        let value = fields.get(node, key)?;
        if let Kind::Integer(found) = fields.document.kind(value) {
            return Some(found);
        }
        fields.wrong(value, &join(path, key), "an integer");
        None
    };
    let length = (whole("minLength"), whole("maxLength"));
    let items = (whole("minItems"), whole("maxItems"));
    let members = (whole("minProperties"), whole("maxProperties"));
    let pattern = fields
        .string(node, "pattern", path)
        .filter(|pattern| !pattern.is_empty());
    let pattern = pattern.and_then(|pattern| match Regex::new(pattern) {
        Ok(regex) => Some((pattern.to_owned(), regex)),
        Err(error) => {
            let at = fields.get(node, "pattern").unwrap_or(node);
            let span = fields.document.span(at);
            fields.error(
                format!(
                    "`{}` is no regular expression: {error}",
                    join(path, "pattern")
                ),
                span,
            );
            None
        }
    });
    Limits {
        minimum,
        maximum,
        exclusive_minimum,
        exclusive_maximum,
        multiple_of,
        length,
        items,
        members,
        unique,
        pattern,
    }
}

fn number(fields: &mut Fields<'_>, node: NodeId, key: &str, path: &str) -> Option<f64> {
    let value = fields.get(node, key)?;
    let found = super::check::as_float(fields.document.kind(value));
    if found.is_none() {
        fields.wrong(value, &join(path, key), "a number");
    }
    found
}
