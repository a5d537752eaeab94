//! `with`: what is replaced, and by what.

use kpol_syntax::ast::{self, TermKind as AstTermKind};

use crate::codes;
use crate::hir::{Callee, Expr, ExprKind, RuleKind, Term, TermKind, With, WithTarget, WithValue};
use crate::names::data_ref;
use crate::resolve::call::Found;
use crate::resolve::clause::Lower;
use crate::resolve::imports::Root;
use crate::resolve::rules::find;
use crate::resolve::term::variable;

impl Lower<'_> {
    /// The replacements of an expression. Values that have to be computed go in front of it, into `hoisted`.
    pub(super) fn withs(&mut self, withs: &[ast::With], hoisted: &mut Vec<Expr>) -> Vec<With> {
        let mut out = Vec::new();
        for with in withs {
            let Some((target, arity)) = self.with_target(&with.target) else {
                self.with_value(&with.value, hoisted);
                continue;
            };
            let callee = arity.and_then(|_| self.with_callee(&with.value));
            let value = match (callee, arity) {
                (Some(found), Some(arity)) => {
                    if found.arity != arity {
                        self.error(
                            codes::ARITY,
                            format!(
                                "{}: arity mismatch\n\thave: {} arguments\n\twant: {arity} arguments",
                                self.target_name(&target),
                                found.arity
                            ),
                            with.value.span,
                        );
                    }
                    WithValue::Callee(found.callee)
                }
                _ => WithValue::Term(self.with_value(&with.value, hoisted)),
            };
            out.push(With {
                span: with.span,
                target,
                value,
            });
        }
        out
    }

    fn target_name(&self, target: &WithTarget) -> String {
        match target {
            WithTarget::Input(_) => "input".to_owned(),
            WithTarget::Data(path) => data_ref(path),
            WithTarget::Function(id) => self
                .program
                .rules
                .get(id.0 as usize)
                .map_or_else(String::new, crate::hir::Rule::name),
            WithTarget::Builtin(id) => (self.program.builtins.get(*id))
                .map_or("", |builtin| builtin.name())
                .to_owned(),
        }
    }

    fn with_value(&mut self, value: &ast::Term, hoisted: &mut Vec<Expr>) -> Term {
        let outer = std::mem::take(&mut self.pending);
        let term = self.term(value);
        hoisted.append(&mut self.pending);
        self.pending = outer;
        if is_plain(&term) {
            return term;
        }
        let span = term.span;
        let id = self.generated(span);
        hoisted.push(Expr {
            span,
            kind: ExprKind::Unify(variable(id, span), term),
            with: Vec::new(),
        });
        variable(id, span)
    }

    /// The target, and its number of arguments if it is a function.
    fn with_target(&mut self, target: &ast::Ref) -> Option<(WithTarget, Option<usize>)> {
        let span = target.span;
        let head = target.head_name().unwrap_or_default();
        let mut segments = target.segments();
        segments.next();
        let keys: Vec<String> = segments.map(str::to_owned).collect();
        let ground = keys.len() == target.path.len();
        let global = if self.is_hidden(head) {
            None
        } else {
            self.names.get(head)
        };
        let document = match (global, head) {
            (Some(global), _) => Some((global.root, global.path.clone())),
            (None, "input") => Some((Root::Input, Vec::new())),
            (None, "data") => Some((Root::Data, Vec::new())),
            (None, _) => None,
        };
        match document {
            Some((root, mut path)) if ground => {
                path.extend(keys);
                match root {
                    Root::Input => Some((WithTarget::Input(path), None)),
                    Root::Data => self.with_data(path, span),
                }
            }
            _ => {
                let dotted = target.dotted().unwrap_or_default();
                if document.is_none() && ground && self.program.builtins.find(&dotted).is_some() {
                    return self.with_builtin(&dotted, span);
                }
                self.error(
                    codes::WITH_TARGET,
                    "with keyword target must reference existing input, data, or a function"
                        .to_owned(),
                    span,
                );
                None
            }
        }
    }

    fn with_data(
        &mut self,
        path: Vec<String>,
        span: kpol_diagnostics::Span,
    ) -> Option<(WithTarget, Option<usize>)> {
        let mut node = Some(&self.program.tree);
        for key in path.iter().take(path.len().saturating_sub(1)) {
            node = node.and_then(|node| node.children.get(key));
            if node.is_some_and(|node| node.rule.is_some()) {
                self.error(
                    codes::WITH_PARTIAL,
                    "with keyword cannot partially replace virtual document(s)".to_owned(),
                    span,
                );
                return None;
            }
        }
        let id = find(&self.program.tree, &path).and_then(|node| node.rule);
        let rule = id.and_then(|id| self.program.rules.get(id.0 as usize));
        match (id, rule.map(|rule| rule.kind)) {
            (Some(id), Some(RuleKind::Function(arity))) => {
                Some((WithTarget::Function(id), Some(arity)))
            }
            _ => Some((WithTarget::Data(path), None)),
        }
    }

    fn with_builtin(
        &mut self,
        name: &str,
        span: kpol_diagnostics::Span,
    ) -> Option<(WithTarget, Option<usize>)> {
        let (id, builtin) = self.program.builtins.find(name)?;
        let refusal = if matches!(name, "eq" | "rego.metadata.chain" | "rego.metadata.rule") {
            Some(format!("replacement of \"{name}\" invalid"))
        } else if name.starts_with("internal.") {
            Some(format!(
                "replacement of internal function \"{name}\" invalid"
            ))
        } else if builtin.is_relation() {
            Some("target must not be a relation".to_owned())
        } else if builtin.result().is_none() {
            Some("target must not be a void function".to_owned())
        } else {
            None
        };
        if let Some(refusal) = refusal {
            self.error(
                codes::WITH_BUILTIN,
                format!("with keyword replacing built-in function: {refusal}"),
                span,
            );
            return None;
        }
        Some((WithTarget::Builtin(id), Some(builtin.arity())))
    }

    /// The function that a replacement names.
    fn with_callee(&mut self, value: &ast::Term) -> Option<Found> {
        let reference = match &value.kind {
            AstTermKind::Ref(reference) => reference.clone(),
            AstTermKind::Var(var) if !var.wildcard => ast::Ref {
                span: value.span,
                head: Box::new(value.clone()),
                path: Vec::new(),
            },
            _ => return None,
        };
        let head = reference.head_name()?;
        if self.is_declared(head) {
            return None;
        }
        let found = self.function(&reference, false).ok()?;
        let known = match found.callee {
            Callee::Builtin(_) => true,
            Callee::Function(_) => found.name != data_ref(&[]),
        };
        known.then_some(found)
    }
}

/// Whether a term needs no evaluation: constants, variables, composites of them.
fn is_plain(term: &Term) -> bool {
    match &term.kind {
        TermKind::Const(_) | TermKind::Var(_) => true,
        TermKind::Array(items) | TermKind::Set(items) => items.iter().all(is_plain),
        TermKind::Object(entries) => entries
            .iter()
            .all(|(key, value)| is_plain(key) && is_plain(value)),
        _ => false,
    }
}
