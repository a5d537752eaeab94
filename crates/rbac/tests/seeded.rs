//! The seeded files of `testdata/rbac`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;

use kpol_diagnostics::SourceMap;
use kpol_rbac::audit::{Audited, CHECKS, audit};
use kpol_rbac::graph::{Graph, Hop, Node, Technique};
use kpol_rbac::{Cluster, Objects, Options, Subject};

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn read(name: &str) -> (SourceMap, Cluster) {
    let path = repository().join("testdata/rbac").join(name);
    let mut sources = SourceMap::new();
    let mut objects = Objects::default();
    let options = kpol_input::Options::default();
    for document in kpol_input::read_path(&mut sources, &path, &options).unwrap() {
        objects.add(&document).unwrap();
    }
    (sources, Cluster::new(objects, Options::default()))
}

fn techniques(path: &[&Hop]) -> Vec<&'static str> {
    path.iter().map(|hop| hop.technique.id()).collect()
}

#[test]
fn each_user_comes_to_its_goal_by_its_own_technique() {
    let (_, cluster) = read("escalation.yaml");
    let graph = Graph::new(&cluster);
    let cases: &[(&str, Node, &[&str])] = &[
        ("escalates", Node::ClusterAdmin, &["escalate"]),
        ("binds", Node::ClusterAdmin, &["bind"]),
        ("impersonates", Node::ClusterAdmin, &["impersonate"]),
        (
            "asks-for-tokens",
            Node::ClusterAdmin,
            &["token-request", "granted"],
        ),
        (
            "makes-secrets",
            Node::ClusterAdmin,
            &["token-secret", "granted"],
        ),
        (
            "creates-pods",
            Node::ClusterAdmin,
            &["pod-create", "granted"],
        ),
        ("executes", Node::ClusterAdmin, &["pod-exec", "granted"]),
        ("proxies", Node::Host, &["nodes-proxy"]),
        (
            "proxies",
            Node::ClusterAdmin,
            &["nodes-proxy", "token-theft", "granted"],
        ),
        ("certifies", Node::Secrets, &["certificate", "granted"]),
        ("mounts", Node::Host, &["host-volume"]),
        ("relabels", Node::Host, &["namespace-label"]),
        (
            "mutates",
            Node::ClusterAdmin,
            &["mutating-webhook", "granted"],
        ),
        (
            "patches",
            Node::ClusterAdmin,
            &["workload-patch", "granted"],
        ),
        ("reads", Node::ClusterAdmin, &["secret-read", "granted"]),
    ];
    for (user, goal, wanted) in cases {
        let search = graph.search(&Subject::user(*user), &[]);
        let path = search
            .path(goal)
            .unwrap_or_else(|| panic!("{user} does not come to {goal}"));
        assert_eq!(techniques(&path), *wanted, "{user} to {goal}");
        for hop in path
            .iter()
            .filter(|hop| hop.technique != Technique::TokenTheft)
        {
            assert!(!hop.grants.is_empty(), "{user}: {}", hop.words);
        }
        let cut = graph.cut(&Subject::user(*user), &[], goal, &path);
        let cut = cut.unwrap_or_else(|| panic!("nothing cuts {user} from {goal}"));
        assert_eq!(cut.bindings.len(), 1, "{user} to {goal}");
    }
}

#[test]
fn who_reads_pods_comes_to_nothing() {
    let (_, cluster) = read("escalation.yaml");
    let graph = Graph::new(&cluster);
    let search = graph.search(&Subject::user("looks"), &[]);
    for goal in Node::GOALS {
        assert!(!search.reaches(&goal), "{goal}");
    }
    assert!(search.is_empty());
}

#[test]
fn pod_security_stops_pods_that_own_their_node() {
    let (_, cluster) = read("escalation.yaml");
    let graph = Graph::new(&cluster);
    // All namespaces are restricted or baseline.
    let search = graph.search(&Subject::user("creates-pods"), &[]);
    let path = search.path(&Node::Host).unwrap();
    assert_eq!(techniques(&path), ["pod-create", "nodes-proxy"]);
}

#[test]
fn groups_count() {
    let (_, cluster) = read("escalation.yaml");
    let graph = Graph::new(&cluster);
    let search = graph.search(&Subject::user("looks"), &["system:masters".to_owned()]);
    assert!(search.reaches(&Node::ClusterAdmin));
}

#[test]
fn many_searches_at_once_say_the_same() {
    let (_, cluster) = read("escalation.yaml");
    let graph = Graph::new(&cluster);
    let starts = graph.starts();
    let paths = graph.paths_to(&starts, &[], &Node::ClusterAdmin);
    for (start, path) in starts.iter().zip(paths) {
        let alone = graph.search(start, &[]);
        let alone = alone.path(&Node::ClusterAdmin).map(|path| path.len());
        assert_eq!(path.map(|path| path.len()), alone, "{start}");
    }
}

#[test]
fn pictures_have_each_step() {
    let (_, cluster) = read("escalation.yaml");
    let graph = Graph::new(&cluster);
    let searches: Vec<_> = (graph.starts().iter())
        .map(|start| graph.search(start, &[]))
        .collect();
    let paths: Vec<Vec<&Hop>> = (searches.iter())
        .filter_map(|search| search.path(&Node::ClusterAdmin))
        .collect();
    let (dot, svg) = (graph.dot(&paths), graph.svg(&paths));
    for hop in paths.iter().flatten() {
        assert!(dot.contains(hop.technique.id()), "{}", hop.words);
        assert!(svg.contains(hop.technique.id()), "{}", hop.words);
    }
    assert!(dot.starts_with("digraph rbac {") && dot.ends_with("}\n"));
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert_eq!(svg.matches("<g").count(), svg.matches("</g>").count());
}

/// `# expect: ID` in front of each document, and what the audit found, by line.
#[test]
fn each_mistake_is_found_where_it_is() {
    let (sources, cluster) = read("mistakes.yaml");
    let found = audit(&cluster);
    let text = std::fs::read_to_string(repository().join("testdata/rbac/mistakes.yaml")).unwrap();
    let mut first = 1;
    let mut wanted = 0;
    let line = |one: &Audited| sources.line_col(cluster.span(one.place)).line as usize;
    for part in text.split("---\n") {
        let last = first + part.lines().count();
        if let Some(id) = part
            .lines()
            .find_map(|line| line.strip_prefix("# expect: "))
        {
            wanted += 1;
            let here: Vec<&str> = (found.iter())
                .filter(|one| (first..=last).contains(&line(one)))
                .map(|one| one.check.id)
                .collect();
            assert!(
                here.contains(&id),
                "no {id} in lines {first}-{last}, but {here:?}"
            );
        }
        first = last + 1;
    }
    assert!(wanted > 15);
}

#[test]
fn ids_are_unique_and_documented() {
    let docs = std::fs::read_to_string(repository().join("docs/rbac.md")).unwrap();
    let mut ids: Vec<&str> = CHECKS.iter().map(|check| check.id).collect();
    for check in CHECKS {
        let row = format!("| `{}` | {} |", check.id, check.severity.as_str());
        assert!(docs.contains(&row), "docs/rbac.md has no `{row}`");
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), CHECKS.len());
}
