//! Loop-invariant look-ups: those at the head of an iteration's body that do not depend on it move in front.
//!
//! Only look-ups before the first condition move, so that nothing is computed that an iteration would rarely reach.
//! In front, an absent value must not fail what stands around the iteration: the look-up becomes one that may give
//! undefined, and the body tests that.

use std::collections::HashSet;

use crate::ir::{Block, Func, Local, Operand, Stmt};

use super::visit;

pub(super) fn run(func: &mut Func) {
    let once = visit::set_once(&func.body, func.params, func.locals);
    block(&mut func.body, &once);
}

fn block(body: &mut Block, once: &[bool]) {
    let stmts = std::mem::take(&mut body.0);
    for mut stmt in stmts {
        visit::blocks(&mut stmt, &mut |inner| block(inner, once));
        let mut moved = Vec::new();
        if let Stmt::Scan { .. } = &stmt {
            let mut inside = HashSet::new();
            visit::sets(&stmt, &mut |local| {
                inside.insert(local);
            });
            if let Stmt::Scan { body, .. } = &mut stmt {
                hoist(body, once, &mut inside, &mut moved);
            }
        }
        body.0.append(&mut moved);
        body.0.push(stmt);
    }
}

fn hoist(body: &mut Block, once: &[bool], inside: &mut HashSet<Local>, moved: &mut Vec<Stmt>) {
    for stmt in &mut body.0 {
        match stmt {
            Stmt::Dot { dst, source, key } => {
                let free = |operand: &Operand| match operand {
                    Operand::Const(_) => true,
                    Operand::Local(local) => !inside.contains(local),
                };
                if once.get(dst.index()) == Some(&true) && free(source) && free(key) {
                    let dst = *dst;
                    moved.push(Stmt::TryDot {
                        dst,
                        source: *source,
                        key: *key,
                    });
                    inside.remove(&dst);
                    *stmt = Stmt::IsDefined(Operand::Local(dst));
                }
            }
            Stmt::TryDot { .. }
            | Stmt::IsDefined(_)
            | Stmt::Input(_)
            | Stmt::Data(_)
            | Stmt::Copy { .. } => {}
            _ => return,
        }
    }
}
