//! Which slots of the input a rule read: recorded where the rule yields a value, so that findings have a place.

use kpol_diagnostics::Span;

use crate::hir::{Callee, Rule, Term, TermKind};
use crate::ir::{Const, Operand, Stmt, TraceId, TraceRole, TraceSite, TraceSlot};

use super::Planner;
use super::builder::Builder;

/// A slot that a rule read.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    role: TraceRole,
    /// The container; `None` is the input document.
    container: Option<Operand>,
    key: Option<Operand>,
    path: Vec<String>,
}

/// Builtins whose arguments only become text of a message.
const FORMATTERS: &[&str] = &[
    "concat",
    "format_int",
    "internal.template_string",
    "json.marshal",
    "sprintf",
];

/// Whether a call only formats.
pub(super) fn formats(callee: Callee) -> bool {
    match callee {
        Callee::Builtin(id) => id
            .get()
            .is_some_and(|b| FORMATTERS.binary_search(&b.name).is_ok()),
        Callee::Function(_) => false,
    }
}

impl Builder {
    /// Notes a ref: where it starts (`None`: the input), and the keys that are literal.
    pub(super) fn note_ref(&mut self, head: Option<Operand>, path: &[Term]) {
        let role = if self.negated > 0 {
            TraceRole::Negated
        } else {
            TraceRole::Condition
        };
        let path = path
            .iter()
            .map_while(|key| match &key.kind {
                TermKind::Const(Const::String(key)) => Some(key.clone()),
                _ => None,
            })
            .collect();
        self.note(role, head, None, path);
    }

    /// Notes an iteration: the collection's slot, and the value itself, which may be part of the input although
    /// the collection is not.
    pub(super) fn note_scan(&mut self, source: Operand, key: Operand, value: Operand) {
        if self.inner == 0 {
            self.note(TraceRole::Bound, Some(source), Some(key), Vec::new());
            self.note(TraceRole::Bound, Some(value), None, Vec::new());
        }
    }

    fn note(
        &mut self,
        role: TraceRole,
        container: Option<Operand>,
        key: Option<Operand>,
        path: Vec<String>,
    ) {
        if self.formatting > 0 {
            return;
        }
        // Inside a negation or a comprehension only what was bound outside is still there at the end.
        let outside = match container {
            None | Some(Operand::Const(_)) => true,
            Some(Operand::Local(local)) => self.inner == 0 || local.0 < self.outer_locals,
        };
        if let (true, Some(slots)) = (outside, &mut self.slots) {
            slots.push(Slot {
                role,
                container,
                key,
                path,
            });
        }
    }
}

impl Planner<'_> {
    /// Emits the record of a yielded value.
    pub(super) fn trace(&mut self, b: &mut Builder, rule: &Rule, span: Span, value: Operand) {
        let Some(slots) = b.slots.clone() else {
            return;
        };
        let mut input = None;
        let mut operands = Vec::with_capacity(slots.len());
        if slots.iter().any(|s| s.container.is_none()) {
            let root = b.local();
            // Its own block: where there is no input, the rest is recorded all the same.
            b.emit(Stmt::Block(crate::ir::Block(vec![Stmt::Input(root)])));
            input = Some(Operand::Local(root));
        }
        let mut described = Vec::with_capacity(slots.len());
        for slot in slots {
            let Some(container) = slot.container.or(input) else {
                continue;
            };
            operands.push((container, slot.key));
            described.push(TraceSlot {
                role: slot.role,
                path: slot.path,
            });
        }
        let site = TraceId(self.policy.trace_sites.len() as u32);
        self.policy.trace_sites.push(TraceSite {
            span,
            rule: rule.name(),
            slots: described,
        });
        b.emit(Stmt::Trace {
            site,
            value,
            slots: operands,
        });
    }
}
