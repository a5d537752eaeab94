//! The hops that lead away from a node.

use std::collections::{BTreeSet, HashSet};

use crate::cluster::{MASTERS, User};
use crate::graph::rights::{Held, Rights, both, cluster_wide};
use crate::graph::{Graph, Hop, Node, Technique, role_name};
use crate::model::{Place, Scope, Subject};

const RBAC: &str = "rbac.authorization.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";

/// Sets of nodes that a search has come to as a whole already, so that nobody lists them again.
#[derive(Default)]
pub(super) struct Drained {
    sets: HashSet<(u8, String)>,
}

const ACCOUNTS: u8 = 0;
pub(super) const RUNNING: u8 = 1;
const USERS: u8 = 2;
const GROUPS: u8 = 3;

/// The hops of one node.
pub(super) struct Finder<'g, 'a> {
    pub(super) graph: &'g Graph<'a>,
    pub(super) from: &'g Node,
    pub(super) drained: &'g mut Drained,
    pub(super) out: Vec<Hop>,
}

impl<'g, 'a> Finder<'g, 'a> {
    /// All hops, those that take least first.
    pub(super) fn find(&mut self, groups: &[String], without: &BTreeSet<usize>) {
        match self.from {
            Node::ClusterAdmin => {
                let all = Held {
                    namespace: None,
                    names: None,
                    grants: Vec::new(),
                };
                for (to, words) in [
                    (Node::Secrets, "may read every Secret"),
                    (Node::Host, "may create pods that own their node"),
                ] {
                    self.hop(to, Technique::Granted, words, &all, None);
                }
            }
            Node::Host => self.host(),
            Node::Secrets => {
                let all = Held {
                    namespace: None,
                    names: None,
                    grants: Vec::new(),
                };
                self.token_secrets(&all);
            }
            Node::NamespaceAdmin(namespace) => {
                let all = Held {
                    namespace: Some(namespace.clone()),
                    names: None,
                    grants: Vec::new(),
                };
                let words =
                    format!("may create pods in namespace {namespace}, its own labels changed");
                self.hop(Node::Host, Technique::NamespaceLabel, words, &all, None);
                let words = format!("may create pods in namespace {namespace} that run as {{}}");
                self.accounts(&all, Technique::PodCreate, &words);
            }
            Node::Holder {
                role, namespace, ..
            } => {
                let rights = Rights::of_role(self.graph.cluster, *role, namespace);
                self.rights(&rights, &[]);
            }
            Node::Subject(subject) => {
                let mut user = User::of(subject);
                user.groups.extend(groups.iter().cloned());
                if user.is_master() {
                    let all = Held {
                        namespace: None,
                        names: None,
                        grants: Vec::new(),
                    };
                    let words = format!("is in the group {MASTERS}");
                    self.hop(Node::ClusterAdmin, Technique::Granted, words, &all, None);
                }
                let bindings = self.graph.cluster.bindings_for(&user);
                let rights = Rights::of(self.graph.cluster, &bindings, without);
                self.rights(&rights, &bindings);
            }
        }
    }

    fn rights(&mut self, rights: &Rights<'_>, bindings: &[usize]) {
        self.granted(rights);
        self.escalate(rights, bindings);
        self.bind(rights);
        self.impersonate(rights);
        self.certificates(rights);
        self.tokens(rights);
        self.secrets(rights);
        self.nodes(rights);
        self.pods(rights);
        self.running(rights);
        self.mutate(rights);
    }

    pub(super) fn hop(
        &mut self,
        to: Node,
        technique: Technique,
        words: impl Into<String>,
        held: &Held,
        object: Option<(String, Option<Place>)>,
    ) {
        if to != *self.from {
            let words: String = words.into();
            let words = words.replacen("{}", &to.to_string(), 1);
            self.out.push(Hop {
                from: self.from.clone(),
                to,
                technique,
                words,
                grants: held.grants.clone(),
                object,
            });
        }
    }

    fn granted(&mut self, rights: &Rights<'_>) {
        for held in rights.everything() {
            let words = format!("has every right {}", held.place());
            let to = match &held.namespace {
                None => Node::ClusterAdmin,
                Some(namespace) => Node::NamespaceAdmin(namespace.clone()),
            };
            self.hop(to, Technique::Granted, words, &held, None);
        }
    }

    /// Rewriting a role that one is bound to.
    fn escalate(&mut self, rights: &Rights<'_>, bindings: &[usize]) {
        for resource in ["clusterroles", "roles"] {
            let escalate = rights.on(&["escalate"], RBAC, resource);
            if escalate.is_empty() {
                continue;
            }
            let change = rights.on(&["update", "patch"], RBAC, resource);
            let create = rights.unnamed(&["create"], RBAC, resource);
            for held in both(&escalate, &change) {
                self.rewrite(&held, &change, resource, bindings, false);
            }
            for held in both(&escalate, &create) {
                // A new role counts at once where an aggregated one takes it in.
                if held.names.is_none() && held.namespace.is_none() {
                    self.rewrite(&held, &create, resource, bindings, true);
                }
            }
        }
    }

