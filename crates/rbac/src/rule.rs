//! Whether a rule allows a request: Kubernetes' own matching.

use crate::model::Rule;

/// What somebody asks of the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// Something about objects.
    Resource {
        /// The verb: `get`.
        verb: &'a str,
        /// The API group; the core group is empty.
        group: &'a str,
        /// The resource: `pods`.
        resource: &'a str,
        /// The subresource: `exec`, or nothing.
        subresource: &'a str,
        /// The namespace; nothing for objects of the cluster and for all namespaces.
        namespace: &'a str,
        /// The name; nothing where the request names none.
        name: &'a str,
    },
    /// Something about a path: `/healthz`.
    Url {
        /// The verb.
        verb: &'a str,
        /// The path.
        path: &'a str,
    },
}

impl Action<'_> {
    /// The namespace that RoleBindings are looked for in.
    #[must_use]
    pub const fn namespace(&self) -> &str {
        match self {
            Action::Resource { namespace, .. } => namespace,
            Action::Url { .. } => "",
        }
    }
}

impl Rule {
    /// Whether the rule allows an action. The namespace is a matter of the binding.
    #[must_use]
    pub fn allows(&self, action: &Action<'_>) -> bool {
        match *action {
            Action::Resource {
                verb,
                group,
                resource,
                subresource,
                name,
                ..
            } => {
                has(&self.verbs, verb)
                    && has(&self.api_groups, group)
                    && self.has_resource(resource, subresource)
                    && (self.resource_names.is_empty()
                        || self.resource_names.iter().any(|own| own == name))
            }
            Action::Url { verb, path } => {
                has(&self.verbs, verb) && self.urls.iter().any(|own| url_covers(own, path))
            }
        }
    }

    /// Whether it is about a resource: `*`, `pods`, `pods/exec`, `*/exec`. `pods/*` is a name like any other.
    #[must_use]
    pub fn has_resource(&self, resource: &str, subresource: &str) -> bool {
        self.resources.iter().any(|own| {
            if own == "*" {
                return true;
            }
            if subresource.is_empty() {
                return own == resource;
            }
            equals_joined(own, resource, subresource) || equals_joined(own, "*", subresource)
        })
    }

    /// Whether it says something about objects, not only about paths.
    #[must_use]
    pub fn is_resource_rule(&self) -> bool {
        !self.resources.is_empty()
    }

    /// Whether it grants everything on all objects: `*` on `*.*`, for all names.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        let star = |list: &[String]| list.iter().any(|item| item == "*");
        star(&self.verbs)
            && star(&self.api_groups)
            && star(&self.resources)
            && self.resource_names.is_empty()
    }
}

fn equals_joined(text: &str, resource: &str, subresource: &str) -> bool {
    text.strip_prefix(resource)
        .and_then(|rest| rest.strip_prefix('/'))
        .is_some_and(|rest| rest == subresource)
}

pub(crate) fn has(list: &[String], wanted: &str) -> bool {
    list.iter().any(|own| own == "*" || own == wanted)
}

/// Whether a `nonResourceURLs` entry covers a path or another entry: equal, or a prefix in front of a last `*`.
#[must_use]
pub fn url_covers(own: &str, path: &str) -> bool {
    own == path || own == "*" || (own.ends_with('*') && path.starts_with(own.trim_end_matches('*')))
}
