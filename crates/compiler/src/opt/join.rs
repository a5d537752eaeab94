//! Joins: where an iteration inside of another one tests that what it finds is equal to something from outside, an
//! index over the inner collection is made once and looked up, instead of the collection being gone through each time.
//!
//! Where the test is on the key, the item is looked up, and there is no iteration.
//!
//! Else the test stays, so that an index may give too much. Nothing but look-ups and tests may stand in front of it: what is
//! left out could have had no other effect. Whether an index pays is decided when the policy runs, by the collection's
//! size and by whether it is seen twice.

use std::collections::{HashMap, HashSet};

use crate::ir::{Block, CompareOp, ConstId, Func, Local, MemoId, Operand, Stmt};

use super::visit;

pub(super) fn run(func: &mut Func, memo_slots: &mut u32) {
    let mut reads = vec![0_u32; func.locals.max(func.params) as usize];
    func.body.visit(&mut |stmt| {
        stmt.operands(&mut |operand| {
            if let Operand::Local(local) = operand
                && let Some(count) = reads.get_mut(local.index())
            {
                *count += 1;
            }
        });
    });
    let mut pass = Pass {
        locals: func.locals,
        reads,
        memo_slots,
    };
    // A function may be called in an iteration.
    pass.block(&mut func.body, func.params > 0);
    func.locals = pass.locals;
}

struct Pass<'a> {
    locals: u32,
    reads: Vec<u32>,
    memo_slots: &'a mut u32,
}

impl Pass<'_> {
    fn block(&mut self, block: &mut Block, repeated: bool) {
        let stmts = std::mem::take(&mut block.0);
        for mut stmt in stmts {
            if let Some((test, key)) = self.keyed(&stmt) {
                look_up(&mut stmt, test, key);
            } else if repeated && let Some((path, on)) = join(&stmt) {
                self.narrow(&mut stmt, path, on, block);
            }
            let inner = repeated || matches!(stmt, Stmt::Scan { .. });
            visit::blocks(&mut stmt, &mut |body| self.block(body, inner));
            block.0.push(stmt);
        }
    }

    /// The test of an iteration's body that the key is equal to something from outside, where nothing else looks at
    /// the key (a number may be spelled in another way than what it is equal to).
    fn keyed(&self, stmt: &Stmt) -> Option<(usize, Operand)> {
        let Stmt::Scan { key, body, .. } = stmt else {
            return None;
        };
        if self.reads.get(key.index()) != Some(&1) {
            return None;
        }
        let mut inside = HashSet::new();
        visit::sets(stmt, &mut |local| {
            inside.insert(local);
        });
        for (i, stmt) in body.0.iter().enumerate() {
            if let Stmt::Test {
                op: CompareOp::Equal,
                a,
                b,
            } = stmt
            {
                for (this, other) in [(a, b), (b, a)] {
                    let outside = match other {
                        Operand::Const(_) => true,
                        Operand::Local(local) => !inside.contains(local),
                    };
                    if *this == Operand::Local(*key) && outside {
                        return Some((i, *other));
                    }
                }
            }
            if !is_look(stmt) {
                return None;
            }
        }
        None
    }

    fn narrow(&mut self, scan: &mut Stmt, path: Vec<ConstId>, on: Operand, to: &mut Block) {
        let Stmt::Scan { source, .. } = scan else {
            return;
        };
        let dst = Local(self.locals);
        self.locals += 1;
        let memo = MemoId(*self.memo_slots);
        *self.memo_slots += 1;
        to.0.push(Stmt::Narrow {
            dst,
            source: *source,
            path,
            on,
            memo,
        });
        *source = Operand::Local(dst);
    }
}

/// Makes a look-up of an iteration whose body tests that its key is `key`.
fn look_up(stmt: &mut Stmt, test: usize, key: Operand) {
    let Stmt::Scan {
        source,
        value,
        body,
        ..
    } = stmt
    else {
        return;
    };
    let mut stmts = Vec::with_capacity(body.0.len() + 1);
    // What was looked up in front of the iteration may be undefined.
    if let Operand::Local(_) = key {
        stmts.push(Stmt::IsDefined(key));
    }
    stmts.push(Stmt::Dot {
        dst: *value,
        source: *source,
        key,
    });
    let rest = std::mem::take(&mut body.0).into_iter().enumerate();
    stmts.extend(rest.filter(|(i, _)| *i != test).map(|(_, stmt)| stmt));
    *stmt = Stmt::Block(Block(stmts));
}

/// Whether the statement only looks at values: it has no effect but for the local that it sets.
fn is_look(stmt: &Stmt) -> bool {
    matches!(
        stmt,
        Stmt::Test { .. }
            | Stmt::IsDefined(_)
            | Stmt::IsUndefined(_)
            | Stmt::IsTruthy(_)
            | Stmt::IsArray(..)
            | Stmt::IsObject(..)
            | Stmt::IsCollection(_)
            | Stmt::Dot { .. }
            | Stmt::TryDot { .. }
            | Stmt::Input(_)
            | Stmt::Data(_)
            | Stmt::Copy {
                src: Operand::Const(_),
                ..
            }
            | Stmt::Compare { .. }
    )
}

/// What the items of an iteration are compared with: the path below an item, and what comes from outside.
fn join(stmt: &Stmt) -> Option<(Vec<ConstId>, Operand)> {
    let Stmt::Scan {
        source: Operand::Local(_),
        value,
        body,
        ..
    } = stmt
    else {
        return None;
    };
    let mut inside = HashSet::new();
    visit::sets(stmt, &mut |local| {
        inside.insert(local);
    });
    let mut paths: HashMap<Local, Vec<ConstId>> = HashMap::from([(*value, Vec::new())]);
    for stmt in &body.0 {
        match stmt {
            Stmt::Test {
                op: CompareOp::Equal,
                a: Operand::Local(a),
                b: Operand::Local(b),
            } => {
                for (item, other) in [(a, b), (b, a)] {
                    if let Some(path) = paths.get(item)
                        && !inside.contains(other)
                    {
                        return Some((path.clone(), Operand::Local(*other)));
                    }
                }
            }
            Stmt::Dot {
                dst,
                source: Operand::Local(source),
                key: Operand::Const(key),
            } if paths.contains_key(source) => {
                let mut path = paths.get(source).cloned().unwrap_or_default();
                path.push(*key);
                paths.insert(*dst, path);
            }
            other if is_look(other) => {
                for local in other.writes().into_iter().flatten() {
                    paths.remove(&local);
                }
            }
            _ => return None,
        }
    }
    None
}
