//! Rules that do not do what they seem to.

use crate::audit::catalogue::{
    Check, INEFFECTIVE, LITERAL_WILDCARD, NAME_PATTERN, NAMES_WITHOUT_EFFECT, OVERWRITTEN_RULES,
    REDUNDANT_RULE, Severity,
};
use crate::audit::{About, Audited, GrantPath, api_groups, list};
use crate::cluster::Cluster;
use crate::model::{Role, Rule, Scope};
use crate::resources::{self, RESOURCES};

/// A role with more rules is not searched for rules that others cover.
const PAIRS: usize = 400;

pub(super) fn check(cluster: &Cluster, out: &mut Vec<Audited>) {
    for (index, role) in cluster.objects.roles.iter().enumerate() {
        if role.builtin {
            continue;
        }
        let own = cluster.own_rules(index);
        for at in &own {
            let Some(placed) = role.rules.get(*at).filter(|placed| placed.from.is_none()) else {
                continue;
            };
            let mut push = |check: &'static Check, what: &str, field: &str, value: &str| {
                out.push(Audited {
                    check,
                    severity: check.severity,
                    message: format!("{role}: rule {} {what}", at + 1),
                    object: About::role(role),
                    place: cluster.element(placed.place, field, &[value]),
                    subjects: Vec::new(),
                    paths: vec![GrantPath {
                        binding: None,
                        role: Some(index),
                        rule: Some(*at),
                    }],
                });
            };
            names(&placed.rule, &mut push);
            verbs(&placed.rule, &mut push);
            targets(role, &placed.rule, &mut push);
            redundant(role, *at, &own, &mut push);
        }
        if let Some(before) = cluster.overwritten.get(&index) {
            overwritten(cluster, role, before.len(), out);
        }
    }
}

type Push<'p> = dyn FnMut(&'static Check, &str, &str, &str) + 'p;

fn names(rule: &Rule, push: &mut Push<'_>) {
    for name in &rule.resource_names {
        // Signers are the one place where a name ends in a wildcard.
        let signer = rule.resources.iter().all(|resource| resource == "signers");
        if name.contains(['*', '?']) && !signer {
            let what =
                format!("names `{name}`, which is no pattern: it matches that very name only");
            push(&NAME_PATTERN, &what, "resourceNames", name);
        }
    }
    if rule.resource_names.is_empty() {
        return;
    }
    let useless: Vec<String> = (rule.verbs.iter())
        .filter(|verb| match verb.as_str() {
            "create" => rule
                .resources
                .iter()
                .any(|resource| !resource.contains('/')),
            verb => verb == "deletecollection",
        })
        .cloned()
        .collect();
    if let Some(first) = useless.first() {
        let what = format!(
            "limits {} to names, and such requests have none: it allows none of them",
            list(&useless)
        );
        push(&NAMES_WITHOUT_EFFECT, &what, "verbs", first);
    }
}

/// Words that people write for verbs of Kubernetes.
const MEANT: &[(&str, &str)] = &[
    ("read", "get, list, watch"),
    ("view", "get, list, watch"),
    ("describe", "get, list"),
    ("write", "create, update, patch"),
    ("edit", "update, patch"),
    ("modify", "update, patch"),
    ("apply", "create, patch"),
    ("add", "create"),
    ("post", "create"),
    ("put", "update"),
    ("remove", "delete"),
    ("exec", "create on pods/exec"),
    ("scale", "update, patch on the subresource scale"),
    ("head", "get"),
    ("all", "*"),
    ("any", "*"),
];

const VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "bind",
    "escalate",
    "impersonate",
    "approve",
    "sign",
    "use",
];

fn verbs(rule: &Rule, push: &mut Push<'_>) {
    let builtin = (rule.api_groups.iter()).all(|group| resources::is_builtin_group(group));
    if !rule.is_resource_rule() || !builtin {
        return;
    }
    for verb in &rule.verbs {
        let lower = verb.trim().to_ascii_lowercase();
        if lower == *verb && VERBS.contains(&verb.as_str()) {
            continue;
        }
        let meant = if VERBS.contains(&lower.as_str()) {
            Some(lower.as_str())
        } else {
            let found = MEANT.iter().find(|(word, _)| *word == lower);
            found.map(|(_, meant)| *meant)
        };
        if let Some(meant) = meant {
            let what =
                format!("has the verb `{verb}`, which Kubernetes does not know: write {meant}");
            push(&INEFFECTIVE, &what, "verbs", verb);
        }
    }
}

