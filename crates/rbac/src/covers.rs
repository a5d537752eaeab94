//! The escalation check: whether somebody's rules cover those of a role that they write or bind.

use std::collections::HashMap;

use crate::model::Rule;
use crate::rule::{has, url_covers};

impl Rule {
    /// The rule taken apart: each atom has one verb and one group and resource (and name), or one URL.
    pub fn atoms(&self) -> impl Iterator<Item = Rule> + '_ {
        let one = |text: &str| vec![text.to_owned()];
        let no_name: &[String] = &[];
        let named = !self.resource_names.is_empty();
        let objects = self.api_groups.iter().flat_map(move |group| {
            self.resources.iter().flat_map(move |resource| {
                self.verbs.iter().flat_map(move |verb| {
                    let atom = move || Rule {
                        verbs: one(verb),
                        api_groups: one(group),
                        resources: one(resource),
                        ..Rule::default()
                    };
                    let names = if named {
                        &self.resource_names[..]
                    } else {
                        no_name
                    };
                    let each = names.iter().map(move |name| Rule {
                        resource_names: one(name),
                        ..atom()
                    });
                    (!named).then(atom).into_iter().chain(each)
                })
            })
        });
        let urls = self.urls.iter().flat_map(move |url| {
            self.verbs.iter().map(move |verb| Rule {
                verbs: one(verb),
                urls: one(url),
                ..Rule::default()
            })
        });
        objects.chain(urls)
    }

    /// How many atoms it has.
    #[must_use]
    pub fn atom_count(&self) -> usize {
        let names = self.resource_names.len().max(1);
        (self.api_groups.len())
            .saturating_mul(self.resources.len())
            .saturating_mul(names)
            .saturating_add(self.urls.len())
            .saturating_mul(self.verbs.len())
    }

    /// Whether the rule covers another one as a whole.
    #[must_use]
    pub fn covers(&self, other: &Rule) -> bool {
        let all = |own: &[String], wanted: &[String]| wanted.iter().all(|item| has(own, item));
        let names = match (
            self.resource_names.is_empty(),
            other.resource_names.is_empty(),
        ) {
            (true, _) => true,
            (false, true) => false,
            // A name is a name: `*` is none.
            (false, false) => (other.resource_names.iter())
                .all(|name| self.resource_names.iter().any(|own| own == name)),
        };
        names
            && all(&self.verbs, &other.verbs)
            && all(&self.api_groups, &other.api_groups)
            && resources_cover(&self.resources, &other.resources)
            && other
                .urls
                .iter()
                .all(|url| self.urls.iter().any(|own| url_covers(own, url)))
    }
}

fn resources_cover(own: &[String], wanted: &[String]) -> bool {
    wanted.iter().all(|wanted| {
        has(own, wanted)
            || wanted.split_once('/').is_some_and(|(_, subresource)| {
                own.iter()
                    .any(|own| own.strip_prefix("*/") == Some(subresource))
            })
    })
}

/// Rules by what they are about, so that a cover is found without a look at all of them.
#[derive(Debug, Default)]
pub struct Coverage<'a> {
    by_resource: HashMap<&'a str, Vec<&'a Rule>>,
    urls: Vec<&'a Rule>,
}

impl<'a> Coverage<'a> {
    /// The coverage of some rules.
    pub fn new(rules: impl IntoIterator<Item = &'a Rule>) -> Coverage<'a> {
        let mut coverage = Coverage::default();
        for rule in rules {
            for resource in &rule.resources {
                (coverage.by_resource.entry(resource).or_default()).push(rule);
            }
            if !rule.urls.is_empty() {
                coverage.urls.push(rule);
            }
        }
        coverage
    }

    /// Whether one of the rules covers an atom.
    #[must_use]
    pub fn covers(&self, atom: &Rule) -> bool {
        let Some(resource) = atom.resources.first() else {
            return self.urls.iter().any(|own| own.covers(atom));
        };
        let wildcard = resource
            .split_once('/')
            .map(|(_, subresource)| format!("*/{subresource}"));
        [Some(resource.as_str()), Some("*"), wildcard.as_deref()]
            .into_iter()
            .flatten()
            .filter_map(|key| self.by_resource.get(key))
            .flatten()
            .any(|own| own.covers(atom))
    }

    /// The atoms of rules that none of the owner's rules covers.
    pub fn uncovered<'s>(
        &'s self,
        servant: impl IntoIterator<Item = &'s Rule> + 's,
    ) -> impl Iterator<Item = Rule> + 's {
        (servant.into_iter())
            .flat_map(Rule::atoms)
            .filter(|atom| !self.covers(atom))
    }
}

/// The atoms of the servant's rules that no rule of the owner covers: none is what the API server asks for before it
/// lets the owner write or bind such a role.
#[must_use]
pub fn uncovered(owner: &[Rule], servant: &[Rule]) -> Vec<Rule> {
    Coverage::new(owner).uncovered(servant).collect()
}
