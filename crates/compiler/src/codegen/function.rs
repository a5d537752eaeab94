//! Writes one function of the policy: entry with its memo, statements, and the simple ones among them.

use std::collections::HashMap;

use kpol_abi::imports::RuntimeFn;
use kpol_abi::layout::{FALSE, LEN, TAG_ARRAY, TAG_OBJECT, TAG_SET, UNDEFINED, error_kind, trace};

use super::CodegenError;
use super::code::{Callee, Code, Global, Label, Slot};
use super::constants::{Constant, Constants, Nature};
use super::helpers::Helper;
use super::module::Tables;
use crate::ir::verify::MAX_MEMO_PARAMS;
use crate::ir::{Block, Func, Local, MemoId, Operand, SiteId, Stmt, WithId};

/// The site of an error that has no place in the source.
pub const NO_SITE: u32 = u32::MAX;
/// The states of a memo slot; 0 is none.
const MEMO_DONE: u32 = 1;
const MEMO_RUNNING: u32 = 2;

/// Where control goes from a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exits {
    /// Where a statement goes that fails.
    pub(super) fail: Label,
    /// Where [`Stmt::Complete`] goes.
    pub(super) complete: Option<Label>,
}

impl Exits {
    pub(super) const fn with_fail(self, fail: Label) -> Exits {
        Exits { fail, ..self }
    }
}

/// What is known about all functions while one is written.
pub(super) struct Shared<'a> {
    pub(super) constants: &'a Constants,
    /// The number of memo slots, and of override slots.
    pub(super) memo_slots: u32,
    pub(super) override_slots: u32,
}

/// One function while it is written.
pub(super) struct Emitter<'a> {
    pub(super) code: Code,
    pub(super) shared: &'a Shared<'a>,
    pub(super) tables: &'a mut Tables,
    pub(super) func: &'a Func,
    /// What each enclosing [`Stmt::With`] saved.
    pub(super) saved: HashMap<WithId, [Slot; 4]>,
    /// How many operands of all statements each local is.
    pub(super) reads: Vec<u32>,
    /// Where a result goes that is to be kept.
    keep: Option<(Label, Slot)>,
}

/// Writes a function.
pub(super) fn emit(
    func: &Func,
    shared: &Shared<'_>,
    tables: &mut Tables,
) -> Result<Code, CodegenError> {
    let mut emitter = Emitter {
        code: Code::new(func.params, func.locals),
        shared,
        tables,
        func,
        saved: HashMap::new(),
        reads: reads(func),
        keep: None,
    };
    match func.memo {
        Some(memo) if func.params > 0 => emitter.memoised_call(memo)?,
        Some(memo) => emitter.memoised(memo)?,
        None => {
            let fail = emitter.code.block();
            emitter.block(
                &func.body,
                Exits {
                    fail,
                    complete: None,
                },
            )?;
            emitter.code.end();
            emitter.code.constant(UNDEFINED);
        }
    }
    if emitter.code.local_count() > super::MAX_LOCALS {
        return Err(CodegenError::TooBig("function"));
    }
    Ok(emitter.code)
}

fn reads(func: &Func) -> Vec<u32> {
    let mut reads = vec![0; func.locals.max(func.params) as usize];
    func.body.visit(&mut |stmt| {
        stmt.operands(&mut |operand| {
            if let Operand::Local(local) = operand
                && let Some(count) = reads.get_mut(local.index())
            {
                *count += 1;
            }
        });
    });
    reads
}