fn targets(role: &Role, rule: &Rule, push: &mut Push<'_>) {
    for group in &rule.api_groups {
        let version = group.strip_prefix('v').is_some_and(|rest| {
            rest.starts_with(|first: char| first.is_ascii_digit()) && !rest.contains('.')
        });
        if group.contains('/') || version || group == "core" {
            let better = match group.split_once('/') {
                Some((group, _)) => group,
                None => "",
            };
            let what = format!("has `{group}`, which is no API group: write \"{better}\"");
            push(&INEFFECTIVE, &what, "apiGroups", group);
        }
    }
    let builtin = (rule.api_groups.iter()).all(|group| resources::is_builtin_group(group));
    let mut outside: Vec<String> = Vec::new();
    for resource in &rule.resources {
        let (name, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        let literal = subresource.contains('*')
            || (name.contains('*') && name != "*")
            || (name == "*" && subresource == "*");
        if literal {
            let what = format!(
                "names the resource `{resource}`, which is no wildcard and matches nothing"
            );
            push(&LITERAL_WILDCARD, &what, "resources", resource);
            continue;
        }
        if !builtin || rule.api_groups.is_empty() || name == "*" || name.is_empty() {
            continue;
        }
        let known: Vec<&resources::Resource> = (RESOURCES.iter())
            .filter(|known| {
                known.name == name && rule.api_groups.iter().any(|group| group == known.group)
            })
            .collect();
        if known.is_empty() {
            unknown(rule, resource, name, push);
        } else if role.scope == Scope::Namespaced
            && name != "namespaces"
            && known.iter().all(|known| !known.namespaced)
        {
            outside.push(resource.clone());
        }
    }
    if let Some(first) = outside.first() {
        let what = format!("is about {}, which a Role cannot grant", list(&outside));
        push(&INEFFECTIVE, &what, "resources", first);
    }
    if role.scope == Scope::Namespaced
        && let Some(url) = rule.urls.first()
    {
        let what = format!("is about the path {url}, which a Role cannot grant");
        push(&INEFFECTIVE, &what, "nonResourceURLs", url);
    }
}

fn unknown(rule: &Rule, resource: &str, name: &str, push: &mut Push<'_>) {
    let elsewhere: Vec<String> = resources::groups_of(name)
        .filter(|group| *group != "extensions")
        .map(|group| {
            if group.is_empty() {
                "the core group \"\"".to_owned()
            } else {
                group.to_owned()
            }
        })
        .collect();
    let groups = api_groups(rule);
    let hint = if !elsewhere.is_empty() {
        format!("; it is in {}", list(&elsewhere))
    } else if let Some(found) = resources::find(name) {
        format!("; write {}", resources::qualified(found.group, found.name))
    } else {
        letters(name)
    };
    let what = format!(
        "names the resource `{resource}`, which is not in {}{hint}",
        list(&groups)
    );
    push(&INEFFECTIVE, &what, "resources", resource);
}

fn letters(name: &str) -> String {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        "; resources are written in small letters".to_owned()
    } else {
        String::new()
    }
}

fn redundant(role: &Role, at: usize, own: &[usize], push: &mut Push<'_>) {
    if own.len() > PAIRS {
        return;
    }
    let Some(this) = role.rules.get(at).map(|placed| &placed.rule) else {
        return;
    };
    let nothing = this.resources.is_empty() && this.urls.is_empty();
    let covering = own.iter().copied().find(|other| {
        let Some(rule) = role.rules.get(*other).map(|placed| &placed.rule) else {
            return false;
        };
        // Of two that say the same, the second one is too much.
        *other != at && !nothing && rule.covers(this) && (*other < at || !this.covers(rule))
    });
    if let Some(other) = covering {
        let what = format!("grants nothing that rule {} does not", other + 1);
        push(&REDUNDANT_RULE, &what, "", "");
    }
}

fn overwritten(cluster: &Cluster, role: &Role, count: usize, out: &mut Vec<Audited>) {
    // In a cluster the controller has filled them in.
    if cluster.is_complete() {
        return;
    }
    out.push(Audited {
        check: &OVERWRITTEN_RULES,
        severity: Severity::Low,
        message: format!("{role}: its {count} rules are overwritten by those that it aggregates"),
        object: About::role(role),
        place: cluster.member(role.place, &["rules"]),
        subjects: Vec::new(),
        paths: Vec::new(),
    });
}
