//! The workloads: a policy, an input, and how much faster than regorus' interpreter kpol shall be.

use crate::{inputs, policies};

/// The rule that all policies are asked for.
pub const RULE: &str = "data.main.deny";

/// The path of [`RULE`] below `data`.
pub const PATH: [&str; 2] = ["main", "deny"];

/// A policy with its input.
#[derive(Debug, Clone)]
pub struct Workload {
    /// Its name in all output.
    pub name: &'static str,
    /// The policy.
    pub policy: String,
    /// The input, as JSON.
    pub input: String,
    /// The ratio to regorus' interpreter that is wanted.
    pub wanted: f64,
}

impl Workload {
    /// All of them, by growing size.
    #[must_use]
    pub fn all() -> Vec<Workload> {
        let make = |name, policy: &str, input: &str, wanted| Workload {
            name,
            policy: policy.to_owned(),
            input: input.to_owned(),
            wanted,
        };
        let deployment = inputs::DEPLOYMENT;
        vec![
            make(
                "one_rule",
                include_str!("../policies/one_rule.rego"),
                deployment,
                8.0,
            ),
            make(
                "seven_rules",
                include_str!("../policies/seven_rules.rego"),
                deployment,
                20.0,
            ),
            make("hundred_rules", &policies::rules(100), deployment, 8.0),
            make(
                "ten_thousand_rules",
                &policies::rules(10_000),
                deployment,
                8.0,
            ),
            make(
                "join",
                include_str!("../policies/join.rego"),
                &inputs::join(1000),
                8.0,
            ),
            make(
                "nested",
                include_str!("../policies/nested.rego"),
                &inputs::nested(),
                8.0,
            ),
        ]
    }
}
