//! Values while a reader still changes them: later lines of many formats add to what earlier ones made.

use indexmap::IndexMap;
use kpol_diagnostics::Span;
use kpol_input::{Document, DocumentBuilder, InputError};

use crate::text::Text;

/// A value and where it comes from; [`Span::NOWHERE`] where that cannot be said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) span: Span,
}

/// The members of an object, in the order in which their keys came first.
pub(crate) type Object = IndexMap<String, Member>;

/// A member's value, and where its key stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub(crate) key: Span,
    pub(crate) node: Node,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    /// In JSON's notation.
    #[allow(dead_code, reason = "readers to come use it")]
    Number(String),
    String(String),
    Array(Vec<Node>),
    Object(Object),
}

impl Value {
    pub(crate) fn at(self, span: Span) -> Node {
        Node { value: self, span }
    }

    pub(crate) fn string(text: impl Into<String>) -> Value {
        Value::String(text.into())
    }
}

impl Node {
    /// Puts a member into an object, in place of one that is there.
    pub(crate) fn member(self, key: Span) -> Member {
        Member { key, node: self }
    }

    /// The document that this is the root of. Depth is checked on the way, and the readers that make trees bound it
    /// themselves, so that a tree can be dropped.
    pub(crate) fn document(&self, text: &Text<'_>) -> Result<Document, InputError> {
        let mut builder = DocumentBuilder::new(text.sources, text.source, &text.options.input)?;
        self.emit(&mut builder)?;
        builder.finish()
    }

    fn emit(&self, builder: &mut DocumentBuilder) -> Result<(), InputError> {
        match &self.value {
            Value::Null => builder.null(self.span),
            Value::Bool(value) => builder.bool(*value, self.span),
            Value::Integer(value) => builder.integer(*value, self.span),
            Value::Float(value) => builder.float(*value, self.span),
            Value::Number(text) => builder.number(text, self.span),
            Value::String(text) => builder.string(text, self.span),
            Value::Array(items) => {
                builder.begin_array(self.span)?;
                for item in items {
                    item.emit(builder)?;
                }
                builder.end()
            }
            Value::Object(members) => {
                builder.begin_object(self.span)?;
                for (key, member) in members {
                    builder.key(key, member.key)?;
                    member.node.emit(builder)?;
                }
                builder.end()
            }
        }
    }
}
