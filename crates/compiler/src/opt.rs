//! IR to IR: the same results with less work. Each pass can be switched off.

mod fold;
mod hoist;
mod join;
mod memo;
mod prune;
mod share;
mod visit;

use crate::ir::Policy;

/// Which passes run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passes {
    /// Evaluates what only has constants in it.
    pub fold: bool,
    /// Looks a key up once where an earlier statement has looked it up already.
    pub share: bool,
    /// Moves look-ups that do not depend on an iteration in front of it.
    pub hoist: bool,
    /// Makes an index over a collection that is gone through again and again for items that are equal to something.
    pub join: bool,
    /// Keeps results of functions by their arguments.
    pub memo: bool,
    /// Leaves out functions, memo slots, constants and sites that nothing uses.
    pub prune: bool,
}

impl Default for Passes {
    fn default() -> Self {
        Passes::ALL
    }
}

impl Passes {
    /// All passes.
    pub const ALL: Passes = Passes {
        fold: true,
        share: true,
        hoist: true,
        join: true,
        memo: true,
        prune: true,
    };

    /// No pass at all: what the planner made.
    pub const NONE: Passes = Passes {
        fold: false,
        share: false,
        hoist: false,
        join: false,
        memo: false,
        prune: false,
    };
}

/// Runs the passes over each function.
#[must_use]
pub fn optimise(mut policy: Policy, passes: Passes) -> Policy {
    if passes.fold {
        fold::run(&mut policy);
    }
    for func in &mut policy.funcs {
        if passes.share {
            share::run(func);
        }
        if passes.hoist {
            hoist::run(func);
        }
        if passes.join {
            join::run(func, &mut policy.memo_slots);
        }
    }
    if passes.memo {
        memo::run(&mut policy);
    }
    if passes.prune {
        prune::run(&mut policy);
    }
    policy
}
