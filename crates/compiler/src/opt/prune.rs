//! Leaves out what nothing reaches any more: functions, memo slots, constants and sites, and locals that are set for
//! nobody.

use std::collections::HashMap;

use super::visit;
use crate::ir::{Block, ConstId, Func, FuncId, MemoId, Operand, Override, Policy, SiteId, Stmt};

pub(super) fn run(policy: &mut Policy) {
    for func in &mut policy.funcs {
        unread(func);
    }
    functions(policy);
    memos(policy);
    constants(policy);
    sites(policy);
}

/// Copies of constants into locals that nobody reads.
fn unread(func: &mut Func) {
    let mut reads = vec![false; func.locals.max(func.params) as usize];
    func.body.visit(&mut |stmt| {
        stmt.operands(&mut |operand| {
            if let Operand::Local(local) = operand
                && let Some(read) = reads.get_mut(local.index())
            {
                *read = true;
            }
        });
    });
    copies(&mut func.body, &reads);
}

fn copies(block: &mut Block, reads: &[bool]) {
    block.0.retain_mut(|stmt| {
        if let Stmt::Copy {
            dst,
            src: Operand::Const(_),
        } = stmt
        {
            return reads.get(dst.index()) != Some(&false);
        }
        visit::blocks(stmt, &mut |body| copies(body, reads));
        true
    });
}

fn functions(policy: &mut Policy) {
    let mut reached = vec![false; policy.funcs.len()];
    let mut pending: Vec<FuncId> = policy.entrypoints.iter().map(|entry| entry.func).collect();
    while let Some(id) = pending.pop() {
        let Some(seen) = reached.get_mut(id.index()) else {
            continue;
        };
        if std::mem::replace(seen, true) {
            continue;
        }
        if let Some(func) = policy.funcs.get(id.index()) {
            func.body.visit(&mut |stmt| {
                if let Stmt::Call { func, .. } | Stmt::CallClause { func, .. } = stmt {
                    pending.push(*func);
                }
            });
        }
    }
    let mut next = 0;
    let numbers: Vec<FuncId> = reached
        .iter()
        .map(|reached| {
            next += u32::from(*reached);
            FuncId(next.saturating_sub(1))
        })
        .collect();
    let renumber = |id: &mut FuncId| {
        if let Some(number) = numbers.get(id.index()) {
            *id = *number;
        }
    };
    let mut kept = reached.iter();
    policy.funcs.retain(|_| kept.next() == Some(&true));
    for entry in &mut policy.entrypoints {
        renumber(&mut entry.func);
    }
    each(policy, &mut |stmt| {
        if let Stmt::Call { func, .. } | Stmt::CallClause { func, .. } = stmt {
            renumber(func);
        }
    });
}

fn memos(policy: &mut Policy) {
    let mut next = 0;
    let mut number = |memo: &mut MemoId| {
        *memo = MemoId(next);
        next += 1;
    };
    // Each slot belongs to one function or statement.
    for func in &mut policy.funcs {
        if let Some(memo) = &mut func.memo {
            number(memo);
        }
    }
    each(policy, &mut |stmt| {
        if let Stmt::Narrow { memo, .. } = stmt {
            number(memo);
        }
    });
    policy.memo_slots = next;
}

fn constants(policy: &mut Policy) {
    let old = std::mem::take(&mut policy.consts);
    let mut numbers: HashMap<ConstId, ConstId> = HashMap::new();
    let mut kept = Vec::new();
    let mut number = |id: &mut ConstId| {
        *id = *numbers.entry(*id).or_insert_with(|| {
            kept.push(*id);
            ConstId(kept.len() as u32 - 1)
        });
    };
    each(policy, &mut |stmt| {
        visit::operands(stmt, &mut |operand| {
            if let Operand::Const(id) = operand {
                number(id);
            }
        });
        match stmt {
            Stmt::Switch { cases, .. } => cases.iter_mut().for_each(|(case, _)| number(case)),
            Stmt::Narrow { path, .. } => path.iter_mut().for_each(&mut number),
            Stmt::With { overrides, .. } => {
                for change in overrides {
                    if let Override::Input { path, .. }
                    | Override::Data { path, .. }
                    | Override::PatchSlot { path, .. } = change
                    {
                        path.iter_mut().for_each(&mut number);
                    }
                }
            }
            _ => {}
        }
    });
    policy.consts = kept
        .iter()
        .filter_map(|id| old.get(id.index()).cloned())
        .collect();
}

fn sites(policy: &mut Policy) {
    let mut numbers: HashMap<SiteId, SiteId> = HashMap::new();
    let mut kept = Vec::new();
    each(policy, &mut |stmt| {
        if let Stmt::Builtin { site, .. }
        | Stmt::Insert { site, .. }
        | Stmt::AddAt { site, .. }
        | Stmt::AssignOnce { site, .. }
        | Stmt::Print { site, .. } = stmt
        {
            *site = *numbers.entry(*site).or_insert_with(|| {
                kept.push(*site);
                SiteId(kept.len() as u32 - 1)
            });
        }
    });
    policy.sites = kept
        .iter()
        .filter_map(|id| policy.sites.get(id.index()).cloned())
        .collect();
}

/// Calls `f` with each statement of each function.
fn each(policy: &mut Policy, f: &mut dyn FnMut(&mut Stmt)) {
    for func in &mut policy.funcs {
        block(&mut func.body, f);
    }
}

fn block(body: &mut Block, f: &mut dyn FnMut(&mut Stmt)) {
    for stmt in &mut body.0 {
        f(stmt);
        visit::blocks(stmt, &mut |body| block(body, f));
    }
}
