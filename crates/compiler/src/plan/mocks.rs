//! Functions and builtins that some `with` replaces: calls go through a function that looks at the slot.

use crate::hir::Callee;
use crate::ir::{CompareOp, Const, FuncId, Local, Operand, Override, Stmt};

use super::Planner;
use super::builder::Builder;

impl Planner<'_> {
    /// The function to call instead of a callee that may be replaced.
    pub(super) fn mock(&mut self, callee: Callee, arity: usize) -> FuncId {
        if let Some(func) = self.mocks.get(&callee) {
            return *func;
        }
        let name = match callee {
            Callee::Builtin(id) => (self.program.builtins.get(id))
                .map_or("builtin", |b| b.name())
                .to_owned(),
            Callee::Function(rule) => self.rule(rule).name(),
        };
        let span = super::NOWHERE;
        let arity = arity as u32;
        let func = self.declare(format!("{name} or its replacement"), arity, false, None);
        self.mocks.insert(callee, func);
        let Some((slot, replacements)) = self.callees.get(&callee).cloned() else {
            return func;
        };
        let args: Vec<Operand> = (0..arity).map(|i| Operand::Local(Local(i))).collect();
        let mut b = Builder::new(arity);
        let value = b.local();
        let result = b.local();
        b.emit(Stmt::LoadSlot { dst: value, slot });
        let value = Operand::Local(value);
        self.attempt(&mut b, |this, b| {
            b.emit(Stmt::IsUndefined(value));
            this.emit_original(b, result, callee, args.clone(), span);
            b.emit(Stmt::Return(Operand::Local(result)));
        });
        let zero = self.operand(Const::Number("0".into()));
        self.attempt(&mut b, |_, b| {
            b.emit(Stmt::IsDefined(value));
            b.emit(Stmt::IsArray(value, 1));
            b.emit(Stmt::Dot {
                dst: result,
                source: value,
                key: zero,
            });
            b.emit(Stmt::Return(Operand::Local(result)));
        });
        for (number, by) in replacements.into_iter().enumerate() {
            let number = self.operand(Const::Number(number.to_string()));
            self.attempt(&mut b, |this, b| {
                b.emit(Stmt::IsDefined(value));
                b.emit(Stmt::Test {
                    op: CompareOp::Equal,
                    a: value,
                    b: number,
                });
                // Inside of a replacement, nothing is replaced: it may call what it stands for.
                let originals = this
                    .callees
                    .values()
                    .map(|(slot, _)| Override::ClearSlot { slot: *slot })
                    .collect();
                let id = b.open_with(originals);
                this.emit_original(b, result, by, args.clone(), span);
                b.open_outer(id);
                b.emit(Stmt::Return(Operand::Local(result)));
            });
        }
        self.finish(func, b);
        func
    }
}
