//! What somebody may do, asked right by right.

use std::collections::BTreeSet;

use crate::cluster::{Cluster, Grant};
use crate::model::{Rule, Scope};
use crate::rule::has;

/// A right that somebody holds: where, and for which names (none is all).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// A namespace; none is all of the cluster.
    pub(super) namespace: Option<String>,
    /// The names; none is all.
    pub(super) names: Option<Vec<String>>,
    /// What gives it; none where it is a matter of course.
    pub(super) grants: Vec<Grant>,
}

impl Held {
    /// Whether it counts in a namespace.
    pub(super) fn covers(&self, namespace: &str) -> bool {
        self.namespace.as_deref().is_none_or(|own| own == namespace)
    }

    /// Whether it counts for a name.
    pub(super) fn names(&self, name: &str) -> bool {
        let names = self.names.as_ref();
        names.is_none_or(|names| names.iter().any(|own| own == name))
    }

    /// `in namespace ci`, `in every namespace`.
    pub(super) fn place(&self) -> String {
        (self.namespace.as_ref()).map_or_else(
            || "in every namespace".to_owned(),
            |namespace| format!("in namespace {namespace}"),
        )
    }

    /// Both rights, where both count; names as the first has them.
    pub(super) fn and(&self, other: &Held) -> Option<Held> {
        let namespace = match (&self.namespace, &other.namespace) {
            (None, None) => None,
            (Some(one), None) | (None, Some(one)) => Some(one.clone()),
            (Some(one), Some(two)) if one == two => Some(one.clone()),
            _ => return None,
        };
        let mut grants = self.grants.clone();
        for grant in &other.grants {
            if !grants.contains(grant) {
                grants.push(*grant);
            }
        }
        Some(Held {
            namespace,
            names: self.names.clone(),
            grants,
        })
    }
}

/// All pairs of two rights that count together.
pub(super) fn both(one: &[Held], two: &[Held]) -> Vec<Held> {
    let pairs = one
        .iter()
        .flat_map(|one| two.iter().filter_map(|two| one.and(two)));
    let mut out: Vec<Held> = Vec::new();
    for held in pairs {
        let known = out
            .iter()
            .any(|own| own.namespace == held.namespace && own.names == held.names);
        if !known {
            out.push(held);
        }
    }
    out
}

/// The rules that somebody has.
pub(super) struct Rights<'a> {
    rules: Vec<(Option<&'a str>, Option<Grant>, &'a Rule)>,
}

impl<'a> Rights<'a> {
    /// Those of bindings, but for some that are taken away.
    pub(super) fn of(
        cluster: &'a Cluster,
        bindings: &[usize],
        without: &BTreeSet<usize>,
    ) -> Rights<'a> {
        let mut rules = Vec::new();
        for index in bindings.iter().filter(|index| !without.contains(index)) {
            let (Some(binding), Some(role)) = (cluster.binding(*index), cluster.role_of(*index))
            else {
                continue;
            };
            let namespace = match binding.scope {
                Scope::Cluster => None,
                Scope::Namespaced => Some(binding.namespace.as_str()),
            };
            let own = cluster.role(role).map_or(&[][..], |role| &role.rules);
            for (rule, placed) in own.iter().enumerate() {
                let grant = Grant {
                    binding: *index,
                    role,
                    rule,
                };
                rules.push((namespace, Some(grant), &placed.rule));
            }
        }
        Rights { rules }
    }

    /// Those of a role, without a binding.
    pub(super) fn of_role(cluster: &'a Cluster, role: usize, namespace: &'a str) -> Rights<'a> {
        let own = cluster.role(role).map_or(&[][..], |role| &role.rules);
        let namespace = (!namespace.is_empty()).then_some(namespace);
        Rights {
            rules: (own.iter())
                .map(|placed| (namespace, None, &placed.rule))
                .collect(),
        }
    }

    /// The rules that grant everything.
    pub(super) fn everything(&self) -> Vec<Held> {
        self.filter(|rule| rule.is_everything(), true)
    }

    /// A right on objects that requests name, or on all of them.
    pub(super) fn on(&self, verbs: &[&str], group: &str, resource: &str) -> Vec<Held> {
        self.matching(verbs, group, resource, true)
    }

    /// A right whose requests have no name: `create`, `list`.
    pub(super) fn unnamed(&self, verbs: &[&str], group: &str, resource: &str) -> Vec<Held> {
        self.matching(verbs, group, resource, false)
    }

    fn matching(&self, verbs: &[&str], group: &str, resource: &str, named: bool) -> Vec<Held> {
        let (name, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        self.filter(
            |rule| {
                has(&rule.api_groups, group)
                    && rule.has_resource(name, subresource)
                    && verbs.iter().any(|verb| has(&rule.verbs, verb))
            },
            named,
        )
    }

    fn filter(&self, fits: impl Fn(&Rule) -> bool, named: bool) -> Vec<Held> {
        let mut out: Vec<Held> = Vec::new();
        for (namespace, grant, rule) in &self.rules {
            if !fits(rule) || (!named && !rule.resource_names.is_empty()) {
                continue;
            }
            let names = (!rule.resource_names.is_empty()).then(|| rule.resource_names.clone());
            let held = Held {
                namespace: namespace.map(str::to_owned),
                names,
                grants: grant.iter().copied().collect(),
            };
            let known = out
                .iter()
                .any(|own| own.namespace == held.namespace && own.names == held.names);
            if !known {
                out.push(held);
            }
        }
        // What counts everywhere and for all comes first.
        out.sort_by_key(|held| (held.namespace.is_some(), held.names.is_some()));
        out
    }
}

/// The rights that count outside of namespaces.
pub(super) fn cluster_wide(held: Vec<Held>) -> Vec<Held> {
    held.into_iter()
        .filter(|held| held.namespace.is_none())
        .collect()
}
