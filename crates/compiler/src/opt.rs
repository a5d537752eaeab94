//! IR to IR: the same results with less work. Each pass can be switched off.

mod hoist;
mod share;
mod visit;

use crate::ir::Policy;

/// Which passes run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passes {
    /// Looks a key up once where an earlier statement has looked it up already.
    pub share: bool,
    /// Moves look-ups that do not depend on an iteration in front of it.
    pub hoist: bool,
}

impl Default for Passes {
    fn default() -> Self {
        Passes {
            share: true,
            hoist: true,
        }
    }
}

impl Passes {
    /// No pass at all: what the planner made.
    pub const NONE: Passes = Passes {
        share: false,
        hoist: false,
    };
}

/// Runs the passes over each function.
#[must_use]
pub fn optimise(mut policy: Policy, passes: Passes) -> Policy {
    for func in &mut policy.funcs {
        if passes.share {
            share::run(func);
        }
        if passes.hoist {
            hoist::run(func);
        }
    }
    policy
}
