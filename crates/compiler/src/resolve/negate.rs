//! What `not e`, as it always was, evaluates in front of the negation.
//!
//! In `not f(g(x), input.y)` neither the inner call nor the ref is negated: where one of them is undefined, the rule
//! fails. Only the outermost ref, comparison or call is.

use kpol_abi::builtins::by_name;
use kpol_diagnostics::Span;

use crate::hir::{Callee, Expr, ExprKind, RefHead, Term, TermKind};
use crate::resolve::clause::Lower;
use crate::resolve::term::variable;

impl Lower<'_> {
    /// Moves them into [`Lower::pending`].
    pub(super) fn hoist_negated(&mut self, kinds: &mut [ExprKind]) {
        for kind in kinds {
            match kind {
                ExprKind::Term(term) => match &mut term.kind {
                    TermKind::Call { callee, args } if is_equal(*callee) => {
                        for arg in args {
                            self.outermost(arg);
                        }
                    }
                    TermKind::Call { args, .. } => self.inner_all(args),
                    _ => self.outermost(term),
                },
                ExprKind::Unify(left, right) => {
                    let (call, output) = if encloses(right.span, left.span) {
                        (right, left)
                    } else {
                        (left, right)
                    };
                    match &mut call.kind {
                        // `not f(x, out)`: the call is the expression itself.
                        TermKind::Call { args, .. } if encloses(call.span, output.span) => {
                            self.inner_all(args);
                            self.inner(output);
                        }
                        _ => {
                            self.outermost(call);
                            self.outermost(output);
                        }
                    }
                }
                ExprKind::Relation { call, output } => {
                    if let TermKind::Call { args, .. } = &mut call.kind {
                        self.inner_all(args);
                    }
                    self.inner(output);
                }
                ExprKind::Every { domain, .. } => self.inner(domain),
                ExprKind::SomeIn { collection, .. } => self.inner(collection),
                ExprKind::Not(_) | ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Print(_) => {}
            }
        }
    }

    /// A term that is itself negated, but not what is inside it.
    fn outermost(&mut self, term: &mut Term) {
        match &mut term.kind {
            TermKind::Ref { head, path } => {
                if let RefHead::Term(inner) = head {
                    self.inner(inner);
                    if let TermKind::Var(id) = inner.kind {
                        *head = RefHead::Local(id);
                    }
                }
                self.inner_all(path);
            }
            TermKind::Const(_)
            | TermKind::Var(_)
            | TermKind::ArrayComprehension { .. }
            | TermKind::SetComprehension { .. }
            | TermKind::ObjectComprehension { .. }
            | TermKind::Template(_) => {}
            TermKind::Array(_) | TermKind::Set(_) | TermKind::Object(_) | TermKind::Call { .. } => {
                self.inner(term)
            }
        }
    }

    fn inner_all(&mut self, terms: &mut [Term]) {
        for term in terms {
            self.inner(term);
        }
    }

    fn inner(&mut self, term: &mut Term) {
        match &mut term.kind {
            TermKind::Array(items) | TermKind::Set(items) => self.inner_all(items),
            TermKind::Object(entries) => {
                for (key, value) in entries {
                    self.inner(key);
                    self.inner(value);
                }
            }
            TermKind::Ref { .. } => {
                self.outermost(term);
                self.hoist(term);
            }
            TermKind::Call { args, .. } => {
                self.inner_all(args);
                self.hoist(term);
            }
            // These are always defined.
            TermKind::Const(_)
            | TermKind::Var(_)
            | TermKind::ArrayComprehension { .. }
            | TermKind::SetComprehension { .. }
            | TermKind::ObjectComprehension { .. }
            | TermKind::Template(_) => {}
        }
    }

    fn hoist(&mut self, term: &mut Term) {
        let span = term.span;
        let id = self.generated(span);
        let value = std::mem::replace(term, variable(id, span));
        self.pending.push(Expr {
            span,
            kind: ExprKind::Unify(variable(id, span), value),
            with: Vec::new(),
        });
    }
}

fn is_equal(callee: Callee) -> bool {
    match callee {
        Callee::Builtin(id) => Some(id) == by_name("equal"),
        Callee::Function(_) => false,
    }
}

/// Whether a call's span holds that of its output argument: in `f(x) = y` it does not.
fn encloses(call: Span, output: Span) -> bool {
    call.start <= output.start && output.end <= call.end
}
