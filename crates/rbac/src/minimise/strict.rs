//! Roles from requests that allow those requests and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crate::minimise::compat::sort;
use crate::minimise::{Generated, GeneratedRole, Request, subject_of};
use crate::model::{Rule, Subject};

/// What of the requests the rules keep; what they do not keep is allowed for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Rules name the objects that were asked for.
    pub names: bool,
    /// There is a Role for each namespace.
    pub namespaces: bool,
}

impl Default for Keep {
    fn default() -> Keep {
        Keep {
            names: true,
            namespaces: true,
        }
    }
}

type Verbs = BTreeSet<String>;
type Target = (String, String);

#[derive(Default)]
struct Seen {
    /// By group and resource: verbs without a name, and verbs by name.
    objects: BTreeMap<Target, (Verbs, BTreeMap<String, Verbs>)>,
    urls: BTreeMap<String, Verbs>,
}

/// The least roles for some requests.
#[must_use]
pub fn strict(requests: &[Request], keep: Keep) -> Generated {
    let mut roles: BTreeMap<(Subject, String), Seen> = BTreeMap::new();
    for request in requests {
        let namespace = if keep.namespaces {
            request.namespace.clone()
        } else {
            String::new()
        };
        let seen = roles
            .entry((subject_of(&request.user), namespace))
            .or_default();
        let verb = request.verb.clone();
        if !request.is_resource {
            seen.urls
                .entry(request.path.clone())
                .or_default()
                .insert(verb);
            continue;
        }
        let target = (request.group.clone(), request.combined());
        let (all, named) = seen.objects.entry(target).or_default();
        if keep.names && has_name(request) {
            named.entry(request.name.clone()).or_default().insert(verb);
        } else {
            all.insert(verb);
        }
    }
    let mut generated = Generated::default();
    let mut cluster: BTreeMap<Subject, Vec<Rule>> = BTreeMap::new();
    for ((subject, namespace), seen) in roles {
        let mut rules = seen.rules();
        if namespace.is_empty() {
            // The namespace sorts first, so that the ClusterRole is known before its subject's Roles.
            cluster.insert(subject.clone(), rules.clone());
        } else if let Some(own) = cluster.get(&subject) {
            rules.retain(|rule| !own.iter().any(|own| own.covers(rule)));
        }
        if !rules.is_empty() {
            generated.roles.push(GeneratedRole {
                namespace,
                subject,
                rules,
            });
        }
    }
    generated
}

/// Whether the name was known when the request was authorised. The log names objects that were created, too.
fn has_name(request: &Request) -> bool {
    let unnamed = match request.verb.as_str() {
        "create" => request.subresource.is_empty(),
        verb => verb == "deletecollection",
    };
    !request.name.is_empty() && !unnamed
}

impl Seen {
    fn rules(self) -> Vec<Rule> {
        // Resources of one group with the same verbs and names share a rule.
        let mut joined: BTreeMap<(String, Vec<String>, Vec<String>), Vec<String>> = BTreeMap::new();
        for ((group, resource), (all, named)) in self.objects {
            let mut names: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
            for (name, verbs) in named {
                let verbs: Vec<String> = verbs.difference(&all).cloned().collect();
                if !verbs.is_empty() {
                    names.entry(verbs).or_default().push(name);
                }
            }
            if !all.is_empty() {
                names.insert(all.into_iter().collect(), Vec::new());
            }
            for (verbs, names) in names {
                let key = (group.clone(), verbs, names);
                joined.entry(key).or_default().push(resource.clone());
            }
        }
        let mut rules: Vec<Rule> = joined
            .into_iter()
            .map(|((group, verbs, names), mut resources)| {
                sort(&mut resources);
                Rule {
                    verbs,
                    api_groups: vec![group],
                    resources,
                    resource_names: names,
                    urls: Vec::new(),
                }
            })
            .collect();
        rules.sort_by(|a, b| {
            (&a.api_groups, &a.resources, &a.resource_names).cmp(&(
                &b.api_groups,
                &b.resources,
                &b.resource_names,
            ))
        });
        let mut urls: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
        for (url, verbs) in self.urls {
            urls.entry(verbs.into_iter().collect())
                .or_default()
                .push(url);
        }
        rules.extend(urls.into_iter().map(|(verbs, urls)| Rule {
            verbs,
            urls,
            ..Rule::default()
        }));
        rules
    }
}