    fn rewrite(
        &mut self,
        held: &Held,
        change: &[Held],
        resource: &str,
        bindings: &[usize],
        aggregated: bool,
    ) {
        let cluster = self.graph.cluster;
        // The binding that gives the right names the role that is meant most of all.
        let own = |index: &usize| held.grants.iter().any(|grant| grant.binding == *index);
        let (first, rest): (Vec<usize>, Vec<usize>) = bindings.iter().partition(|index| own(index));
        for index in first.iter().chain(&rest) {
            let Some(binding) = cluster.binding(*index) else {
                continue;
            };
            let Some(role) = cluster.role_of(*index).and_then(|role| cluster.role(role)) else {
                continue;
            };
            let kind = if role.scope == Scope::Cluster {
                "clusterroles"
            } else {
                "roles"
            };
            let fits = kind == resource
                && held.names(&role.name)
                && (aggregated || change.iter().any(|change| change.names(&role.name)))
                && (role.scope == Scope::Cluster && held.namespace.is_none()
                    || role.scope == Scope::Namespaced && held.covers(&role.namespace))
                && (!aggregated || role.aggregation.is_some());
            if !fits {
                continue;
            }
            let words = if aggregated {
                format!("may create a role that {role} aggregates, with any rules")
            } else {
                format!("may rewrite {role}, to which it is bound")
            };
            let to = match binding.scope {
                Scope::Cluster => Node::ClusterAdmin,
                Scope::Namespaced => Node::NamespaceAdmin(binding.namespace.clone()),
            };
            self.hop(to, Technique::Escalate, words, held, None);
        }
    }

    fn bind(&mut self, rights: &Rights<'_>) {
        let write = ["create", "update", "patch"];
        let everywhere = rights.unnamed(&write, RBAC, "clusterrolebindings");
        let near = rights.unnamed(&write, RBAC, "rolebindings");
        let bind = rights.on(&["bind"], RBAC, "clusterroles");
        for held in both(&cluster_wide(bind.clone()), &cluster_wide(everywhere)) {
            self.bound(&held, "");
        }
        for held in both(&bind, &near) {
            match &held.namespace {
                Some(namespace) => self.bound(&held, namespace),
                None => {
                    for namespace in self.graph.namespaces.keys() {
                        self.bound(&held, namespace);
                    }
                }
            }
        }
        for held in both(&rights.on(&["bind"], RBAC, "roles"), &near) {
            for (index, role) in self.graph.cluster.objects.roles.iter().enumerate() {
                if role.scope == Scope::Namespaced
                    && held.covers(&role.namespace)
                    && held.names(&role.name)
                    && !role.builtin
                {
                    self.holder(&held, index, &role.namespace.clone());
                }
            }
        }
    }

    /// ClusterRoles that may be bound: cluster-admin stands for all, else those that are named.
    fn bound(&mut self, held: &Held, namespace: &str) {
        let cluster = self.graph.cluster;
        let Some(names) = &held.names else {
            let (to, place) = if namespace.is_empty() {
                (Node::ClusterAdmin, "everywhere".to_owned())
            } else {
                let to = Node::NamespaceAdmin(namespace.to_owned());
                (to, format!("in namespace {namespace}"))
            };
            let words = format!("may bind any ClusterRole {place}, cluster-admin among them");
            self.hop(to, Technique::Bind, words, held, None);
            return;
        };
        for name in names {
            if let Some(role) = cluster.find_role(Scope::Cluster, "", name) {
                self.holder(held, role, namespace);
            }
        }
    }

    fn holder(&mut self, held: &Held, role: usize, namespace: &str) {
        let name = role_name(self.graph.cluster, role);
        let place = if namespace.is_empty() {
            "everywhere".to_owned()
        } else {
            format!("in namespace {namespace}")
        };
        let to = Node::Holder {
            role,
            name: name.clone(),
            namespace: namespace.to_owned(),
        };
        let words = format!("may bind {name} {place}");
        self.hop(to, Technique::Bind, words, held, None);
    }

