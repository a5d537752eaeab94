//! `with`: finds all that a policy replaces, and turns each `with` into replacements of documents and slots.

use crate::hir::{
    Body, Callee, Clause, Expr, ExprKind, RefHead, TemplatePart, Term, TermKind, With, WithTarget,
    WithValue,
};
use crate::ir::{Const, Operand, Override};

use super::Planner;
use super::builder::Builder;

impl Planner<'_> {
    /// Gives each target of a `with` anywhere in the program its slot, before any function is planned.
    pub(super) fn collect_withs(&mut self) {
        let program = self.program;
        let mut found = Vec::new();
        for rule in &program.rules {
            for clause in &rule.clauses {
                clause_withs(clause, &mut found);
            }
            if let Some(default) = &rule.default {
                term_withs(&default.value, &mut found);
            }
        }
        for query in &program.queries {
            body_withs(&query.body, &mut found);
        }
        for with in found {
            match &with.target {
                WithTarget::Input(_) => {}
                WithTarget::Data(path) => {
                    if !self.replaced.contains_key(path) {
                        let slot = self.slot();
                        self.replaced.insert(path.clone(), slot);
                    }
                }
                WithTarget::Function(rule) => self.replaceable(Callee::Function(*rule), with),
                WithTarget::Builtin(id) => self.replaceable(Callee::Builtin(*id), with),
            }
        }
    }

    fn replaceable(&mut self, callee: Callee, with: &With) {
        if !self.callees.contains_key(&callee) {
            let slot = self.slot();
            self.callees.insert(callee, (slot, Vec::new()));
        }
        if let (WithValue::Callee(by), Some((_, all))) =
            (&with.value, self.callees.get_mut(&callee))
            && !all.contains(by)
        {
            all.push(*by);
        }
    }

    /// The replacements of one expression. Their values are computed here, outside.
    pub(super) fn overrides(&mut self, b: &mut Builder, withs: &[With]) -> Vec<Override> {
        let mut overrides = Vec::new();
        for with in withs {
            match (&with.target, &with.value) {
                (WithTarget::Input(path), WithValue::Term(term)) => {
                    let value = self.term(b, term);
                    let path = path.iter().map(|key| self.string(key)).collect();
                    overrides.push(Override::Input { path, value });
                }
                (WithTarget::Data(path), WithValue::Term(term)) => {
                    let value = self.term(b, term);
                    self.replace_data(path, value, &mut overrides);
                }
                (target, value) => {
                    let callee = match target {
                        WithTarget::Function(rule) => Callee::Function(*rule),
                        WithTarget::Builtin(id) => Callee::Builtin(*id),
                        WithTarget::Input(_) | WithTarget::Data(_) => {
                            self.internal(with.span, "a document is replaced by a function");
                            continue;
                        }
                    };
                    let value = match value {
                        WithValue::Term(term) => self.replacement_value(b, term),
                        WithValue::Callee(by) => self.replacement_number(callee, *by),
                    };
                    if let Some((slot, _)) = self.callees.get(&callee) {
                        overrides.push(Override::Slot { slot: *slot, value });
                    }
                }
            }
        }
        overrides
    }

    /// Replaces a path of `data`: in the base document, and for the rules there.
    fn replace_data(&mut self, path: &[String], value: Operand, overrides: &mut Vec<Override>) {
        let keys = path.iter().map(|key| self.string(key)).collect();
        overrides.push(Override::Data { path: keys, value });
        let others: Vec<_> = self
            .replaced
            .iter()
            .map(|(other, slot)| (other.clone(), *slot))
            .collect();
        for (other, slot) in others {
            if other == path {
                overrides.push(Override::Slot { slot, value });
            } else if path.starts_with(&other) {
                // An outer replacement of a parent: what it holds below changes too.
                let rest = path[other.len()..]
                    .iter()
                    .map(|key| self.string(key))
                    .collect();
                overrides.push(Override::PatchSlot {
                    slot,
                    path: rest,
                    value,
                });
            } else if other.starts_with(path) {
                overrides.push(Override::ClearSlot { slot });
            }
        }
    }

    /// A function replaced by a value: the value in an array of one.
    fn replacement_value(&mut self, b: &mut Builder, term: &Term) -> Operand {
        let item = self.term(b, term);
        let dst = b.local();
        b.emit(crate::ir::Stmt::MakeArray {
            dst,
            items: vec![item],
        });
        Operand::Local(dst)
    }

    /// A function replaced by another: that one's number among all of its replacements.
    fn replacement_number(&mut self, callee: Callee, by: Callee) -> Operand {
        let number = self
            .callees
            .get(&callee)
            .and_then(|(_, all)| all.iter().position(|other| *other == by))
            .unwrap_or(0);
        self.operand(Const::Number(number.to_string()))
    }
}

fn clause_withs<'p>(clause: &'p Clause, found: &mut Vec<&'p With>) {
    for term in clause.args.iter().chain(&clause.tail) {
        term_withs(term, found);
    }
    for branch in &clause.branches {
        term_withs(&branch.value, found);
        body_withs(&branch.body, found);
    }
}

fn body_withs<'p>(body: &'p Body, found: &mut Vec<&'p With>) {
    for expr in &body.0 {
        expr_withs(expr, found);
    }
}

fn expr_withs<'p>(expr: &'p Expr, found: &mut Vec<&'p With>) {
    for with in &expr.with {
        found.push(with);
        if let WithValue::Term(term) = &with.value {
            term_withs(term, found);
        }
    }
    match &expr.kind {
        ExprKind::Term(term) => term_withs(term, found),
        ExprKind::Unify(x, y) => {
            term_withs(x, found);
            term_withs(y, found);
        }
        ExprKind::SomeIn {
            key,
            value,
            collection,
        } => {
            for term in key.iter().chain([value, collection]) {
                term_withs(term, found);
            }
        }
        ExprKind::Relation { call, output } => {
            term_withs(call, found);
            term_withs(output, found);
        }
        ExprKind::Not(body) => body_withs(body, found),
        ExprKind::Every { domain, body, .. } => {
            term_withs(domain, found);
            body_withs(body, found);
        }
        ExprKind::And(bodies) | ExprKind::Or(bodies) => {
            for body in bodies {
                body_withs(body, found);
            }
        }
        ExprKind::Print(terms) => {
            for term in terms {
                term_withs(term, found);
            }
        }
    }
}

fn term_withs<'p>(term: &'p Term, found: &mut Vec<&'p With>) {
    match &term.kind {
        TermKind::Const(_) | TermKind::Var(_) => {}
        TermKind::Array(terms) | TermKind::Set(terms) | TermKind::Call { args: terms, .. } => {
            for term in terms {
                term_withs(term, found);
            }
        }
        TermKind::Object(entries) => {
            for (key, value) in entries {
                term_withs(key, found);
                term_withs(value, found);
            }
        }
        TermKind::Ref { head, path } => {
            if let RefHead::Term(term) = head {
                term_withs(term, found);
            }
            for term in path {
                term_withs(term, found);
            }
        }
        TermKind::ArrayComprehension { head, body } | TermKind::SetComprehension { head, body } => {
            term_withs(head, found);
            body_withs(body, found);
        }
        TermKind::ObjectComprehension { key, value, body } => {
            term_withs(key, found);
            term_withs(value, found);
            body_withs(body, found);
        }
        TermKind::Template(parts) => {
            for part in parts {
                if let TemplatePart::Term(term) = part {
                    term_withs(term, found);
                }
            }
        }
    }
}
