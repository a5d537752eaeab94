//! What aggregated ClusterRoles grant: the rules of all roles that their selectors choose, and of those below them.

use std::collections::{HashMap, HashSet};

use crate::model::{PlacedRule, Role, Rule, Scope};

type Labels<'a> = HashMap<(&'a str, &'a str), Vec<usize>>;

/// Computes the rules of aggregated ClusterRoles, as the controller does in a cluster, and returns what they had
/// written themselves, by role: it is overwritten. A role whose selectors choose nothing that is at hand keeps its
/// rules, since a cluster has filled them in.
pub(crate) fn aggregate(roles: &mut [Role]) -> HashMap<usize, Vec<PlacedRule>> {
    let mut computed = Vec::new();
    {
        let mut labels: Labels<'_> = HashMap::new();
        for (index, role) in roles.iter().enumerate() {
            if role.scope == Scope::Cluster {
                for (key, value) in &role.labels {
                    labels.entry((key, value)).or_default().push(index);
                }
            }
        }
        for (index, role) in roles.iter().enumerate() {
            if role.aggregation.is_some()
                && role.scope == Scope::Cluster
                && let Some(rules) = collect(roles, &labels, index)
            {
                computed.push((index, rules));
            }
        }
    }
    let mut overwritten = HashMap::new();
    for (index, rules) in computed {
        if let Some(role) = roles.get_mut(index) {
            let before = std::mem::replace(&mut role.rules, rules);
            if !before.is_empty() {
                overwritten.insert(index, before);
            }
        }
    }
    overwritten
}

/// The rules below an aggregated role; none where its selectors choose no role.
fn collect(roles: &[Role], labels: &Labels<'_>, start: usize) -> Option<Vec<PlacedRule>> {
    let mut seen = HashSet::from([start]);
    let mut todo = selected(roles, labels, start);
    todo.retain(|index| *index != start);
    if todo.is_empty() {
        return None;
    }
    todo.reverse();
    let mut rules: Vec<PlacedRule> = Vec::new();
    let mut known: HashSet<&Rule> = HashSet::new();
    while let Some(index) = todo.pop() {
        if !seen.insert(index) {
            continue;
        }
        let Some(role) = roles.get(index) else {
            continue;
        };
        if role.aggregation.is_some() {
            let below = selected(roles, labels, index);
            if below.iter().any(|below| *below != index) {
                todo.extend(below.into_iter().rev());
                continue;
            }
        }
        for placed in &role.rules {
            if known.insert(&placed.rule) {
                rules.push(PlacedRule {
                    from: placed.from.clone().or_else(|| Some(role.name.clone())),
                    ..placed.clone()
                });
            }
        }
    }
    Some(rules)
}

/// The roles that the selectors of one choose, in order.
fn selected(roles: &[Role], labels: &Labels<'_>, index: usize) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    let selectors = roles.get(index).and_then(|role| role.aggregation.as_ref());
    for selector in selectors.into_iter().flatten() {
        let fits = |candidate: &usize| {
            roles
                .get(*candidate)
                .is_some_and(|role| role.scope == Scope::Cluster && selector.matches(&role.labels))
        };
        match selector.labels.first() {
            Some((key, value)) => {
                let candidates = labels.get(&(key.as_str(), value.as_str()));
                chosen.extend(candidates.into_iter().flatten().copied().filter(fits));
            }
            None => chosen.extend((0..roles.len()).filter(fits)),
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}
