//! Memos of functions: what costs more than a look-up and may be called again with the same arguments keeps its
//! results, for as long as an evaluation (or the inside of a `with`) lasts.
//!
//! A function costs something if it iterates, calls an expensive builtin, or calls a function that does. It may be
//! called again where there are two calls of it, or one in an iteration that its arguments do not depend on.

use std::collections::{HashMap, HashSet};

use kpol_abi::builtins::BuiltinId;

use crate::ir::verify::MAX_MEMO_PARAMS;
use crate::ir::{Block, Func, FuncId, Local, MemoId, Operand, Policy, Stmt};

/// How builtins begin that take longer than the look-up of a result.
const EXPENSIVE: [&str; 16] = [
    "base64",
    "concat",
    "crypto.",
    "glob.",
    "graph.",
    "hex.",
    "indexof_n",
    "json.",
    "net.",
    "regex.",
    "replace",
    "semver.",
    "split",
    "sprintf",
    "walk",
    "yaml.",
];

pub(super) fn run(policy: &mut Policy) {
    let facts: Vec<Facts> = policy.funcs.iter().map(Facts::of).collect();
    let mut called: HashMap<FuncId, u32> = HashMap::new();
    let mut again: HashSet<FuncId> = HashSet::new();
    for func in &policy.funcs {
        let mut walk = Walk {
            needs: HashMap::new(),
            scans: 0,
            called: &mut called,
            again: &mut again,
        };
        walk.block(&func.body);
    }
    let adding: HashSet<FuncId> = facts.iter().flat_map(|f| f.adds.iter().copied()).collect();
    let costs = spread(&facts, |f| f.costs);
    let prints = spread(&facts, |f| f.prints);
    for (id, func) in (0..).map(FuncId).zip(&mut policy.funcs) {
        let repeated = again.contains(&id) || called.get(&id).is_some_and(|count| *count > 1);
        let fits = func.memo.is_none() && (1..=MAX_MEMO_PARAMS).contains(&func.params);
        let at = id.index();
        if repeated
            && fits
            && costs.get(at) == Some(&true)
            && prints.get(at) == Some(&false)
            && !adding.contains(&id)
        {
            func.memo = Some(MemoId(policy.memo_slots));
            policy.memo_slots += 1;
        }
    }
}

/// What matters about one function.
#[derive(Default)]
struct Facts {
    costs: bool,
    prints: bool,
    calls: Vec<FuncId>,
    /// Clauses that it calls for what they add to a collection.
    adds: Vec<FuncId>,
}

impl Facts {
    fn of(func: &Func) -> Facts {
        let mut facts = Facts::default();
        func.body.visit(&mut |stmt| match stmt {
            Stmt::Scan { .. } => facts.costs = true,
            Stmt::Builtin { builtin, .. } => facts.costs |= is_expensive(*builtin),
            Stmt::Print { .. } => facts.prints = true,
            Stmt::Call { func, .. } => facts.calls.push(*func),
            Stmt::CallClause { func, .. } => {
                facts.calls.push(*func);
                facts.adds.push(*func);
            }
            _ => {}
        });
        facts
    }
}

fn is_expensive(builtin: BuiltinId) -> bool {
    builtin
        .get()
        .is_some_and(|entry| EXPENSIVE.iter().any(|start| entry.name.starts_with(start)))
}

/// Which functions have a property, or call one that has it.
fn spread(facts: &[Facts], has: impl Fn(&Facts) -> bool) -> Vec<bool> {
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); facts.len()];
    for (caller, facts) in facts.iter().enumerate() {
        for callee in &facts.calls {
            if let Some(callers) = callers.get_mut(callee.index()) {
                callers.push(caller);
            }
        }
    }
    let mut found: Vec<bool> = facts.iter().map(has).collect();
    let mut pending: Vec<usize> = (0..found.len())
        .filter(|at| found.get(*at) == Some(&true))
        .collect();
    while let Some(at) = pending.pop() {
        for caller in callers.get(at).into_iter().flatten() {
            if let Some(known) = found.get_mut(*caller)
                && !*known
            {
                *known = true;
                pending.push(*caller);
            }
        }
    }
    found
}

/// Which enclosing iterations a value depends on, one bit each.
type Scans = u64;

/// A walk over one function's calls.
struct Walk<'a> {
    needs: HashMap<Local, Scans>,
    scans: u32,
    called: &'a mut HashMap<FuncId, u32>,
    again: &'a mut HashSet<FuncId>,
}

impl Walk<'_> {
    fn block(&mut self, block: &Block) {
        for stmt in &block.0 {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let mut needed: Scans = 0;
        stmt.operands(&mut |operand| {
            if let Operand::Local(local) = operand {
                needed |= self.needs.get(&local).copied().unwrap_or_default();
            }
        });
        match stmt {
            Stmt::Call { dst, func, .. } => {
                *self.called.entry(*func).or_default() += 1;
                if self.enclosing() & !needed != 0 {
                    self.again.insert(*func);
                }
                self.add(*dst, needed);
            }
            Stmt::Scan {
                key, value, body, ..
            } => {
                // Deeper iterations than there are bits count as one.
                let own = 1_u64.checked_shl(self.scans).unwrap_or(1 << 63);
                self.scans += 1;
                self.add(*key, needed | own);
                self.add(*value, needed | own);
                self.block(body);
                self.scans -= 1;
            }
            // What is built or chosen by statements elsewhere may depend on all that encloses them.
            Stmt::MakeArray { dst, .. }
            | Stmt::MakeSet { dst, .. }
            | Stmt::MakeObject { dst, .. }
            | Stmt::AssignOnce { dst, .. }
            | Stmt::LoadSlot { dst, .. } => {
                let all = self.enclosing();
                self.add(*dst, needed | all);
            }
            _ => {
                for local in stmt.writes().into_iter().flatten() {
                    self.add(local, needed);
                }
                for block in stmt.blocks() {
                    self.block(block);
                }
            }
        }
    }

    fn enclosing(&self) -> Scans {
        1_u64
            .checked_shl(self.scans)
            .map_or(Scans::MAX, |next| next - 1)
    }

    fn add(&mut self, local: Local, needed: Scans) {
        *self.needs.entry(local).or_default() |= needed;
    }
}
