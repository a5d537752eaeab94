//! Dangerous rights in roles, with all who hold them.

use std::collections::HashMap;

use crate::audit::capability::{CAPABILITIES, Capability, Granted};
use crate::audit::catalogue::{
    AGGREGATION, Check, FULL_ACCESS, IMPERSONATE, SYSTEM_CONFIG, Severity, WILDCARD_GROUPS,
    WILDCARD_RESOURCES, WILDCARD_URLS, WILDCARD_VERBS,
};
use crate::audit::{About, Audited, GrantPath, api_groups, list, where_of};
use crate::cluster::{Cluster, is_default_binding, is_default_role};
use crate::model::{PlacedRule, Role, Scope, Subject};

/// Who holds a role, and where.
pub(super) struct Holders {
    pub(super) bindings: Vec<usize>,
    pub(super) subjects: Vec<Subject>,
    /// `User bob in every namespace (ClusterRoleBinding b)`.
    words: Vec<String>,
    everywhere: bool,
}

impl Holders {
    pub(super) fn of(cluster: &Cluster, roles: impl Iterator<Item = usize>) -> Holders {
        let mut holders = Holders {
            bindings: Vec::new(),
            subjects: Vec::new(),
            words: Vec::new(),
            everywhere: false,
        };
        for index in roles.flat_map(|role| cluster.bindings_of(role)) {
            let Some(binding) = cluster.binding(*index) else {
                continue;
            };
            let subjects: Vec<&Subject> = (binding.subjects.iter())
                .map(|(subject, _)| subject)
                .filter(|subject| !is_default_binding(binding, subject))
                .collect();
            if subjects.is_empty() {
                continue;
            }
            holders.bindings.push(*index);
            holders.everywhere |=
                binding.scope == Scope::Cluster || binding.namespace == "kube-system";
            let names: Vec<String> = subjects.iter().map(ToString::to_string).collect();
            (holders.words).push(format!(
                "{} {} ({binding})",
                list(&names),
                where_of(binding)
            ));
            for subject in subjects {
                if !holders.subjects.contains(subject) {
                    holders.subjects.push(subject.clone());
                }
            }
        }
        holders
    }

    /// The severity by where the role is bound; one step less where it is not.
    fn severity(&self, role: &Role, (cluster, namespace): (Severity, Severity)) -> Severity {
        match (self.bindings.is_empty(), role.scope) {
            (true, Scope::Cluster) => cluster.lower(),
            (true, Scope::Namespaced) if role.namespace != "kube-system" => namespace.lower(),
            (true, Scope::Namespaced) => cluster.lower(),
            (false, _) if self.everywhere => cluster,
            (false, _) => namespace,
        }
    }

    fn words(&self) -> String {
        if self.words.is_empty() {
            return "bound to nobody here".to_owned();
        }
        format!("held by {}", list(&self.words))
    }
}

pub(super) fn check(cluster: &Cluster, out: &mut Vec<Audited>) {
    let mut taken_in: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, role) in cluster.objects.roles.iter().enumerate() {
        if role.aggregation.is_none() || is_default_role(role) {
            continue;
        }
        for from in role
            .rules
            .iter()
            .filter_map(|placed| placed.from.as_deref())
        {
            let list = taken_in.entry(from).or_default();
            if list.last() != Some(&index) {
                list.push(index);
            }
        }
    }
    for (index, role) in cluster.objects.roles.iter().enumerate() {
        if cluster.find_role(role.scope, &role.namespace, &role.name) != Some(index) {
            continue;
        }
        let own = cluster.own_rules(index);
        if own.is_empty() {
            continue;
        }
        let finder = Finder {
            cluster,
            index,
            role,
            default: is_default_role(role),
            holders: Holders::of(
                cluster,
                // Who is bound to a role that takes this one in holds it, too.
                std::iter::once(index).chain(
                    (taken_in
                        .get(role.name.as_str())
                        .into_iter()
                        .flatten()
                        .copied())
                    .filter(|_| role.scope == Scope::Cluster),
                ),
            ),
        };
        finder.wildcards(&own, out);
        finder.capabilities(&own, out);
        finder.system_config(&own, out);
    }
}

