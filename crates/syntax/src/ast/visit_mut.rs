//! Changes all references of a syntax tree.

use super::{Expr, ExprKind, HeadKind, Module, Query, Ref, TemplatePart, Term, TermKind};

/// Calls `change` with each reference below a module's rules, also those inside of references: of terms, of calls
/// and of `with`. Names of rules are left alone.
pub fn refs(module: &mut Module, change: &mut impl FnMut(&mut Ref)) {
    for rule in &mut module.rules {
        for arg in &mut rule.head.reference.path {
            term(&mut arg.term, change);
        }
        for arg in rule.head.args.iter_mut().flatten() {
            term(arg, change);
        }
        if let HeadKind::Contains(key) = &mut rule.head.kind {
            term(key, change);
        }
        if let Some(value) = &mut rule.head.value {
            term(value, change);
        }
        for body in &mut rule.bodies {
            query(&mut body.query, change);
        }
        for branch in &mut rule.else_ {
            if let Some(value) = &mut branch.value {
                term(value, change);
            }
            if let Some(body) = &mut branch.body {
                query(&mut body.query, change);
            }
        }
    }
}

fn query(statements: &mut Query, change: &mut impl FnMut(&mut Ref)) {
    for statement in statements {
        expr(statement, change);
    }
}

fn expr(expr: &mut Expr, change: &mut impl FnMut(&mut Ref)) {
    match &mut expr.kind {
        ExprKind::Term(one) => term(one, change),
        ExprKind::Unify(left, _, right) | ExprKind::Assign(left, _, right) => {
            term(left, change);
            term(right, change);
        }
        ExprKind::Some(_) => {}
        ExprKind::SomeIn(some) => {
            if let Some(key) = &mut some.key {
                term(key, change);
            }
            term(&mut some.value, change);
            term(&mut some.collection, change);
        }
        ExprKind::Every(every) => {
            term(&mut every.domain, change);
            query(&mut every.body, change);
        }
        ExprKind::Not(not) => query(&mut not.query, change),
        ExprKind::And(operands) | ExprKind::Or(operands) => {
            for operand in operands {
                query(&mut operand.query, change);
            }
        }
    }
    for with in &mut expr.with {
        reference(&mut with.target, change);
        term(&mut with.value, change);
    }
}

fn term(term_: &mut Term, change: &mut impl FnMut(&mut Ref)) {
    match &mut term_.kind {
        TermKind::Null
        | TermKind::Bool(_)
        | TermKind::Number(_)
        | TermKind::String(_)
        | TermKind::Var(_) => {}
        TermKind::Ref(found) => reference(found, change),
        TermKind::Call(call) => {
            reference(&mut call.function, change);
            for arg in &mut call.args {
                term(arg, change);
            }
        }
        TermKind::Array(items) | TermKind::Set(items) => {
            for item in items {
                term(item, change);
            }
        }
        TermKind::Object(entries) => {
            for (key, value) in entries {
                term(key, change);
                term(value, change);
            }
        }
        TermKind::ArrayComprehension(found) | TermKind::SetComprehension(found) => {
            term(&mut found.term, change);
            query(&mut found.query, change);
        }
        TermKind::ObjectComprehension(found) => {
            term(&mut found.key, change);
            term(&mut found.value, change);
            query(&mut found.query, change);
        }
        TermKind::TemplateString { parts, .. } => {
            for part in parts {
                if let TemplatePart::Expr(found) = part {
                    expr(found, change);
                }
            }
        }
    }
}

fn reference(found: &mut Ref, change: &mut impl FnMut(&mut Ref)) {
    term(&mut found.head, change);
    for arg in &mut found.path {
        term(&mut arg.term, change);
    }
    change(found);
}
