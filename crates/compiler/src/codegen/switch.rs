//! Dispatch on a value: by the number that constant strings carry, in constant time however many cases there are.

use std::collections::HashMap;

use kpol_abi::layout::CONST_ID;

use super::CodegenError;
use super::code::{Label, Slot};
use super::constants::{Constant, Nature};
use super::function::{Emitter, Exits};
use super::helpers::Helper;
use crate::ir::{Block, ConstId, Operand};

/// Up to so many strings, comparing word by word is quicker than reading a string's number.
pub(super) const CHAIN: usize = 4;
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
}

/// The bodies that differ, and for each case which of them it has.
pub(super) fn distinct<'a>(cases: &[(Constant, &'a Block)]) -> (Vec<&'a Block>, Vec<usize>) {
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
