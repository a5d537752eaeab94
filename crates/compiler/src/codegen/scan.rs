//! Iteration: one loop over the items as they lie in memory, without a call per item.

use kpol_abi::imports::RuntimeFn;
use kpol_abi::layout::{ITEMS, LEN, SORTED, TAG_ARRAY, TAG_MASK, TAG_OBJECT, small};
use wasm_encoder::MemArg;

use super::CodegenError;
use super::code::{Label, Slot};
use super::function::{Emitter, Exits, slot};
use crate::ir::{Block, Local, Operand};

/// The locals of a loop.
struct Loop {
    /// The address of the current item.
    item: Slot,
    /// The address behind the last.
    end: Slot,
    /// The bytes from one item to the next.
    stride: Slot,
    /// For an array the word of the index; else 0.
    index: Slot,
}

impl Emitter<'_> {
    /// Runs a body for each item of a collection.
    pub(super) fn scan(
        &mut self,
        source: Operand,
        key: Local,
        value: Local,
        body: &Block,
        exits: Exits,
    ) -> Result<(), CodegenError> {
        let wants_key = self.is_read(key);
        let wants_value = self.is_read(value);
        let done = self.code.block();
        let locals = Loop {
            item: self.code.temp(),
            end: self.code.temp(),
            stride: self.code.temp(),
            index: self.code.temp(),
        };
        let held = self.local_of(source)?;
        self.iterable(held.slot, &locals, done);
        self.done(held);
        let next = self.code.looped();
        if wants_key {
            self.load_key(&locals, key);
        }
        if wants_value {
            self.load_value(&locals, value);
        }
        let fail = self.code.block();
        self.block(body, exits.with_fail(fail))?;
        self.code.end();
        if wants_key {
            self.advance_index(&locals);
        }
        self.code.get(locals.item);
        self.code.get(locals.stride);
        self.code.op().i32_add();
        self.code.tee(locals.item);
        self.code.get(locals.end);
        self.code.op().i32_ne();
        self.code.br_if(next);
        self.code.end();
        self.code.end();
        for slot in [locals.index, locals.stride, locals.end, locals.item] {
            self.code.release(slot);
        }
        Ok(())
    }

    fn is_read(&self, local: Local) -> bool {
        self.reads.get(local.index()).copied() != Some(0)
    }

    /// Sets the locals of the loop; branches away where there is nothing to iterate over.
    fn iterable(&mut self, source: Slot, locals: &Loop, done: Label) {
        let code = &mut self.code;
        let header = locals.index;
        // A collection that is in order already, as an array always is, needs no call.
        code.unless_cell(source, done);
        code.get(source);
        code.load(0);
        code.tee(header);
        code.constant(SORTED);
        code.op().i32_and();
        code.get(header);
        code.constant(TAG_ARRAY);
        code.op().i32_eq();
        code.op().i32_or().i32_eqz();
        code.if_true();
        code.get(source);
        code.call_runtime(RuntimeFn::Iterate);
        code.op().i32_eqz();
        code.br_if(done);
        code.end();
        // stride = 8 for an object, else 4
        code.constant(8);
        code.constant(4);
        code.get(header);
        code.constant(TAG_MASK);
        code.op().i32_and();
        code.tee(header);
        code.constant(TAG_OBJECT);
        code.op().i32_eq().select();
        code.set(locals.stride);
        // index = word of 0 for an array, else 0
        code.get(header);
        code.constant(TAG_ARRAY);
        code.op().i32_eq();
        code.set(locals.index);
        const { assert!(small(0) == 1) };
        // end = item + len * stride
        code.get(source);
        code.load(LEN);
        code.tee(locals.end);
        code.op().i32_eqz();
        code.br_if(done);
        code.get(source);
        code.load(ITEMS);
        code.tee(locals.item);
        code.get(locals.end);
        code.get(locals.stride);
        code.op().i32_mul().i32_add();
        code.set(locals.end);
    }

    /// The index of an array's item, or what lies first in the item.
    fn load_key(&mut self, locals: &Loop, key: Local) {
        let code = &mut self.code;
        code.get(locals.index);
        code.get(locals.item);
        code.load(0);
        code.get(locals.index);
        code.op().select();
        code.set(slot(key));
    }

    /// What lies last in the item.
    fn load_value(&mut self, locals: &Loop, value: Local) {
        let code = &mut self.code;
        code.get(locals.item);
        code.get(locals.stride);
        code.op().i32_add().i32_const(4).i32_sub();
        code.op().i32_load(MemArg {
            offset: 0,
            align: 2,
            memory_index: 0,
        });
        code.set(slot(value));
    }

    /// The next index has the next odd word; 0 stays 0.
    fn advance_index(&mut self, locals: &Loop) {
        let code = &mut self.code;
        code.get(locals.index);
        code.get(locals.index);
        code.op().i32_const(1).i32_and().i32_const(1).i32_shl();
        code.op().i32_add();
        code.set(locals.index);
    }
}
