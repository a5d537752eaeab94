//! What somebody asks for: a verb, and a resource or a path.

use std::collections::BTreeSet;

use kpol_rbac::resources;
use kpol_rbac::{Action, Cluster};

use crate::exit::CommandError;

/// A question about objects or a path, in one API group or several.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) verb: String,
    pub(super) target: Target,
}

#[derive(Debug, Clone)]
pub(super) enum Target {
    Url(String),
    Resource {
        groups: Vec<String>,
        resource: String,
        subresource: String,
        name: String,
        /// It lies in namespaces, as far as is known.
        namespaced: bool,
    },
}

/// Subresources of Kubernetes: `pods/exec` is one, `pods/web` a name.
const SUBRESOURCES: &[(&str, &[&str])] = &[
    (
        "pods",
        &[
            "attach",
            "binding",
            "ephemeralcontainers",
            "eviction",
            "exec",
            "log",
            "portforward",
            "proxy",
            "resize",
            "status",
        ],
    ),
    (
        "nodes",
        &[
            "configz", "healthz", "log", "metrics", "pods", "proxy", "stats", "status",
        ],
    ),
    ("services", &["proxy", "status"]),
    ("serviceaccounts", &["token"]),
    ("namespaces", &["finalize", "status"]),
    ("certificatesigningrequests", &["approval", "status"]),
];

/// Subresources that many have.
const COMMON: &[&str] = &["scale", "status", "finalizers"];

impl Question {
    /// Reads a question. A resource without a group is Kubernetes' own of that name, else of every group that some role
    /// names it in.
    ///
    /// # Errors
    /// Where nobody knows the resource.
    pub(super) fn read(
        cluster: &Cluster,
        verb: &str,
        text: &str,
        subresource: Option<&str>,
    ) -> Result<Question, CommandError> {
        if text.starts_with('/') {
            return Ok(Question {
                verb: verb.to_owned(),
                target: Target::Url(text.to_owned()),
            });
        }
        let mut parts = text.splitn(3, '/');
        let typed = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        let (groups, resource, namespaced) = resource(cluster, typed)?;
        let is_subresource = |word: &str| {
            COMMON.contains(&word)
                || (SUBRESOURCES.iter())
                    .any(|(name, list)| *name == resource && list.contains(&word))
        };
        let (subresource, name) = match (subresource, rest.as_slice()) {
            (Some(given), rest) => (given.to_owned(), rest.join("/")),
            (None, [word]) if is_subresource(word) => ((*word).to_owned(), String::new()),
            (None, [word, name]) if is_subresource(word) => {
                ((*word).to_owned(), (*name).to_owned())
            }
            (None, rest) => (String::new(), rest.join("/")),
        };
        Ok(Question {
            verb: verb.to_owned(),
            target: Target::Resource {
                groups,
                resource,
                subresource,
                name,
                namespaced,
            },
        })
    }

    /// The actions that it is about, in a namespace.
    pub(super) fn actions<'a>(&'a self, namespace: &'a str) -> Vec<Action<'a>> {
        match &self.target {
            Target::Url(path) => vec![Action::Url {
                verb: &self.verb,
                path,
            }],
            Target::Resource {
                groups,
                resource,
                subresource,
                name,
                ..
            } => groups
                .iter()
                .map(|group| Action::Resource {
                    verb: &self.verb,
                    group,
                    resource,
                    subresource,
                    namespace,
                    name,
                })
                .collect(),
        }
    }

    /// Whether RoleBindings can have to do with it.
    pub(super) fn is_namespaced(&self) -> bool {
        matches!(
            &self.target,
            Target::Resource {
                namespaced: true,
                ..
            }
        )
    }

    /// `get secrets`, `create pods/exec named web`.
    pub(super) fn words(&self) -> String {
        match &self.target {
            Target::Url(path) => format!("{} {path}", self.verb),
            Target::Resource {
                groups,
                resource,
                subresource,
                name,
                ..
            } => {
                let combined = if subresource.is_empty() {
                    resource.clone()
                } else {
                    format!("{resource}/{subresource}")
                };
                let targets: Vec<String> = (groups.iter())
                    .map(|group| resources::qualified(group, &combined))
                    .collect();
                let name = if name.is_empty() {
                    String::new()
                } else {
                    format!(" named {name}")
                };
                format!("{} {}{name}", self.verb, targets.join(", "))
            }
        }
    }
}

/// Groups and plural of what somebody calls a resource, and whether it lies in namespaces.
fn resource(cluster: &Cluster, text: &str) -> Result<(Vec<String>, String, bool), CommandError> {
    if text == "*" {
        return Ok((vec!["*".to_owned()], text.to_owned(), true));
    }
    if let Some(found) = resources::find(text) {
        let groups = vec![found.group.to_owned()];
        return Ok((groups, found.name.to_owned(), found.namespaced));
    }
    if let Some((name, group)) = text.split_once('.') {
        return Ok((vec![group.to_owned()], name.to_owned(), true));
    }
    let named = |own: &String| own.split('/').next() == Some(text);
    let groups: BTreeSet<String> = (cluster.objects().roles.iter())
        .flat_map(|role| &role.rules)
        .filter(|placed| placed.rule.resources.iter().any(named))
        .flat_map(|placed| placed.rule.api_groups.iter().cloned())
        .filter(|group| group != "*")
        .collect();
    if groups.is_empty() {
        return Err(CommandError::Help(
            format!("no role names a resource `{text}`, and Kubernetes has none of that name"),
            format!("write its group, too: `{text}.example.com`"),
        ));
    }
    Ok((groups.into_iter().collect(), text.to_owned(), true))
}
