//! The other objects of a run.

use std::collections::BTreeMap;

use kpol_input::{Document, NodeId};

use crate::object::Object;
use crate::review::{Namespace, Review};

/// The objects that policies may look at beside the one under review: `data.inventory`, in Gatekeeper's shape, and
/// the Namespaces. Of objects with one identity the last one stays.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    objects: BTreeMap<Vec<String>, (Document, NodeId)>,
    namespaces: BTreeMap<String, Document>,
}

/// What policies look at: which objects an inventory needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Uses {
    /// Paths below `data.inventory` that the policies refer to; `None` stands for any key. An object is needed if a
    /// path leads to it, into it, or to something that it is part of.
    pub inventory: Vec<Vec<Option<String>>>,
    /// Whether the Namespaces of objects are asked for.
    pub namespaces: bool,
}

impl Uses {
    /// Whether there is anything to collect.
    #[must_use]
    pub fn any(&self) -> bool {
        self.namespaces || !self.inventory.is_empty()
    }

    /// Whether an object at a path of the inventory is looked at.
    fn looks_at(&self, path: &[String]) -> bool {
        self.inventory.iter().any(|pattern| {
            (pattern.iter().zip(path))
                .all(|(wanted, key)| wanted.as_ref().is_none_or(|wanted| wanted == key))
        })
    }

    /// Adds what another policy looks at.
    pub fn join(&mut self, other: &Uses) {
        self.namespaces |= other.namespaces;
        for path in &other.inventory {
            if !self.inventory.contains(path) {
                self.inventory.push(path.clone());
            }
        }
    }
}

impl Inventory {
    /// Adds the object that a document is, if it has an identity: `apiVersion`, `kind` and a name.
    pub fn add(&mut self, document: &Document) {
        self.insert(document, None);
    }

    /// Adds the object that a document is if policies look at it.
    pub fn add_used(&mut self, document: &Document, uses: &Uses) {
        self.insert(document, Some(uses));
    }

    fn insert(&mut self, document: &Document, uses: Option<&Uses>) {
        let object = Object::of(document);
        if object.is_namespace() && uses.is_none_or(|uses| uses.namespaces) {
            self.namespaces
                .insert(object.name.to_owned(), document.clone());
        }
        let Some(path) = path(&object) else {
            return;
        };
        if uses.is_none_or(|uses| uses.looks_at(&path)) {
            self.objects.insert(path, (document.clone(), object.node));
        }
    }

    /// The objects, each with its path below `data.inventory`: `namespace`, its namespace, `apiVersion`, kind and name,
    /// or `cluster`, `apiVersion`, kind and name.
    pub fn objects(&self) -> impl Iterator<Item = (&[String], &Document)> {
        self.objects
            .iter()
            .map(|(path, (document, _))| (path.as_slice(), document))
    }

    /// The Namespace of that name.
    #[must_use]
    pub fn namespace(&self, name: &str) -> Option<&Document> {
        self.namespaces.get(name)
    }

    /// What is known about the Namespace of a review. As in `gator test`, an object that does not say its namespace is in
    /// one without a name and labels, and `default` is always there, if only by its name.
    #[must_use]
    pub fn namespace_of(&self, review: &Review) -> Namespace {
        match review.namespace_name() {
            "" if review.is_request() => Namespace::Unknown,
            "" => Namespace::Named(String::new()),
            name => match self.namespaces.get(name) {
                Some(document) => Namespace::of(document),
                None if name == "default" => Namespace::Named("default".to_owned()),
                None => Namespace::Unknown,
            },
        }
    }
}

fn path(object: &Object<'_>) -> Option<Vec<String>> {
    let api = object
        .document
        .get(object.node, "apiVersion")
        .and_then(|node| object.document.str(node))?;
    if object.kind.is_empty() || object.name.is_empty() {
        return None;
    }
    let mut path = match object.namespace {
        "" => vec!["cluster".to_owned()],
        namespace => vec!["namespace".to_owned(), namespace.to_owned()],
    };
    path.extend([api, object.kind, object.name].map(str::to_owned));
    Some(path)
}
