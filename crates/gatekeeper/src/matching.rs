//! What a constraint applies to.

use kpol_diagnostics::Span;
use kpol_input::NodeId;

use crate::fields::{Fields, join};
use crate::object::{Object, labels};
use crate::review::{Namespace, Origin, Review};
use crate::selector::LabelSelector;
use crate::wildcard::Wildcard;

/// The `spec.match` of a constraint. Criteria that are absent match everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Where it stands; nowhere for one that is not written.
    pub span: Span,
    /// Groups and kinds: one of them must be the object's. Empty for all.
    pub kinds: Vec<Kinds>,
    /// Whether objects have a namespace.
    pub scope: Scope,
    /// The namespaces of objects. Empty for all.
    pub namespaces: Vec<Wildcard>,
    /// Namespaces whose objects are left out.
    pub excluded_namespaces: Vec<Wildcard>,
    /// The labels of objects.
    pub label_selector: Option<LabelSelector>,
    /// The labels of objects' Namespaces.
    pub namespace_selector: Option<LabelSelector>,
    /// The names of objects. None for all.
    pub name: Option<Wildcard>,
    /// Whether objects are as written, or come from an ExpansionTemplate.
    pub source: Source,
}

impl Default for Match {
    fn default() -> Match {
        Match {
            span: Span::NOWHERE,
            kinds: Vec::new(),
            scope: Scope::Any,
            namespaces: Vec::new(),
            excluded_namespaces: Vec::new(),
            label_selector: None,
            namespace_selector: None,
            name: None,
            source: Source::All,
        }
    }
}

/// API groups and kinds; an empty list is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// The groups; `*` is all.
    pub api_groups: Vec<String>,
    /// The kinds; `*` is all.
    pub kinds: Vec<String>,
}

/// Whether objects have a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Either. Also for words that are no scope: Gatekeeper takes them so.
    Any,
    /// They have none. Namespaces themselves count.
    Cluster,
    /// They have one.
    Namespaced,
}

/// Where objects come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Anywhere.
    All,
    /// An ExpansionTemplate.
    Generated,
    /// The input itself.
    Original,
}

/// Why a `match` cannot be decided.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {
    /// A `namespaceSelector` needs the labels of a Namespace that is not known.
    #[error("namespace selector for namespace-scoped object but missing Namespace")]
    UnknownNamespace {
        /// Its name.
        namespace: String,
    },
    /// A constraint asks where objects come from, and it is not known of this one.
    #[error("source field not specified for resource {name}")]
    UnknownSource {
        /// The object's name.
        name: String,
    },
    /// There is nothing to match.
    #[error("neither object nor old object are defined")]
    NoObject,
}

impl Match {
    /// Whether a review is one that the constraint is about: its object or its old object matches.
    ///
    /// # Errors
    /// Where that cannot be told.
    pub fn matches(&self, review: &Review) -> Result<bool, MatchError> {
        let objects = [review.object(), review.old_object()];
        let mut any = false;
        for object in objects.into_iter().flatten() {
            any = true;
            if self.object(&object, &review.namespace, review.origin)? {
                return Ok(true);
            }
        }
        if any {
            Ok(false)
        } else {
            Err(MatchError::NoObject)
        }
    }

    /// Whether an object is one that the constraint is about. The criteria are tried in Gatekeeper's order: one that
    /// does not hold comes before an error in a later one.
    ///
    /// # Errors
    /// As [`Match::matches`].
    pub fn object(
        &self,
        object: &Object<'_>,
        namespace: &Namespace,
        origin: Option<Origin>,
    ) -> Result<bool, MatchError> {
        Ok(self.kind(object)
            && self.scope(object, namespace)
            && self.in_namespaces(object, namespace)
            && self
                .label_selector
                .as_ref()
                .is_none_or(|selector| selector.matches(|key| object.label(key)))
            && self.namespace_selected(object, namespace)?
            && self.named(object)
            && self.from(object, origin)?)
    }

    /// Whether an object's group and kind are wanted. By itself it tells which objects can be left out at once.
    #[must_use]
    pub fn kind(&self, object: &Object<'_>) -> bool {
        let has = |list: &[String], one: &str| {
            list.is_empty() || list.iter().any(|item| item == "*" || item == one)
        };
        self.kinds.is_empty()
            || self
                .kinds
                .iter()
                .any(|kinds| has(&kinds.kinds, object.kind) && has(&kinds.api_groups, object.group))
    }

    fn scope(&self, object: &Object<'_>, namespace: &Namespace) -> bool {
        let has = if !object.namespace.is_empty() {
            Some(true)
        } else if namespace.name() == Some("") {
            // A manifest need not say where it goes; of kinds that nobody knows both may be.
            object.is_namespaced()
        } else {
            Some(namespace.is_given())
        };
        match self.scope {
            Scope::Any => true,
            Scope::Cluster => object.is_namespace() || has != Some(true),
            Scope::Namespaced => !object.is_namespace() && has != Some(false),
        }
    }

    fn in_namespaces(&self, object: &Object<'_>, namespace: &Namespace) -> bool {
        let name = if object.is_namespace() {
            object.name
        } else if let Some(name) = namespace.name() {
            name
        } else if object.namespace.is_empty() {
            // Nothing is known that would speak against it.
            return true;
        } else {
            object.namespace
        };
        let has = |list: &[Wildcard]| list.iter().any(|glob| glob.matches(name));
        (self.namespaces.is_empty() || has(&self.namespaces)) && !has(&self.excluded_namespaces)
    }

