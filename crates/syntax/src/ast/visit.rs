//! Walks over syntax trees.
//!
//! A [`Visitor`] overrides what it is interested in and calls the `walk` function of the same name to go on below.

use super::{Expr, ExprKind, HeadKind, Module, Query, Ref, Rule, TemplatePart, Term, TermKind};

/// Sees each rule, expression and term, in the order of the text.
pub trait Visitor {
    /// A rule with its `else` branches.
    fn visit_rule(&mut self, rule: &Rule) {
        walk_rule(self, rule);
    }

    /// A statement of any query: bodies, comprehensions, operands of `and`, `or` and `not`.
    fn visit_expr(&mut self, expr: &Expr) {
        walk_expr(self, expr);
    }

    /// A term; operators are terms, too. The functions of calls and the targets of `with` are references, see
    /// [`Visitor::visit_ref`].
    fn visit_term(&mut self, term: &Term) {
        walk_term(self, term);
    }

    /// A reference: of a term, the name of a rule, the function of a call, or the target of a `with`.
    fn visit_ref(&mut self, reference: &Ref) {
        walk_ref(self, reference);
    }
}

/// Visits a module's rules.
pub fn walk_module<V: Visitor + ?Sized>(visitor: &mut V, module: &Module) {
    for rule in &module.rules {
        visitor.visit_rule(rule);
    }
}

/// Visits the parts of a rule.
pub fn walk_rule<V: Visitor + ?Sized>(visitor: &mut V, rule: &Rule) {
    visitor.visit_ref(&rule.head.reference);
    for arg in rule.head.args.iter().flatten() {
        visitor.visit_term(arg);
    }
    if let HeadKind::Contains(key) = &rule.head.kind {
        visitor.visit_term(key);
    }
    if let Some(value) = &rule.head.value {
        visitor.visit_term(value);
    }
    for body in &rule.bodies {
        walk_query(visitor, &body.query);
    }
    for branch in &rule.else_ {
        if let Some(value) = &branch.value {
            visitor.visit_term(value);
        }
        if let Some(body) = &branch.body {
            walk_query(visitor, &body.query);
        }
    }
}

/// Visits the statements of a query.
pub fn walk_query<V: Visitor + ?Sized>(visitor: &mut V, query: &Query) {
    for expr in query {
        visitor.visit_expr(expr);
    }
}

/// Visits the parts of a statement.
pub fn walk_expr<V: Visitor + ?Sized>(visitor: &mut V, expr: &Expr) {
    match &expr.kind {
        ExprKind::Term(term) => visitor.visit_term(term),
        ExprKind::Unify(left, _, right) | ExprKind::Assign(left, _, right) => {
            visitor.visit_term(left);
            visitor.visit_term(right);
        }
        ExprKind::Some(_) => {}
        ExprKind::SomeIn(some) => {
            for term in some.key.iter().chain([&some.value, &some.collection]) {
                visitor.visit_term(term);
            }
        }
        ExprKind::Every(every) => {
            visitor.visit_term(&every.domain);
            walk_query(visitor, &every.body);
        }
        ExprKind::Not(not) => walk_query(visitor, &not.query),
        ExprKind::And(operands) | ExprKind::Or(operands) => {
            for operand in operands {
                walk_query(visitor, &operand.query);
            }
        }
    }
    for with in &expr.with {
        visitor.visit_ref(&with.target);
        visitor.visit_term(&with.value);
    }
}

/// Visits the parts of a term.
pub fn walk_term<V: Visitor + ?Sized>(visitor: &mut V, term: &Term) {
    match &term.kind {
        TermKind::Null
        | TermKind::Bool(_)
        | TermKind::Number(_)
        | TermKind::String(_)
        | TermKind::Var(_) => {}
        TermKind::Ref(reference) => visitor.visit_ref(reference),
        TermKind::Call(call) => {
            visitor.visit_ref(&call.function);
            for arg in &call.args {
                visitor.visit_term(arg);
            }
        }
        TermKind::Array(items) | TermKind::Set(items) => {
            for item in items {
                visitor.visit_term(item);
            }
        }
        TermKind::Object(entries) => {
            for (key, value) in entries {
                visitor.visit_term(key);
                visitor.visit_term(value);
            }
        }
        TermKind::ArrayComprehension(comprehension) | TermKind::SetComprehension(comprehension) => {
            visitor.visit_term(&comprehension.term);
            walk_query(visitor, &comprehension.query);
        }
        TermKind::ObjectComprehension(comprehension) => {
            visitor.visit_term(&comprehension.key);
            visitor.visit_term(&comprehension.value);
            walk_query(visitor, &comprehension.query);
        }
        TermKind::TemplateString { parts, .. } => {
            for part in parts {
                if let TemplatePart::Expr(expr) = part {
                    visitor.visit_expr(expr);
                }
            }
        }
    }
}

/// Visits the parts of a reference.
pub fn walk_ref<V: Visitor + ?Sized>(visitor: &mut V, reference: &Ref) {
    visitor.visit_term(&reference.head);
    for arg in &reference.path {
        visitor.visit_term(&arg.term);
    }
}