struct Finder<'a> {
    cluster: &'a Cluster,
    index: usize,
    role: &'a Role,
    /// Kubernetes has a role of this name: what is checked is what was added to it.
    default: bool,
    holders: Holders,
}

impl Finder<'_> {
    fn rule(&self, at: usize) -> Option<&PlacedRule> {
        (self.role.rules.get(at)).filter(|placed| self.default || self.is_own(placed))
    }

    /// What was aggregated is told where it is written; of Kubernetes' own roles, where they were taken in.
    fn is_own(&self, placed: &PlacedRule) -> bool {
        placed.from.as_ref().is_none_or(|from| {
            let origin = self.cluster.find_role(Scope::Cluster, "", from);
            !self.default
                && origin
                    .and_then(|origin| self.cluster.role(origin))
                    .is_some_and(is_default_role)
        })
    }

    /// The role counts in namespaces only.
    fn in_namespaces(&self) -> bool {
        let bindings = self.holders.bindings.iter();
        let everywhere = bindings
            .filter_map(|binding| self.cluster.binding(*binding))
            .any(|binding| binding.scope == Scope::Cluster);
        self.role.scope == Scope::Namespaced || (!self.holders.bindings.is_empty() && !everywhere)
    }

    fn wildcards(&self, own: &[usize], out: &mut Vec<Audited>) {
        let star = |list: &[String]| list.iter().any(|item| item == "*");
        for at in own {
            let Some(placed) = self.rule(*at).filter(|placed| self.is_own(placed)) else {
                continue;
            };
            let rule = &placed.rule;
            let number = at + 1;
            if rule.is_everything() {
                let severity = self.severity(Severity::Critical, Severity::High);
                let what = format!("rule {number} grants everything, as cluster-admin does");
                self.push(out, &FULL_ACCESS, severity, &what, *at, "resources", &["*"]);
                continue;
            }
            if rule.is_resource_rule() && star(&rule.verbs) {
                let severity = self.severity(Severity::High, Severity::Medium);
                let what = format!("rule {number} grants every verb on {}", about(rule));
                self.push(out, &WILDCARD_VERBS, severity, &what, *at, "verbs", &["*"]);
            }
            if star(&rule.resources) {
                let severity = self.severity(Severity::High, Severity::Medium);
                let with = consequences(rule, self.in_namespaces());
                let with = if with.is_empty() {
                    String::new()
                } else {
                    format!(", {with} among them")
                };
                let verbs = rule.verbs.join(", ");
                let groups = groups(rule);
                let what =
                    format!("rule {number} grants {verbs} on every resource of {groups}{with}");
                self.push(
                    out,
                    &WILDCARD_RESOURCES,
                    severity,
                    &what,
                    *at,
                    "resources",
                    &["*"],
                );
            } else if rule.is_resource_rule() && star(&rule.api_groups) {
                let severity = self.severity(Severity::Medium, Severity::Low);
                let what = format!(
                    "rule {number} grants {} in every API group",
                    rule.resources.join(", ")
                );
                self.push(
                    out,
                    &WILDCARD_GROUPS,
                    severity,
                    &what,
                    *at,
                    "apiGroups",
                    &["*"],
                );
            }
            let all = |url: &String| url == "*" || url == "/*";
            if rule.urls.iter().any(all) && self.role.scope == Scope::Cluster {
                let severity = self.severity(Severity::Medium, Severity::Low);
                let what = format!(
                    "rule {number} grants {} on every path",
                    rule.verbs.join(", ")
                );
                let field = "nonResourceURLs";
                self.push(
                    out,
                    &WILDCARD_URLS,
                    severity,
                    &what,
                    *at,
                    field,
                    &["*", "/*"],
                );
            }
        }
    }

    fn capabilities(&self, own: &[usize], out: &mut Vec<Audited>) {
        for capability in CAPABILITIES {
            let mut first: Option<(usize, Granted)> = None;
            let mut named: Option<Vec<&str>> = None;
            for at in own {
                let Some(placed) = self.rule(*at) else {
                    continue;
                };
                // All that `*` stands for is one finding.
                if placed.rule.resources.iter().any(|resource| resource == "*") {
                    continue;
                }
                let granted = capability.granted(&placed.rule, self.in_namespaces());
                if granted.is_empty() {
                    continue;
                }
                let names: Vec<&str> = placed
                    .rule
                    .resource_names
                    .iter()
                    .map(String::as_str)
                    .collect();
                // A rule for all names tells more than one for some.
                if first.is_none()
                    || (names.is_empty() && named.as_ref().is_some_and(|n| !n.is_empty()))
                {
                    first = Some((*at, granted));
                    named = Some(names);
                }
            }
            if let Some((at, granted)) = first {
                self.capability(capability, at, &granted, &named.unwrap_or_default(), out);
            }
        }
    }

    fn capability(
        &self,
        capability: &Capability,
        at: usize,
        granted: &Granted,
        names: &[&str],
        out: &mut Vec<Audited>,
    ) {
        let (cluster, namespace) = capability.severity;
        let mut severity = self.severity(cluster, namespace);
        if !names.is_empty() && !dangerous_names(capability.check, names) {
            severity = severity.lower();
        }
        let mut what = format!("rule {} allows to {}", at + 1, granted.words());
        if !names.is_empty() {
            let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            what = format!("{what} named {}", list(&quoted));
        } else if *capability.check == IMPERSONATE && granted.resources.contains(&"groups") {
            what.push_str(", system:masters among them");
        }
        let verbs: Vec<&str> = granted.verbs.iter().copied().chain(["*"]).collect();
        let Some(placed) = self.rule(at) else { return };
        if let Some(from) = placed.from.as_ref().filter(|_| self.default) {
            let what = format!(
                "its labels add to {}: {} ({})",
                self.role,
                granted.words(),
                self.holders.words()
            );
            self.widening(from, at, severity, &what, out);
            return;
        }
        // `impersonate` on users and the verb for them stand in the same list.
        let field = match capability.check.id {
            "rbac/escalation" | "rbac/impersonation" => "verbs",
            _ => "resources",
        };
        let values: Vec<&str> = match field {
            "verbs" => verbs,
            _ => granted.resources.clone(),
        };
        self.push(out, capability.check, severity, &what, at, field, &values);
    }

    /// A role of somebody's own widens one of Kubernetes by its labels.
    fn widening(
        &self,
        from: &str,
        at: usize,
        severity: Severity,
        what: &str,
        out: &mut Vec<Audited>,
    ) {
        let origin = self.cluster.find_role(Scope::Cluster, "", from);
        let Some(role) = origin.and_then(|origin| self.cluster.role(origin)) else {
            return;
        };
        out.push(Audited {
            check: &AGGREGATION,
            severity: severity.min(Severity::High),
            message: format!("{role}: {what}"),
            object: About::role(role),
            place: self.cluster.member(role.place, &["metadata", "labels"]),
            subjects: self.holders.subjects.clone(),
            paths: self.paths(at),
        });
    }

    /// ConfigMaps of kube-system are the configuration of DNS and, on EKS, of who is who.
    fn system_config(&self, own: &[usize], out: &mut Vec<Audited>) {
        let system = self.role.namespace == "kube-system"
            || self.holders.everywhere
            || (self.role.scope == Scope::Cluster && self.holders.bindings.is_empty());
        if !system {
            return;
        }
        for at in own {
            let Some(placed) = self.rule(*at).filter(|placed| self.is_own(placed)) else {
                continue;
            };
            let rule = &placed.rule;
            let writes = ["update", "patch"]
                .iter()
                .any(|verb| crate::rule::has(&rule.verbs, verb));
            let core = crate::rule::has(&rule.api_groups, "");
            let explicit = rule
                .resources
                .iter()
                .any(|resource| resource == "configmaps");
            let known = ["coredns", "aws-auth"];
            let names = &rule.resource_names;
            let meant: Vec<&str> = known
                .into_iter()
                .filter(|name| names.iter().any(|own| own == name))
                .collect();
            if !(writes && core && explicit) || (!names.is_empty() && meant.is_empty()) {
                continue;
            }
            let severity = if meant.is_empty() {
                self.severity(Severity::Medium, Severity::Medium)
            } else {
                self.severity(Severity::High, Severity::High)
            };
            let which = if meant.is_empty() {
                known.join(", ")
            } else {
                meant.join(", ")
            };
            let what = format!(
                "rule {} may write the ConfigMaps of kube-system ({which})",
                at + 1
            );
            self.push(
                out,
                &SYSTEM_CONFIG,
                severity,
                &what,
                *at,
                "resources",
                &["configmaps"],
            );
            return;
        }
    }

    fn severity(&self, cluster: Severity, namespace: Severity) -> Severity {
        self.holders.severity(self.role, (cluster, namespace))
    }

    fn paths(&self, rule: usize) -> Vec<GrantPath> {
        let path = |binding| GrantPath {
            binding,
            role: Some(self.index),
            rule: Some(rule),
        };
        if self.holders.bindings.is_empty() {
            return vec![path(None)];
        }
        let bindings = self.holders.bindings.iter();
        bindings.map(|binding| path(Some(*binding))).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "a finding has that many parts")]
    fn push(
        &self,
        out: &mut Vec<Audited>,
        check: &'static Check,
        severity: Severity,
        what: &str,
        at: usize,
        field: &str,
        values: &[&str],
    ) {
        let place = self.role.rules.get(at).and_then(|placed| placed.place);
        out.push(Audited {
            check,
            severity,
            message: format!("{}: {what}; {}", self.role, self.holders.words()),
            object: About::role(self.role),
            place: self.cluster.element(place, field, values),
            subjects: self.holders.subjects.clone(),
            paths: self.paths(at),
        });
    }
}