    fn namespace_selected(
        &self,
        object: &Object<'_>,
        namespace: &Namespace,
    ) -> Result<bool, MatchError> {
        let Some(selector) = &self.namespace_selector else {
            return Ok(true);
        };
        if object.is_namespace() {
            return Ok(selector.matches(|key| object.label(key)));
        }
        match namespace {
            Namespace::Known { document, node, .. } => {
                let labels = node.and_then(|node| labels(document, node));
                Ok(selector.matches(|key| document.str(document.get(labels?, key)?)))
            }
            Namespace::Unknown if object.namespace.is_empty() => Ok(true),
            Namespace::Unknown => Err(MatchError::UnknownNamespace {
                namespace: object.namespace.to_owned(),
            }),
            Namespace::Named(_) => Ok(selector.matches(|_| None)),
        }
    }

    fn named(&self, object: &Object<'_>) -> bool {
        self.name.as_ref().is_none_or(|name| {
            name.matches(object.name) || name.matches_generated(object.generate_name)
        })
    }

    fn from(&self, object: &Object<'_>, origin: Option<Origin>) -> Result<bool, MatchError> {
        match (self.source, origin) {
            (Source::All, _) => Ok(true),
            (_, None) => Err(MatchError::UnknownSource {
                name: object.name.to_owned(),
            }),
            (Source::Generated, Some(origin)) => Ok(origin == Origin::Generated),
            (Source::Original, Some(origin)) => Ok(origin == Origin::Original),
        }
    }

    /// Reads the `match` at a node.
    pub(crate) fn read(fields: &mut Fields<'_>, node: NodeId, path: &str) -> Match {
        let document = fields.document;
        let span = document.span(node);
        let mut kinds = Vec::new();
        for (item, path) in fields.items(node, "kinds", path).unwrap_or_default() {
            if !matches!(document.kind(item), kpol_input::Kind::Object(_)) {
                fields.wrong(item, &path, "an object");
                continue;
            }
            let mut list = |key: &str| {
                let found = fields.strings(item, key, &path).unwrap_or_default();
                found.iter().map(|(_, text)| (*text).to_owned()).collect()
            };
            kinds.push(Kinds {
                api_groups: list("apiGroups"),
                kinds: list("kinds"),
            });
            unknown(fields, item, &path, &["apiGroups", "kinds"]);
        }
        let scope = match fields.string(node, "scope", path) {
            Some("Cluster") => Scope::Cluster,
            Some("Namespaced") => Scope::Namespaced,
            _ => Scope::Any,
        };
        let source = match fields.string(node, "source", path) {
            None | Some("All") => Source::All,
            Some("Generated") => Source::Generated,
            Some("Original") => Source::Original,
            Some(other) => {
                let message = format!(
                    "`{}` is All, Generated or Original, not `{other}`",
                    join(path, "source")
                );
                fields.error(message, span);
                Source::All
            }
        };
        let mut wildcards = |key: &str| {
            let mut found = Vec::new();
            for (item, text) in fields.strings(node, key, path).unwrap_or_default() {
                found.extend(wildcard(fields, item, text));
            }
            found
        };
        let namespaces = wildcards("namespaces");
        let excluded_namespaces = wildcards("excludedNamespaces");
        let name = fields
            .string(node, "name", path)
            .filter(|name| !name.is_empty());
        let name = name.and_then(|text| {
            let node = fields.get(node, "name")?;
            wildcard(fields, node, text)
        });
        let mut selector = |key: &str| {
            let found = fields.object(node, key, path)?;
            let path = join(path, key);
            let selector = LabelSelector::read(fields, found, &path);
            unknown(fields, found, &path, &["matchLabels", "matchExpressions"]);
            Some(selector)
        };
        let label_selector = selector("labelSelector");
        let namespace_selector = selector("namespaceSelector");
        unknown(
            fields,
            node,
            path,
            &[
                "kinds",
                "scope",
                "source",
                "namespaces",
                "excludedNamespaces",
                "name",
                "labelSelector",
                "namespaceSelector",
            ],
        );
        Match {
            span,
            kinds,
            scope,
            namespaces,
            excluded_namespaces,
            label_selector,
            namespace_selector,
            name,
            source,
        }
    }
}

fn wildcard(fields: &mut Fields<'_>, node: NodeId, text: &str) -> Option<Wildcard> {
    let found = Wildcard::parse(text);
    if found.is_none() {
        let span = fields.document.span(node);
        fields.error(
            format!(
                "`{text}` is no name: small letters, digits, `-` and `:`, with `*` at its ends only"
            ),
            span,
        );
    }
    found
}

/// Errors for members that are none of those: Gatekeeper refuses them, and a criterion that is misspelt would match
/// everything.
pub(crate) fn unknown(fields: &mut Fields<'_>, node: NodeId, path: &str, known: &[&str]) {
    let document = fields.document;
    for (key, _) in document.members(node) {
        let name = document.str(key).unwrap_or_default();
        if !known.contains(&name) {
            let message = format!("unknown field `{}`", join(path, name));
            fields.error(message, document.span(key));
        }
    }
}
