//! Bindings and roles that lead nowhere, and those that are there twice.

use std::collections::{HashMap, HashSet};

use crate::audit::catalogue::{
    Check, DUPLICATE_BINDING, DUPLICATE_OBJECT, MISSING_NAMESPACE, MISSING_ROLE, MISSING_SUBJECT,
    NO_NAMESPACE, NO_SUBJECTS, Severity, UNUSED_ROLE,
};
use crate::audit::{About, Audited, GrantPath};
use crate::cluster::{Cluster, binding_key, is_default_binding, is_default_role, role_key};
use crate::defaults::defaults;
use crate::model::{Binding, Place, Role, Scope, Subject, SubjectKind};

/// A subject of a binding, and what it is bound to: scope and namespace, kind and name of the role.
type Bound<'a> = ((Scope, &'a str), (bool, &'a str), &'a Subject);

pub(super) fn check(cluster: &Cluster, out: &mut Vec<Audited>) {
    let known = Known::of(cluster);
    let mut bound: HashMap<Bound<'_>, usize> = HashMap::new();
    for (index, binding) in cluster.objects.bindings.iter().enumerate() {
        for (subject, _) in &binding.subjects {
            bound.entry(key(binding, subject)).or_insert(index);
        }
    }
    let mut names = HashSet::new();
    for (index, binding) in cluster.objects.bindings.iter().enumerate() {
        if binding.builtin {
            continue;
        }
        let finder = Finder {
            cluster,
            known: &known,
            index,
            binding,
        };
        let default = is_default(binding);
        if !names.insert(binding_key(binding)) && !default {
            finder.push(
                out,
                &DUPLICATE_OBJECT,
                Severity::Low,
                "is defined a second time",
                binding.place,
            );
        }
        finder.role(out);
        finder.subjects(&bound, default, out);
        finder.namespace(out);
    }
    roles(cluster, &known, out);
}

fn key<'a>(binding: &'a Binding, subject: &'a Subject) -> Bound<'a> {
    (
        (binding.scope, &binding.namespace),
        (binding.cluster_role, &binding.role),
        subject,
    )
}

/// Kubernetes makes a binding of this name itself.
fn is_default(binding: &Binding) -> bool {
    let own = defaults().bindings.iter();
    own.map(binding_key).any(|key| key == binding_key(binding))
}

/// What there is of other kinds.
struct Known<'a> {
    accounts: HashSet<(&'a str, &'a str)>,
    account_namespaces: HashSet<&'a str>,
    namespaces: HashSet<&'a str>,
    /// Roles that another one aggregates.
    aggregated: HashSet<&'a str>,
}

impl<'a> Known<'a> {
    fn of(cluster: &'a Cluster) -> Known<'a> {
        let objects = &cluster.objects;
        let accounts = objects.service_accounts.iter();
        Known {
            accounts: accounts
                .clone()
                .map(|account| (account.namespace.as_str(), account.name.as_str()))
                .collect(),
            account_namespaces: accounts.map(|account| account.namespace.as_str()).collect(),
            namespaces: objects
                .namespaces
                .iter()
                .map(|one| one.name.as_str())
                .collect(),
            aggregated: (objects.roles.iter())
                .flat_map(|role| &role.rules)
                .filter_map(|placed| placed.from.as_deref())
                .collect(),
        }
    }
}

struct Finder<'a> {
    cluster: &'a Cluster,
    known: &'a Known<'a>,
    index: usize,
    binding: &'a Binding,
}