    fn impersonate(&mut self, rights: &Rights<'_>) {
        let verbs = ["impersonate"];
        let users = cluster_wide(rights.on(&verbs, "", "users"));
        let groups = cluster_wide(rights.on(&verbs, "", "groups"));
        let accounts = rights.on(&verbs, "", "serviceaccounts");
        // A request that names groups names a user, too.
        let anybody: Vec<Held> = users
            .iter()
            .chain(&accounts)
            .map(|held| Held {
                namespace: None,
                ..held.clone()
            })
            .collect();
        let together = both(&groups, &anybody);
        for held in together.iter().filter(|held| held.names(MASTERS)) {
            let words = format!("may act as a member of {MASTERS}");
            self.hop(
                Node::ClusterAdmin,
                Technique::Impersonate,
                words,
                held,
                None,
            );
        }
        let words = "may act as {}";
        for held in &users {
            let all = held.names.is_none();
            if !all || self.first(USERS, "") {
                self.each(
                    &self.graph.users.clone(),
                    held,
                    Technique::Impersonate,
                    words,
                );
            }
        }
        for held in &together {
            let all = held.names.is_none();
            if !all || self.first(GROUPS, "") {
                self.each(
                    &self.graph.groups.clone(),
                    held,
                    Technique::Impersonate,
                    words,
                );
            }
        }
        for held in &accounts {
            self.accounts(held, Technique::Impersonate, "may act as {}");
        }
    }

    fn each(&mut self, subjects: &[&Subject], held: &Held, technique: Technique, words: &str) {
        for subject in subjects {
            if held.names(&subject.name) {
                let to = Node::Subject((*subject).clone());
                self.hop(to, technique, words, held, None);
            }
        }
    }

    /// Whether a set is new to the search.
    pub(super) fn first(&mut self, set: u8, key: &str) -> bool {
        self.drained.sets.insert((set, key.to_owned()))
    }

    /// Hops to all ServiceAccounts where a right counts.
    pub(super) fn accounts(&mut self, held: &Held, technique: Technique, words: &str) {
        let graph = self.graph;
        for (namespace, names) in &graph.accounts {
            if !held.covers(namespace) || (held.names.is_none() && !self.first(ACCOUNTS, namespace))
            {
                continue;
            }
            for name in names.iter().filter(|name| held.names(name)) {
                let to = Node::Subject(Subject::service_account(*namespace, *name));
                self.hop(to, technique, words, held, None);
            }
        }
    }

    fn certificates(&mut self, rights: &Rights<'_>) {
        let create = rights.unnamed(&["create"], CERTIFICATES, "certificatesigningrequests");
        let approve = rights.on(
            &["update", "patch"],
            CERTIFICATES,
            "certificatesigningrequests/approval",
        );
        let signer: Vec<Held> = cluster_wide(rights.on(&["approve"], CERTIFICATES, "signers"))
            .into_iter()
            .filter(|held| {
                held.names("kubernetes.io/kube-apiserver-client") || held.names("kubernetes.io/*")
            })
            .map(|held| Held {
                names: None,
                ..held
            })
            .collect();
        let all = both(&cluster_wide(create), &cluster_wide(approve));
        for held in both(&all, &signer) {
            let words = "may make and approve a certificate of {}";
            let near = |subjects: &[&'a Subject]| -> Vec<&'a Subject> {
                // The API server refuses such certificates for system:masters.
                (subjects.iter().copied())
                    .filter(|subject| subject.name != MASTERS)
                    .collect()
            };
            if self.first(USERS, "certificates") {
                let users = near(&self.graph.users);
                self.each(&users, &held, Technique::Certificate, words);
                let groups = near(&self.graph.groups);
                self.each(&groups, &held, Technique::Certificate, words);
            }
        }
    }

    fn tokens(&mut self, rights: &Rights<'_>) {
        for held in rights.on(&["create"], "", "serviceaccounts/token") {
            self.accounts(&held, Technique::TokenRequest, "may ask for a token of {}");
        }
        let create = rights.unnamed(&["create"], "", "secrets");
        let read = rights.unnamed(&["get", "list", "watch"], "", "secrets");
        for held in both(&create, &read) {
            let words = "may create a Secret for a token of {}, and read it";
            self.accounts(&held, Technique::TokenSecret, words);
        }
    }

    fn secrets(&mut self, rights: &Rights<'_>) {
        for held in rights.on(&["get", "list", "watch"], "", "secrets") {
            if held.namespace.is_none() && held.names.is_none() {
                let words = "may read every Secret";
                self.hop(Node::Secrets, Technique::Granted, words, &held, None);
            } else {
                self.token_secrets(&held);
            }
        }
    }

    fn token_secrets(&mut self, held: &Held) {
        for secret in &self.graph.cluster.objects.token_secrets {
            if held.covers(&secret.namespace) && held.names(&secret.name) {
                let to = Subject::service_account(&secret.namespace, &secret.service_account);
                let name = format!("Secret {}/{}", secret.namespace, secret.name);
                let words = format!("may read {name}, which holds a token of {{}}");
                let object = Some((name, secret.place));
                self.hop(
                    Node::Subject(to),
                    Technique::SecretRead,
                    words,
                    held,
                    object,
                );
            }
        }
    }

    fn nodes(&mut self, rights: &Rights<'_>) {
        for held in cluster_wide(rights.on(&["get", "create"], "", "nodes/proxy")) {
            let words = "may run commands in every pod of a node through its kubelet";
            self.hop(Node::Host, Technique::NodesProxy, words, &held, None);
        }
    }
}
