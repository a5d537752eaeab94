//! Statements.

use kpol_diagnostics::Span;
use kpol_syntax::ast::{
    self, Every, ExprKind as AstKind, NotBody, Operand, SomeIn, TermKind as AstTermKind,
};

use crate::codes;
use crate::hir::{Body, Expr, ExprKind, Term, TermKind, With};
use crate::ir::Const;
use crate::resolve::MAX_BODIES;
use crate::resolve::clause::Lower;
use crate::resolve::fold::{self, constant};
use crate::resolve::mentions::{mentions, outputs_of};
use crate::resolve::scope::Origin;

/// Where an assignment binds nothing.
#[derive(Debug, Clone, Copy)]
enum Place {
    Negated,
    And,
    Or,
}

impl Place {
    const fn message(self) -> &'static str {
        match self {
            Place::Negated => "cannot assign vars inside negated expression",
            Place::And => "cannot assign vars inside implicit and operand",
            Place::Or => "cannot assign vars inside implicit or operand",
        }
    }
}

impl Lower<'_> {
    /// Statements of a body whose scope was entered.
    pub(super) fn exprs(&mut self, query: &[ast::Expr]) -> Vec<Expr> {
        if self.depth > MAX_BODIES {
            if let Some(first) = query.first() {
                self.error(
                    codes::NESTING,
                    format!("more than {MAX_BODIES} bodies inside each other"),
                    first.span,
                );
            }
            return Vec::new();
        }
        let outer = std::mem::take(&mut self.pending);
        let statement = self.statement;
        let mut out = Vec::new();
        for expr in query {
            self.statement = expr.span;
            self.expr(expr, &mut out);
        }
        self.statement = statement;
        self.pending = outer;
        out
    }

    fn expr(&mut self, expr: &ast::Expr, out: &mut Vec<Expr>) {
        let mut kinds = Vec::new();
        if expr.negated {
            self.negated(expr, out);
            return;
        }
        // `:=` declares its variables only behind its values and those of `with`.
        let mut hoisted = Vec::new();
        let with = if let AstKind::Assign(left, _, right) = &expr.kind {
            let value = self.assigned_value(right);
            let with = self.withs(&expr.with, &mut hoisted);
            self.assign(left, value, expr.span, &mut kinds);
            with
        } else {
            self.kinds(&expr.kind, expr.span, &mut kinds);
            self.withs(&expr.with, &mut hoisted)
        };
        out.append(&mut hoisted);
        self.flush(&with, out);
        push_all(kinds, expr.span, &with, out);
    }

    /// Puts what is pending in front, under the same replacements.
    fn flush(&mut self, with: &[With], out: &mut Vec<Expr>) {
        for mut pending in self.pending.drain(..) {
            if pending.with.is_empty() {
                pending.with = with.to_vec();
            }
            out.push(pending);
        }
    }

    /// `not e` as it always was: what `e` evaluates first stands in front of the negation.
    fn negated(&mut self, expr: &ast::Expr, out: &mut Vec<Expr>) {
        if matches!(expr.kind, AstKind::Assign(..)) {
            self.error(
                codes::ASSIGN_PLACE,
                Place::Negated.message().to_owned(),
                expr.span,
            );
            return;
        }
        let mut kinds = Vec::new();
        self.depth += 1;
        self.kinds(&expr.kind, expr.span, &mut kinds);
        self.depth = self.depth.saturating_sub(1);
        let mut hoisted = Vec::new();
        let with = self.withs(&expr.with, &mut hoisted);
        out.append(&mut hoisted);
        self.hoist_negated(&mut kinds);
        self.flush(&with, out);
        let mut body = Vec::new();
        push_all(kinds, expr.span, &[], &mut body);
        push_all(vec![ExprKind::Not(Body(body))], expr.span, &with, out);
    }

    fn kinds(&mut self, kind: &AstKind, span: Span, out: &mut Vec<ExprKind>) {
        match kind {
            AstKind::Term(term) => match &term.kind {
                AstTermKind::Call(call) => self.call_statement(call, term.span, out),
                _ => {
                    let term = self.term(term);
                    out.push(ExprKind::Term(term));
                }
            },
            AstKind::Unify(left, _, right) => self.equality(left, right, out),
            AstKind::Assign(left, _, right) => {
                let value = self.assigned_value(right);
                self.assign(left, value, span, out);
            }
            AstKind::Some(idents) => {
                for ident in idents {
                    if ident.name != "_" {
                        self.declare_some(&ident.name, ident.span);
                    }
                }
            }
            AstKind::SomeIn(some) => self.some_in(some, span, out),
            AstKind::Every(every) => self.every(every, out),
            AstKind::Not(NotBody { query, explicit }) => {
                let body = self.operand(query, *explicit, Place::Negated);
                out.push(ExprKind::Not(body));
            }
            AstKind::And(operands) => {
                let bodies = self.operands(operands, Place::And);
                out.push(ExprKind::And(bodies));
            }
            AstKind::Or(operands) => {
                let bodies = self.operands(operands, Place::Or);
                out.push(ExprKind::Or(bodies));
            }
        }
    }

    pub(super) fn equality(
        &mut self,
        left: &ast::Term,
        right: &ast::Term,
        out: &mut Vec<ExprKind>,
    ) {
        if let Some(call) = self.relation(right) {
            let output = self.term(left);
            out.push(ExprKind::Relation { call, output });
        } else if let Some(call) = self.relation(left) {
            let output = self.term(right);
            out.push(ExprKind::Relation { call, output });
        } else {
            let left = self.term(left);
            let right = self.term(right);
            fold::unify(left, right, out);
        }
    }

    /// The right side of `:=`, and whether it is the call of a relation.
    fn assigned_value(&mut self, right: &ast::Term) -> (Term, bool) {
        match self.relation(right) {
            Some(call) => (call, true),
            None => (self.term(right), false),
        }
    }

    pub(super) fn assign(
        &mut self,
        left: &ast::Term,
        (value, relation): (Term, bool),
        span: Span,
        out: &mut Vec<ExprKind>,
    ) {
        if self.is_strict()
            && let Some(name @ ("input" | "data")) = left.as_var()
        {
            self.error(
                codes::SHADOWED,
                format!("variables must not shadow {name} (use a different variable name)"),
                span,
            );
        }
        let pattern = self.assigned_pattern(left);
        self.assignments.insert(span);
        if relation {
            out.push(ExprKind::Relation {
                call: value,
                output: pattern,
            });
        } else {
            fold::unify(pattern, value, out);
        }
    }

    fn assigned_pattern(&mut self, pattern: &ast::Term) -> Term {
        let span = pattern.span;
        let kind = match &pattern.kind {
            AstTermKind::Var(var) if var.wildcard => TermKind::Var(self.wildcard(span)),
            AstTermKind::Var(var) => TermKind::Var(self.declare(&var.name, Origin::Assigned, span)),
            AstTermKind::Array(items) => fold::array(
                items
                    .iter()
                    .map(|item| self.assigned_pattern(item))
                    .collect(),
            ),
            AstTermKind::Object(entries) => fold::object(
                entries
                    .iter()
                    .map(|(key, value)| (self.term(key), self.assigned_pattern(value)))
                    .collect(),
            ),
            _ => {
                let what = what(&pattern.kind);
                self.error(
                    codes::ASSIGN_TARGET,
                    format!("cannot assign to {what}"),
                    span,
                );
                TermKind::Const(Const::Null)
            }
        };
        Term { span, kind }
    }

    fn some_in(&mut self, some: &SomeIn, span: Span, out: &mut Vec<ExprKind>) {
        let mut names = Vec::new();
        for pattern in some.key.iter().chain([&some.value]) {
            outputs_of(pattern, &mut names);
        }
        names.sort_unstable();
        names.dedup();
        let mut failed = false;
        for name in &names {
            if mentions(&some.collection, name) {
                self.error(
                    codes::REDECLARED,
                    format!("var {name} assigned before"),
                    span,
                );
                failed = true;
            }
        }
        let collection = self.term(&some.collection);
        if failed {
            return;
        }
        for name in names {
            self.declare(name, Origin::Declared, span);
        }
        let key = some.key.as_ref().map(|key| self.term(key));
        let value = self.term(&some.value);
        out.push(ExprKind::SomeIn {
            key,
            value,
            collection,
        });
    }

    fn every(&mut self, every: &Every, out: &mut Vec<ExprKind>) {
        let domain = self.term(&every.domain);
        let outer = std::mem::take(&mut self.pending);
        let statement = self.statement;
        if let Some(first) = every.body.first() {
            self.statement = first.span;
        }
        self.enter(&every.body, &[]);
        let key = every
            .key
            .as_ref()
            .filter(|key| key.name != "_")
            .map(|key| self.declare(&key.name, Origin::Declared, key.span));
        let value = if every.value.name == "_" {
            self.wildcard(every.value.span)
        } else {
            self.declare(&every.value.name, Origin::Declared, every.value.span)
        };
        let body = Body(self.exprs(&every.body));
        self.leave();
        self.statement = statement;
        self.pending = outer;
        out.push(ExprKind::Every {
            key,
            value,
            domain,
            body,
        });
    }

    fn operands(&mut self, operands: &[Operand], place: Place) -> Vec<Body> {
        operands
            .iter()
            .map(|operand| self.operand(&operand.query, operand.explicit, place))
            .collect()
    }

    /// A body without bindings for the outside. Without braces, its variables are the surrounding body's.
    fn operand(&mut self, query: &ast::Query, explicit: bool, place: Place) -> Body {
        if explicit {
            self.enter(query, &[]);
            let body = Body(self.exprs(query));
            self.leave();
            return body;
        }
        for expr in query {
            if matches!(expr.kind, AstKind::Assign(..)) {
                self.error(codes::ASSIGN_PLACE, place.message().to_owned(), expr.span);
            }
        }
        let outer = self.hoist_depth;
        self.depth += 1;
        self.hoist_depth = self.depth;
        let body = Body(self.exprs(query));
        self.depth = self.depth.saturating_sub(1);
        self.hoist_depth = outer;
        body
    }
}

fn push_all(kinds: Vec<ExprKind>, span: Span, with: &[With], out: &mut Vec<Expr>) {
    for kind in kinds {
        out.push(Expr {
            span,
            kind,
            with: with.to_vec(),
        });
    }
}

/// The statement that always holds, for what was reported.
pub(super) fn holds(span: Span) -> ExprKind {
    ExprKind::Term(constant(span, Const::Bool(true)))
}

/// What a term is called in messages.
fn what(kind: &AstTermKind) -> &'static str {
    match kind {
        AstTermKind::Null => "null",
        AstTermKind::Bool(_) => "boolean",
        AstTermKind::Number(_) => "number",
        AstTermKind::String(_) => "string",
        AstTermKind::Var(_) => "var",
        AstTermKind::Ref(_) => "ref",
        AstTermKind::Call(_) => "call",
        AstTermKind::Array(_) => "array",
        AstTermKind::Object(_) => "object",
        AstTermKind::Set(_) => "set",
        AstTermKind::ArrayComprehension(_) => "arraycomprehension",
        AstTermKind::SetComprehension(_) => "setcomprehension",
        AstTermKind::ObjectComprehension(_) => "objectcomprehension",
        AstTermKind::TemplateString { .. } => "templatestring",
    }
}
