//! Data-driven tests: a test rule with keys behind its name (`test_sum[note] if ...`) notes each case that it comes to
//! by a call of `internal.test_case`, before the rest of its body decides about it. A case that is noted and has no
//! value has failed.

use kpol_abi::builtins::by_name;
use kpol_diagnostics::Span;

use crate::check::{free_in_expr, free_in_term};
use crate::hir::{
    Body, Callee, Clause, Expr, ExprKind, LocalId, LocalInfo, Rule, RuleKind, Term, TermKind,
};
use crate::ir::Const;
use crate::names::test_key;
use crate::resolve::fold::{self, constant};
use crate::resolve::term::variable;

/// The builtin that notes a case.
const TEST_CASE: &str = "internal.test_case";

/// Makes a clause of a rule note its cases, if the rule is a data-driven test and does not do so by itself. The first
/// `package` keys of the rule's path are its package.
pub(super) fn note(rule: &Rule, package: usize, clause: &mut Clause) {
    let Some(test) = test_key(rule.path.get(package..).unwrap_or_default()) else {
        return;
    };
    let Some(builtin) = by_name(TEST_CASE).map(Callee::Builtin) else {
        return;
    };
    let span = clause.head_span;
    let Some(branch) = clause.branches.first_mut() else {
        return;
    };
    if rule.kind != RuleKind::Object || clause.member || calls(&branch.body, builtin) {
        return;
    }
    let at = known_behind(&branch.body, &clause.tail);
    let mut exprs = Vec::new();
    let mut keys: Vec<Term> = rule
        .path
        .iter()
        .skip(package + test + 1)
        .map(|key| constant(span, Const::String(key.clone())))
        .collect();
    for key in &mut clause.tail {
        if !matches!(key.kind, TermKind::Var(_) | TermKind::Const(_)) {
            // It is computed here already, and once only.
            let id = fresh(&mut clause.locals, key.span);
            let computed = std::mem::replace(key, variable(id, key.span));
            exprs.push(expr(
                key.span,
                ExprKind::Unify(variable(id, key.span), computed),
            ));
        }
        keys.push(key.clone());
    }
    let keys = Term {
        span,
        kind: fold::array(keys),
    };
    let call = TermKind::Call {
        callee: builtin,
        args: vec![keys],
    };
    exprs.push(expr(span, ExprKind::Term(Term { span, kind: call })));
    branch.body.0.splice(at..at, exprs);
}

/// How many expressions of a body it takes until each variable of the terms was mentioned.
fn known_behind(body: &Body, terms: &[Term]) -> usize {
    let mut wanted = Vec::new();
    for term in terms {
        free_in_term(term, &mut wanted);
    }
    let first = |id: LocalId| {
        body.0.iter().position(|expr| {
            let mut found = Vec::new();
            free_in_expr(expr, &mut found);
            found.iter().any(|(other, _)| *other == id)
        })
    };
    wanted
        .into_iter()
        .filter_map(|(id, _)| first(id))
        .max()
        .map_or(0, |index| index + 1)
}

/// Whether a body calls a function as a statement, in bodies inside it too.
fn calls(body: &Body, wanted: Callee) -> bool {
    body.0.iter().any(|expr| match &expr.kind {
        ExprKind::Term(Term {
            kind: TermKind::Call { callee, .. },
            ..
        }) => *callee == wanted,
        ExprKind::Not(body) | ExprKind::Every { body, .. } => calls(body, wanted),
        ExprKind::And(bodies) | ExprKind::Or(bodies) => {
            bodies.iter().any(|body| calls(body, wanted))
        }
        _ => false,
    })
}

fn fresh(locals: &mut Vec<LocalInfo>, span: Span) -> LocalId {
    let id = LocalId(u32::try_from(locals.len()).unwrap_or(u32::MAX));
    locals.push(LocalInfo {
        name: format!("__local{}__", locals.len()),
        span,
        depth: 0,
    });
    id
}

fn expr(span: Span, kind: ExprKind) -> Expr {
    Expr {
        span,
        kind,
        with: Vec::new(),
    }
}
