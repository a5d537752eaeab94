//! The roles and bindings that every API server makes by itself, and kubeadm's.
//!
//! `defaults/rbac.txt` has what Kubernetes 1.34 and 1.37 create: a line for each object, and below it, with a space in
//! front, rules (`r VERBS GROUPS RESOURCES [NAMES]`, `u VERBS URLS`), labels (`l`), aggregation (`a`) and subjects
//! (`s`). `~` is the core group.

use std::sync::OnceLock;

use crate::model::{Binding, PlacedRule, Role, Rule, Scope, Selector, Subject, SubjectKind};

const TEXT: &str = include_str!("defaults/rbac.txt");

/// Kubernetes' own roles and bindings.
#[derive(Debug, Default)]
pub struct Defaults {
    /// Roles and ClusterRoles, before aggregation.
    pub roles: Vec<Role>,
    /// RoleBindings and ClusterRoleBindings.
    pub bindings: Vec<Binding>,
}

/// Kubernetes' own roles and bindings; read once.
#[must_use]
pub fn defaults() -> &'static Defaults {
    static DEFAULTS: OnceLock<Defaults> = OnceLock::new();
    DEFAULTS.get_or_init(|| read(TEXT))
}

fn read(text: &str) -> Defaults {
    let mut defaults = Defaults::default();
    let mut binding = false;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match (line.starts_with(' '), words.as_slice()) {
            (false, [kind @ ("Role" | "ClusterRole"), name]) => {
                binding = false;
                let (scope, namespace, name) = named(kind, name);
                defaults.roles.push(Role {
                    scope,
                    namespace,
                    name,
                    builtin: true,
                    ..Role::default()
                });
            }
            (false, [kind, name, role_kind, role]) => {
                binding = true;
                let (scope, namespace, name) = named(kind, name);
                defaults.bindings.push(Binding {
                    scope,
                    namespace,
                    name,
                    cluster_role: *role_kind == "ClusterRole",
                    role: (*role).to_owned(),
                    builtin: true,
                    ..Binding::default()
                });
            }
            (true, words) if binding => {
                if let (Some(last), Some(subject)) = (defaults.bindings.last_mut(), subject(words))
                {
                    last.subjects.push((subject, None));
                }
            }
            (true, words) => {
                if let Some(role) = defaults.roles.last_mut() {
                    detail(role, words);
                }
            }
            _ => {}
        }
    }
    defaults
}

fn named(kind: &str, name: &str) -> (Scope, String, String) {
    if kind.starts_with("Cluster") {
        return (Scope::Cluster, String::new(), name.to_owned());
    }
    let (namespace, name) = name.split_once('/').unwrap_or(("", name));
    (Scope::Namespaced, namespace.to_owned(), name.to_owned())
}

fn subject(words: &[&str]) -> Option<Subject> {
    let [_, kind, name] = words else { return None };
    Some(match *kind {
        "Group" => Subject::group(*name),
        "User" => Subject::user(*name),
        _ => {
            let (namespace, name) = name.split_once('/')?;
            Subject {
                kind: SubjectKind::ServiceAccount,
                namespace: namespace.to_owned(),
                name: name.to_owned(),
            }
        }
    })
}

fn detail(role: &mut Role, words: &[&str]) {
    let list = |text: &str| -> Vec<String> {
        text.split(',')
            .map(|item| if item == "~" { "" } else { item }.to_owned())
            .collect()
    };
    let pairs = |text: &str| -> Vec<(String, String)> {
        text.split(',')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    };
    let rule = match words {
        ["r", verbs, groups, resources, names @ ..] => Rule {
            verbs: list(verbs),
            api_groups: list(groups),
            resources: list(resources),
            resource_names: names.iter().flat_map(|names| list(names)).collect(),
            urls: Vec::new(),
        },
        ["u", verbs, urls] => Rule {
            verbs: list(verbs),
            urls: list(urls),
            ..Rule::default()
        },
        ["l", label] => {
            role.labels.extend(pairs(label));
            return;
        }
        ["a", labels] => {
            role.aggregation.get_or_insert_default().push(Selector {
                labels: pairs(labels),
                expressions: Vec::new(),
            });
            return;
        }
        _ => return,
    };
    role.rules.push(PlacedRule {
        rule,
        place: None,
        from: None,
    });
}