impl Finder<'_> {
    fn push(
        &self,
        out: &mut Vec<Audited>,
        check: &'static Check,
        severity: Severity,
        what: &str,
        place: Option<Place>,
    ) {
        out.push(Audited {
            check,
            severity,
            message: format!("{}: {what}", self.binding),
            object: About::binding(self.binding),
            place,
            subjects: Vec::new(),
            paths: vec![GrantPath {
                binding: Some(self.index),
                role: self.cluster.role_of(self.index),
                rule: None,
            }],
        });
    }

    fn role(&self, out: &mut Vec<Audited>) {
        if self.cluster.role_of(self.index).is_some() {
            return;
        }
        let words = self.binding.role_words();
        let place = self.cluster.member(self.binding.role_place, &["name"]);
        if self.cluster.is_complete() {
            let what = format!("refers to {words}, which does not exist");
            self.push(out, &MISSING_ROLE, Severity::Medium, &what, place);
        } else {
            let what = format!("refers to {words}, which is not among the files");
            self.push(out, &MISSING_ROLE, Severity::Low, &what, place);
        }
    }

    fn subjects(&self, bound: &HashMap<Bound<'_>, usize>, default: bool, out: &mut Vec<Audited>) {
        if self.binding.subjects.is_empty() && !default {
            let (what, place) = ("has no subjects", self.binding.place);
            self.push(out, &NO_SUBJECTS, Severity::Low, what, place);
        }
        let mut seen = HashSet::new();
        for (subject, place) in &self.binding.subjects {
            if is_default_binding(self.binding, subject) {
                continue;
            }
            self.account(subject, *place, out);
            let binding = |index: usize| self.cluster.binding(index);
            let first = bound.get(&key(self.binding, subject)).copied();
            let everywhere = ((Scope::Cluster, ""), key(self.binding, subject).1, subject);
            let wider = bound.get(&everywhere).copied();
            let what = if !seen.insert(subject) {
                Some(format!("names {subject} twice"))
            } else if let Some(other) = first
                .filter(|first| *first < self.index)
                .and_then(binding)
                // The same object a second time is said already.
                .filter(|other| binding_key(other) != binding_key(self.binding))
            {
                Some(format!(
                    "{subject} has {} by {other} already",
                    self.binding.role_words()
                ))
            } else if let Some(other) = wider.filter(|wider| *wider != self.index).and_then(binding)
                && self.binding.scope == Scope::Namespaced
            {
                Some(format!(
                    "{subject} has {} in every namespace by {other}",
                    self.binding.role_words()
                ))
            } else {
                None
            };
            if let Some(what) = what {
                self.push(out, &DUPLICATE_BINDING, Severity::Low, &what, *place);
            }
        }
    }

    fn account(&self, subject: &Subject, place: Option<Place>, out: &mut Vec<Audited>) {
        if subject.kind != SubjectKind::ServiceAccount {
            return;
        }
        let (namespace, name) = (subject.namespace.as_str(), subject.name.as_str());
        if namespace.is_empty() {
            let what = format!("names the ServiceAccount {name} without its namespace");
            self.push(out, &NO_NAMESPACE, Severity::Medium, &what, place);
            return;
        }
        let complete = self.cluster.is_complete() && !self.known.accounts.is_empty();
        let near = complete || self.known.account_namespaces.contains(namespace);
        if name == "default" || !near || self.known.accounts.contains(&(namespace, name)) {
            return;
        }
        let place = self.cluster.member(place, &["name"]);
        if complete {
            let what = format!("names {subject}, which does not exist");
            self.push(out, &MISSING_SUBJECT, Severity::Medium, &what, place);
        } else {
            let what = format!("names {subject}, which is not among the files");
            self.push(out, &MISSING_SUBJECT, Severity::Low, &what, place);
        }
    }

    fn namespace(&self, out: &mut Vec<Audited>) {
        let namespace = self.binding.namespace.as_str();
        let complete = self.cluster.is_complete() && !self.known.namespaces.is_empty();
        let near = complete && self.binding.scope == Scope::Namespaced;
        if near && !self.known.namespaces.contains(namespace) && !is_default(self.binding) {
            let what = format!("lies in namespace {namespace}, which does not exist");
            let place = self
                .cluster
                .member(self.binding.place, &["metadata", "namespace"]);
            self.push(out, &MISSING_NAMESPACE, Severity::Low, &what, place);
        }
    }
}

fn roles(cluster: &Cluster, known: &Known<'_>, out: &mut Vec<Audited>) {
    let bindings = cluster
        .objects
        .bindings
        .iter()
        .any(|binding| !binding.builtin);
    let mut names = HashSet::new();
    for (index, role) in cluster.objects.roles.iter().enumerate() {
        if role.builtin || is_default_role(role) {
            continue;
        }
        let mut push = |check: &'static Check, what: &str| {
            out.push(Audited {
                check,
                severity: Severity::Low,
                message: format!("{role}: {what}"),
                object: About::role(role),
                place: cluster.member(role.place, &["metadata", "name"]),
                subjects: Vec::new(),
                paths: vec![GrantPath {
                    binding: None,
                    role: Some(index),
                    rule: None,
                }],
            });
        };
        if !names.insert(role_key(role)) {
            push(&DUPLICATE_OBJECT, "is defined a second time");
            continue;
        }
        if bindings && unused(cluster, known, role) {
            push(&UNUSED_ROLE, "is bound to nobody");
        }
    }
}

fn unused(cluster: &Cluster, known: &Known<'_>, role: &Role) -> bool {
    let last = cluster.find_role(role.scope, &role.namespace, &role.name);
    let bound = last.is_some_and(|last| !cluster.bindings_of(last).is_empty());
    let selected = role.scope == Scope::Cluster && known.aggregated.contains(role.name.as_str());
    // Rules of an empty role that is selected are nowhere: its label says so.
    let labelled = role
        .labels
        .iter()
        .any(|(key, _)| key.contains("aggregate-to-"));
    !bound && !selected && !labelled
}
