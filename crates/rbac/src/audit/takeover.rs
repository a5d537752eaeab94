//! Workloads that can take the cluster over.

use std::collections::BTreeMap;

use crate::audit::catalogue::{Severity, TAKEOVER};
use crate::audit::{About, Audited, GrantPath, list};
use crate::cluster::{Cluster, User, is_default_binding};
use crate::graph::{Graph, Hop, Node};
use crate::model::{Subject, Workload};

pub(super) fn check(cluster: &Cluster, out: &mut Vec<Audited>) {
    let mut running: BTreeMap<Subject, Vec<&Workload>> = BTreeMap::new();
    for workload in cluster
        .objects
        .workloads
        .iter()
        .filter(|workload| !workload.owned)
    {
        let subject = Subject::service_account(&workload.namespace, &workload.service_account);
        running.entry(subject).or_default().push(workload);
    }
    running.retain(|subject, _| has_own_rights(cluster, subject));
    let starts: Vec<Subject> = running.keys().cloned().collect();
    let graph = Graph::new(cluster);
    let paths = graph.paths_to(&starts, &[], &Node::ClusterAdmin);
    for ((subject, workloads), path) in running.into_iter().zip(paths) {
        let Some(path) = path.filter(|path| !path.is_empty()) else {
            continue;
        };
        let Some(first) = workloads.first() else {
            continue;
        };
        let names: Vec<String> = workloads.iter().map(ToString::to_string).collect();
        out.push(Audited {
            check: &TAKEOVER,
            severity: Severity::High,
            message: format!(
                "{}: runs as {subject}, which {}",
                list(&names),
                steps(&path)
            ),
            object: About {
                api_version: version(&first.kind),
                kind: first.kind.clone(),
                namespace: first.namespace.clone(),
                name: first.name.clone(),
            },
            place: account_place(cluster, first),
            subjects: vec![subject],
            paths: (path.iter().flat_map(|hop| &hop.grants))
                .map(|grant| GrantPath {
                    binding: Some(grant.binding),
                    role: Some(grant.role),
                    rule: Some(grant.rule),
                })
                .collect(),
        });
    }
}

/// Whether some binding names the account itself; what everybody has is told elsewhere.
fn has_own_rights(cluster: &Cluster, subject: &Subject) -> bool {
    let user = User {
        groups: Vec::new(),
        ..User::of(subject)
    };
    cluster.bindings_for(&user).into_iter().any(|index| {
        cluster
            .binding(index)
            .is_some_and(|binding| !is_default_binding(binding, subject))
    })
}

fn steps(path: &[Hop]) -> String {
    let mut text = String::new();
    for (at, hop) in path.iter().enumerate() {
        if at > 0 {
            text.push_str("; that ");
        }
        text.push_str(&hop.words);
    }
    if let [only] = path
        && only.technique == crate::graph::Technique::Granted
    {
        return text;
    }
    format!("{text}: cluster-admin in {} steps", path.len())
}

fn version(kind: &str) -> &'static str {
    match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" => "apps/v1",
        "Job" | "CronJob" => "batch/v1",
        _ => "v1",
    }
}

/// Where a workload names its account.
fn account_place(cluster: &Cluster, workload: &Workload) -> Option<crate::model::Place> {
    let spec = crate::workload::template(&workload.kind).unwrap_or(&[]);
    let spec = cluster.member(workload.place, spec);
    cluster.member(spec, &["serviceAccountName"])
}
