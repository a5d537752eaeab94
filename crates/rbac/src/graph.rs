//! Who can become whom: privilege escalation as a graph.
//!
//! A [`Node`] is somebody, or something worth having: the cluster, a node of it, all its secrets. A [`Hop`] leads from
//! one to the next, by rights that some bindings give. Hops are found when a search comes to a node, so that the graph
//! is never held as a whole.

mod cut;
mod dot;
mod edges;
mod layout;
mod pods;
mod rights;
mod search;
mod svg;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

pub use crate::graph::cut::Cut;
pub use crate::graph::search::Search;

use crate::cluster::{Cluster, Grant};
use crate::model::{Place, Subject, SubjectKind, slashed};

/// Where a path begins, goes through, or ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// Everything in the cluster.
    ClusterAdmin,
    /// Root on a node: the pods that run there, and their tokens.
    Host,
    /// All secrets of the cluster.
    Secrets,
    /// Everything in a namespace.
    NamespaceAdmin(String),
    /// Who is bound to a role: its name, and where (nothing for all namespaces).
    Holder {
        /// The role's number.
        role: usize,
        /// Its name as it is shown.
        name: String,
        /// The namespace, or nothing.
        namespace: String,
    },
    /// Somebody.
    Subject(Subject),
}

impl Node {
    /// What paths are searched to.
    pub const GOALS: [Node; 3] = [Node::ClusterAdmin, Node::Host, Node::Secrets];
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::ClusterAdmin => f.write_str("cluster-admin"),
            Node::Host => f.write_str("root on a node"),
            Node::Secrets => f.write_str("all secrets"),
            Node::NamespaceAdmin(namespace) => write!(f, "admin of namespace {namespace}"),
            Node::Holder {
                name, namespace, ..
            } if namespace.is_empty() => write!(f, "holder of {name}"),
            Node::Holder {
                name, namespace, ..
            } => write!(f, "holder of {name} in {namespace}"),
            Node::Subject(subject) => subject.fmt(f),
        }
    }
}

/// How a hop is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Technique {
    /// A role grants it as it is.
    Granted,
    /// Writes a role with more than the own rights.
    Escalate,
    /// Binds a role with more than the own rights.
    Bind,
    /// Acts as somebody else.
    Impersonate,
    /// Asks for a ServiceAccount's token.
    TokenRequest,
    /// Makes a Secret that Kubernetes fills with a ServiceAccount's token, and reads it.
    TokenSecret,
    /// Reads a Secret that holds a ServiceAccount's token.
    SecretRead,
    /// Creates a pod that runs as a ServiceAccount.
    PodCreate,
    /// Changes the template of a workload.
    WorkloadPatch,
    /// Runs commands in a pod.
    PodExec,
    /// Changes the image of a pod, or adds a container to it.
    PodPatch,
    /// Creates a pod that owns its node.
    HostPod,
    /// Takes the Pod Security level from a namespace, and creates a pod that owns its node.
    NamespaceLabel,
    /// Creates a volume of the node's file system, and a pod with it.
    HostVolume,
    /// Runs commands through the kubelet.
    NodesProxy,
    /// Takes the tokens of the pods on a node.
    TokenTheft,
    /// Signs a certificate for somebody else.
    Certificate,
    /// Changes what others create.
    Mutate,
}

impl Technique {
    /// The stable name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Technique::Granted => "granted",
            Technique::Escalate => "escalate",
            Technique::Bind => "bind",
            Technique::Impersonate => "impersonate",
            Technique::TokenRequest => "token-request",
            Technique::TokenSecret => "token-secret",
            Technique::SecretRead => "secret-read",
            Technique::PodCreate => "pod-create",
            Technique::WorkloadPatch => "workload-patch",
            Technique::PodExec => "pod-exec",
            Technique::PodPatch => "pod-patch",
            Technique::HostPod => "host-pod",
            Technique::NamespaceLabel => "namespace-label",
            Technique::HostVolume => "host-volume",
            Technique::NodesProxy => "nodes-proxy",
            Technique::TokenTheft => "token-theft",
            Technique::Certificate => "certificate",
            Technique::Mutate => "mutating-webhook",
        }
    }
}

