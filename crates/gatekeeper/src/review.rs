//! What constraints are asked about: an object, or a request of the API server.

use kpol_diagnostics::Span;
use kpol_input::{Document, DocumentBuilder, InputError, Kind, Limits, NodeId};

use crate::error::{Code, Error};
use crate::object::{Object, group_version};

/// Where an object comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The input itself.
    Original,
    /// An ExpansionTemplate.
    Generated,
}

/// What a request does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Operation {
    /// Not said, as of plain objects.
    #[default]
    None,
    /// `CREATE`.
    Create,
    /// `UPDATE`.
    Update,
    /// `DELETE`: what is asked about is the old object.
    Delete,
    /// Another one, such as `CONNECT`.
    Other(String),
}

impl Operation {
    /// The operation of that name.
    #[must_use]
    pub fn of(name: &str) -> Operation {
        match name {
            "" => Operation::None,
            "CREATE" => Operation::Create,
            "UPDATE" => Operation::Update,
            "DELETE" => Operation::Delete,
            other => Operation::Other(other.to_owned()),
        }
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Operation::None => "",
            Operation::Create => "CREATE",
            Operation::Update => "UPDATE",
            Operation::Delete => "DELETE",
            Operation::Other(name) => name,
        }
    }
}

/// The Namespace that an object is in, as far as it is known.
#[derive(Clone, Debug, Default)]
pub enum Namespace {
    /// Nothing is known: of objects without a namespace, and of those whose Namespace is not among the input.
    #[default]
    Unknown,
    /// A Namespace of which only the name is known, which may be empty: it has no labels.
    Named(String),
    /// A Namespace.
    Known {
        /// The document that it is in.
        document: Document,
        /// Its node.
        node: Option<NodeId>,
        /// Its name.
        name: String,
    },
}

impl Namespace {
    /// The Namespace that a document is.
    #[must_use]
    pub fn of(document: &Document) -> Namespace {
        Namespace::Known {
            node: Some(document.root()),
            name: document.name().unwrap_or_default().to_owned(),
            document: document.clone(),
        }
    }

    pub(crate) fn is_given(&self) -> bool {
        !matches!(self, Namespace::Unknown)
    }

    /// Its name, if anything is known.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Namespace::Unknown => None,
            Namespace::Named(name) | Namespace::Known { name, .. } => Some(name),
        }
    }
}

/// A question: may this object be?
#[derive(Clone, Debug)]
pub struct Review {
    document: Document,
    object: Option<NodeId>,
    old_object: Option<NodeId>,
    /// The request, where the document is an AdmissionReview.
    request: Option<NodeId>,
    /// What is done to the object.
    pub operation: Operation,
    /// The Namespace that it is in. [`Namespace::Unknown`] at first; see [`crate::Inventory::namespace_of`].
    pub namespace: Namespace,
    /// Where the object comes from. [`Origin::Original`] at first.
    pub origin: Option<Origin>,
}

impl Review {
    /// The review of a document: of the request where it is an AdmissionReview, else of the object that it is.
    ///
    /// # Errors
    /// [`Code::Review`] for an AdmissionReview without a request, or whose request has no object.
    pub fn of(document: &Document) -> Result<Review, Error> {
        if is_admission_review(document) {
            Review::of_request(document)
        } else {
            Ok(Review::of_object(document))
        }
    }

    /// The review of a plain object.
    #[must_use]
    pub fn of_object(document: &Document) -> Review {
        Review {
            object: Some(document.root()),
            old_object: None,
            request: None,
            operation: Operation::None,
            namespace: Namespace::Unknown,
            origin: Some(Origin::Original),
            document: document.clone(),
        }
    }

    fn of_request(document: &Document) -> Result<Review, Error> {
        let error = |message: &str, span: Span| Err(Error::new(Code::Review, message, span));
        let object_at = |node: NodeId, key: &str| {
            let found = document.get(node, key)?;
            (document.kind(found) != Kind::Null).then_some(found)
        };
        let root = document.root();
        let Some(request) = object_at(root, "request") else {
            return error("this AdmissionReview has no `request`", document.span(root));
        };
        let span = document.span(request);
        if !matches!(document.kind(request), Kind::Object(_)) {
            return error("`request` must be an object", span);
        }
        let (object, old) = (
            object_at(request, "object"),
            object_at(request, "oldObject"),
        );
        if object.is_none() && old.is_none() {
            return error(
                "this AdmissionReview has neither `request.object` nor `request.oldObject`",
                span,
            );
        }
        for node in [object, old].into_iter().flatten() {
            if Object::at(document, node).kind.is_empty() {
                return error(
                    "the object of the request has no `kind`",
                    document.span(node),
                );
            }
        }
        let text = |key: &str| {
            let found = object_at(request, key)?;
            document.str(found)
        };
        let operation = Operation::of(text("operation").unwrap_or_default());
        if operation == Operation::Delete && old.is_none() {
            return error("a request to delete needs `oldObject`", span);
        }
        Ok(Review {
            object: if operation == Operation::Delete {
                old
            } else {
                object
            },
            old_object: old,
            request: Some(request),
            operation,
            namespace: Namespace::Unknown,
            origin: Some(Origin::Original),
            document: document.clone(),
        })
    }

