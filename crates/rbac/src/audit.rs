//! What is wrong with roles and bindings.

mod bindings;
mod capability;
mod catalogue;
mod hygiene;
mod roles;
mod rules;
mod takeover;
mod unused;

pub use crate::audit::catalogue::{CHECKS, Check, Severity};

use crate::cluster::Cluster;
use crate::model::{Binding, Place, Role, Scope, Subject, slashed};

/// One thing that the audit found.
#[derive(Clone, Debug, PartialEq)]
pub struct Audited {
    /// The check.
    pub check: &'static Check,
    /// How bad it is here.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What it is about.
    pub object: About,
    /// Where it is.
    pub place: Option<Place>,
    /// Who gets something by it.
    pub subjects: Vec<Subject>,
    /// How they do.
    pub paths: Vec<GrantPath>,
}

/// The object that a finding is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct About {
    /// `apiVersion`.
    pub api_version: &'static str,
    /// `kind`.
    pub kind: String,
    /// The namespace, or nothing.
    pub namespace: String,
    /// The name.
    pub name: String,
}

/// From a binding to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GrantPath {
    /// The binding's number; none where the role is not bound.
    pub binding: Option<usize>,
    /// The role's number; none where it is missing.
    pub role: Option<usize>,
    /// The rule's number in the role, where it is about one.
    pub rule: Option<usize>,
}

const API: &str = "rbac.authorization.k8s.io/v1";

impl About {
    fn role(role: &Role) -> About {
        About {
            api_version: API,
            kind: role.kind().to_owned(),
            namespace: role.namespace.clone(),
            name: role.name.clone(),
        }
    }

    fn binding(binding: &Binding) -> About {
        About {
            api_version: API,
            kind: binding.kind().to_owned(),
            namespace: binding.namespace.clone(),
            name: binding.name.clone(),
        }
    }
}

impl std::fmt::Display for About {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind, slashed(&self.namespace, &self.name))
    }
}

/// All findings of a cluster, in the order of its objects.
#[must_use]
pub fn audit(cluster: &Cluster) -> Vec<Audited> {
    let mut out = Vec::new();
    roles::check(cluster, &mut out);
    bindings::check(cluster, &mut out);
    rules::check(cluster, &mut out);
    hygiene::check(cluster, &mut out);
    unused::check(cluster, &mut out);
    takeover::check(cluster, &mut out);
    out.sort_by(|a, b| {
        (a.place, a.check.id, &a.object, &a.message)
            .cmp(&(b.place, b.check.id, &b.object, &b.message))
    });
    out
}

/// Where a binding's rights count.
fn where_of(binding: &Binding) -> String {
    match binding.scope {
        Scope::Cluster => "in every namespace".to_owned(),
        Scope::Namespaced => format!("in namespace {}", binding.namespace),
    }
}

/// `Group developers and User bob`, at most three by name.
fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, three] => format!("{one}, {two} and {three}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
    }
}

/// The API groups of a rule in words: the core group has no name.
fn api_groups(rule: &crate::model::Rule) -> Vec<String> {
    (rule.api_groups.iter())
        .map(|group| match group.as_str() {
            "" => "the core group".to_owned(),
            group => group.to_owned(),
        })
        .collect()
}

impl Cluster {
    /// The place of a string in a list of a rule or another object; the object itself where it is not there.
    pub(crate) fn element(
        &self,
        place: Option<Place>,
        field: &str,
        values: &[&str],
    ) -> Option<Place> {
        let found = || {
            let place = place?;
            let (document, node) = self.node(place)?;
            let list = document.get(node, field)?;
            let item = document.children(list).find(|item| {
                document
                    .str(*item)
                    .is_some_and(|text| values.contains(&text))
            })?;
            Some(Place {
                node: item,
                ..place
            })
        };
        found().or(place)
    }

    /// The place of a member of an object; the object itself where it is not there.
    pub(crate) fn member(&self, place: Option<Place>, keys: &[&str]) -> Option<Place> {
        let found = || {
            let place = place?;
            let (document, node) = self.node(place)?;
            let node = keys
                .iter()
                .try_fold(node, |node, key| document.get(node, key))?;
            Some(Place { node, ..place })
        };
        found().or(place)
    }
}