/// From one node to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Who does it.
    pub from: Node,
    /// What they have then.
    pub to: Node,
    /// How.
    pub technique: Technique,
    /// The same in words, after the one who does it: `creates a pod in namespace ci`.
    pub words: String,
    /// The rights that it takes.
    pub grants: Vec<Grant>,
    /// The object that it uses, and where that is written.
    pub object: Option<(String, Option<Place>)>,
}

/// A cluster with what a search needs beside roles.
#[derive(Debug)]
pub struct Graph<'a> {
    cluster: &'a Cluster,
    /// The Pod Security level of each namespace; none where it has none, or is not known.
    namespaces: BTreeMap<&'a str, Option<&'a str>>,
    accounts: BTreeMap<&'a str, BTreeSet<&'a str>>,
    users: Vec<&'a Subject>,
    groups: Vec<&'a Subject>,
    /// ServiceAccounts whose token pods do not get unless they ask for it.
    unmounted: HashSet<(&'a str, &'a str)>,
}

impl<'a> Graph<'a> {
    /// The graph of a cluster.
    #[must_use]
    pub fn new(cluster: &'a Cluster) -> Graph<'a> {
        let objects = &cluster.objects;
        let mut graph = Graph {
            cluster,
            namespaces: BTreeMap::new(),
            accounts: BTreeMap::new(),
            users: Vec::new(),
            groups: Vec::new(),
            unmounted: HashSet::new(),
        };
        let mut subjects: BTreeSet<&Subject> = BTreeSet::new();
        for binding in &objects.bindings {
            if !binding.namespace.is_empty() && !binding.builtin {
                graph.namespaces.insert(&binding.namespace, None);
            }
            subjects.extend(binding.subjects.iter().map(|(subject, _)| subject));
        }
        for subject in subjects {
            match subject.kind {
                SubjectKind::User if subject.identity().kind == SubjectKind::User => {
                    graph.users.push(subject);
                }
                SubjectKind::User => {}
                SubjectKind::Group => graph.groups.push(subject),
                SubjectKind::ServiceAccount => {
                    graph.account(&subject.namespace, &subject.name);
                }
            }
        }
        for account in &objects.service_accounts {
            graph.account(&account.namespace, &account.name);
            graph.namespaces.insert(&account.namespace, None);
            if account.automount == Some(false) {
                (graph.unmounted).insert((&account.namespace, &account.name));
            }
        }
        for workload in &objects.workloads {
            graph.account(&workload.namespace, &workload.service_account);
            graph.namespaces.insert(&workload.namespace, None);
        }
        for namespace in &objects.namespaces {
            graph
                .namespaces
                .insert(&namespace.name, namespace.enforce.as_deref());
        }
        graph
    }

    fn account(&mut self, namespace: &'a str, name: &'a str) {
        if namespace.is_empty() {
            return;
        }
        self.accounts.entry(namespace).or_default().insert(name);
    }

    /// The cluster.
    #[must_use]
    pub fn cluster(&self) -> &'a Cluster {
        self.cluster
    }

    /// Whether Pod Security lets a pod through that owns its node.
    fn is_open(&self, namespace: &str) -> bool {
        !matches!(
            self.namespaces.get(namespace),
            Some(Some("baseline" | "restricted"))
        )
    }

    /// All that searches may begin from: subjects of bindings that Kubernetes does not make itself.
    #[must_use]
    pub fn starts(&self) -> Vec<Subject> {
        let mut starts: BTreeSet<Subject> = BTreeSet::new();
        for binding in &self.cluster.objects.bindings {
            if binding.builtin {
                continue;
            }
            for (subject, _) in &binding.subjects {
                if !crate::cluster::is_default_binding(binding, subject) {
                    starts.insert(subject.identity());
                }
            }
        }
        starts.into_iter().collect()
    }

    /// What a grant says in words: binding, role, rule.
    #[must_use]
    pub fn grant_words(&self, grant: Grant) -> String {
        let Some(binding) = self.cluster.binding(grant.binding) else {
            return String::new();
        };
        let rule = grant.rule + 1;
        format!("{binding} → {}, rule {rule}", binding.role_words())
    }
}

/// The role as it is shown.
fn role_name(cluster: &Cluster, role: usize) -> String {
    cluster.role(role).map_or_else(String::new, |role| {
        format!("{} {}", role.kind(), slashed(&role.namespace, &role.name))
    })
}
