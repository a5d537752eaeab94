//! The documents that references lead to: the schema itself, parts of it that have an id, and what is loaded.

use std::collections::HashMap;

use super::{
    Loader,
    reference::Reference,
    tree::{Id, Node, Tree},
};

/// The drafts that there are, and `Hybrid` for schemas that do not say which one they follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    Four,
    Six,
    Seven,
    Hybrid,
}

/// The drafts' own schemas, as json-schema.org publishes them.
const DRAFTS: [(Draft, &str, &str); 3] = [
    (
        Draft::Four,
        "http://json-schema.org/draft-04/schema",
        include_str!("draft-04.json"),
    ),
    (
        Draft::Six,
        "http://json-schema.org/draft-06/schema",
        include_str!("draft-06.json"),
    ),
    (
        Draft::Seven,
        "http://json-schema.org/draft-07/schema",
        include_str!("draft-07.json"),
    ),
];

/// The schema of a draft, if that is what an address names.
pub(super) fn metaschema(address: &str) -> Option<&'static str> {
    let found = DRAFTS.iter().find(|draft| draft.1 == address);
    found.map(|draft| draft.2)
}

/// A document, or a part of one, and the draft that it says it follows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document {
    pub(super) node: Id,
    pub(super) draft: Option<Draft>,
}

pub(super) struct Pool<'l> {
    pub(super) tree: Tree,
    documents: HashMap<String, Document>,
    loader: &'l Loader<'l>,
}

impl<'l> Pool<'l> {
    pub(super) fn new(tree: Tree, loader: &'l Loader<'l>) -> Self {
        Pool {
            tree,
            documents: HashMap::new(),
            loader,
        }
    }

    /// The draft that a document says it follows.
    pub(super) fn draft(&self, document: Id) -> Result<Option<Draft>, String> {
        match self.tree.get(document) {
            Node::Boolean(_) => return Ok(None),
            Node::Object(_) => {}
            _ => return Err("schema is invalid".to_owned()),
        }
        let Some(schema) = self.tree.member(document, "$schema") else {
            return Ok(None);
        };
        let Node::String(address) = self.tree.get(schema) else {
            return Err("$schema must be of type string".to_owned());
        };
        let address = Reference::parse(address)?.url.to_string();
        let found = DRAFTS.iter().find(|draft| draft.1 == address);
        Ok(found.map(|draft| draft.0))
    }

    /// Adds a document: parts with an id of their own become known by it, and references become absolute.
    pub(super) fn add(&mut self, node: Id, at: &Reference) -> Result<(), String> {
        let address = at.url.to_string();
        if self.documents.contains_key(&address) {
            return Err(exists(&address));
        }
        let draft = self.draft(node)?;
        let scanned = self.scan(node, at, draft);
        self.documents.insert(address, Document { node, draft });
        scanned
    }

    /// What is no reference is not an error here: it is one where it is compiled.
    fn scan(&mut self, node: Id, scope: &Reference, draft: Option<Draft>) -> Result<(), String> {
        super::grown(|| {
            let members = match self.tree.get(node).clone() {
                Node::Array(items) => {
                    return items
                        .iter()
                        .try_for_each(|item| self.scan(*item, scope, draft));
                }
                Node::Object(members) => members,
                _ => return Ok(()),
            };
            let key = if members.contains_key("id") {
                "id"
            } else {
                "$id"
            };
            let mut scope = scope.clone();
            if let Some(id) = self.tree.text(node, key)
                && let Ok(id) = Reference::parse(id)
                && let Ok(inner) = scope.inherits(&id)
            {
                scope = inner;
                let address = scope.url.to_string();
                if self.documents.contains_key(&address) {
                    return Err(exists(&address));
                }
                self.documents.insert(address, Document { node, draft });
            }
            if let Some(text) = self.tree.text(node, "$ref")
                && let Ok(reference) = Reference::parse(text)
                && let Ok(absolute) = scope.inherits(&reference)
            {
                self.tree.set_text(node, "$ref", absolute.url.to_string());
            }
            for (key, value) in members {
                match key.as_str() {
                    "const" | "enum" => {}
                    // Their members are schemas, they are none: a property may be named `$ref`.
                    "properties" | "dependencies" | "patternProperties" => {
                        if let Node::Object(schemas) = self.tree.get(value).clone() {
                            for schema in schemas.values() {
                                self.scan(*schema, &scope, draft)?;
                            }
                        }
                    }
                    _ => self.scan(value, &scope, draft)?,
                }
            }
            Ok(())
        })
    }

    /// What a reference leads to.
    pub(super) fn get(&mut self, reference: &Reference) -> Result<Document, String> {
        let address = reference.url.to_string();
        if let Some(document) = self.documents.get(&address) {
            return Ok(*document);
        }
        let whole = reference.without_fragment();
        if let Some(document) = self.documents.get(&whole.url.to_string()).copied() {
            let node = reference.find(&self.tree, document.node)?;
            let part = Document { node, ..document };
            self.documents.insert(address, part);
            return Ok(part);
        }
        if !reference.is_canonical() {
            return Err(format!("Reference {address} must be canonical"));
        }
        let root = self.loader.load(&whole, &mut self.tree)?;
        self.add(root, &whole)?;
        let draft = self.draft(root).unwrap_or(None);
        let node = reference.find(&self.tree, root)?;
        Ok(Document { node, draft })
    }
}

fn exists(address: &str) -> String {
    format!("Reference already exists: \"{address}\"")
}
