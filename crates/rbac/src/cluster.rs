//! All roles and bindings, ready for questions.

use std::collections::{HashMap, HashSet};

use kpol_diagnostics::Span;
use kpol_input::{Document, NodeId};

use crate::aggregate::aggregate;
use crate::covers::Coverage;
use crate::defaults::{Defaults, defaults};
use crate::model::{Binding, Objects, Place, PlacedRule, Role, Rule, Scope, Subject, SubjectKind};
use crate::rule::Action;

/// Who asks: a name, and groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// The user name; none where somebody is known by a group only.
    pub name: Option<String>,
    /// All groups.
    pub groups: Vec<String>,
}

impl User {
    /// Somebody that a binding may name, with the groups that the API server adds.
    #[must_use]
    pub fn of(subject: &Subject) -> User {
        let subject = subject.identity();
        let mut groups = Vec::new();
        let name = match subject.kind {
            SubjectKind::ServiceAccount => {
                groups.push("system:serviceaccounts".to_owned());
                groups.push(format!("system:serviceaccounts:{}", subject.namespace));
                Some(format!(
                    "system:serviceaccount:{}:{}",
                    subject.namespace, subject.name
                ))
            }
            SubjectKind::User => Some(subject.name.clone()),
            SubjectKind::Group => {
                groups.push(subject.name.clone());
                if subject.name.starts_with("system:serviceaccounts:") {
                    groups.push("system:serviceaccounts".to_owned());
                }
                None
            }
        };
        let anonymous = matches!(
            subject.name.as_str(),
            "system:anonymous" | "system:unauthenticated"
        ) && subject.kind != SubjectKind::ServiceAccount;
        let all = if anonymous {
            "system:unauthenticated"
        } else {
            "system:authenticated"
        };
        if !groups.iter().any(|group| group == all) {
            groups.push(all.to_owned());
        }
        User { name, groups }
    }

    /// Whether the API server asks no authorizer at all.
    #[must_use]
    pub fn is_master(&self) -> bool {
        self.groups.iter().any(|group| group == MASTERS)
    }
}

/// The group that may do everything, whatever roles say.
pub const MASTERS: &str = "system:masters";

/// What allows something: a binding, the role that it refers to, and a rule of it, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// The binding's number.
    pub binding: usize,
    /// The role's number.
    pub role: usize,
    /// The rule's number in the role.
    pub rule: usize,
}

/// Roles and bindings with their indexes.
#[derive(Debug, Default)]
pub struct Cluster {
    pub(crate) objects: Objects,
    /// What aggregated roles had written themselves.
    pub(crate) overwritten: HashMap<usize, Vec<PlacedRule>>,
    /// The role of each binding.
    role_of: Vec<Option<usize>>,
    /// The bindings of each role.
    bindings_of: Vec<Vec<usize>>,
    subjects: HashMap<Subject, Vec<usize>>,
    by_resource: HashMap<String, Vec<(usize, usize)>>,
    url_rules: Vec<(usize, usize)>,
    roles: HashMap<(Scope, String, String), usize>,
    complete: bool,
}

/// How a [`Cluster`] is made.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Adds Kubernetes' own roles and bindings where the documents have none of them.
    pub defaults: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { defaults: true }
    }
}

impl Cluster {
    /// Makes a cluster of what was read.
    #[must_use]
    pub fn new(mut objects: Objects, options: Options) -> Cluster {
        let complete = objects
            .roles
            .iter()
            .any(|role| role.scope == Scope::Cluster && role.name == "system:basic-user");
        if options.defaults && !complete {
            let Defaults { roles, bindings } = defaults();
            let own: HashSet<(Scope, &str, &str)> = objects.roles.iter().map(role_key).collect();
            let bound: HashSet<(Scope, &str, &str)> =
                objects.bindings.iter().map(binding_key).collect();
            let created = |name: &str| !name.starts_with("kubeadm:");
            let roles: Vec<Role> = (roles.iter())
                .filter(|role| created(&role.name) && !own.contains(&role_key(role)))
                .cloned()
                .collect();
            let bindings: Vec<Binding> = (bindings.iter())
                .filter(|binding| created(&binding.name) && !bound.contains(&binding_key(binding)))
                .cloned()
                .collect();
            objects.roles.extend(roles);
            objects.bindings.extend(bindings);
        }
        let overwritten = aggregate(&mut objects.roles);
        let mut cluster = Cluster {
            overwritten,
            complete,
            ..Cluster::default()
        };
        cluster.index(&objects);
        cluster.objects = objects;
        cluster
    }

