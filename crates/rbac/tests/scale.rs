//! Very many roles and bindings.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use kpol_rbac::graph::{Graph, Node};
use kpol_rbac::{
    Action, Binding, Cluster, Objects, Options, PlacedRule, Role, Rule, Scope, ServiceAccount,
    Subject,
};

/// Ten thousand of each: every role is about a ConfigMap, every hundredth about secrets, too.
fn objects() -> Objects {
    let mut objects = Objects::default();
    for number in 0..10_000 {
        let namespace = format!("ns{}", number % 500);
        let name = format!("r{number}");
        let rule = |resource: &str, verb: &str| PlacedRule {
            rule: Rule {
                verbs: vec![verb.to_owned()],
                api_groups: vec![String::new()],
                resources: vec![resource.to_owned()],
                ..Rule::default()
            },
            place: None,
            from: None,
        };
        let mut rules = vec![rule("configmaps", "get"), rule("pods", "create")];
        if number % 100 == 0 {
            rules.push(rule("secrets", "list"));
        }
        objects.roles.push(Role {
            scope: Scope::Namespaced,
            namespace: namespace.clone(),
            name: name.clone(),
            rules,
            ..Role::default()
        });
        objects.bindings.push(Binding {
            scope: Scope::Namespaced,
            namespace: namespace.clone(),
            name: name.clone(),
            role: name.clone(),
            subjects: vec![(Subject::service_account(&namespace, &name), None)],
            ..Binding::default()
        });
        objects.service_accounts.push(ServiceAccount {
            namespace,
            name,
            ..ServiceAccount::default()
        });
    }
    objects
}

#[test]
fn who_can_finds_the_few_among_many() {
    let cluster = Cluster::new(objects(), Options { defaults: false });
    let action = Action::Resource {
        verb: "list",
        group: "",
        resource: "secrets",
        subresource: "",
        namespace: "ns100",
        name: "",
    };
    assert_eq!(cluster.who_can(&action).len(), 20);
    assert_eq!(cluster.who_can_anywhere(&action).len(), 100);
}

#[test]
fn searches_end() {
    let cluster = Cluster::new(objects(), Options { defaults: false });
    let graph = Graph::new(&cluster);
    let starts = graph.starts();
    assert_eq!(starts.len(), 10_000);
    let paths = graph.paths_to(&starts, &[], &Node::ClusterAdmin);
    assert!(paths.iter().all(Option::is_none));
}