/// Names that are as bad as all names.
fn dangerous_names(check: &Check, names: &[&str]) -> bool {
    let bad: &[&str] = match check.id {
        "rbac/impersonation" => &["system:masters", "system:admin", "kubernetes-admin"],
        "rbac/escalation" => &["cluster-admin", "admin", "edit"],
        "rbac/certificates" => &[
            "kubernetes.io/kube-apiserver-client",
            "kubernetes.io/*",
            "kubernetes.io/legacy-unknown",
        ],
        _ => &[],
    };
    names.iter().any(|name| bad.contains(name))
}

/// What a rule with `*` for resources includes that is worth a word.
fn consequences(rule: &crate::model::Rule, in_namespace: bool) -> String {
    let mut words: Vec<&str> = Vec::new();
    for capability in CAPABILITIES {
        let granted = capability.granted(rule, in_namespace);
        for resource in granted.resources {
            let telling = matches!(
                resource,
                "secrets"
                    | "pods/exec"
                    | "nodes/proxy"
                    | "clusterroles"
                    | "roles"
                    | "serviceaccounts/token"
            );
            if telling && !words.contains(&resource) {
                words.push(resource);
            }
        }
    }
    words.join(", ")
}

fn groups(rule: &crate::model::Rule) -> String {
    if rule.api_groups.iter().any(|group| group == "*") {
        return "every API group".to_owned();
    }
    list(&api_groups(rule))
}

fn about(rule: &crate::model::Rule) -> String {
    if rule.resources.iter().any(|resource| resource == "*") {
        return format!("every resource of {}", groups(rule));
    }
    list(&rule.resources)
}
