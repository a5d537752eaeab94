//! The hops that pods give: new ones, those that run, and the nodes below them.

use std::collections::HashSet;

use crate::graph::edges::{Finder, RUNNING};
use crate::graph::rights::{Held, Rights, both, cluster_wide};
use crate::graph::{Node, Technique};
use crate::model::{Subject, Workload};

const ADMISSION: &str = "admissionregistration.k8s.io";

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

impl<'a> Finder<'_, 'a> {
    /// What new pods give, by themselves or through a controller.
    pub(super) fn pods(&mut self, rights: &Rights<'_>) {
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
    pub(super) fn running(&mut self, rights: &Rights<'_>) {
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
        let account = (
            workload.namespace.as_str(),
            workload.service_account.as_str(),
        );
        workload
            .automount
            .unwrap_or_else(|| !self.graph.unmounted.contains(&account))
    }

    /// The pods of a node hold tokens.
    pub(super) fn host(&mut self) {
        let nothing = Held {
            namespace: None,
            names: None,
            grants: Vec::new(),
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
    pub(super) fn mutate(&mut self, rights: &Rights<'_>) {
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
