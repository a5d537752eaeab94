//! The hops that lead away from a node.

use std::collections::{BTreeSet, HashSet};

use crate::cluster::{Grant, MASTERS, User};
use crate::graph::rights::{Held, Rights, both, cluster_wide};
use crate::graph::{Graph, Hop, Node, Technique, role_name};
use crate::model::{Place, Scope, Subject, Workload};

const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";

/// Controllers: group, resource, kind. A Job's template cannot be changed.
const CONTROLLERS: [(&str, &str, &str, bool); 7] = [
    ("apps", "deployments", "Deployment", true),
    ("apps", "statefulsets", "StatefulSet", true),
    ("apps", "daemonsets", "DaemonSet", true),
    ("apps", "replicasets", "ReplicaSet", true),
    ("", "replicationcontrollers", "ReplicationController", true),
    ("batch", "cronjobs", "CronJob", true),
    ("batch", "jobs", "Job", false),
];

/// Sets of nodes that a search has come to as a whole already, so that nobody lists them again.
#[derive(Default)]
pub(super) struct Drained {
    sets: HashSet<(u8, String)>,
}

const ACCOUNTS: u8 = 0;
const RUNNING: u8 = 1;
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

    fn hop(
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
    fn first(&mut self, set: u8, key: &str) -> bool {
        self.drained.sets.insert((set, key.to_owned()))
    }

    /// Hops to all ServiceAccounts where a right counts.
    fn accounts(&mut self, held: &Held, technique: Technique, words: &str) {
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

    /// What new pods give, by themselves or through a controller.
    fn pods(&mut self, rights: &Rights<'_>) {
        let mut makers: Vec<(Held, Technique, String)> = Vec::new();
        for held in rights.unnamed(&["create"], "", "pods") {
            let words = format!("may create pods {}", held.place());
            makers.push((held, Technique::PodCreate, words));
        }
        for (group, resource, kind, changeable) in CONTROLLERS {
            for held in rights.unnamed(&["create"], group, resource) {
                let words = format!("may create {resource} {}", held.place());
                makers.push((held, Technique::PodCreate, words));
            }
            if changeable {
                for held in rights.on(&["update", "patch"], group, resource) {
                    for workload in self.workloads(&held, Some(kind)) {
                        let words = format!("may change the template of {workload}");
                        let here = Held {
                            namespace: Some(workload.namespace.clone()),
                            names: None,
                            grants: held.grants.clone(),
                        };
                        makers.push((here, Technique::WorkloadPatch, words));
                    }
                }
            }
        }
        let label = rights.on(&["update", "patch"], "", "namespaces");
        let volume = cluster_wide(rights.unnamed(&["create"], "", "persistentvolumes"));
        let claim = rights.unnamed(&["create"], "", "persistentvolumeclaims");
        let volume = both(&claim, &volume);
        for (held, technique, words) in &makers {
            self.owning_pods(held, words);
            for volume in both(std::slice::from_ref(held), &volume) {
                let words = format!("{words} with a volume of the node's file system");
                self.hop(Node::Host, Technique::HostVolume, words, &volume, None);
            }
            for label in &label {
                // A request for a namespace counts as one in it.
                let Some(both) = held.and(label) else {
                    continue;
                };
                let some = (self.graph.namespaces.keys()).find(|name| {
                    both.covers(name) && label.names(name) && !self.graph.is_open(name)
                });
                if let Some(name) = some {
                    let words =
                        format!("{words}, and take the Pod Security level from namespace {name}");
                    self.hop(Node::Host, Technique::NamespaceLabel, words, &both, None);
                }
            }
            let here = Held {
                names: None,
                ..held.clone()
            };
            self.accounts(&here, *technique, &format!("{words} that run as {{}}"));
        }
    }

    /// Pods that own their node, where Pod Security lets them through.
    fn owning_pods(&mut self, held: &Held, words: &str) {
        let graph = self.graph;
        let mut near = graph
            .namespaces
            .keys()
            .copied()
            .filter(|name| held.covers(name));
        let known: HashSet<&str> = (graph.cluster.objects.namespaces.iter())
            .map(|one| one.name.as_str())
            .collect();
        let open = |name: &str| graph.is_open(name);
        let words = match near.clone().find(|name| known.contains(name) && open(name)) {
            Some(name) => format!("{words}; Pod Security lets any pod into {name}"),
            // A namespace that is not among the objects may have a level, or none.
            None if known.is_empty() || near.any(|name| !known.contains(name) && open(name)) => {
                format!("{words}; nothing here says that Pod Security stops a privileged one")
            }
            None => return,
        };
        self.hop(Node::Host, Technique::HostPod, words, held, None);
    }

    fn workloads(&self, held: &Held, kind: Option<&str>) -> Vec<&'a Workload> {
        let all = self.graph.cluster.objects.workloads.iter();
        all.filter(|workload| {
            held.covers(&workload.namespace)
                && match kind {
                    Some(kind) => workload.kind == kind && held.names(&workload.name),
                    // The names of a controller's pods are not known before they are made.
                    None => {
                        held.names.is_none()
                            || (workload.kind == "Pod" && held.names(&workload.name))
                    }
                }
        })
        .collect()
    }

    /// What the pods that run already give.
    fn running(&mut self, rights: &Rights<'_>) {
        let ways: [(&[&str], &str, Technique, &str); 4] = [
            (
                &["create", "get"],
                "pods/exec",
                Technique::PodExec,
                "may run commands in",
            ),
            (
                &["create", "get"],
                "pods/attach",
                Technique::PodExec,
                "may attach to",
            ),
            (
                &["update", "patch"],
                "pods/ephemeralcontainers",
                Technique::PodPatch,
                "may add a container to",
            ),
            (
                &["update", "patch"],
                "pods",
                Technique::PodPatch,
                "may change the image of",
            ),
        ];
        for (verbs, resource, technique, words) in ways {
            for held in rights.on(verbs, "", resource) {
                let key = held.namespace.clone().unwrap_or_default();
                if held.names.is_none() && !self.first(RUNNING, &key) {
                    continue;
                }
                for workload in self.workloads(&held, None) {
                    self.inside(workload, &held, technique, words);
                }
            }
        }
    }

    /// What somebody has who is inside of a workload's pods.
    fn inside(&mut self, workload: &Workload, held: &Held, technique: Technique, words: &str) {
        let object = Some((workload.to_string(), workload.place));
        if self.has_token(workload) {
            let to = Subject::service_account(&workload.namespace, &workload.service_account);
            let words = format!("{words} {workload}, which runs as {{}}");
            self.hop(Node::Subject(to), technique, words, held, object.clone());
        }
        if let Some(host) = &workload.host {
            let words = format!("{words} {workload}, which owns its node ({host})");
            self.hop(Node::Host, technique, words, held, object);
        }
    }

    fn has_token(&self, workload: &Workload) -> bool {
        let accounts = &self.graph.cluster.objects.service_accounts;
        workload.automount.unwrap_or_else(|| {
            let account = accounts.iter().find(|account| {
                account.namespace == workload.namespace && account.name == workload.service_account
            });
            account
                .and_then(|account| account.automount)
                .unwrap_or(true)
        })
    }

    /// The pods of a node hold tokens.
    fn host(&mut self) {
        let nothing = Held {
            namespace: None,
            names: None,
            grants: Vec::<Grant>::new(),
        };
        if !self.first(RUNNING, "host") {
            return;
        }
        for workload in &self.graph.cluster.objects.workloads {
            if self.has_token(workload) {
                let to = Subject::service_account(&workload.namespace, &workload.service_account);
                let words = format!("takes the token of {{}} from {workload}, if that runs there");
                let object = Some((workload.to_string(), workload.place));
                self.hop(
                    Node::Subject(to),
                    Technique::TokenTheft,
                    words,
                    &nothing,
                    object,
                );
            }
        }
    }

    /// Changing pods that others create.
    fn mutate(&mut self, rights: &Rights<'_>) {
        let write = ["create", "update", "patch"];
        let hooks = rights.on(&write, ADMISSION, "mutatingwebhookconfigurations");
        let policies = rights.unnamed(&["create"], ADMISSION, "mutatingadmissionpolicies");
        let bound = rights.unnamed(&["create"], ADMISSION, "mutatingadmissionpolicybindings");
        let mut ways = cluster_wide(hooks);
        ways.extend(both(&cluster_wide(policies), &cluster_wide(bound)));
        for held in ways.into_iter().take(1) {
            for workload in &self.graph.cluster.objects.workloads {
                let words = "may change the pods of";
                self.inside(workload, &held, Technique::Mutate, words);
            }
            let open = self
                .graph
                .namespaces
                .keys()
                .any(|name| self.graph.is_open(name));
            if open || self.graph.namespaces.is_empty() {
                let words = "may make any new pod one that owns its node";
                self.hop(Node::Host, Technique::Mutate, words, &held, None);
            }
        }
    }
}
