//! Comparisons: of words wherever that suffices, else by a call.

use kpol_abi::imports::RuntimeFn;
use kpol_abi::layout::FALSE;

use super::CodegenError;
use super::code::Label;
use super::constants::Nature;
use super::function::{Emitter, slot};
use super::helpers::Helper;
use crate::ir::{CompareOp, Local, Operand};

impl Emitter<'_> {
    /// Fails unless the comparison holds.
    pub(super) fn test(
        &mut self,
        op: CompareOp,
        a: Operand,
        b: Operand,
        fail: Label,
    ) -> Result<(), CodegenError> {
        self.holds(op, a, b)?;
        self.code.op().i32_eqz();
        self.code.br_if(fail);
        Ok(())
    }

    /// Sets a local to true or false.
    pub(super) fn compare_into(
        &mut self,
        dst: Local,
        op: CompareOp,
        a: Operand,
        b: Operand,
    ) -> Result<(), CodegenError> {
        self.holds(op, a, b)?;
        // 0 and 1 become 4 and 6.
        self.code.op().i32_const(1).i32_shl();
        self.code.constant(FALSE);
        self.code.op().i32_or();
        self.code.set(slot(dst));
        Ok(())
    }

    /// Leaves 1 on the stack where the comparison holds, else 0.
    fn holds(&mut self, op: CompareOp, a: Operand, b: Operand) -> Result<(), CodegenError> {
        match op {
            CompareOp::Equal => self.equal(a, b),
            CompareOp::NotEqual => {
                self.equal(a, b)?;
                self.code.op().i32_eqz();
                Ok(())
            }
            _ => self.ordered(op, a, b),
        }
    }

    /// Leaves 1 on the stack where two values are equal, else 0.
    pub(super) fn equal(&mut self, a: Operand, b: Operand) -> Result<(), CodegenError> {
        let natures = [self.nature(a)?, self.nature(b)?];
        self.push(a)?;
        self.push(b)?;
        self.code.op().i32_eq();
        if natures.contains(&Some(Nature::Identity)) {
            return Ok(());
        }
        self.code.if_true_word();
        self.code.constant(1);
        self.code.otherwise();
        if let [Some(Nature::Small), None] | [None, Some(Nature::Small)] = natures {
            // Another small integer is another number.
            let other = if natures[0].is_none() { a } else { b };
            self.push(other)?;
            self.code.op().i32_const(1).i32_and();
            self.code.if_true_word();
            self.code.constant(0);
            self.code.otherwise();
            self.call_equal(a, b)?;
            self.code.end();
        } else {
            self.call_equal(a, b)?;
        }
        self.code.end();
        Ok(())
    }

    fn call_equal(&mut self, a: Operand, b: Operand) -> Result<(), CodegenError> {
        self.push(a)?;
        self.push(b)?;
        self.code.call_helper(Helper::Equal);
        Ok(())
    }

    fn nature(&self, operand: Operand) -> Result<Option<Nature>, CodegenError> {
        Ok(self.constant_of(operand)?.map(|constant| constant.nature))
    }

    /// Leaves 1 on the stack where an order holds, else 0.
    fn ordered(&mut self, op: CompareOp, a: Operand, b: Operand) -> Result<(), CodegenError> {
        let natures = [self.nature(a)?, self.nature(b)?];
        let maybe_small = natures
            .iter()
            .all(|nature| matches!(nature, None | Some(Nature::Small)));
        if maybe_small {
            // Both words have their lowest bit set: they are ordered as their numbers are.
            match natures {
                [None, None] => {
                    self.push(a)?;
                    self.push(b)?;
                    self.code.op().i32_and();
                }
                [Some(_), _] => self.push(b)?,
                [None, Some(_)] => self.push(a)?,
            }
            self.code.op().i32_const(1).i32_and();
            self.code.if_true_word();
            self.push(a)?;
            self.push(b)?;
            self.order(op);
            self.code.otherwise();
            self.call_order(op, a, b)?;
            self.code.end();
            return Ok(());
        }
        self.call_order(op, a, b)
    }

    fn call_order(&mut self, op: CompareOp, a: Operand, b: Operand) -> Result<(), CodegenError> {
        self.push(a)?;
        self.push(b)?;
        self.code.call_runtime(RuntimeFn::Compare);
        self.code.constant(0);
        self.order(op);
        Ok(())
    }

    /// `[left, right] -> [0 or 1]`, of signed numbers.
    fn order(&mut self, op: CompareOp) {
        match op {
            CompareOp::Equal => self.code.op().i32_eq(),
            CompareOp::NotEqual => self.code.op().i32_ne(),
            CompareOp::Less => self.code.op().i32_lt_s(),
            CompareOp::LessEqual => self.code.op().i32_le_s(),
            CompareOp::Greater => self.code.op().i32_gt_s(),
            CompareOp::GreaterEqual => self.code.op().i32_ge_s(),
        };
    }
}
