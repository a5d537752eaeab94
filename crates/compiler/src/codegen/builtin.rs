//! Calls of builtins.

use kpol_abi::builtins::BuiltinId;
use kpol_abi::imports::RuntimeFn;

use super::CodegenError;
use super::function::Emitter;
use super::helpers::Helper;
use crate::ir::{Operand, SiteId};

impl Emitter<'_> {
    /// Leaves the result of a builtin on the stack.
    pub(super) fn builtin(
        &mut self,
        builtin: BuiltinId,
        args: &[Operand],
        site: SiteId,
    ) -> Result<(), CodegenError> {
        self.tables.builtins.insert(builtin);
        let name = builtin.get().map_or("", |entry| entry.name);
        if let ("count", [value]) = (name, args) {
            self.push(*value)?;
            self.code.constant(site.0);
            self.code.call_helper(Helper::Count);
            return Ok(());
        }
        self.code.constant(builtin.0);
        self.code.constant(site.0);
        self.push_all(args)?;
        self.code.call_runtime(match args.len() {
            0 => RuntimeFn::Builtin0,
            1 => RuntimeFn::Builtin1,
            2 => RuntimeFn::Builtin2,
            3 => RuntimeFn::Builtin3,
            4 => RuntimeFn::Builtin4,
            _ => return Err(CodegenError::TooBig("argument list")),
        });
        Ok(())
    }
}
