//! The order of expressions, and what to say where there is none.

use std::collections::HashSet;

use kpol_diagnostics::{Diagnostic, Span};

use crate::check::bind::{Bound, Missing, Mode, Walk, free_in_expr};
use crate::codes;
use crate::hir::{Body, Branch, Expr, ExprKind, LocalId, LocalInfo, RefHead, Term, TermKind, With};
use crate::ir::Const;

/// Names that are keywords where they are imported.
const KEYWORDS: [&str; 7] = ["in", "every", "contains", "if", "and", "or", "not"];

/// Orders the bodies of one clause or query.
#[derive(Debug)]
pub(super) struct Orderer<'o> {
    pub(super) locals: &'o mut Vec<LocalInfo>,
    errors: &'o mut Vec<Diagnostic>,
    /// Statements that bind their left side only.
    assignments: &'o HashSet<Span>,
    reported: HashSet<LocalId>,
}

impl<'o> Orderer<'o> {
    pub(super) fn new(
        locals: &'o mut Vec<LocalInfo>,
        errors: &'o mut Vec<Diagnostic>,
        assignments: &'o HashSet<Span>,
    ) -> Orderer<'o> {
        Orderer {
            locals,
            errors,
            assignments,
            reported: HashSet::new(),
        }
    }

    pub(super) fn clause(&mut self, args: &mut [Term], tail: &mut [Term], branches: &mut [Branch]) {
        let mut walk = self.walk(Bound::default(), 0, Mode::Commit);
        for arg in args {
            walk.pattern(arg);
        }
        let (bound, missing) = (walk.bound, walk.missing);
        self.report_terms(&missing);
        for (index, branch) in branches.iter_mut().enumerate() {
            let mut heads: Vec<&mut Term> = Vec::new();
            if index == 0 {
                heads.extend(tail.iter_mut());
            }
            heads.push(&mut branch.value);
            let bound = self.body(&mut branch.body, &mut heads, bound.clone(), 0);
            self.heads(&mut heads, &mut branch.body, bound, 0);
        }
    }

    pub(super) fn default(&mut self, value: &mut Term) {
        let mut body = Body::default();
        self.heads(&mut [value], &mut body, Bound::default(), 0);
    }

    pub(super) fn query(&mut self, body: &mut Body) {
        self.body(body, &mut [], Bound::default(), 0);
    }

    /// A body inside a term or expression, and the terms that are evaluated behind it.
    pub(super) fn nested(&mut self, body: &mut Body, heads: &mut [Term], bound: Bound, depth: u32) {
        let mut heads: Vec<&mut Term> = heads.iter_mut().collect();
        let bound = self.body(body, &mut heads, bound, depth);
        self.heads(&mut heads, body, bound, depth);
    }

    fn walk(&mut self, bound: Bound, depth: u32, mode: Mode) -> Walk<'_, 'o> {
        Walk {
            orderer: self,
            bound,
            depth,
            mode,
            missing: Vec::new(),
        }
    }

    /// Orders a body; gives back what is bound behind it. `heads` are the terms that follow it: where nothing in the
    /// body can go first, one of them may.
    fn body(
        &mut self,
        body: &mut Body,
        heads: &mut [&mut Term],
        mut bound: Bound,
        depth: u32,
    ) -> Bound {
        let mut rest: Vec<Expr> = std::mem::take(&mut body.0);
        let mut done: Vec<Expr> = Vec::with_capacity(rest.len());
        while !rest.is_empty() {
            let before = done.len();
            let mut waiting: Vec<Expr> = Vec::new();
            for mut expr in rest {
                if !self.fits(&mut expr, &bound, depth) {
                    waiting.push(expr);
                    continue;
                }
                bound = self.commit(&mut expr, bound, depth);
                done.push(expr);
                // What waited for this expression follows it at once.
                let mut index = 0;
                while let Some(expr) = waiting.get_mut(index) {
                    if self.fits(expr, &bound, depth) {
                        let mut expr = waiting.remove(index);
                        bound = self.commit(&mut expr, bound, depth);
                        done.push(expr);
                        index = 0;
                    } else {
                        index += 1;
                    }
                }
            }
            rest = waiting;
            if done.len() > before || rest.is_empty() {
                continue;
            }
            if self.take_apart(&mut rest, &bound, depth) {
                continue;
            }
            if let Some(extra) = self.head_first(heads, &bound, depth) {
                rest.push(extra);
                continue;
            }
            bound = self.report(&mut rest, bound, depth);
            done.append(&mut rest);
        }
        body.0 = done;
        bound
    }

    /// Whether everything that the expression needs is bound; turns an equality around if that helps.
    fn fits(&mut self, expr: &mut Expr, bound: &Bound, depth: u32) -> bool {
        if self.probe(expr, bound, depth).is_empty() {
            return true;
        }
        self.turn(expr) && (self.probe(expr, bound, depth).is_empty() || !self.turn(expr))
    }

    fn probe(&mut self, expr: &mut Expr, bound: &Bound, depth: u32) -> Vec<Missing> {
        let mut walk = self.walk(bound.clone(), depth, Mode::Probe);
        walk.expr(expr);
        walk.missing
    }

    fn commit(&mut self, expr: &mut Expr, bound: Bound, depth: u32) -> Bound {
        let mut walk = self.walk(bound, depth, Mode::Commit);
        walk.expr(expr);
        walk.bound
    }

    /// A head that can be evaluated now and binds something, as an expression of the body.
    fn head_first(&mut self, heads: &mut [&mut Term], bound: &Bound, depth: u32) -> Option<Expr> {
        for head in heads {
            if matches!(head.kind, TermKind::Var(_) | TermKind::Const(_)) {
                continue;
            }
            let mut walk = self.walk(bound.clone(), depth, Mode::Probe);
            walk.read(head);
            if walk.missing.is_empty() && walk.bound.len() > bound.len() {
                return Some(self.extract(head, depth, &[]));
            }
        }
        None
    }

    /// Turns an equality around; whether there was one.
    fn turn(&self, expr: &mut Expr) -> bool {
        match &mut expr.kind {
            ExprKind::Unify(left, right) if !self.assignments.contains(&expr.span) => {
                std::mem::swap(left, right);
                true
            }
            _ => false,
        }
    }

    /// Terms behind a body, in any order: those that bind what others need move into the body.
    fn heads(&mut self, heads: &mut [&mut Term], body: &mut Body, mut bound: Bound, depth: u32) {
        let mut open: Vec<usize> = (0..heads.len()).collect();
        while let Some(&first) = open.first() {
            let ready = open.iter().position(|&index| {
                heads.get_mut(index).is_some_and(|head| {
                    let mut walk = self.walk(bound.clone(), depth, Mode::Probe);
                    walk.read(head);
                    walk.missing.is_empty()
                })
            });
            let place = ready.unwrap_or(0);
            let index = open.remove(place);
            let Some(head) = heads.get_mut(index) else {
                continue;
            };
            let mut walk = self.walk(bound, depth, Mode::Commit);
            walk.read(head);
            bound = walk.bound;
            let missing = walk.missing;
            self.report_terms(&missing);
            for missing in &missing {
                bound.insert(missing.id);
            }
            if index != first && missing.is_empty() {
                let extra = self.extract(head, depth, &[]);
                body.0.push(extra);
            }
        }
    }

    /// Replaces a term by a variable; gives back the equality of the two.
    fn extract(&mut self, term: &mut Term, depth: u32, with: &[With]) -> Expr {
        let span = term.span;
        let id = LocalId(u32::try_from(self.locals.len()).unwrap_or(u32::MAX));
        self.locals.push(LocalInfo {
            name: format!("__local{}__", id.0),
            span,
            depth,
        });
        let variable = Term {
            span,
            kind: TermKind::Var(id),
        };
        let value = std::mem::replace(term, variable.clone());
        Expr {
            span,
            kind: ExprKind::Unify(variable, value),
            with: with.to_vec(),
        }
    }

    /// Where nothing fits: moves terms out of expressions, so that their parts can be ordered one by one.
    fn take_apart(&mut self, rest: &mut Vec<Expr>, bound: &Bound, depth: u32) -> bool {
        let mut moved = false;
        let mut out = Vec::new();
        for mut expr in std::mem::take(rest) {
            let with = expr.with.clone();
            let mut extras = Vec::new();
            match &mut expr.kind {
                ExprKind::Term(term) => match &mut term.kind {
                    TermKind::Call { args, .. } => {
                        self.binding_parts(args, bound, depth, &with, &mut extras);
                    }
                    TermKind::Ref { path, .. } => {
                        self.binding_parts(path, bound, depth, &with, &mut extras);
                    }
                    _ => {}
                },
                ExprKind::Unify(left, right) => {
                    self.computed_items(left, depth, &with, &mut extras);
                    self.computed_items(right, depth, &with, &mut extras);
                    if extras.is_empty() {
                        for side in [left, right] {
                            if let TermKind::Call { args, .. } = &mut side.kind {
                                self.binding_parts(args, bound, depth, &with, &mut extras);
                            }
                        }
                    }
                }
                ExprKind::SomeIn { value, .. } => {
                    self.computed_items(value, depth, &with, &mut extras);
                }
                ExprKind::Relation { call, output } => {
                    self.computed_items(output, depth, &with, &mut extras);
                    if let TermKind::Call { args, .. } = &mut call.kind {
                        self.binding_parts(args, bound, depth, &with, &mut extras);
                    }
                }
                _ => {}
            }
            moved |= !extras.is_empty();
            out.append(&mut extras);
            out.push(expr);
        }
        *rest = out;
        moved
    }

    /// Moves out refs and calls that can be evaluated now and bind a variable.
    fn binding_parts(
        &mut self,
        terms: &mut [Term],
        bound: &Bound,
        depth: u32,
        with: &[With],
        out: &mut Vec<Expr>,
    ) {
        for term in terms {
            let mut walk = self.walk(bound.clone(), depth, Mode::Probe);
            walk.read(term);
            let ready = walk.missing.is_empty();
            let grows = walk.bound.len() > bound.len();
            if ready && !grows {
                continue;
            }
            match &mut term.kind {
                TermKind::Ref { .. } | TermKind::Call { .. } if ready => {
                    let extra = self.extract(term, depth, with);
                    out.push(extra);
                }
                TermKind::Ref { head, path } => {
                    if let RefHead::Term(head) = head {
                        self.binding_parts(
                            std::slice::from_mut(&mut **head),
                            bound,
                            depth,
                            with,
                            out,
                        );
                    }
                    self.binding_parts(path, bound, depth, with, out);
                }
                TermKind::Call { args, .. } => self.binding_parts(args, bound, depth, with, out),
                TermKind::Array(items) | TermKind::Set(items) => {
                    self.binding_parts(items, bound, depth, with, out);
                }
                TermKind::Object(entries) => {
                    for (_, value) in entries {
                        self.binding_parts(std::slice::from_mut(value), bound, depth, with, out);
                    }
                }
                _ => {}
            }
        }
    }

    /// Moves out the items of a pattern that have to be computed.
    fn computed_items(
        &mut self,
        pattern: &mut Term,
        depth: u32,
        with: &[With],
        out: &mut Vec<Expr>,
    ) {
        let mut items: Vec<&mut Term> = match &mut pattern.kind {
            TermKind::Array(items) => items.iter_mut().collect(),
            TermKind::Object(entries) => entries.iter_mut().map(|(_, value)| value).collect(),
            _ => return,
        };
        for item in &mut items {
            match item.kind {
                TermKind::Const(_) | TermKind::Var(_) => {}
                TermKind::Array(_) | TermKind::Object(_) => {
                    self.computed_items(item, depth, with, out);
                }
                _ => {
                    let extra = self.extract(item, depth, with);
                    out.push(extra);
                }
            }
        }
    }

    /// Says what is unsafe; what hangs on it is taken as bound, so that only the cause is reported.
    fn report(&mut self, rest: &mut [Expr], mut bound: Bound, depth: u32) -> Bound {
        for expr in rest {
            let mut missing = self.probe(expr, &bound, depth);
            if self.turn(expr) {
                let other = self.probe(expr, &bound, depth);
                if other.len() < missing.len() {
                    missing = other;
                } else {
                    self.turn(expr);
                }
            }
            self.report_missing(expr, &missing);
            let mut all = Vec::new();
            free_in_expr(expr, &mut all);
            for (id, _) in all {
                let outer = self
                    .locals
                    .get(id.0 as usize)
                    .is_some_and(|info| info.depth <= depth);
                if outer {
                    bound.insert(id);
                }
            }
            bound = self.commit(expr, bound, depth);
        }
        bound
    }

    fn report_missing(&mut self, expr: &Expr, missing: &[Missing]) {
        let mut named = false;
        for missing in missing {
            let Some(info) = self.locals.get(missing.id.0 as usize) else {
                continue;
            };
            if is_generated(&info.name) {
                continue;
            }
            named = true;
            if self.reported.insert(missing.id) {
                let undeclared = missing.undeclared || matches!(expr.kind, ExprKind::Print(_));
                let error = if undeclared {
                    Diagnostic::error(
                        codes::UNDECLARED,
                        format!("var {} is undeclared", info.name),
                        missing.span,
                    )
                } else {
                    unsafe_variable(&info.name, expr.span).label(missing.span, "nothing binds this")
                };
                self.errors.push(error);
            }
        }
        if !named && !missing.is_empty() {
            self.errors.push(Diagnostic::error(
                codes::UNSAFE_EXPRESSION,
                "expression is unsafe",
                expr.span,
            ));
        }
    }

    fn report_terms(&mut self, missing: &[Missing]) {
        for missing in missing {
            let Some(info) = self.locals.get(missing.id.0 as usize) else {
                continue;
            };
            if !is_generated(&info.name) && self.reported.insert(missing.id) {
                let error = unsafe_variable(&info.name, missing.span);
                self.errors.push(error);
            }
        }
    }
}

fn unsafe_variable(name: &str, span: Span) -> Diagnostic {
    let hint = if KEYWORDS.contains(&name) {
        format!(" (hint: `import future.keywords.{name}` to import a future keyword)")
    } else {
        String::new()
    };
    Diagnostic::error(codes::UNSAFE, format!("var {name} is unsafe{hint}"), span)
}

fn is_generated(name: &str) -> bool {
    name.starts_with("__local")
}

/// What stands for a term while it is moved.
pub(super) const fn placeholder(span: Span) -> Term {
    Term {
        span,
        kind: TermKind::Const(Const::Null),
    }
}