    fn index(&mut self, objects: &Objects) {
        for (index, role) in objects.roles.iter().enumerate() {
            let (scope, namespace, name) = role_key(role);
            // Of two with one name the last counts, as if they were applied in turn.
            self.roles
                .insert((scope, namespace.to_owned(), name.to_owned()), index);
            for (at, placed) in role.rules.iter().enumerate() {
                for resource in &placed.rule.resources {
                    match self.by_resource.get_mut(resource) {
                        Some(list) => list.push((index, at)),
                        None => {
                            self.by_resource.insert(resource.clone(), vec![(index, at)]);
                        }
                    }
                }
                if !placed.rule.urls.is_empty() {
                    self.url_rules.push((index, at));
                }
            }
        }
        self.bindings_of = vec![Vec::new(); objects.roles.len()];
        for (index, binding) in objects.bindings.iter().enumerate() {
            let key = if binding.cluster_role {
                (Scope::Cluster, String::new(), binding.role.clone())
            } else {
                (
                    Scope::Namespaced,
                    binding.namespace.clone(),
                    binding.role.clone(),
                )
            };
            let role = self.roles.get(&key).copied();
            self.role_of.push(role);
            if let Some(list) = role.and_then(|role| self.bindings_of.get_mut(role)) {
                list.push(index);
            }
            for (subject, _) in &binding.subjects {
                let list = self.subjects.entry(subject.identity()).or_default();
                if list.last() != Some(&index) {
                    list.push(index);
                }
            }
        }
    }

    /// What was read, and what was added; aggregated roles have their rules.
    #[must_use]
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// Whether this is all of a cluster, with Kubernetes' own roles: what is not there does not exist.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The binding of a number.
    #[must_use]
    pub fn binding(&self, index: usize) -> Option<&Binding> {
        self.objects.bindings.get(index)
    }

    /// The role of a number.
    #[must_use]
    pub fn role(&self, index: usize) -> Option<&Role> {
        self.objects.roles.get(index)
    }

    /// The rule of a grant.
    #[must_use]
    pub fn rule(&self, grant: Grant) -> Option<&PlacedRule> {
        self.role(grant.role)?.rules.get(grant.rule)
    }

    /// The number of the role that a binding refers to; none where it is missing.
    #[must_use]
    pub fn role_of(&self, binding: usize) -> Option<usize> {
        self.role_of.get(binding).copied().flatten()
    }

    /// The bindings of a role.
    #[must_use]
    pub fn bindings_of(&self, role: usize) -> &[usize] {
        self.bindings_of.get(role).map_or(&[], Vec::as_slice)
    }

    /// The number of a role by its name.
    #[must_use]
    pub fn find_role(&self, scope: Scope, namespace: &str, name: &str) -> Option<usize> {
        let key = (scope, namespace.to_owned(), name.to_owned());
        self.roles.get(&key).copied()
    }

    /// All subjects that some binding names, in order.
    #[must_use]
    pub fn subjects(&self) -> Vec<Subject> {
        let mut all: Vec<Subject> = self.subjects.keys().cloned().collect();
        all.sort();
        all
    }

    /// The bindings that name one of somebody's names, ClusterRoleBindings first.
    #[must_use]
    pub fn bindings_for(&self, user: &User) -> Vec<usize> {
        let name = user.name.iter().map(|name| Subject::user(name).identity());
        let groups = user.groups.iter().map(Subject::group);
        let mut found: Vec<usize> = name
            .chain(groups)
            .filter_map(|subject| self.subjects.get(&subject))
            .flatten()
            .copied()
            .collect();
        found.sort_unstable_by_key(|index| {
            (
                self.binding(*index)
                    .is_none_or(|binding| binding.scope == Scope::Namespaced),
                *index,
            )
        });
        found.dedup();
        found
    }

    /// The grant by which RBAC allows an action, if it does. The group `system:masters` is no matter of RBAC.
    #[must_use]
    pub fn authorise(&self, user: &User, action: &Action<'_>) -> Option<Grant> {
        self.bindings_for(user)
            .into_iter()
            .find_map(|binding| self.allows(binding, action))
    }

    /// The grant of a binding that allows an action to its subjects.
    #[must_use]
    pub fn allows(&self, binding: usize, action: &Action<'_>) -> Option<Grant> {
        if !self.reaches(binding, action) {
            return None;
        }
        let role = self.role_of(binding)?;
        let rules = &self.role(role)?.rules;
        let rule = rules.iter().position(|own| own.rule.allows(action))?;
        Some(Grant {
            binding,
            role,
            rule,
        })
    }

    /// Whether a binding counts for the namespace of an action.
    fn reaches(&self, binding: usize, action: &Action<'_>) -> bool {
        let namespace = action.namespace();
        self.binding(binding)
            .is_some_and(|found| match found.scope {
                Scope::Cluster => true,
                Scope::Namespaced => !namespace.is_empty() && found.namespace == namespace,
            })
    }

    /// All bindings that allow an action, each by the first of its rules that does, in the order that Kubernetes looks
    /// at them: ClusterRoleBindings, then RoleBindings.
    #[must_use]
    pub fn who_can(&self, action: &Action<'_>) -> Vec<Grant> {
        self.holders(action, |binding| self.reaches(binding, action))
    }

    /// The same wherever bindings are, whatever namespace the action has.
    #[must_use]
    pub fn who_can_anywhere(&self, action: &Action<'_>) -> Vec<Grant> {
        self.holders(action, |_| true)
    }

