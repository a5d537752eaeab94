//! Common look-ups: where `input.spec` was read, what follows reads the same local again.
//!
//! A fact holds from its statement to the end of the block, nested blocks included. A fact about the input or base
//! document does not hold inside a `with`, nor behind its inside.

use std::collections::HashMap;

use crate::ir::{Block, Func, Local, Operand, Stmt};

use super::visit;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Fact {
    Input,
    Data,
    Dot(Operand, Operand),
}

struct Pass {
    once: Vec<bool>,
    facts: HashMap<Fact, Local>,
    renamed: HashMap<Local, Local>,
}

pub(super) fn run(func: &mut Func) {
    let once = visit::set_once(&func.body, func.params, func.locals);
    let mut pass = Pass {
        once,
        facts: HashMap::new(),
        renamed: HashMap::new(),
    };
    pass.block(&mut func.body);
}

impl Pass {
    fn block(&mut self, block: &mut Block) {
        let outside = self.facts.clone();
        let stmts = std::mem::take(&mut block.0);
        for mut stmt in stmts {
            visit::operands(&mut stmt, &mut |operand| {
                if let Operand::Local(local) = operand
                    && let Some(other) = self.renamed.get(local)
                {
                    *local = *other;
                }
            });
            let fact = match &stmt {
                Stmt::Input(dst) => Some((Fact::Input, *dst)),
                Stmt::Data(dst) => Some((Fact::Data, *dst)),
                Stmt::Dot { dst, source, key } if self.stable(*source) && self.stable(*key) => {
                    Some((Fact::Dot(*source, *key), *dst))
                }
                _ => None,
            };
            if let Some((fact, dst)) = fact
                && self.once.get(dst.index()) == Some(&true)
            {
                if let Some(known) = self.facts.get(&fact) {
                    self.renamed.insert(dst, *known);
                    continue;
                }
                self.facts.insert(fact, dst);
            }
            match &mut stmt {
                Stmt::With { body, .. } | Stmt::Outer { body, .. } => {
                    let saved = self.facts.clone();
                    self.facts.remove(&Fact::Input);
                    self.facts.remove(&Fact::Data);
                    self.block(body);
                    self.facts = saved;
                }
                other => visit::blocks(other, &mut |body| self.block(body)),
            }
            block.0.push(stmt);
        }
        self.facts = outside;
    }

    fn stable(&self, operand: Operand) -> bool {
        match operand {
            Operand::Const(_) => true,
            Operand::Local(local) => self.once.get(local.index()) == Some(&true),
        }
    }
}
