//! The parameters of constraints, as documents of their own.

use kpol_diagnostics::Span;
use kpol_input::{Document, DocumentBuilder, InputError, Kind, Limits, NodeId};

use crate::schema::{Schema, Shape};

/// The node of `spec.parameters`, if it is there and not null.
pub(crate) fn node(document: &Document) -> Option<NodeId> {
    let spec = document.get(document.root(), "spec")?;
    let node = document.get(spec, "parameters")?;
    (document.kind(node) != Kind::Null).then_some(node)
}

/// The parameters as they are written.
pub(crate) fn written(document: &Document) -> Result<Document, InputError> {
    defaulted(document, None)
}

/// The parameters with defaults. As in Kubernetes, there are defaults only inside of what is there.
pub(crate) fn defaulted(
    document: &Document,
    schema: Option<&Schema>,
) -> Result<Document, InputError> {
    let mut writer = Writer {
        builder: DocumentBuilder::beside(document, Limits::default()),
        schema,
    };
    let has_spec = document
        .get(document.root(), "spec")
        .is_some_and(|spec| matches!(document.kind(spec), Kind::Object(_)));
    let root = schema.map(Schema::root);
    let default = root.and_then(|root| root.default).filter(|_| has_spec);
    match (node(document), schema, default) {
        (Some(node), ..) => writer.value(document, node, root)?,
        (None, Some(schema), Some(default)) => writer.value(schema.document(), default, root)?,
        _ => {
            writer.builder.begin_object(Span::NOWHERE)?;
            writer.builder.end()?;
        }
    }
    writer.builder.finish()
}

struct Writer<'s> {
    builder: DocumentBuilder,
    schema: Option<&'s Schema>,
}

impl<'s> Writer<'s> {
    /// Writes a value with defaults inside of it. The depth of documents is limited, and so that of this.
    fn value(
        &mut self,
        document: &Document,
        node: NodeId,
        shape: Option<&'s Shape>,
    ) -> Result<(), InputError> {
        let Some(shape) = shape.filter(|shape| shape.has_defaults) else {
            return self.builder.copy(document, node).map(|_| ());
        };
        match document.kind(node) {
            Kind::Object(_) => self.object(document, node, shape),
            Kind::Array(_) => {
                self.builder.begin_array(document.span(node))?;
                for item in document.children(node) {
                    self.value(document, item, shape.items.as_deref())?;
                }
                self.builder.end()
            }
            _ => self.builder.copy(document, node).map(|_| ()),
        }
    }

    fn object(
        &mut self,
        document: &Document,
        node: NodeId,
        shape: &'s Shape,
    ) -> Result<(), InputError> {
        self.builder.begin_object(document.span(node))?;
        for (key, value) in document.members(node) {
            let name = document.str(key).unwrap_or_default();
            self.builder.key(name, document.span(key))?;
            let property = shape.property(name);
            let null = document.kind(value) == Kind::Null;
            let default = property
                .filter(|property| null && !property.nullable)
                .and_then(|property| property.default);
            match (default, self.schema) {
                (Some(default), Some(schema)) => {
                    self.value(schema.document(), default, property)?;
                }
                _ => self.value(document, value, property.or(shape.additional()))?,
            }
        }
        for (name, property) in &shape.properties {
            if let (Some(default), Some(schema)) = (property.default, self.schema)
                && document.get(node, name).is_none()
            {
                self.builder.key(name, Span::NOWHERE)?;
                self.value(schema.document(), default, Some(property))?;
            }
        }
        self.builder.end()
    }
}
