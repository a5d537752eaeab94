//! Roles from requests as `audit2rbac` makes them: verbs, names and namespaces are widened.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::cluster::{Cluster, User};
use crate::minimise::{Generated, GeneratedRole, Request, subject_of};
use crate::model::{Rule, Subject};
use crate::rule::Action;

/// How far `audit2rbac` widens what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widening {
    /// The verbs that come with a verb.
    pub verbs: BTreeMap<String, Vec<String>>,
    /// Several names become all names.
    pub names: bool,
    /// Several namespaces become all namespaces.
    pub namespaces: bool,
}

impl Default for Widening {
    fn default() -> Widening {
        let more =
            |verb: &str, others: [&str; 2]| (verb.to_owned(), others.map(str::to_owned).to_vec());
        Widening {
            verbs: BTreeMap::from([
                more("watch", ["get", "list"]),
                more("list", ["get", "watch"]),
                more("update", ["get", "patch"]),
                more("patch", ["get", "update"]),
            ]),
            names: true,
            namespaces: true,
        }
    }
}

/// Roles that allow all requests, less what existing objects allow.
#[must_use]
pub fn widened(existing: &Cluster, requests: &[Request], widening: &Widening) -> Generated {
    let mut seen = HashSet::new();
    let mut requests: Vec<&Request> = requests.iter().filter(|one| seen.insert(*one)).collect();
    requests.sort_by(|a, b| broader(a).cmp(&broader(b)));
    let others = Others::of(&requests, widening);
    let mut drafts = Drafts::default();
    for request in requests {
        let user = User {
            name: Some(request.user.clone()),
            groups: request.groups.clone(),
        };
        if existing.authorise(&user, &request.action()).is_some() || drafts.allow(request) {
            continue;
        }
        if !request.is_resource {
            let rule = Rule {
                verbs: vec![request.verb.clone()],
                urls: vec![request.path.clone()],
                ..Rule::default()
            };
            drafts.add("", &request.user, rule);
            continue;
        }
        let (namespace, name) = others.widen(request, widening);
        let more = widening.verbs.get(&request.verb);
        let mut verbs = vec![request.verb.clone()];
        verbs.extend(more.into_iter().flatten().cloned());
        let rule = Rule {
            verbs,
            api_groups: vec![request.group.clone()],
            resources: vec![request.combined()],
            resource_names: (!name.is_empty())
                .then(|| name.to_owned())
                .into_iter()
                .collect(),
            urls: Vec::new(),
        };
        drafts.add(namespace, &request.user, rule);
    }
    drafts.finish()
}

/// Broad requests in front of narrow ones.
fn broader(request: &Request) -> impl Ord + '_ {
    let text = (
        request.group.as_str(),
        request.resource.as_str(),
        request.subresource.as_str(),
        request.namespace.as_str(),
        request.name.as_str(),
    );
    let rank = match request.verb.as_str() {
        "list" => 0,
        "get" => 2,
        _ => 1,
    };
    if request.is_resource {
        let named = (!request.namespace.is_empty(), !request.name.is_empty());
        (true, named, rank, text, request.verb.as_str(), "")
    } else {
        let none = ("", "", "", "", "");
        let path = request.path.as_str();
        (false, (false, false), 0, none, request.verb.as_str(), path)
    }
}

type Key<'a> = (
    (&'a str, &'a [String]),
    (&'a str, &'a str, &'a str, &'a str),
    (&'a str, &'a str),
);

/// The names and namespaces that requests have which are otherwise equal.
struct Others<'a> {
    groups: HashMap<Key<'a>, (BTreeSet<&'a str>, BTreeSet<&'a str>)>,
}

impl<'a> Others<'a> {
    fn of(requests: &[&'a Request], widening: &Widening) -> Others<'a> {
        let mut groups: HashMap<Key<'a>, (BTreeSet<&str>, BTreeSet<&str>)> = HashMap::new();
        for request in requests.iter().filter(|request| request.is_resource) {
            let (namespaces, names) = groups.entry(key(request, widening)).or_default();
            if !request.namespace.is_empty() {
                namespaces.insert(&request.namespace);
            }
            if !request.name.is_empty() {
                names.insert(&request.name);
            }
        }
        Others { groups }
    }

    /// The namespace and name of the rule for a request.
    fn widen<'r>(&self, request: &'r Request, widening: &Widening) -> (&'r str, &'r str) {
        let (mut namespace, mut name) = (request.namespace.as_str(), request.name.as_str());
        let several = |all: &BTreeSet<&str>, own: &str| all.iter().any(|other| *other != own);
        if let Some((namespaces, names)) = self.groups.get(&key(request, widening)) {
            if widening.namespaces && several(namespaces, namespace) {
                namespace = "";
            }
            if widening.names && several(names, name) {
                name = "";
            }
        }
        (namespace, name)
    }
}

/// What requests that only differ by what is widened have in common.
fn key<'a>(request: &'a Request, widening: &Widening) -> Key<'a> {
    let unless = |widened: bool, text: &'a str| if widened { "" } else { text };
    (
        (&request.user, &request.groups),
        (
            &request.verb,
            &request.group,
            &request.resource,
            &request.subresource,
        ),
        (
            unless(widening.namespaces, &request.namespace),
            unless(widening.names, &request.name),
        ),
    )
}

