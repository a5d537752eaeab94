//! The least roles for what somebody did, from the audit log.
//!
//! [`strict`] allows what was seen and nothing else; [`widened`] widens it as `audit2rbac` does. [`unused`] is what
//! somebody may do and did not.

mod compat;
mod events;
mod manifest;
mod strict;
mod unused;

use std::collections::HashMap;

pub use crate::minimise::compat::{Widening, widened};
pub use crate::minimise::events::{Request, requests};
pub use crate::minimise::strict::{Keep, strict};
pub use crate::minimise::unused::{Unused, unused};

use crate::model::{Rule, Subject};

/// Roles that were made, each with its binding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generated {
    /// One for the cluster, one for each namespace.
    pub roles: Vec<GeneratedRole>,
}

/// A role and whom it is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedRole {
    /// The namespace of a Role; nothing for a ClusterRole.
    pub namespace: String,
    /// Whom it is for.
    pub subject: Subject,
    /// What it allows.
    pub rules: Vec<Rule>,
}

impl Generated {
    /// The requests that the roles do not allow: none, or there is a bug.
    #[must_use]
    pub fn misses<'r>(&self, requests: &'r [Request]) -> Vec<&'r Request> {
        let mut roles: HashMap<(&str, &Subject), Vec<&Rule>> = HashMap::new();
        for role in &self.roles {
            let key = (role.namespace.as_str(), &role.subject);
            roles.entry(key).or_default().extend(&role.rules);
        }
        let allowed = |request: &Request| {
            let subject = subject_of(&request.user);
            [request.namespace.as_str(), ""].iter().any(|namespace| {
                let rules = roles.get(&(*namespace, &subject));
                (rules.into_iter().flatten()).any(|rule| rule.allows(&request.action()))
            })
        };
        requests.iter().filter(|one| !allowed(one)).collect()
    }
}

/// Whom a user name stands for.
fn subject_of(user: &str) -> Subject {
    Subject::user(user).identity()
}
