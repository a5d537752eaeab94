//! Bodies and expressions.

use crate::hir::{Body, Expr, ExprKind, RefHead, Term, TermKind, WithTarget};
use crate::ir::{Block, CompareOp, Const, Operand, Stmt};

use super::Planner;
use super::builder::Builder;
use super::terms::comparison;

impl Planner<'_> {
    /// Plans expressions one after the other; what follows lands inside their iterations.
    pub(super) fn body(&mut self, b: &mut Builder, body: &Body) {
        for expr in &body.0 {
            self.expr(b, expr);
        }
    }

    pub(super) fn expr(&mut self, b: &mut Builder, expr: &Expr) {
        if expr.with.is_empty() {
            self.kind(b, expr);
            return;
        }
        let overrides = self.overrides(b, &expr.with);
        let id = b.open_with(overrides);
        // A place in a document that `with` made up is no place in the input.
        let replaces_input = expr
            .with
            .iter()
            .any(|w| matches!(w.target, WithTarget::Input(_)));
        b.formatting += u32::from(replaces_input);
        self.kind(b, expr);
        b.formatting -= u32::from(replaces_input);
        b.open_outer(id);
    }

    fn kind(&mut self, b: &mut Builder, expr: &Expr) {
        if self.options.cover {
            match &expr.kind {
                // As in OPA, what is inside of a call is evaluated in front of it, and for itself.
                ExprKind::Term(term) if matches!(term.kind, TermKind::Call { .. }) => {
                    b.covers = Some(expr.span);
                }
                ExprKind::Unify(_, right) if matches!(right.kind, TermKind::Call { .. }) => {}
                _ => self.cover(b, expr.span),
            }
        }
        match &expr.kind {
            ExprKind::Term(term) => self.holds(b, term),
            ExprKind::Unify(left, right)
                if self.options.cover && matches!(right.kind, TermKind::Call { .. }) =>
            {
                let value = self.term(b, right);
                self.cover(b, expr.span);
                self.destructure(b, value, left);
            }
            ExprKind::Unify(left, right) => self.unify(b, left, right),
            ExprKind::SomeIn {
                key,
                value,
                collection,
            } => {
                let source = self.term(b, collection);
                let (k, v) = b.open_scan(source);
                b.note_scan(source, Operand::Local(k), Operand::Local(v));
                if let Some(key) = key {
                    self.destructure(b, Operand::Local(k), key);
                }
                self.destructure(b, Operand::Local(v), value);
            }
            ExprKind::Relation { call, output } => {
                let source = self.term(b, call);
                let (_, v) = b.open_scan(source);
                b.note_scan(source, Operand::Local(v), Operand::Local(v));
                self.destructure(b, Operand::Local(v), output);
            }
            ExprKind::Not(body) => {
                b.negated += 1;
                let block = self.nested(b, body);
                b.negated -= 1;
                b.emit(Stmt::Not(block));
            }
            ExprKind::Every {
                key,
                value,
                domain,
                body,
            } => {
                let source = self.term(b, domain);
                b.emit(Stmt::IsCollection(source));
                self.inner(b, |this, b| {
                    b.negated += 1;
                    // No item for which the body does not hold.
                    let depth = b.collect();
                    let (k, v) = b.open_scan(source);
                    if let Some(key) = key {
                        b.bind(*key, Operand::Local(k));
                    }
                    b.bind(*value, Operand::Local(v));
                    let failing = b.collect();
                    this.body(b, body);
                    if b.depth() > failing + 1 {
                        b.emit(Stmt::Complete);
                        b.close(failing + 1);
                        b.emit(Stmt::Fail);
                    }
                    let holds = b.collected(failing);
                    b.emit(Stmt::Not(holds));
                    b.emit(Stmt::Complete);
                    b.close(depth + 1);
                    b.emit(Stmt::Fail);
                    let fails = b.collected(depth);
                    b.emit(Stmt::Not(fails));
                    b.negated -= 1;
                });
            }
            ExprKind::And(bodies) => {
                for body in bodies {
                    let block = self.nested(b, body);
                    b.emit(Stmt::Any(vec![block]));
                }
            }
            ExprKind::Or(bodies) => {
                let blocks = bodies.iter().map(|body| self.nested(b, body)).collect();
                b.emit(Stmt::Any(blocks));
            }
            ExprKind::Print(args) => {
                let items = args.iter().map(|arg| self.optional(b, arg)).collect();
                let dst = b.local();
                b.emit(Stmt::MakeArray { dst, items });
                let site = self.site(expr.span, "print");
                b.emit(Stmt::Print {
                    values: Operand::Local(dst),
                    site,
                });
            }
        }
    }

    /// A body as a block that completes if the body holds in some way, at the first.
    fn nested(&mut self, b: &mut Builder, body: &Body) -> Block {
        let mut result = Block::default();
        self.inner(b, |this, b| {
            let depth = b.collect();
            let base = b.depth();
            this.body(b, body);
            if b.depth() > base {
                b.emit(Stmt::Complete);
                b.close(base);
                b.emit(Stmt::Fail);
            }
            result = b.collected(depth);
        });
        result
    }

    /// The term is defined and not false.
    fn holds(&mut self, b: &mut Builder, term: &Term) {
        if let TermKind::Call { callee, args } = &term.kind {
            let test = comparison(*callee).filter(|_| !self.callees.contains_key(callee));
            if let (Some(op), [left, right]) = (test, &args[..]) {
                let covers = b.covers.take();
                let hoists = op != CompareOp::Equal;
                let a = self.argument(b, left, hoists);
                let c = self.argument(b, right, hoists);
                if let Some(span) = covers {
                    self.cover(b, span);
                }
                b.emit(Stmt::Test { op, a, b: c });
                return;
            }
            if let Some((item, members)) = self.member_of_constants(*callee, args) {
                let covers = b.covers.take();
                if let Some(span) = covers {
                    self.cover(b, span);
                }
                return self.member(b, item, &members);
            }
        }
        if let TermKind::Ref {
            head: RefHead::Data,
            path,
        } = &term.kind
        {
            // A rule that cannot be false only has to be defined; telling needs types, so both are tested.
            let value = self.reference(b, &RefHead::Data, path);
            b.emit(Stmt::IsTruthy(value));
            return;
        }
        let value = self.term(b, term);
        b.emit(Stmt::IsTruthy(value));
    }

    /// `x in {"a", "b"}` with a few scalar constants.
    fn member_of_constants<'t>(
        &self,
        callee: crate::hir::Callee,
        args: &'t [Term],
    ) -> Option<(&'t Term, Vec<Const>)> {
        let crate::hir::Callee::Builtin(id) = callee else {
            return None;
        };
        if id.get()?.name != "internal.member_2" || self.callees.contains_key(&callee) {
            return None;
        }
        let [item, collection] = args else {
            return None;
        };
        match &collection.kind {
            TermKind::Const(Const::Set(items) | Const::Array(items))
                if items.len() <= 16 && items.iter().all(super::index::is_scalar) =>
            {
                Some((item, items.clone()))
            }
            _ => None,
        }
    }

    fn member(&mut self, b: &mut Builder, item: &Term, members: &[Const]) {
        let value = self.term(b, item);
        let blocks = members
            .iter()
            .map(|member| {
                let member = self.operand(member.clone());
                Block(vec![Stmt::Test {
                    op: CompareOp::Equal,
                    a: value,
                    b: member,
                }])
            })
            .collect();
        b.emit(Stmt::Any(blocks));
    }
}
