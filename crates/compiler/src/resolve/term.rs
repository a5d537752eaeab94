//! Terms.

use kpol_diagnostics::Span;
use kpol_syntax::ast::{
    self, Comprehension, ExprKind as AstKind, TemplatePart as AstPart, TermKind as AstTermKind,
};

use crate::codes;
use crate::hir::{Body, Expr, ExprKind, LocalId, RefHead, TemplatePart, Term, TermKind};
use crate::ir::Const;
use crate::resolve::clause::Lower;
use crate::resolve::fold::{self, constant};
use crate::resolve::imports::Root;
use crate::resolve::scope::Meaning;

impl Lower<'_> {
    pub(super) fn term(&mut self, term: &ast::Term) -> Term {
        let span = term.span;
        let kind = match &term.kind {
            AstTermKind::Null => TermKind::Const(Const::Null),
            AstTermKind::Bool(value) => TermKind::Const(Const::Bool(*value)),
            AstTermKind::Number(text) => TermKind::Const(Const::Number(text.clone())),
            AstTermKind::String(text) => TermKind::Const(Const::String(text.clone())),
            AstTermKind::Var(var) if var.wildcard => TermKind::Var(self.wildcard(span)),
            AstTermKind::Var(var) => match self.meaning(&var.name, span) {
                Meaning::Local(id) => TermKind::Var(id),
                Meaning::Document(root, path) => TermKind::Ref {
                    head: head_of(root),
                    path: keys(path, span),
                },
            },
            AstTermKind::Ref(reference) => self.reference(reference),
            AstTermKind::Call(call) => return self.call_term(call, span),
            AstTermKind::Array(items) => fold::array(self.terms(items)),
            AstTermKind::Set(items) => fold::set(self.terms(items)),
            AstTermKind::Object(entries) => fold::object(
                entries
                    .iter()
                    .map(|(key, value)| (self.term(key), self.term(value)))
                    .collect(),
            ),
            AstTermKind::ArrayComprehension(comprehension) => {
                let (head, body) = self.comprehension(comprehension);
                TermKind::ArrayComprehension { head, body }
            }
            AstTermKind::SetComprehension(comprehension) => {
                let (head, body) = self.comprehension(comprehension);
                TermKind::SetComprehension { head, body }
            }
            AstTermKind::ObjectComprehension(comprehension) => {
                let outer = std::mem::take(&mut self.pending);
                self.enter(
                    &comprehension.query,
                    &[&comprehension.key, &comprehension.value],
                );
                let mut exprs = self.exprs(&comprehension.query);
                let key = Box::new(self.term(&comprehension.key));
                let value = Box::new(self.term(&comprehension.value));
                exprs.append(&mut self.pending);
                self.leave();
                self.pending = outer;
                TermKind::ObjectComprehension {
                    key,
                    value,
                    body: Body(exprs),
                }
            }
            AstTermKind::TemplateString { parts, .. } => self.template(parts),
        };
        Term { span, kind }
    }

    pub(super) fn terms(&mut self, terms: &[ast::Term]) -> Vec<Term> {
        terms.iter().map(|term| self.term(term)).collect()
    }

    fn comprehension(&mut self, comprehension: &Comprehension) -> (Box<Term>, Body) {
        let outer = std::mem::take(&mut self.pending);
        self.enter(&comprehension.query, &[&comprehension.term]);
        let mut exprs = self.exprs(&comprehension.query);
        let head = Box::new(self.term(&comprehension.term));
        exprs.append(&mut self.pending);
        self.leave();
        self.pending = outer;
        (head, Body(exprs))
    }

    fn reference(&mut self, reference: &ast::Ref) -> TermKind {
        let (head, mut path) = match &reference.head.kind {
            AstTermKind::Var(var) if !var.wildcard => {
                match self.meaning(&var.name, reference.head.span) {
                    Meaning::Local(id) => (RefHead::Local(id), Vec::new()),
                    Meaning::Document(root, path) => {
                        (head_of(root), keys(path, reference.head.span))
                    }
                }
            }
            _ => {
                let head = self.term(&reference.head);
                match head.kind {
                    TermKind::Var(id) => (RefHead::Local(id), Vec::new()),
                    _ => (RefHead::Term(Box::new(head)), Vec::new()),
                }
            }
        };
        for argument in &reference.path {
            path.push(self.term(&argument.term));
        }
        TermKind::Ref { head, path }
    }

    fn template(&mut self, parts: &[AstPart]) -> TermKind {
        let mut made = Vec::new();
        for part in parts {
            match part {
                AstPart::Text(text) => made.push(TemplatePart::Text(text.clone())),
                AstPart::Expr(expr) => made.extend(self.template_expr(expr)),
            }
        }
        let mut text = String::new();
        for part in &made {
            match part {
                TemplatePart::Text(piece) => text.push_str(piece),
                TemplatePart::Term(_) => return TermKind::Template(made),
            }
        }
        TermKind::Const(Const::String(text))
    }

    fn template_expr(&mut self, expr: &ast::Expr) -> Option<TemplatePart> {
        let AstKind::Term(term) = &expr.kind else {
            self.error(
                codes::UNSUPPORTED,
                "unexpected template-string expression type".to_owned(),
                expr.span,
            );
            return None;
        };
        if let Some(name) = self.relation_name(term) {
            self.error(
                codes::UNSUPPORTED,
                format!(
                    "illegal call to relation built-in '{name}' that may cause multiple outputs"
                ),
                term.span,
            );
            return None;
        }
        if expr.with.is_empty() {
            return Some(TemplatePart::Term(self.term(term)));
        }
        // Replacements need a body: `[x | x = term with ..][0]` has the same value, or none.
        let span = term.span;
        let outer = std::mem::take(&mut self.pending);
        let outer_hoist = self.hoist_depth;
        self.depth += 1;
        self.hoist_depth = self.depth;
        let value = self.term(term);
        let id = self.generated(span);
        let mut exprs = Vec::new();
        let with = self.withs(&expr.with, &mut exprs);
        exprs.append(&mut self.pending);
        exprs.push(Expr {
            span,
            kind: ExprKind::Unify(variable(id, span), value),
            with,
        });
        self.depth = self.depth.saturating_sub(1);
        self.hoist_depth = outer_hoist;
        self.pending = outer;
        let list = Term {
            span,
            kind: TermKind::ArrayComprehension {
                head: Box::new(variable(id, span)),
                body: Body(exprs),
            },
        };
        Some(TemplatePart::Term(Term {
            span,
            kind: TermKind::Ref {
                head: RefHead::Term(Box::new(list)),
                path: vec![constant(span, Const::Number("0".to_owned()))],
            },
        }))
    }
}

pub(super) const fn head_of(root: Root) -> RefHead {
    match root {
        Root::Input => RefHead::Input,
        Root::Data => RefHead::Data,
    }
}

/// Constant keys.
pub(super) fn keys(path: Vec<String>, span: Span) -> Vec<Term> {
    path.into_iter()
        .map(|key| constant(span, Const::String(key)))
        .collect()
}

pub(super) const fn variable(id: LocalId, span: Span) -> Term {
    Term {
        span,
        kind: TermKind::Var(id),
    }
}
