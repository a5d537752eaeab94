//! Bindings to Kubernetes' own roles, and to everybody.

use crate::audit::capability::CAPABILITIES;
use crate::audit::catalogue::{
    ADMIN_ACCOUNT, ADMIN_BINDING, ALL_ACCOUNTS, ALL_USERS, ANONYMOUS, CLUSTER_ADMIN_ACCOUNT,
    CLUSTER_ADMIN_GROUP, CLUSTER_ADMIN_USER, Check, DEFAULT_ACCOUNT, MASTERS, SYSTEM_ROLE,
    Severity,
};
use crate::audit::{About, Audited, GrantPath, list, where_of};
use crate::cluster::{Cluster, is_default_binding, is_default_role};
use crate::model::{Binding, Place, Role, Scope, Subject, SubjectKind};

pub(super) fn check(cluster: &Cluster, out: &mut Vec<Audited>) {
    for (index, binding) in cluster.objects.bindings.iter().enumerate() {
        if binding.builtin {
            continue;
        }
        let found = cluster.role_of(index);
        let role = found.and_then(|role| cluster.role(role));
        for (subject, place) in &binding.subjects {
            if is_default_binding(binding, subject) {
                continue;
            }
            let mut push = |check: &'static Check, severity: Severity, what: &str| {
                out.push(Audited {
                    check,
                    severity,
                    message: format!("{binding}: {subject} {what}"),
                    object: About::binding(binding),
                    place: name_of(cluster, *place),
                    subjects: vec![subject.clone()],
                    paths: vec![GrantPath {
                        binding: Some(index),
                        role: found,
                        rule: None,
                    }],
                });
            };
            judge(binding, subject, role, &mut push);
        }
    }
}

/// The place of a subject's name.
fn name_of(cluster: &Cluster, place: Option<Place>) -> Option<Place> {
    cluster.member(place, &["name"])
}

fn judge(
    binding: &Binding,
    subject: &Subject,
    role: Option<&Role>,
    push: &mut dyn FnMut(&'static Check, Severity, &str),
) {
    let place = where_of(binding);
    let words = binding.role_words();
    if subject.kind == SubjectKind::Group && subject.name == crate::cluster::MASTERS {
        let what = "passes every authorization; a binding adds nothing to it";
        push(&MASTERS, Severity::High, what);
        return;
    }
    // A role that is not there grants nothing to anybody.
    let Some(role) = role else { return };
    let powers = powers(role, binding.scope == Scope::Namespaced);
    if let Some(who) = anonymous(subject) {
        let what = format!("({who}) has {words} {place}");
        push(&ANONYMOUS, Severity::Critical, &what);
        return;
    }
    if let Some((who, everybody)) = broad(subject) {
        let severity = match (
            powers.iter().map(|(severity, _)| *severity).max(),
            everybody,
        ) {
            (Some(Severity::Critical | Severity::High), true) => Severity::Critical,
            (Some(Severity::Critical | Severity::High), false) => Severity::High,
            (_, true) => Severity::High,
            (_, false) => Severity::Medium,
        };
        let what = format!("({who}) has {words} {place}");
        let users = subject.name == "system:authenticated";
        push(
            if users { &ALL_USERS } else { &ALL_ACCOUNTS },
            severity,
            &what,
        );
        return;
    }
    if subject.kind == SubjectKind::ServiceAccount && subject.name == "default" {
        let what = format!(
            "is what every pod runs as that names no ServiceAccount; it has {words} {place}"
        );
        push(&DEFAULT_ACCOUNT, Severity::Medium, &what);
    }
    if !is_default_role(role) {
        return;
    }
    let system = binding.scope == Scope::Cluster || binding.namespace == "kube-system";
    let account = is_account(subject);
    match (role.scope, role.name.as_str()) {
        (Scope::Cluster, "cluster-admin") => {
            let what = format!("is bound to cluster-admin, {place}");
            match (account, system) {
                (true, true) => push(&CLUSTER_ADMIN_ACCOUNT, Severity::Critical, &what),
                (true, false) => push(&CLUSTER_ADMIN_ACCOUNT, Severity::High, &what),
                (false, _) => {
                    let group = subject.kind == SubjectKind::Group;
                    let check = if group {
                        &CLUSTER_ADMIN_GROUP
                    } else {
                        &CLUSTER_ADMIN_USER
                    };
                    push(
                        check,
                        if system {
                            Severity::High
                        } else {
                            Severity::Medium
                        },
                        &what,
                    );
                }
            }
        }
        (Scope::Cluster, name @ ("admin" | "edit")) => {
            let severity = match (account, system) {
                (_, true) => Severity::High,
                (true, false) => Severity::Medium,
                (false, false) => Severity::Low,
            };
            let what = format!(
                "is {name} {place}: it reads secrets, runs commands in pods and acts as any ServiceAccount there"
            );
            push(
                if account {
                    &ADMIN_ACCOUNT
                } else {
                    &ADMIN_BINDING
                },
                severity,
                &what,
            );
        }
        _ => {
            let Some(severity) = powers.iter().map(|(severity, _)| *severity).max() else {
                return;
            };
            let names: Vec<String> = powers.into_iter().map(|(_, words)| words).collect();
            let severity = if system { severity } else { severity.lower() };
            let what = format!(
                "has {words} {place}, which is for a component of Kubernetes and allows to {}",
                list(&names)
            );
            push(&SYSTEM_ROLE, severity, &what);
        }
    }
}

/// The dangerous rights of a role, where it is bound.
fn powers(role: &Role, in_namespace: bool) -> Vec<(Severity, String)> {
    let mut powers = Vec::new();
    for capability in CAPABILITIES {
        let found = role.rules.iter().find_map(|placed| {
            let granted = capability.granted(&placed.rule, in_namespace);
            let all = placed.rule.resource_names.is_empty();
            (!granted.is_empty() && all).then(|| granted.words())
        });
        if let Some(words) = found.filter(|_| capability.severity.0 > Severity::Medium) {
            powers.push((capability.severity.0, words));
        }
    }
    powers
}

fn anonymous(subject: &Subject) -> Option<&'static str> {
    match (subject.kind, subject.name.as_str()) {
        (SubjectKind::User, "system:anonymous") => Some("anybody without credentials"),
        (SubjectKind::Group, "system:unauthenticated") => Some("anybody without credentials"),
        _ => None,
    }
}

/// Who a group is that somebody did not choose, and whether that is everybody.
fn broad(subject: &Subject) -> Option<(String, bool)> {
    if subject.kind != SubjectKind::Group {
        return None;
    }
    match subject.name.as_str() {
        "system:authenticated" => Some(("anybody with credentials".to_owned(), true)),
        "system:serviceaccounts" => Some(("every ServiceAccount".to_owned(), true)),
        name => {
            let namespace = name.strip_prefix("system:serviceaccounts:")?;
            Some((format!("every ServiceAccount of {namespace}"), false))
        }
    }
}

/// The subject is a ServiceAccount, or the user that stands for one.
fn is_account(subject: &Subject) -> bool {
    subject.identity().kind == SubjectKind::ServiceAccount
}
