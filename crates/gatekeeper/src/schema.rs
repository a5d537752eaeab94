//! The OpenAPI schema of a template's parameters.

mod check;
mod read;

use kpol_diagnostics::Span;
use kpol_input::{Document, NodeId};
use regex_automata::meta::Regex;

use crate::error::Error;
use crate::fields::Fields;

/// A schema: that of `spec.crd.spec.validation.openAPIV3Schema`.
#[derive(Clone, Debug)]
pub struct Schema {
    /// The template that it stands in: enumerations and defaults are nodes of it.
    document: Document,
    root: Shape,
}

/// What a value must be.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) span: Span,
    pub(crate) kind: Option<Type>,
    pub(crate) nullable: bool,
    /// Whether members that it does not describe are allowed.
    pub(crate) preserve: bool,
    pub(crate) int_or_string: bool,
    /// Whether it is an object of Kubernetes: its `apiVersion`, `kind` and `metadata` need no description.
    pub(crate) embedded: bool,
    pub(crate) properties: Vec<(String, Shape)>,
    pub(crate) additional: Additional,
    pub(crate) items: Option<Box<Shape>>,
    pub(crate) required: Vec<String>,
    pub(crate) choices: Option<Vec<NodeId>>,
    pub(crate) default: Option<NodeId>,
    /// Whether there is a default in it, or below it.
    pub(crate) has_defaults: bool,
    pub(crate) limits: Limits,
    pub(crate) all_of: Vec<Shape>,
    pub(crate) any_of: Vec<Shape>,
    pub(crate) one_of: Vec<Shape>,
    pub(crate) not: Option<Box<Shape>>,
}

/// Members that are not described.
#[derive(Clone, Debug, Default)]
pub(crate) enum Additional {
    /// Nothing is said.
    #[default]
    Unsaid,
    /// They may be anything, or must not be there.
    Any(bool),
    /// They are as described.
    Like(Box<Shape>),
}

/// The types of OpenAPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
}

impl Type {
    fn words(self) -> &'static str {
        match self {
            Type::Object => "an object",
            Type::Array => "an array",
            Type::String => "a string",
            Type::Integer => "an integer",
            Type::Number => "a number",
            Type::Boolean => "a boolean",
        }
    }
}

/// Bounds of sizes and numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Limits {
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    pub(crate) exclusive_minimum: bool,
    pub(crate) exclusive_maximum: bool,
    pub(crate) multiple_of: Option<f64>,
    pub(crate) length: (Option<i64>, Option<i64>),
    pub(crate) items: (Option<i64>, Option<i64>),
    pub(crate) members: (Option<i64>, Option<i64>),
    pub(crate) unique: bool,
    pub(crate) pattern: Option<(String, Regex)>,
}

impl Shape {
    pub(crate) fn property(&self, name: &str) -> Option<&Shape> {
        self.properties
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, shape)| shape)
    }

    pub(crate) fn additional(&self) -> Option<&Shape> {
        match &self.additional {
            Additional::Like(shape) => Some(shape),
            _ => None,
        }
    }
}

impl Schema {
    /// Reads the schema at a node. A legacy one leaves types out, and members that it does not describe are allowed.
    pub(crate) fn read(fields: &mut Fields<'_>, node: NodeId, legacy: bool) -> Schema {
        Schema {
            document: fields.document.clone(),
            root: read::root(fields, node, legacy),
        }
    }

    /// The schema of a legacy template without one: everything is allowed.
    pub(crate) fn anything(document: &Document) -> Schema {
        Schema {
            document: document.clone(),
            root: read::anything(Span::NOWHERE),
        }
    }

    /// The document that the schema stands in.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    pub(crate) fn root(&self) -> &Shape {
        &self.root
    }

    /// What is wrong with a value, in the order of the text. `path` is what it is called.
    #[must_use]
    pub fn check(&self, document: &Document, node: NodeId, path: &str) -> Vec<Error> {
        check::check(self, document, node, path)
    }
}
