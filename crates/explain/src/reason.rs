//! The reason why a rule has no value: the condition at which its clauses ended.

use crate::explanation::{ClauseReport, Condition, RuleReport, Step, Variable};

/// A condition that ended a clause, and what was bound there.
#[derive(Debug, Clone)]
pub struct Reason<'e> {
    /// The rules on the way: the one that was asked for first.
    pub rules: Vec<&'e RuleReport>,
    /// The clause.
    pub clause: &'e ClauseReport,
    /// The condition that did not hold.
    pub condition: &'e Condition,
    /// Variables that were bound on the way.
    pub bound: Vec<&'e Variable>,
}

/// How many rules deep reasons are looked for.
const MAX_DEPTH: usize = 16;

/// Why a rule has no value, for each of its clauses; where a condition failed because another rule has none, the
/// reasons of that one.
#[must_use]
pub fn reasons(rule: &RuleReport) -> Vec<Reason<'_>> {
    let mut found = Vec::new();
    collect(rule, &mut Vec::new(), &mut found);
    found
}

fn collect<'e>(rule: &'e RuleReport, above: &mut Vec<&'e RuleReport>, found: &mut Vec<Reason<'e>>) {
    above.push(rule);
    for clause in rule.clauses.iter().filter(|clause| clause.holds == 0) {
        let mut best: Option<(usize, &Condition, Vec<&Variable>)> = None;
        for branch in &clause.branches {
            farthest(branch, 0, &mut Vec::new(), &mut best);
        }
        let Some((_, condition, bound)) = best else {
            continue;
        };
        let before = found.len();
        if above.len() < MAX_DEPTH && condition.inside.is_empty() {
            let empty = |rule: &&RuleReport| rule.value.is_none() || rule.empty;
            for inner in condition.rules.iter().filter(empty) {
                collect(inner, above, found);
            }
        }
        if found.len() == before {
            found.push(Reason {
                rules: above.clone(),
                clause,
                condition,
                bound,
            });
        }
    }
    above.pop();
}

/// The condition that failed behind the most others.
fn farthest<'e>(
    step: &'e Step,
    depth: usize,
    bound: &mut Vec<&'e Variable>,
    best: &mut Option<(usize, &'e Condition, Vec<&'e Variable>)>,
) {
    let mut step = step;
    let mut depth = depth;
    let start = bound.len();
    // One way after the other without recursion, where there is only one.
    while let Step::Condition(condition) = step {
        match condition.ways.as_slice() {
            [] => {
                if best.as_ref().is_none_or(|(other, ..)| depth > *other) {
                    *best = Some((depth, condition, bound.clone()));
                }
                break;
            }
            [way] => {
                bound.extend(&way.bound);
                step = &way.then;
                depth += 1;
            }
            ways => {
                for way in ways {
                    let length = bound.len();
                    bound.extend(&way.bound);
                    stacker::maybe_grow(64 << 10, 1 << 20, || {
                        farthest(&way.then, depth + 1, bound, best);
                    });
                    bound.truncate(length);
                }
                break;
            }
        }
    }
    bound.truncate(start);
}
