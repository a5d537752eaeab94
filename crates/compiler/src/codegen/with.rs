//! Replacing documents and functions for a while.

use kpol_abi::imports::RuntimeFn;

use super::CodegenError;
use super::code::{Global, Slot};
use super::function::{Emitter, Exits};
use crate::ir::{Block, ConstId, Operand, Override, WithId};

impl Emitter<'_> {
    /// Runs a body with replacements.
    pub(super) fn with(
        &mut self,
        id: WithId,
        overrides: &[Override],
        body: &Block,
        exits: Exits,
    ) -> Result<(), CodegenError> {
        let saved = self.save();
        let slots = self.shared.override_slots;
        let changes_slots = overrides
            .iter()
            .any(|change| !matches!(change, Override::Input { .. } | Override::Data { .. }));
        if changes_slots && slots > 0 {
            self.copy_slots(&saved, slots);
        }
        for change in overrides {
            self.apply(change)?;
        }
        if self.shared.memo_slots > 0 {
            self.code.constant(self.shared.memo_slots * 2);
            self.code.call_runtime(RuntimeFn::Words);
            self.code.global_set(Global::Frame);
        }
        let outer = self.saved.insert(id, saved);
        let fail = self.code.block();
        self.block(body, exits.with_fail(fail))?;
        self.code.end();
        self.saved.remove(&id);
        if let Some(outer) = outer {
            self.saved.insert(id, outer);
        }
        self.restore(saved);
        self.release(saved);
        Ok(())
    }

    /// Runs a body with what a [`Stmt::With`](crate::ir::Stmt::With) saved, and then puts the replacements back.
    pub(super) fn outer(
        &mut self,
        with: WithId,
        body: &Block,
        exits: Exits,
    ) -> Result<(), CodegenError> {
        let saved = *self
            .saved
            .get(&with)
            .ok_or(CodegenError::Missing("enclosing `With`", with.0))?;
        let current = self.save();
        self.restore(saved);
        let fail = self.code.block();
        self.block(body, exits.with_fail(fail))?;
        self.code.end();
        self.restore(current);
        self.release(current);
        Ok(())
    }

    fn save(&mut self) -> [Slot; 4] {
        Global::ALL.map(|global| {
            let slot = self.code.temp();
            self.code.global_get(global);
            self.code.set(slot);
            slot
        })
    }

    fn restore(&mut self, saved: [Slot; 4]) {
        for (global, slot) in Global::ALL.into_iter().zip(saved) {
            self.code.get(slot);
            self.code.global_set(global);
        }
    }

    fn release(&mut self, saved: [Slot; 4]) {
        for slot in saved {
            self.code.release(slot);
        }
    }

    /// Takes a copy of the override slots.
    fn copy_slots(&mut self, saved: &[Slot; 4], slots: u32) {
        let [_, _, _, overrides] = *saved;
        let code = &mut self.code;
        code.constant(slots);
        code.call_runtime(RuntimeFn::Words);
        code.global_set(Global::Overrides);
        code.global_get(Global::Overrides);
        code.get(overrides);
        code.constant(slots * 4);
        code.op().memory_copy(0, 0);
    }

    fn apply(&mut self, change: &Override) -> Result<(), CodegenError> {
        match change {
            Override::Input { path, value } => self.replace(Global::Input, path, *value),
            Override::Data { path, value } => self.replace(Global::Data, path, *value),
            Override::Slot { slot, value } => {
                self.code.global_get(Global::Overrides);
                self.push(*value)?;
                self.code.store(slot.0 * 4);
                Ok(())
            }
            Override::ClearSlot { slot } => {
                self.code.global_get(Global::Overrides);
                self.code.constant(0);
                self.code.store(slot.0 * 4);
                Ok(())
            }
            Override::PatchSlot { slot, path, value } => {
                let present = self.code.temp();
                self.code.global_get(Global::Overrides);
                self.code.load(slot.0 * 4);
                self.code.tee(present);
                self.code.if_true();
                self.code.global_get(Global::Overrides);
                self.code.get(present);
                self.patch(path, *value)?;
                self.code.store(slot.0 * 4);
                self.code.end();
                self.code.release(present);
                Ok(())
            }
        }
    }

    fn replace(
        &mut self,
        document: Global,
        path: &[ConstId],
        value: Operand,
    ) -> Result<(), CodegenError> {
        if path.is_empty() {
            self.push(value)?;
        } else {
            self.code.global_get(document);
            self.patch(path, value)?;
        }
        self.code.global_set(document);
        Ok(())
    }

    /// `[document] -> [document]`
    fn patch(&mut self, path: &[ConstId], value: Operand) -> Result<(), CodegenError> {
        let keys = self.shared.constants.path(path);
        self.code.constant(keys);
        self.push(value)?;
        self.code.call_runtime(RuntimeFn::Patch);
        Ok(())
    }
}
