//! Data-driven tests: a test rule with keys behind its name (`test_sum[note] if ...`) notes each case that it comes to
//! by a call of `internal.test_case`, before the rest of its body decides about it. A case that is noted and has no
//! value has failed.

use kpol_abi::builtins::by_name;
use kpol_diagnostics::Span;

use crate::check::{free_in_expr, free_in_term};
use crate::hir::{Body, Callee, Clause, Expr, ExprKind, LocalId, LocalInfo, Term, TermKind};
use crate::ir::Const;
use crate::names::test_key;
use crate::resolve::fold::{self, constant};
use crate::resolve::term::variable;

/// The builtin that notes a case.
const TEST_CASE: &str = "internal.test_case";

/// Makes a clause note its cases, if it is of a data-driven test and does not do so by itself. `path` is the rule's
/// path below its package, `declared` are the variables that the clause declares.
pub(super) fn note(path: &[String], declared: &[LocalId], clause: &mut Clause) {
    let (Some(test), Some(builtin)) = (test_key(path), by_name(TEST_CASE)) else {
        return;
    };
    let builtin = Callee::Builtin(builtin);
    let span = clause.head_span;
    let Some(branch) = clause.branches.first_mut() else {
        return;
    };
    if clause.tail.is_empty() || clause.member || calls(&branch.body, builtin) {
        return;
    }
    for key in &mut clause.tail {
        if matches!(key.kind, TermKind::Var(_) | TermKind::Const(_)) {
            continue;
        }
        // It is computed as soon as what it is made from is there. As in OPA, that are the declared variables only.
        let mut needed = variables(key);
        needed.retain(|id| declared.contains(id));
        let id = fresh(&mut clause.locals, key.span);
        let computed = std::mem::replace(key, variable(id, key.span));
        let kind = ExprKind::Unify(key.clone(), computed);
        let at = behind(&branch.body, &needed);
        branch.body.0.insert(at, expr(key.span, kind));
    }
    let names = path.iter().skip(test + 1);
    let names = names.map(|name| constant(span, Const::String(name.clone())));
    let names = Term {
        span,
        kind: fold::array(names.chain(clause.tail.iter().cloned()).collect()),
    };
    let at = behind(&branch.body, &variables(&names));
    let call = TermKind::Call {
        callee: builtin,
        args: vec![names],
    };
    let call = ExprKind::Term(Term { span, kind: call });
    branch.body.0.insert(at, expr(span, call));
}

fn variables(term: &Term) -> Vec<LocalId> {
    let mut found = Vec::new();
    free_in_term(term, &mut found);
    found.into_iter().map(|(id, _)| id).collect()
}

/// How many expressions of a body it takes until each of the variables was mentioned.
fn behind(body: &Body, wanted: &[LocalId]) -> usize {
    let first = |wanted: &LocalId| {
        body.0.iter().position(|expr| {
            let mut found = Vec::new();
            free_in_expr(expr, &mut found);
            found.iter().any(|(id, _)| id == wanted)
        })
    };
    let last = wanted.iter().filter_map(first).max();
    last.map_or(0, |index| index + 1)
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