    /// The document that the review is of.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Whether the review is of a request of the API server's, and not of a plain object.
    #[must_use]
    pub fn is_request(&self) -> bool {
        self.request.is_some()
    }

    /// The object that is asked about; of a deletion the one that goes.
    #[must_use]
    pub fn object(&self) -> Option<Object<'_>> {
        self.object.map(|node| Object::at(&self.document, node))
    }

    /// The object as it was before.
    #[must_use]
    pub fn old_object(&self) -> Option<Object<'_>> {
        self.old_object.map(|node| Object::at(&self.document, node))
    }

    /// The name of the namespace that the review is about: the request's, or else the object's. Empty without one.
    #[must_use]
    pub fn namespace_name(&self) -> &str {
        match self.request {
            Some(request) => self
                .document
                .get(request, "namespace")
                .and_then(|node| self.document.str(node))
                .unwrap_or_default(),
            None => self.object().map_or("", |object| {
                // The lifetime is the document's.
                object.namespace
            }),
        }
    }

    /// The node that a finding without a place of its own points at.
    #[must_use]
    pub fn node(&self) -> NodeId {
        self.object
            .or(self.old_object)
            .unwrap_or_else(|| self.document.root())
    }

    /// The input of a template's `violation`: `{"review": …, "parameters": …}`. `parameters` is a constraint's.
    ///
    /// # Errors
    /// Where the object is nested so deep that it has no room in a review.
    pub fn input(&self, parameters: &Document) -> Result<Reviewed, InputError> {
        let mut reviewed = self.start()?;
        reviewed.builder.key("parameters", Span::NOWHERE)?;
        reviewed.builder.copy(parameters, parameters.root())?;
        reviewed.finish()
    }

    /// An input that has the review, and is still open.
    fn start(&self) -> Result<Open, InputError> {
        let builder = DocumentBuilder::beside(&self.document, Limits::default());
        let mut open = Open {
            builder,
            copies: Vec::new(),
        };
        open.builder.begin_object(Span::NOWHERE)?;
        open.builder.key("review", Span::NOWHERE)?;
        match self.request {
            Some(request) => self.write_request(&mut open, request)?,
            None => self.write_object(&mut open)?,
        }
        Ok(open)
    }

    fn write_object(&self, open: &mut Open) -> Result<(), InputError> {
        let object = Object::at(&self.document, self.node());
        let builder = &mut open.builder;
        builder.begin_object(Span::NOWHERE)?;
        builder.key("kind", Span::NOWHERE)?;
        builder.begin_object(Span::NOWHERE)?;
        member(builder, "group", object.group)?;
        member(builder, "kind", object.kind)?;
        member(builder, "version", object.version)?;
        builder.end()?;
        for (key, value) in [("name", object.name), ("namespace", object.namespace)] {
            if !value.is_empty() {
                member(builder, key, value)?;
            }
        }
        member(builder, "operation", self.operation.as_str())?;
        builder.key("options", Span::NOWHERE)?;
        builder.null(Span::NOWHERE)?;
        empty_resource(builder)?;
        member(builder, "uid", "")?;
        builder.key("userInfo", Span::NOWHERE)?;
        builder.begin_object(Span::NOWHERE)?;
        builder.end()?;
        self.write_rest(open)
    }

    /// The members of an AdmissionRequest, with those that Go's type always writes.
    fn write_request(&self, open: &mut Open, request: NodeId) -> Result<(), InputError> {
        let document = &self.document;
        open.builder.begin_object(Span::NOWHERE)?;
        let mut seen = Vec::new();
        for (key, value) in document.members(request) {
            let name = document.str(key).unwrap_or_default();
            if matches!(name, "object" | "oldObject" | "namespaceObject")
                || document.kind(value) == Kind::Null
            {
                continue;
            }
            seen.push(name);
            open.builder.key(name, document.span(key))?;
            open.builder.copy(document, value)?;
        }
        let builder = &mut open.builder;
        if !seen.contains(&"kind") {
            builder.key("kind", Span::NOWHERE)?;
            builder.begin_object(Span::NOWHERE)?;
            for key in ["group", "kind", "version"] {
                member(builder, key, "")?;
            }
            builder.end()?;
        }
        if !seen.contains(&"resource") {
            empty_resource(builder)?;
        }
        for key in ["operation", "uid"] {
            if !seen.contains(&key) {
                member(builder, key, "")?;
            }
        }
        if !seen.contains(&"userInfo") {
            builder.key("userInfo", Span::NOWHERE)?;
            builder.begin_object(Span::NOWHERE)?;
            builder.end()?;
        }
        if !seen.contains(&"options") {
            builder.key("options", Span::NOWHERE)?;
            builder.null(Span::NOWHERE)?;
        }
        self.write_rest(open)
    }

    /// The Namespace and the objects.
    fn write_rest(&self, open: &mut Open) -> Result<(), InputError> {
        let builder = &mut open.builder;
        builder.key("namespaceObject", Span::NOWHERE)?;
        match &self.namespace {
            Namespace::Known {
                document,
                node: Some(node),
                ..
            } => {
                builder.copy(document, *node)?;
            }
            Namespace::Named(name) if !name.is_empty() => {
                builder.begin_object(Span::NOWHERE)?;
                builder.key("metadata", Span::NOWHERE)?;
                builder.begin_object(Span::NOWHERE)?;
                member(builder, "name", name)?;
                builder.end()?;
                builder.end()?;
            }
            _ => {
                builder.begin_object(Span::NOWHERE)?;
                builder.end()?;
            }
        }
        open.object(&self.document, "object", self.object)?;
        open.object(&self.document, "oldObject", self.old_object)?;
        open.builder.end()
    }
}