impl Emitter<'_> {
    /// A body whose result is kept in a memo slot: a word of state, and the value.
    fn memoised(&mut self, memo: MemoId) -> Result<(), CodegenError> {
        let func = self.func;
        let at = memo.0 * 8;
        let frame = self.code.temp();
        let state = self.code.temp();
        let code = &mut self.code;
        code.global_get(Global::Frame);
        code.tee(frame);
        code.load(at);
        code.tee(state);
        code.if_true();
        code.get(state);
        code.constant(MEMO_RUNNING);
        code.op().i32_eq();
        code.if_true();
        // The front end refuses recursion, so that this is a bug in what came before.
        code.constant(error_kind::INTERNAL);
        code.constant(NO_SITE);
        code.call_runtime(RuntimeFn::Fail);
        code.op().unreachable();
        code.end();
        code.get(frame);
        code.load(at + 4);
        code.op().return_();
        code.end();
        code.get(frame);
        code.constant(MEMO_RUNNING);
        code.store(at);
        let result = state;
        code.constant(UNDEFINED);
        code.set(result);
        let fail = code.block();
        self.keep = Some((fail, result));
        self.block(
            &func.body,
            Exits {
                fail,
                complete: None,
            },
        )?;
        let code = &mut self.code;
        code.end();
        code.get(frame);
        code.constant(MEMO_DONE);
        code.store(at);
        code.get(frame);
        code.get(result);
        code.store(at + 4);
        code.get(result);
        Ok(())
    }

    /// A body whose result is kept for each list of arguments: the value, and a word that says whether it is there.
    fn memoised_call(&mut self, memo: MemoId) -> Result<(), CodegenError> {
        let func = self.func;
        let entry = self.code.temp();
        let result = self.code.temp();
        let code = &mut self.code;
        code.global_get(Global::Frame);
        code.constant(memo.0 * 8);
        code.op().i32_add();
        for i in 0..MAX_MEMO_PARAMS {
            if i < func.params {
                code.get(Slot(i));
            } else {
                code.constant(UNDEFINED);
            }
        }
        code.call_runtime(RuntimeFn::Memo);
        code.tee(entry);
        code.load(4);
        code.if_true();
        code.get(entry);
        code.load(0);
        code.op().return_();
        code.end();
        code.constant(UNDEFINED);
        code.set(result);
        let fail = code.block();
        self.keep = Some((fail, result));
        self.block(
            &func.body,
            Exits {
                fail,
                complete: None,
            },
        )?;
        let code = &mut self.code;
        code.end();
        code.get(entry);
        code.get(result);
        code.store(0);
        code.get(entry);
        code.constant(MEMO_DONE);
        code.store(4);
        code.get(result);
        Ok(())
    }

    /// Writes the statements of a block.
    pub(super) fn block(&mut self, block: &Block, exits: Exits) -> Result<(), CodegenError> {
        for stmt in &block.0 {
            self.stmt(stmt, exits)?;
            if matches!(stmt, Stmt::Return(_) | Stmt::Fail | Stmt::Complete) {
                break;
            }
        }
        Ok(())
    }

    fn stmt(&mut self, stmt: &Stmt, exits: Exits) -> Result<(), CodegenError> {
        match stmt {
            Stmt::Block(body) => {
                let fail = self.code.block();
                self.block(body, exits.with_fail(fail))?;
                self.code.end();
                Ok(())
            }
            Stmt::Not(body) => {
                let fail = self.code.block();
                self.block(
                    body,
                    Exits {
                        fail,
                        complete: Some(exits.fail),
                    },
                )?;
                self.code.br(exits.fail);
                self.code.end();
                Ok(())
            }
            Stmt::Any(blocks) => self.any(blocks, exits),
            Stmt::Scan {
                source,
                key,
                value,
                body,
            } => self.scan(*source, *key, *value, body, exits),
            Stmt::Switch { on, cases, default } => self.switch(*on, cases, default, exits),
            Stmt::Fail => {
                self.code.br(exits.fail);
                Ok(())
            }
            Stmt::Complete => {
                let label = exits.complete.ok_or(CodegenError::Complete)?;
                self.code.br(label);
                Ok(())
            }
            Stmt::With {
                id,
                overrides,
                body,
            } => self.with(*id, overrides, body, exits),
            Stmt::Outer { with, body } => self.outer(*with, body, exits),
            Stmt::Return(value) => self.return_value(*value),
            Stmt::Test { op, a, b } => self.test(*op, *a, *b, exits.fail),
            Stmt::Compare { dst, op, a, b } => self.compare_into(*dst, *op, *a, *b),
            Stmt::MakeArray { .. }
            | Stmt::MakeSet { .. }
            | Stmt::MakeObject { .. }
            | Stmt::Push { .. }
            | Stmt::Add { .. }
            | Stmt::AddNew { .. }
            | Stmt::Insert { .. }
            | Stmt::AddAt { .. } => self.build(stmt, exits.fail),
            Stmt::IsTruthy(_)
            | Stmt::IsDefined(_)
            | Stmt::IsUndefined(_)
            | Stmt::IsArray(..)
            | Stmt::IsObject(..)
            | Stmt::IsCollection(_) => self.check(stmt, exits.fail),
            _ => self.simple(stmt, exits.fail),
        }
    }

    /// Statements that compute a value without control flow of their own.
    fn simple(&mut self, stmt: &Stmt, fail: Label) -> Result<(), CodegenError> {
        match stmt {
            Stmt::Copy { dst, src } => {
                self.push(*src)?;
                self.code.set(slot(*dst));
            }
            Stmt::Cover(id) => {
                self.code.constant(self.shared.constants.cover);
                self.code.constant(1);
                self.code.store(id.0 * 4);
            }
            Stmt::Reset(dst) => {
                self.code.constant(UNDEFINED);
                self.code.set(slot(*dst));
            }
            Stmt::Input(dst) => {
                self.code.global_get(Global::Input);
                self.set_defined(*dst, fail);
            }
            Stmt::Data(dst) => {
                self.code.global_get(Global::Data);
                self.set_defined(*dst, fail);
            }
            Stmt::LoadSlot { dst, slot: from } => {
                self.code.global_get(Global::Overrides);
                self.code.load(from.0 * 4);
                self.code.set(slot(*dst));
            }
            Stmt::Dot { dst, source, key } => {
                self.dot(*source, *key)?;
                self.set_defined(*dst, fail);
            }
            Stmt::TryDot { dst, source, key } => {
                self.dot(*source, *key)?;
                self.code.set(slot(*dst));
            }
            Stmt::Narrow {
                dst,
                source,
                path,
                on,
                memo,
            } => {
                let keys = self.shared.constants.path(path);
                self.code.global_get(Global::Frame);
                self.code.constant(memo.0 * 8);
                self.code.op().i32_add();
                self.push(*source)?;
                self.code.constant(keys);
                self.push(*on)?;
                self.code.call_runtime(RuntimeFn::Narrow);
                self.code.set(slot(*dst));
            }
            Stmt::Call { dst, func, args } => {
                self.push_all(args)?;
                self.code.call(Callee::Func(*func));
                self.set_defined(*dst, fail);
            }
            Stmt::CallClause { dst, func, args } => {
                self.push_all(args)?;
                self.code.call(Callee::Func(*func));
                self.code.set(slot(*dst));
            }
            Stmt::Builtin {
                dst,
                builtin,
                args,
                site,
            } => {
                self.builtin(*builtin, args, *site)?;
                self.set_defined(*dst, fail);
            }
            Stmt::AssignOnce { dst, src, site } => self.assign_once(*dst, *src, *site)?,
            Stmt::Merge { dst, a, b } => {
                self.push(*a)?;
                self.push(*b)?;
                self.code.call_runtime(RuntimeFn::Merge);
                self.set_defined(*dst, fail);
            }
            Stmt::Trace { site, value, slots } => self.trace(site.0, *value, slots)?,
            Stmt::Print { values, site } => {
                self.code.constant(site.0);
                self.push(*values)?;
                self.code.call_runtime(RuntimeFn::Print);
            }
            // Those with control flow: see `stmt`.
            _ => return Err(CodegenError::Internal("statement without code")),
        }
        Ok(())
    }

    fn any(&mut self, blocks: &[Block], exits: Exits) -> Result<(), CodegenError> {
        let Some((last, others)) = blocks.split_last() else {
            self.code.br(exits.fail);
            return Ok(());
        };
        let done = self.code.block();
        for block in others {
            let fail = self.code.block();
            self.block(
                block,
                Exits {
                    fail,
                    complete: Some(done),
                },
            )?;
            self.code.br(done);
            self.code.end();
        }
        // Where the last one fails, all have failed.
        self.block(
            last,
            Exits {
                fail: exits.fail,
                complete: Some(done),
            },
        )?;
        self.code.end();
        Ok(())
    }

    fn return_value(&mut self, value: Operand) -> Result<(), CodegenError> {
        self.push(value)?;
        match self.keep {
            Some((exit, result)) => {
                self.code.set(result);
                self.code.br(exit);
            }
            None => {
                self.code.op().return_();
            }
        }
        Ok(())
    }

    /// Leaves `source[key]` on the stack.
    fn dot(&mut self, source: Operand, key: Operand) -> Result<(), CodegenError> {
        self.push(source)?;
        self.push(key)?;
        let helper = match self.constant_of(key)? {
            Some(constant) if constant.string => Helper::Field,
            Some(constant) if constant.nature == Nature::Small => Helper::Item,
            Some(_) => {
                self.code.call_runtime(RuntimeFn::Dot);
                return Ok(());
            }
            None => Helper::Dot,
        };
        self.code.call_helper(helper);
        Ok(())
    }

    fn assign_once(&mut self, dst: Local, src: Operand, site: SiteId) -> Result<(), CodegenError> {
        self.code.get(slot(dst));
        self.code.if_true();
        self.equal(Operand::Local(dst), src)?;
        self.code.op().i32_eqz();
        self.code.if_true();
        self.code.constant(error_kind::CONFLICT);
        self.code.constant(site.0);
        self.code.call_runtime(RuntimeFn::Fail);
        self.code.op().unreachable();
        self.code.end();
        self.code.otherwise();
        self.push(src)?;
        self.code.set(slot(dst));
        self.code.end();
        Ok(())
    }

    fn trace(
        &mut self,
        site: u32,
        value: Operand,
        slots: &[(Operand, Option<Operand>)],
    ) -> Result<(), CodegenError> {
        let record = self.code.temp();
        self.code.constant(site);
        self.push(value)?;
        self.code.constant(slots.len() as u32);
        self.code.call_runtime(RuntimeFn::Trace);
        self.code.set(record);
        for (i, (container, key)) in (0u32..).zip(slots) {
            self.code.get(record);
            self.push(*container)?;
            self.code.store(trace::SLOTS + 8 * i);
            self.code.get(record);
            match key {
                Some(key) => self.push(*key)?,
                None => self.code.constant(UNDEFINED),
            }
            self.code.store(trace::SLOTS + 8 * i + 4);
        }
        self.code.release(record);
        Ok(())
    }

    /// Statements that only fail or do not.
    fn check(&mut self, stmt: &Stmt, fail: Label) -> Result<(), CodegenError> {
        match stmt {
            Stmt::IsTruthy(value) => {
                // Undefined and false are 0 and 4.
                self.push(*value)?;
                self.code.constant(!FALSE);
                self.code.op().i32_and().i32_eqz();
                self.code.br_if(fail);
            }
            Stmt::IsDefined(value) => {
                self.push(*value)?;
                self.code.op().i32_eqz();
                self.code.br_if(fail);
            }
            Stmt::IsUndefined(value) => {
                self.push(*value)?;
                self.code.br_if(fail);
            }
            Stmt::IsArray(value, len) => self.has_shape(*value, TAG_ARRAY, *len, fail)?,
            Stmt::IsObject(value, len) => self.has_shape(*value, TAG_OBJECT, *len, fail)?,
            Stmt::IsCollection(value) => {
                let cell = self.local_of(*value)?;
                self.code.unless_cell(cell.slot, fail);
                self.code.get(cell.slot);
                self.code.load_tag();
                // Array, set and object are neighbours.
                self.code.constant(TAG_ARRAY);
                self.code.op().i32_sub();
                self.code.constant(TAG_SET.max(TAG_OBJECT) - TAG_ARRAY);
                self.code.op().i32_gt_u();
                self.code.br_if(fail);
                self.done(cell);
            }
            _ => return Err(CodegenError::Internal("check without code")),
        }
        Ok(())
    }

    fn has_shape(
        &mut self,
        value: Operand,
        tag: u32,
        len: u32,
        fail: Label,
    ) -> Result<(), CodegenError> {
        let cell = self.local_of(value)?;
        self.code.unless_cell(cell.slot, fail);
        self.code.unless_tag(cell.slot, tag, fail);
        self.code.get(cell.slot);
        self.code.load(LEN);
        self.code.constant(len);
        self.code.op().i32_ne();
        self.code.br_if(fail);
        self.done(cell);
        Ok(())
    }

    /// Leaves an operand on the stack.
    pub(super) fn push(&mut self, operand: Operand) -> Result<(), CodegenError> {
        match operand {
            Operand::Local(local) => self.code.get(slot(local)),
            Operand::Const(id) => {
                let word = self.shared.constants.get(id)?.word;
                self.code.constant(word);
            }
        }
        Ok(())
    }

    pub(super) fn push_all(&mut self, operands: &[Operand]) -> Result<(), CodegenError> {
        operands.iter().try_for_each(|operand| self.push(*operand))
    }

    /// `[value] -> []`: sets a local, and fails where the value is undefined.
    pub(super) fn set_defined(&mut self, dst: Local, fail: Label) {
        self.code.tee(slot(dst));
        self.code.op().i32_eqz();
        self.code.br_if(fail);
    }

    /// The constant that an operand is, if it is one.
    pub(super) fn constant_of(&self, operand: Operand) -> Result<Option<Constant>, CodegenError> {
        match operand {
            Operand::Local(_) => Ok(None),
            Operand::Const(id) => self.shared.constants.get(id).map(Some),
        }
    }

    /// An operand in a local: its own, or one that it is copied to. To be given back with [`Self::done`].
    pub(super) fn local_of(&mut self, operand: Operand) -> Result<Held, CodegenError> {
        if let Operand::Local(local) = operand {
            return Ok(Held {
                slot: slot(local),
                own: false,
            });
        }
        let held = self.code.temp();
        self.push(operand)?;
        self.code.set(held);
        Ok(Held {
            slot: held,
            own: true,
        })
    }

    /// Gives back what [`Self::local_of`] took.
    pub(super) fn done(&mut self, held: Held) {
        if held.own {
            self.code.release(held.slot);
        }
    }
}

/// A local that holds an operand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub(super) slot: Slot,
    own: bool,
}

/// The wasm local of a local of the IR: the numbers are the same.
pub(super) const fn slot(local: Local) -> Slot {
    Slot(local.0)
}
