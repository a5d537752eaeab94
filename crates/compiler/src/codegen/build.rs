//! Making collections, and adding to them.

use kpol_abi::imports::RuntimeFn;
use kpol_abi::layout::{ITEMS, LEN, error_kind};

use super::CodegenError;
use super::code::Label;
use super::function::{Emitter, slot};
use super::helpers::Helper;
use crate::ir::{Operand, SiteId, Stmt};

impl Emitter<'_> {
    /// Statements that make collections or add to them.
    pub(super) fn build(&mut self, stmt: &Stmt, fail: Label) -> Result<(), CodegenError> {
        match stmt {
            Stmt::MakeArray { dst, items } => {
                self.make_array(items)?;
                self.code.set(slot(*dst));
            }
            Stmt::MakeSet { dst, items } => {
                let set = self.code.temp();
                self.code.call_runtime(RuntimeFn::SetNew);
                self.code.set(set);
                for item in items {
                    self.code.get(set);
                    self.push(*item)?;
                    self.code.call_runtime(RuntimeFn::SetAdd);
                    self.code.op().drop();
                }
                self.code.get(set);
                self.code.set(slot(*dst));
                self.code.release(set);
            }
            Stmt::MakeObject { dst, entries } => {
                let object = self.code.temp();
                self.code.call_runtime(RuntimeFn::ObjectNew);
                self.code.set(object);
                for (key, value) in entries {
                    self.code.get(object);
                    self.push(*key)?;
                    self.push(*value)?;
                    self.code.call_runtime(RuntimeFn::ObjectSet);
                }
                self.code.get(object);
                self.code.set(slot(*dst));
                self.code.release(object);
            }
            Stmt::Push { array, item } => {
                self.push(*array)?;
                self.push(*item)?;
                self.code.call_runtime(RuntimeFn::ArrayPush);
            }
            Stmt::Add { set, item } => {
                self.add(*set, *item)?;
                self.code.op().drop();
            }
            Stmt::AddNew { set, item } => {
                self.add(*set, *item)?;
                self.code.op().i32_eqz();
                self.code.br_if(fail);
            }
            Stmt::Insert {
                object,
                path,
                value,
                site,
            } => self.insert(*object, path, *value, *site)?,
            Stmt::AddAt {
                object,
                path,
                item,
                site,
            } => self.add_at(*object, path, *item, *site)?,
            _ => return Err(CodegenError::Internal("collection without code")),
        }
        Ok(())
    }

    /// Leaves a new array on the stack. Its items are written directly: it has room for exactly them.
    fn make_array(&mut self, items: &[Operand]) -> Result<(), CodegenError> {
        let len = items.len() as u32;
        self.code.constant(len);
        self.code.call_runtime(RuntimeFn::ArrayNew);
        if items.is_empty() {
            return Ok(());
        }
        let array = self.code.temp();
        let at = self.code.temp();
        self.code.tee(array);
        self.code.load(ITEMS);
        self.code.set(at);
        for (i, item) in (0u32..).zip(items) {
            self.code.get(at);
            self.push(*item)?;
            self.code.store(4 * i);
        }
        self.code.get(array);
        self.code.constant(len);
        self.code.store(LEN);
        self.code.get(array);
        self.code.release(at);
        self.code.release(array);
        Ok(())
    }

    fn add(&mut self, set: Operand, item: Operand) -> Result<(), CodegenError> {
        self.push(set)?;
        self.push(item)?;
        self.code.call_runtime(RuntimeFn::SetAdd);
        Ok(())
    }

    fn insert(
        &mut self,
        object: Operand,
        path: &[Operand],
        value: Operand,
        site: SiteId,
    ) -> Result<(), CodegenError> {
        let Some((last, parents)) = path.split_last() else {
            return Err(CodegenError::Internal("empty path"));
        };
        self.parents(object, parents, site)?;
        self.push(*last)?;
        self.push(value)?;
        self.code.call_runtime(RuntimeFn::ObjectInsert);
        self.code.op().i32_eqz();
        self.code.if_true();
        self.code.constant(error_kind::CONFLICT);
        self.code.constant(site.0);
        self.code.call_runtime(RuntimeFn::Fail);
        self.code.op().unreachable();
        self.code.end();
        Ok(())
    }

    fn add_at(
        &mut self,
        object: Operand,
        path: &[Operand],
        item: Operand,
        site: SiteId,
    ) -> Result<(), CodegenError> {
        let Some((last, parents)) = path.split_last() else {
            return Err(CodegenError::Internal("empty path"));
        };
        self.parents(object, parents, site)?;
        self.push(*last)?;
        self.code.constant(site.0);
        self.code.call_helper(Helper::ChildSet);
        self.push(item)?;
        self.code.call_runtime(RuntimeFn::SetAdd);
        self.code.op().drop();
        Ok(())
    }

    /// Leaves the object below these keys on the stack.
    fn parents(
        &mut self,
        object: Operand,
        keys: &[Operand],
        site: SiteId,
    ) -> Result<(), CodegenError> {
        self.push(object)?;
        for key in keys {
            self.push(*key)?;
            self.code.constant(site.0);
            self.code.call_helper(Helper::ChildObject);
        }
        Ok(())
    }
}