    fn holders(&self, action: &Action<'_>, reaches: impl Fn(usize) -> bool) -> Vec<Grant> {
        let mut rules: Vec<(usize, usize)> = match *action {
            Action::Resource {
                resource,
                subresource,
                ..
            } => {
                let mut keys = vec!["*".to_owned()];
                if subresource.is_empty() {
                    keys.push(resource.to_owned());
                } else {
                    keys.push(format!("{resource}/{subresource}"));
                    keys.push(format!("*/{subresource}"));
                }
                let lists = keys.iter().filter_map(|key| self.by_resource.get(key));
                lists.flatten().copied().collect()
            }
            Action::Url { .. } => self.url_rules.clone(),
        };
        rules.sort_unstable();
        rules.dedup();
        let mut grants: Vec<Grant> = Vec::new();
        let mut last = None;
        for (role, rule) in rules {
            let allowed = self
                .role(role)
                .and_then(|found| found.rules.get(rule))
                .is_some_and(|placed| placed.rule.allows(action));
            if !allowed || last == Some(role) {
                continue;
            }
            last = Some(role);
            let bindings = self.bindings_of(role).iter().copied();
            grants.extend(
                bindings
                    .filter(|binding| reaches(*binding))
                    .map(|binding| Grant {
                        binding,
                        role,
                        rule,
                    }),
            );
        }
        grants.sort_by_key(|grant| {
            (
                self.binding(grant.binding)
                    .is_none_or(|binding| binding.scope == Scope::Namespaced),
                grant.binding,
            )
        });
        grants
    }

    /// All subjects that may do something, as Kubernetes lists them: `system:masters`, the superuser if there is one,
    /// and those of bindings in their order, each once.
    #[must_use]
    pub fn allowed_subjects(&self, action: &Action<'_>, superuser: Option<&str>) -> Vec<Subject> {
        let mut seen = HashSet::new();
        let first = std::iter::once(Subject::group(MASTERS)).chain(superuser.map(Subject::user));
        let bound = self.who_can(action).into_iter().flat_map(|grant| {
            let subjects = self.binding(grant.binding).map(|found| &found.subjects);
            subjects.into_iter().flatten().map(|(who, _)| who.clone())
        });
        first
            .chain(bound)
            .filter(|subject| seen.insert(subject.clone()))
            .collect()
    }

    /// The rules of a role that are not those of Kubernetes' own role of that name; all of them for other roles.
    #[must_use]
    pub fn own_rules(&self, role: usize) -> Vec<usize> {
        let Some(role) = self.role(role) else {
            return Vec::new();
        };
        let all = 0..role.rules.len();
        match default_coverage(role) {
            None => all.collect(),
            Some(coverage) => all
                .filter(|at| {
                    role.rules.get(*at).is_some_and(|placed| {
                        placed.place.is_some() && !covered(&coverage, &placed.rule)
                    })
                })
                .collect(),
        }
    }

    /// The document and node of a place.
    #[must_use]
    pub fn node(&self, place: Place) -> Option<(&Document, NodeId)> {
        let document = self.objects.documents.get(place.document as usize)?;
        Some((document, place.node))
    }

    /// The bytes of a place.
    #[must_use]
    pub fn span(&self, place: Option<Place>) -> Span {
        place
            .and_then(|place| self.node(place))
            .map_or(Span::NOWHERE, |(document, node)| document.span(node))
    }
}

/// Whether every atom of a rule is covered; a rule with very many atoms counts as not.
fn covered(coverage: &Coverage<'_>, rule: &Rule) -> bool {
    rule.atom_count() <= 100_000 && rule.atoms().all(|atom| coverage.covers(&atom))
}

/// Kubernetes' own rules for a role of this name, aggregated.
fn default_coverage(role: &Role) -> Option<Coverage<'static>> {
    use std::sync::OnceLock;
    type Table = HashMap<(Scope, String, String), Vec<Rule>>;
    static RULES: OnceLock<Table> = OnceLock::new();
    let table = RULES.get_or_init(|| {
        let mut roles = defaults().roles.clone();
        aggregate(&mut roles);
        roles
            .into_iter()
            .map(|role| {
                let rules = role.rules.into_iter().map(|placed| placed.rule).collect();
                ((role.scope, role.namespace, role.name), rules)
            })
            .collect()
    });
    let key = (role.scope, role.namespace.clone(), role.name.clone());
    table.get(&key).map(Coverage::new)
}

/// Whether Kubernetes has a role of this name itself.
#[must_use]
pub fn is_default_role(role: &Role) -> bool {
    defaults()
        .roles
        .iter()
        .any(|own| role_key(own) == role_key(role))
}

/// Whether Kubernetes itself makes a binding for a subject.
#[must_use]
pub fn is_default_binding(binding: &Binding, subject: &Subject) -> bool {
    (defaults().bindings.iter()).any(|own| {
        binding_key(own) == binding_key(binding)
            && own.role == binding.role
            && own.cluster_role == binding.cluster_role
            && own.subjects.iter().any(|(known, _)| known == subject)
    })
}

pub(crate) fn role_key(role: &Role) -> (Scope, &str, &str) {
    (role.scope, &role.namespace, &role.name)
}

pub(crate) fn binding_key(binding: &Binding) -> (Scope, &str, &str) {
    (binding.scope, &binding.namespace, &binding.name)
}