/// Roles that are being made, by namespace, in the order that they were begun.
#[derive(Default)]
struct Drafts {
    roles: Vec<(String, Subject, Vec<Rule>)>,
    /// The rules of a role by what they are about.
    index: HashMap<String, Vec<(usize, usize)>>,
}

impl Drafts {
    fn add(&mut self, namespace: &str, user: &str, rule: Rule) {
        let found = self.roles.iter().position(|(own, _, _)| own == namespace);
        let at = found.unwrap_or_else(|| {
            (self.roles).push((namespace.to_owned(), subject_of(user), Vec::new()));
            self.roles.len() - 1
        });
        if let Some((_, _, rules)) = self.roles.get_mut(at) {
            let about = rule.resources.first().cloned().unwrap_or_default();
            self.index.entry(about).or_default().push((at, rules.len()));
            rules.push(rule);
        }
    }

    fn allow(&self, request: &Request) -> bool {
        let action = request.action();
        let namespace = match action {
            Action::Resource { namespace, .. } => namespace,
            Action::Url { .. } => "",
        };
        let subject = subject_of(&request.user);
        let candidates = self.index.get(&request.combined());
        candidates.into_iter().flatten().any(|(role, rule)| {
            (self.roles.get(*role)).is_some_and(|(own, who, rules)| {
                (own.is_empty() || own == namespace)
                    && *who == subject
                    && rules.get(*rule).is_some_and(|rule| rule.allows(&action))
            })
        })
    }

    fn finish(self) -> Generated {
        let roles = self.roles.into_iter();
        Generated {
            roles: roles
                .map(|(namespace, subject, rules)| GeneratedRole {
                    namespace,
                    subject,
                    rules: compact(&rules),
                })
                .collect(),
        }
    }
}

/// Fewer rules that allow the same, as `audit2rbac` joins them.
fn compact(rules: &[Rule]) -> Vec<Rule> {
    let mut out: Vec<Rule> = Vec::new();
    let mut simple: Vec<Rule> = Vec::new();
    let mut at: HashMap<Rule, usize> = HashMap::new();
    for atom in rules.iter().flat_map(Rule::atoms) {
        if atom.resources.is_empty() {
            out.push(atom);
            continue;
        }
        let verb = atom.verbs.clone();
        let about = Rule {
            verbs: Vec::new(),
            ..atom
        };
        let index = *at.entry(about.clone()).or_insert_with(|| {
            simple.push(about);
            simple.len() - 1
        });
        if let Some(rule) = simple.get_mut(index) {
            rule.verbs.extend(verb);
        }
    }
    for mut rule in simple {
        sort(&mut rule.verbs);
        let joined = out.iter_mut().any(|own| {
            if own.verbs != rule.verbs || own.api_groups != rule.api_groups {
                return false;
            }
            if own.resources == rule.resources {
                own.resource_names
                    .extend(rule.resource_names.iter().cloned());
                sort(&mut own.resource_names);
                return true;
            }
            if own.resource_names == rule.resource_names {
                own.resources.extend(rule.resources.iter().cloned());
                sort(&mut own.resources);
                return true;
            }
            false
        });
        if !joined {
            out.push(rule);
        }
    }
    out.sort_by_cached_key(|rule| (rule.api_groups.join(","), quoted(rule)));
    out
}

pub(super) fn sort(list: &mut Vec<String>) {
    list.sort();
    list.dedup();
}

/// The text that Kubernetes sorts rules by.
fn quoted(rule: &Rule) -> String {
    let parts = [
        ("APIGroups", &rule.api_groups),
        ("Resources", &rule.resources),
        ("NonResourceURLs", &rule.urls),
        ("ResourceNames", &rule.resource_names),
        ("Verbs", &rule.verbs),
    ];
    let parts = parts.iter().filter(|(_, list)| !list.is_empty());
    let texts = parts.map(|(name, list)| {
        let items: Vec<String> = list.iter().map(|item| format!("{item:?}")).collect();
        format!("{name}:[{}]", items.join(" "))
    });
    format!("{{{}}}", texts.collect::<Vec<_>>().join(", "))
}
