//! Properties over small worlds, where everything can be tried.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use kpol_rbac::minimise::{Keep, Request, Widening, strict, widened};
use kpol_rbac::{
    Action, Binding, Cluster, Coverage, Objects, Options, PlacedRule, Role, Rule, Scope, Selector,
    Subject, User, uncovered,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const VERBS: [&str; 4] = ["get", "list", "create", "*"];
const GROUPS: [&str; 3] = ["", "apps", "*"];
const RESOURCES: [&str; 7] = [
    "pods",
    "pods/exec",
    "deployments",
    "*",
    "*/exec",
    "pods/*",
    "*/scale",
];
const NAMES: [&str; 2] = ["a", "b"];
const URLS: [&str; 4] = ["/healthz", "/api/*", "*", "/api"];
const NAMESPACES: [&str; 2] = ["one", "two"];

fn some(items: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<String>> {
    vec(select(items).prop_map(str::to_owned), 0..=most)
}

fn rule() -> impl Strategy<Value = Rule> {
    (
        some(&VERBS, 2),
        some(&GROUPS, 2),
        some(&RESOURCES, 2),
        some(&NAMES, 1),
        some(&URLS, 1),
    )
        .prop_map(
            |(verbs, api_groups, resources, resource_names, urls)| Rule {
                verbs,
                api_groups,
                resources,
                resource_names,
                urls,
            },
        )
}

/// Every request of the world.
fn actions() -> Vec<Action<'static>> {
    let mut out = Vec::new();
    for verb in ["get", "list", "create", "delete"] {
        for group in ["", "apps", "other"] {
            for (resource, subresource) in [
                ("pods", ""),
                ("pods", "exec"),
                ("deployments", "scale"),
                ("deployments", ""),
                ("pods", "*"),
            ] {
                for namespace in ["", "one", "two"] {
                    for name in ["", "a", "b", "c"] {
                        out.push(Action::Resource {
                            verb,
                            group,
                            resource,
                            subresource,
                            namespace,
                            name,
                        });
                    }
                }
            }
        }
        for path in ["/healthz", "/api", "/api/v1", "/other"] {
            out.push(Action::Url { verb, path });
        }
    }
    out
}

/// The rules of matching, written down once more and in another way.
fn allowed(rule: &Rule, action: &Action<'_>) -> bool {
    let any =
        |list: &[String], texts: &[&str]| list.iter().any(|item| texts.contains(&item.as_str()));
    match *action {
        Action::Url { verb, path } => {
            any(&rule.verbs, &["*", verb])
                && rule.urls.iter().any(|own| match own.strip_suffix('*') {
                    Some(prefix) => path.starts_with(prefix.trim_end_matches('*')),
                    None => own == path,
                })
        }
        Action::Resource {
            verb,
            group,
            resource,
            subresource,
            name,
            ..
        } => {
            let (whole, every) = if subresource.is_empty() {
                (resource.to_owned(), "*".to_owned())
            } else {
                (
                    format!("{resource}/{subresource}"),
                    format!("*/{subresource}"),
                )
            };
            any(&rule.verbs, &["*", verb])
                && any(&rule.api_groups, &["*", group])
                && any(&rule.resources, &["*", &whole, &every])
                && (rule.resource_names.is_empty() || any(&rule.resource_names, &[name]))
        }
    }
}

fn subjects() -> Vec<Subject> {
    vec![
        Subject::user("alice"),
        Subject::group("team"),
        Subject::service_account("one", "web"),
        Subject::user("system:serviceaccount:one:web"),
        Subject::group("system:serviceaccounts:one"),
        Subject::group("system:authenticated"),
    ]
}

fn world() -> impl Strategy<Value = Cluster> {
    let role = (any::<bool>(), select(&NAMESPACES[..]), vec(rule(), 0..3));
    let binding = (
        any::<bool>(),
        select(&NAMESPACES[..]),
        (any::<bool>(), 0..4_usize),
        vec(select(subjects()), 0..3),
    );
    (vec(role, 1..5), vec(binding, 0..6)).prop_map(|(roles, bindings)| {
        let mut objects = Objects::default();
        for (number, (cluster, namespace, rules)) in roles.into_iter().enumerate() {
            objects.roles.push(Role {
                scope: if cluster {
                    Scope::Cluster
                } else {
                    Scope::Namespaced
                },
                namespace: if cluster {
                    String::new()
                } else {
                    namespace.to_owned()
                },
                name: format!("r{number}"),
                rules: placed(rules),
                ..Role::default()
            });
        }
        for (number, (cluster, namespace, (of_cluster, role), who)) in
            bindings.into_iter().enumerate()
        {
            objects.bindings.push(Binding {
                scope: if cluster {
                    Scope::Cluster
                } else {
                    Scope::Namespaced
                },
                namespace: if cluster {
                    String::new()
                } else {
                    namespace.to_owned()
                },
                name: format!("b{number}"),
                cluster_role: cluster || of_cluster,
                role: format!("r{role}"),
                subjects: who.into_iter().map(|who| (who, None)).collect(),
                ..Binding::default()
            });
        }
        Cluster::new(objects, Options { defaults: false })
    })
}

fn placed(rules: Vec<Rule>) -> Vec<PlacedRule> {
    let placed = |rule| PlacedRule {
        rule,
        place: None,
        from: None,
    };
    rules.into_iter().map(placed).collect()
}

fn names(user: &User, subject: &Subject) -> bool {
    match subject.identity() {
        Subject {
            kind: kpol_rbac::SubjectKind::Group,
            name,
            ..
        } => user.groups.contains(&name),
        other => user.name == User::of(&other).name,
    }
}

fn request() -> impl Strategy<Value = Request> {
    (
        select(&["get", "list", "create", "deletecollection", "update"][..]),
        select(&["", "apps"][..]),
        select(&["pods", "deployments"][..]),
        select(&["", "exec"][..]),
        select(&["", "one", "two"][..]),
        select(&["", "a", "b"][..]),
    )
        .prop_map(
            |(verb, group, resource, subresource, namespace, name)| Request {
                user: "alice".to_owned(),
                verb: verb.to_owned(),
                is_resource: true,
                group: group.to_owned(),
                resource: resource.to_owned(),
                subresource: subresource.to_owned(),
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                ..Request::default()
            },
        )
}

/// Whether the name was known when the request was authorised.
fn authorised(request: &Request) -> Request {
    let unnamed = request.verb == "deletecollection"
        || (request.verb == "create" && request.subresource.is_empty());
    Request {
        name: if unnamed {
            String::new()
        } else {
            request.name.clone()
        },
        ..request.clone()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn matching_is_as_written_down(rule in rule()) {
        for action in actions() {
            prop_assert_eq!(rule.allows(&action), allowed(&rule, &action), "{:?} {:?}", rule, action);
        }
    }

    #[test]
    fn who_can_lists_whom_authorise_allows(cluster in world()) {
        for action in actions() {
            let grants = cluster.who_can(&action);
            for subject in subjects() {
                let user = User::of(&subject);
                let listed = grants.iter().any(|grant| {
                    cluster.binding(grant.binding).unwrap().subjects.iter().any(|(who, _)| names(&user, who))
                });
                prop_assert_eq!(listed, cluster.authorise(&user, &action).is_some(), "{} {:?}", subject, action);
            }
            for grant in grants {
                prop_assert!(cluster.rule(grant).unwrap().rule.allows(&action));
            }
        }
    }

    #[test]
    fn covers_is_every_atom_by_one_rule(owner in vec(rule(), 0..4), servant in vec(rule(), 0..3)) {
        let left = uncovered(&owner, &servant);
        let coverage = Coverage::new(&owner);
        let mut again = Vec::new();
        for atom in servant.iter().flat_map(Rule::atoms) {
            let covered = owner.iter().any(|own| own.covers(&atom));
            prop_assert_eq!(coverage.covers(&atom), covered, "{:?}", atom);
            if !covered {
                again.push(atom);
            }
        }
        prop_assert_eq!(&left, &again);
        // What is covered is allowed.
        if left.is_empty() {
            for action in actions() {
                if servant.iter().any(|rule| allowed(rule, &action)) {
                    prop_assert!(owner.iter().any(|rule| allowed(rule, &action)), "{:?}", action);
                }
            }
        }
    }

    #[test]
    fn atoms_allow_what_their_rule_allows(rule in rule()) {
        prop_assert_eq!(rule.atoms().count(), rule.atom_count());
        for action in actions() {
            prop_assert_eq!(rule.atoms().any(|atom| atom.allows(&action)), rule.allows(&action), "{:?}", action);
        }
    }

    #[test]
    fn aggregation_is_the_union(parts in vec((any::<bool>(), vec(rule(), 0..3)), 0..5)) {
        let label = ("part".to_owned(), "yes".to_owned());
        let mut objects = Objects::default();
        objects.roles.push(Role {
            name: "all".to_owned(),
            aggregation: Some(vec![Selector { labels: vec![label.clone()], expressions: Vec::new() }]),
            // Selects itself, and is selected by nobody's rules of its own.
            labels: vec![label.clone()],
            ..Role::default()
        });
        for (number, (chosen, rules)) in parts.iter().enumerate() {
            objects.roles.push(Role {
                name: format!("p{number}"),
                labels: chosen.then(|| label.clone()).into_iter().collect(),
                rules: placed(rules.clone()),
                ..Role::default()
            });
        }
        let cluster = Cluster::new(objects, Options { defaults: false });
        let all = cluster.role(0).unwrap();
        for action in actions() {
            let wanted = parts.iter().any(|(chosen, rules)| *chosen && rules.iter().any(|rule| allowed(rule, &action)));
            prop_assert_eq!(all.rules.iter().any(|placed| placed.rule.allows(&action)), wanted, "{:?}", action);
        }
    }

    #[test]
    fn strict_roles_allow_what_was_seen_and_nothing_else(requests in vec(request(), 0..12)) {
        let generated = strict(&requests, Keep::default());
        prop_assert!(generated.misses(&requests.iter().map(authorised).collect::<Vec<_>>()).is_empty());
        for action in actions() {
            let Action::Resource { verb, group, resource, subresource, namespace, name } = action else { continue };
            let seen = requests.iter().map(authorised).any(|own| {
                own.verb == verb && own.group == group && own.resource == resource && own.subresource == subresource
                    && (own.namespace.is_empty() || own.namespace == namespace)
                    && (own.name.is_empty() || own.name == name)
            });
            let one = Request {
                user: "alice".to_owned(), verb: verb.to_owned(), is_resource: true, group: group.to_owned(),
                resource: resource.to_owned(), subresource: subresource.to_owned(), namespace: namespace.to_owned(),
                name: name.to_owned(), ..Request::default()
            };
            prop_assert_eq!(generated.misses(std::slice::from_ref(&one)).is_empty(), seen, "{:?}", action);
        }
    }

    #[test]
    fn widened_roles_allow_what_was_seen(requests in vec(request(), 0..12), names: bool, namespaces: bool) {
        let nothing = Cluster::new(Objects::default(), Options { defaults: false });
        let widening = Widening { names, namespaces, ..Widening::default() };
        let generated = widened(&nothing, &requests, &widening);
        prop_assert!(generated.misses(&requests).is_empty());
    }

    #[test]
    fn subjects_are_read_from_any_text(text in ".{0,40}") {
        let subject = Subject::parse(&text);
        prop_assert_eq!(subject.identity().identity(), subject.identity());
    }

    #[test]
    fn printed_subjects_are_read_back(subject in select(subjects())) {
        prop_assert_eq!(Subject::parse(&subject.to_string()), subject.identity());
    }

    #[test]
    fn objects_of_any_shape_are_read_or_refused(text in "\\{\"(rules|subjects|roleRef|metadata|aggregationRule)\":(null|\\[\\]|\\{\\}|\"x\"|1|\\[null\\]|\\[1\\]|\\[\\{\\}\\]|\\[\\{\"verbs\":\"get\"\\}\\])\\}", kind in select(&["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"][..])) {
        let text = text.replacen('{', &format!("{{\"apiVersion\":\"rbac.authorization.k8s.io/v1\",\"kind\":\"{kind}\","), 1);
        let mut sources = kpol_diagnostics::SourceMap::new();
        let documents = kpol_input::read_str(&mut sources, "x", &text, kpol_input::Format::Json).unwrap();
        let mut objects = Objects::default();
        for document in &documents {
            let _ = objects.add(document);
        }
        let cluster = Cluster::new(objects, Options::default());
        let _ = kpol_rbac::audit::audit(&cluster);
    }
}
