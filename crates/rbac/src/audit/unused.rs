//! ServiceAccounts that nothing runs under.

use std::collections::HashSet;

use crate::audit::catalogue::{Severity, UNUSED_ACCOUNT};
use crate::audit::{About, Audited, GrantPath};
use crate::cluster::{Cluster, User};
use crate::defaults::defaults;
use crate::model::{Scope, Subject};

pub(super) fn check(cluster: &Cluster, out: &mut Vec<Audited>) {
    let workloads = &cluster.objects.workloads;
    let used: HashSet<(&str, &str)> = workloads
        .iter()
        .map(|workload| {
            (
                workload.namespace.as_str(),
                workload.service_account.as_str(),
            )
        })
        .collect();
    let namespaces: HashSet<&str> = used.iter().map(|(namespace, _)| *namespace).collect();
    let system: HashSet<&Subject> = (defaults().bindings.iter())
        .flat_map(|binding| binding.subjects.iter().map(|(subject, _)| subject))
        .collect();
    for account in &cluster.objects.service_accounts {
        let (namespace, name) = (account.namespace.as_str(), account.name.as_str());
        let subject = Subject::service_account(namespace, name);
        let near =
            !workloads.is_empty() && (cluster.is_complete() || namespaces.contains(namespace));
        let skip = name == "default" || system.contains(&subject) || !near;
        if skip || used.contains(&(namespace, name)) {
            continue;
        }
        // What groups have is no matter of this account.
        let user = User {
            groups: Vec::new(),
            ..User::of(&subject)
        };
        let bindings = cluster.bindings_for(&user);
        let mut message = format!("{subject}: nothing runs under it");
        let severity = if bindings.is_empty() {
            Severity::Low
        } else {
            Severity::Medium
        };
        let roles: Vec<String> = (bindings.iter())
            .filter_map(|index| cluster.binding(*index))
            .map(|binding| match binding.scope {
                Scope::Cluster => format!("{} in every namespace", binding.role_words()),
                Scope::Namespaced => {
                    format!(
                        "{} in namespace {}",
                        binding.role_words(),
                        binding.namespace
                    )
                }
            })
            .collect();
        if !roles.is_empty() {
            message = format!("{message}, and it has {}", super::list(&roles));
        }
        out.push(Audited {
            check: &UNUSED_ACCOUNT,
            severity,
            message,
            object: About {
                api_version: "v1",
                kind: "ServiceAccount".to_owned(),
                namespace: account.namespace.clone(),
                name: account.name.clone(),
            },
            place: cluster.member(account.place, &["metadata", "name"]),
            subjects: vec![subject],
            paths: bindings
                .iter()
                .map(|binding| GrantPath {
                    binding: Some(*binding),
                    role: cluster.role_of(*binding),
                    rule: None,
                })
                .collect(),
        });
    }
}
