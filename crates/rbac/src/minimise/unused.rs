//! What somebody may do and did not.

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::{Cluster, Grant, User};
use crate::minimise::Request;

/// The part of a rule that nobody used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// The rule, by its binding.
    pub grant: Grant,
    /// Nothing of the rule was used.
    pub whole: bool,
    /// The verbs that were not used, by resource (`deployments.apps`, `pods/exec`) or URL.
    pub verbs: BTreeMap<String, BTreeSet<String>>,
    /// What a wildcard was used for, by verb and resource.
    pub used: BTreeSet<String>,
}

/// What bindings grant to somebody, less what requests needed. Bindings that Kubernetes makes by itself are left out.
#[must_use]
pub fn unused(cluster: &Cluster, user: &User, requests: &[Request]) -> Vec<Unused> {
    let mut out = Vec::new();
    for index in cluster.bindings_for(user) {
        let Some(binding) = cluster.binding(index) else {
            continue;
        };
        let default = (binding.subjects.iter())
            .any(|(subject, _)| crate::cluster::is_default_binding(binding, subject));
        let Some(role) = cluster
            .role_of(index)
            .filter(|_| !default && !binding.builtin)
        else {
            continue;
        };
        let near: Vec<&Request> = requests
            .iter()
            .filter(|request| {
                binding.namespace.is_empty() || binding.namespace == request.namespace
            })
            .collect();
        let rules = cluster.role(role).map_or(0, |role| role.rules.len());
        for rule in 0..rules {
            let grant = Grant {
                binding: index,
                role,
                rule,
            };
            out.extend(of_rule(cluster, grant, &near));
        }
    }
    out
}

fn of_rule(cluster: &Cluster, grant: Grant, requests: &[&Request]) -> Option<Unused> {
    let rule = &cluster.rule(grant)?.rule;
    let (mut verbs, mut used) = (BTreeMap::new(), BTreeSet::new());
    if rule.atom_count() > 100_000 {
        return None;
    }
    let near: Vec<&&Request> = (requests.iter())
        .filter(|request| rule.allows(&request.action()))
        .collect();
    for atom in rule.atoms() {
        let verb = atom.verbs.first().cloned().unwrap_or_default();
        let mut found = near
            .iter()
            .filter(|one| atom.allows(&one.action()))
            .peekable();
        let target = target(&atom);
        if found.peek().is_none() {
            let list: &mut BTreeSet<String> = verbs.entry(target).or_default();
            list.insert(verb);
            continue;
        }
        if verb == "*" || target.contains('*') {
            used.extend(found.map(|one| {
                let about = if one.is_resource {
                    crate::resources::qualified(&one.group, &one.combined())
                } else {
                    one.path.clone()
                };
                format!("{} {about}", one.verb)
            }));
        }
    }
    let whole = near.is_empty();
    (!verbs.is_empty() || !used.is_empty()).then_some(Unused {
        grant,
        whole,
        verbs,
        used,
    })
}

fn target(atom: &crate::model::Rule) -> String {
    if let Some(url) = atom.urls.first() {
        return url.clone();
    }
    let first = |list: &[String]| list.first().cloned().unwrap_or_default();
    let mut text = crate::resources::qualified(&first(&atom.api_groups), &first(&atom.resources));
    if let Some(name) = atom.resource_names.first() {
        text.push(' ');
        text.push_str(name);
    }
    text
}