/// Whether a document is a request of the API server's.
#[must_use]
pub fn is_admission_review(document: &Document) -> bool {
    let api = document.api_version().unwrap_or_default();
    document.object_kind() == Some("AdmissionReview") && group_version(api).0 == "admission.k8s.io"
}

fn member(builder: &mut DocumentBuilder, key: &str, value: &str) -> Result<(), InputError> {
    builder.key(key, Span::NOWHERE)?;
    builder.string(value, Span::NOWHERE)
}

fn empty_resource(builder: &mut DocumentBuilder) -> Result<(), InputError> {
    builder.key("resource", Span::NOWHERE)?;
    builder.begin_object(Span::NOWHERE)?;
    for key in ["group", "resource", "version"] {
        member(builder, key, "")?;
    }
    builder.end()
}

/// An input that is being written.
struct Open {
    builder: DocumentBuilder,
    copies: Vec<Copied>,
}

impl Open {
    fn object(
        &mut self,
        document: &Document,
        key: &str,
        node: Option<NodeId>,
    ) -> Result<(), InputError> {
        self.builder.key(key, Span::NOWHERE)?;
        match node {
            None => self.builder.null(Span::NOWHERE),
            Some(node) => {
                let to = self.builder.copy(document, node)?;
                self.copies.push(Copied {
                    from: node,
                    to,
                    len: document.after(node).0.saturating_sub(node.0),
                });
                Ok(())
            }
        }
    }

    fn finish(mut self) -> Result<Reviewed, InputError> {
        self.builder.end()?;
        Ok(Reviewed {
            document: self.builder.finish()?,
            copies: self.copies,
        })
    }
}

/// Nodes that stand in an input as they do in their document, one after the other.
#[derive(Clone, Copy, Debug)]
struct Copied {
    from: NodeId,
    to: NodeId,
    len: u32,
}

/// The input of a template, and where its nodes come from.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// What `violation` is evaluated with.
    pub document: Document,
    copies: Vec<Copied>,
}

impl Reviewed {
    /// The node of the reviewed document that a node of the input is; `None` for what the review adds: its kind,
    /// the parameters.
    #[must_use]
    pub fn origin(&self, node: NodeId) -> Option<NodeId> {
        self.copies.iter().find_map(|copied| {
            let offset = node.0.checked_sub(copied.to.0)?;
            (offset < copied.len).then(|| NodeId(copied.from.0.saturating_add(offset)))
        })
    }
}
