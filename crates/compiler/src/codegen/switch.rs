//! Dispatch on a value: by the number that constant strings carry, in constant time however many cases there are.

use std::collections::{BTreeSet, HashMap};

use kpol_abi::layout::CONST_ID;

use super::CodegenError;
use super::code::{Callee, Code, Label, Slot};
use super::constants::{Constant, Nature};
use super::function::{Emitter, Exits, slot};
use super::helpers::Helper;
use crate::ir::{Block, ConstId, Local, Operand, Stmt};

/// Up to so many strings, comparing word by word is quicker than reading a string's number.
pub(super) const CHAIN: usize = 4;
/// From so many cases on, bodies that only call clauses become a table of functions: a function with very many
/// branches takes long to compile.
const TABLE: usize = 32;

/// A case, and where it goes.
type Case = (Constant, Label);
/// A number, and where it goes.
type Target = (u32, Label);

impl Emitter<'_> {
    /// Runs the body of the case that equals a value.
    pub(super) fn switch(
        &mut self,
        on: Operand,
        cases: &[(ConstId, Block)],
        default: &Block,
        exits: Exits,
    ) -> Result<(), CodegenError> {
        let cases = cases
            .iter()
            .map(|(case, body)| Ok((self.shared.constants.get(*case)?, body)))
            .collect::<Result<Vec<(Constant, &Block)>, CodegenError>>()?;
        let held = self.local_of(on)?;
        let exit = self.code.block();
        let otherwise = self.code.block();
        if !self.clause_table(held.slot, &cases, otherwise, exit)? {
            self.branches(held.slot, &cases, otherwise, exits.with_fail(exit))?;
        }
        self.code.end();
        self.done(held);
        self.block(default, exits.with_fail(exit))?;
        self.code.end();
        Ok(())
    }

    /// Dispatches to bodies within the function. Whatever happens in a body, it goes on behind the statement.
    fn branches(
        &mut self,
        on: Slot,
        cases: &[(Constant, &Block)],
        otherwise: Label,
        exits: Exits,
    ) -> Result<(), CodegenError> {
        let (bodies, number) = distinct(cases);
        // The last body's block is the outermost one.
        let mut labels: Vec<Label> = bodies.iter().map(|_| self.code.block()).collect();
        labels.reverse();
        let targets: Vec<Case> = cases
            .iter()
            .zip(&number)
            .filter_map(|((case, _), number)| Some((*case, *labels.get(*number)?)))
            .collect();
        self.dispatch(on, &targets, otherwise);
        for body in bodies {
            self.code.end();
            self.block(body, exits)?;
            self.code.br(exits.fail);
        }
        Ok(())
    }

    /// Goes to the label of the case that equals a value.
    fn dispatch(&mut self, on: Slot, targets: &[Case], otherwise: Label) {
        let (strings, rest): (Vec<Case>, Vec<Case>) =
            targets.iter().copied().partition(|(case, _)| case.string);
        if strings.len() > CHAIN {
            let other = self.code.block();
            self.code.unless_string(on, other);
            let mut by_id: Vec<Target> = strings
                .iter()
                .map(|(case, label)| (case.id, *label))
                .collect();
            by_id.sort_by_key(|(id, _)| *id);
            let id = self.code.temp();
            self.code.get(on);
            self.code.load(CONST_ID);
            self.code.set(id);
            self.by_number(id, &by_id, otherwise);
            self.code.release(id);
            self.code.end();
        } else {
            for (case, label) in strings {
                self.if_word(on, case.word, label);
            }
        }
        let (numbers, words): (Vec<Case>, Vec<Case>) = rest
            .into_iter()
            .partition(|(case, _)| case.nature != Nature::Identity);
        for (case, label) in words {
            self.if_word(on, case.word, label);
        }
        self.numbers(on, &numbers, otherwise);
    }

    fn if_word(&mut self, on: Slot, word: u32, label: Label) {
        self.code.get(on);
        self.code.constant(word);
        self.code.op().i32_eq();
        self.code.br_if(label);
    }

    /// Goes to the case of a number, or else to `otherwise`.
    fn numbers(&mut self, on: Slot, cases: &[Case], otherwise: Label) {
        let mut small: Vec<Target> = cases
            .iter()
            .filter(|(case, _)| case.nature == Nature::Small)
            .map(|(case, label)| ((case.word.cast_signed() >> 1).cast_unsigned(), *label))
            .collect();
        let all_small = small.len() == cases.len();
        if small.len() > CHAIN {
            small.sort_by_key(|(number, _)| *number);
            let other = self.code.block();
            let number = self.code.temp();
            self.code.get(on);
            self.code.op().i32_const(1).i32_and().i32_eqz();
            self.code.br_if(other);
            self.code.get(on);
            self.code.op().i32_const(1).i32_shr_s();
            self.code.set(number);
            // Where the constants have a number such as `1.0`, it may still be equal.
            let missing = if all_small { otherwise } else { other };
            self.by_number(number, &small, missing);
            self.code.release(number);
            self.code.end();
        } else {
            for (case, label) in cases {
                if case.nature == Nature::Small {
                    self.if_word(on, case.word, *label);
                }
            }
        }
        if !cases.is_empty() {
            if all_small {
                self.code.unless_cell(on, otherwise);
            }
            for (case, label) in cases {
                self.if_word(on, case.word, *label);
                self.code.get(on);
                self.code.constant(case.word);
                self.code.call_helper(Helper::Equal);
                self.code.br_if(*label);
            }
        }
        self.code.br(otherwise);
    }

    /// Goes to the label of a number. Targets are sorted by number.
    fn by_number(&mut self, number: Slot, targets: &[Target], otherwise: Label) {
        let (Some((first, _)), Some((last, _))) = (targets.first(), targets.last()) else {
            self.code.br(otherwise);
            return;
        };
        let span = (last - first) as usize;
        if span < 4 * targets.len() + 16 {
            let mut labels = vec![otherwise; span + 1];
            for (number, label) in targets {
                if let Some(entry) = labels.get_mut((number - first) as usize) {
                    *entry = *label;
                }
            }
            self.code.get(number);
            self.code.constant(*first);
            self.code.op().i32_sub();
            self.code.br_table(&labels, otherwise);
            return;
        }
        let (low, high) = targets.split_at(targets.len() / 2);
        let above = self.code.block();
        self.code.get(number);
        self.code
            .constant(high.first().map_or(0, |(number, _)| *number));
        self.code.op().i32_ge_u();
        self.code.br_if(above);
        self.by_number(number, low, otherwise);
        self.code.end();
        self.by_number(number, high, otherwise);
    }

    /// Dispatches through a table of functions, where every body only calls clauses whose results no one reads.
    /// Whether it could be done.
    fn clause_table(
        &mut self,
        on: Slot,
        cases: &[(Constant, &Block)],
        otherwise: Label,
        exit: Label,
    ) -> Result<bool, CodegenError> {
        let Some(first) = neighbours(cases) else {
            return Ok(false);
        };
        let mut params = BTreeSet::new();
        for (_, body) in cases {
            for stmt in &body.0 {
                let Stmt::CallClause { dst, args, .. } = stmt else {
                    return Ok(false);
                };
                if self.read.get(dst.index()).copied().unwrap_or(true) {
                    return Ok(false);
                }
                params.extend(args.iter().filter_map(|arg| match arg {
                    Operand::Local(local) => Some(*local),
                    Operand::Const(_) => None,
                }));
            }
        }
        let params: Vec<Local> = params.into_iter().collect();
        let (bodies, number) = distinct(cases);
        let callees = bodies
            .into_iter()
            .map(|body| self.clause(body, &params))
            .collect::<Result<Vec<Callee>, CodegenError>>()?;
        let mut entries: Vec<(u32, Callee)> = cases
            .iter()
            .zip(&number)
            .filter_map(|((case, _), number)| Some((case.id, *callees.get(*number)?)))
            .collect();
        entries.sort_by_key(|(id, _)| *id);
        let count = entries.len() as u32;
        let base = self
            .tables
            .add_entries(entries.into_iter().map(|(_, callee)| callee));
        let kind = self.tables.type_of(params.len() as u32, true);
        let index = self.code.temp();
        self.code.unless_string(on, otherwise);
        self.code.get(on);
        self.code.load(CONST_ID);
        self.code.constant(first);
        self.code.op().i32_sub();
        self.code.tee(index);
        self.code.constant(count);
        self.code.op().i32_ge_u();
        self.code.br_if(otherwise);
        for param in &params {
            self.code.get(slot(*param));
        }
        self.code.get(index);
        self.code.constant(base);
        self.code.op().i32_add();
        self.code.op().call_indirect(0, kind).drop();
        self.code.br(exit);
        self.code.release(index);
        Ok(true)
    }

    /// A function of these parameters that runs a body of clause calls: the clause itself where that is all.
    fn clause(&mut self, body: &Block, params: &[Local]) -> Result<Callee, CodegenError> {
        if let [Stmt::CallClause { func, args, .. }] = body.0.as_slice()
            && args.len() == params.len()
            && args
                .iter()
                .zip(params)
                .all(|(arg, param)| *arg == Operand::Local(*param))
        {
            return Ok(Callee::Func(*func));
        }
        let count = params.len() as u32;
        let mut code = Code::new(count, count);
        for stmt in &body.0 {
            let Stmt::CallClause { func, args, .. } = stmt else {
                return Err(CodegenError::Internal("clause table"));
            };
            for arg in args {
                match arg {
                    Operand::Const(id) => code.constant(self.shared.constants.get(*id)?.word),
                    Operand::Local(local) => {
                        let at = params.binary_search(local).unwrap_or_default();
                        code.get(Slot(at as u32));
                    }
                }
            }
            code.call(Callee::Func(*func));
            code.op().drop();
        }
        code.constant(0);
        Ok(self
            .tables
            .add_clause(format!("{} case", self.func.name), count, code))
    }
}

/// The lowest number of the cases, where they are many strings that have all the numbers of a range.
fn neighbours(cases: &[(Constant, &Block)]) -> Option<u32> {
    if cases.len() < TABLE || !cases.iter().all(|(case, _)| case.string && case.id != 0) {
        return None;
    }
    let first = cases.iter().map(|(case, _)| case.id).min()?;
    let last = cases.iter().map(|(case, _)| case.id).max()?;
    ((last - first) as usize + 1 == cases.len()).then_some(first)
}

/// The bodies that differ, and for each case which of them it has.
fn distinct<'a>(cases: &[(Constant, &'a Block)]) -> (Vec<&'a Block>, Vec<usize>) {
    let mut bodies = Vec::new();
    let mut known = HashMap::new();
    let numbers = cases
        .iter()
        .map(|(_, body)| {
            *known.entry(*body).or_insert_with(|| {
                bodies.push(*body);
                bodies.len() - 1
            })
        })
        .collect();
    (bodies, numbers)
}
