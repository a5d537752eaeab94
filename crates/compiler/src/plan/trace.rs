//! Which slots of the input a rule read: recorded where the rule yields a value, so that findings have a place.

use kpol_diagnostics::Span;

use crate::hir::{Callee, ExprKind, RefHead, Rule, RuleId, RuleKind, Term, TermKind};
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

impl Planner<'_> {
    /// Traces rules, too, whose members a traced rule takes apart: `violation[{"msg": msg}] { general[{"msg": msg}] }`
    /// has no place of its own. Only sets of composites: other members are mostly parts of the input themselves.
    pub(super) fn trace_helpers(&mut self) {
        let mut open: Vec<RuleId> = self.traced.iter().copied().collect();
        while let Some(id) = open.pop() {
            let Some(rule) = self.program.rules.get(id.0 as usize) else {
                continue;
            };
            let mut found = Vec::new();
            for branch in rule.clauses.iter().flat_map(|clause| &clause.branches) {
                for expr in &branch.body.0 {
                    match &expr.kind {
                        ExprKind::Term(term) => self.helpers(term, &mut found),
                        ExprKind::Unify(left, right) => {
                            self.helpers(left, &mut found);
                            self.helpers(right, &mut found);
                        }
                        ExprKind::SomeIn { collection, .. } => self.helpers(collection, &mut found),
                        _ => {}
                    }
                }
            }
            open.extend(found.into_iter().filter(|id| self.traced.insert(*id)));
        }
    }

    /// The rules that a term refers to, if they are sets of composites.
    fn helpers(&self, term: &Term, found: &mut Vec<RuleId>) {
        let TermKind::Ref {
            head: RefHead::Data,
            path,
        } = &term.kind
        else {
            return;
        };
        let mut node = &self.program.tree;
        for key in path {
            let TermKind::Const(Const::String(key)) = &key.kind else {
                break;
            };
            let Some(child) = node.children.get(key) else {
                break;
            };
            node = child;
        }
        let composite = |kind: &TermKind| match kind {
            TermKind::Object(_) | TermKind::Array(_) => true,
            TermKind::Const(value) => matches!(value, Const::Object(_) | Const::Array(_)),
            _ => false,
        };
        let rule = node
            .rule
            .and_then(|id| self.program.rules.get(id.0 as usize));
        let is_helper = rule.is_some_and(|rule| {
            rule.kind == RuleKind::Set
                && (rule.clauses.iter().flat_map(|clause| &clause.branches))
                    .all(|branch| composite(&branch.value.kind))
        });
        if is_helper {
            found.extend(node.rule);
        }
    }
}
