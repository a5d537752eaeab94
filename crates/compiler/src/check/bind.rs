//! What an expression needs bound, and what it binds, when it is evaluated from left to right in its place.

use kpol_diagnostics::Span;

use crate::check::order::{Orderer, placeholder};
use crate::hir::{Body, Expr, ExprKind, LocalId, RefHead, TemplatePart, Term, TermKind, WithValue};
use crate::ir::Const as Value;

/// A set of locals.
#[derive(Debug, Clone, Default)]
pub(super) struct Bound(Vec<u64>);

impl Bound {
    pub(super) fn contains(&self, id: LocalId) -> bool {
        let (word, bit) = place(id);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// How many there are.
    pub(super) fn len(&self) -> u32 {
        self.0.iter().map(|bits| bits.count_ones()).sum()
    }

    pub(super) fn insert(&mut self, id: LocalId) {
        let (word, bit) = place(id);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= bit;
        }
    }
}

const fn place(id: LocalId) -> (usize, u64) {
    ((id.0 / 64) as usize, 1 << (id.0 % 64))
}

/// A variable that was needed and not bound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Missing {
    pub(super) id: LocalId,
    pub(super) span: Span,
    /// Whether a template string needed it.
    pub(super) undeclared: bool,
}

/// Whether nested bodies are only looked at, or brought into order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Probe,
    Commit,
}

/// One walk over an expression.
#[derive(Debug)]
pub(super) struct Walk<'w, 'o> {
    pub(super) orderer: &'w mut Orderer<'o>,
    pub(super) bound: Bound,
    pub(super) depth: u32,
    pub(super) mode: Mode,
    pub(super) missing: Vec<Missing>,
}

impl Walk<'_, '_> {
    pub(super) fn expr(&mut self, expr: &mut Expr) {
        for with in &mut expr.with {
            if let WithValue::Term(term) = &mut with.value {
                self.read(term);
            }
        }
        match &mut expr.kind {
            ExprKind::Term(term) => self.read(term),
            ExprKind::Unify(left, right) if never_equal(left, right) => {
                self.read(right);
                self.read(left);
            }
            ExprKind::Unify(left, right) => {
                self.read(right);
                self.pattern(left);
            }
            ExprKind::SomeIn {
                key,
                value,
                collection,
            } => {
                self.read(collection);
                if let Some(key) = key {
                    self.pattern(key);
                }
                self.pattern(value);
            }
            ExprKind::Relation { call, output } => {
                self.read(call);
                self.pattern(output);
            }
            ExprKind::Not(body) => self.closure(body, &mut [], &[]),
            ExprKind::Every {
                key,
                value,
                domain,
                body,
            } => {
                self.read(domain);
                let mut own = vec![*value];
                own.extend(*key);
                self.closure(body, &mut [], &own);
            }
            ExprKind::And(bodies) | ExprKind::Or(bodies) => {
                for body in bodies {
                    self.closure(body, &mut [], &[]);
                }
            }
            ExprKind::Print(terms) => self.read_all(terms),
        }
    }

    pub(super) fn read_all(&mut self, terms: &mut [Term]) {
        for term in terms {
            self.read(term);
        }
    }

    /// A term that is evaluated.
    pub(super) fn read(&mut self, term: &mut Term) {
        match &mut term.kind {
            TermKind::Const(_) => {}
            TermKind::Var(id) => self.need(*id, term.span),
            TermKind::Array(items) | TermKind::Set(items) => self.read_all(items),
            TermKind::Object(entries) => {
                for (key, value) in entries {
                    self.read(key);
                    self.read(value);
                }
            }
            TermKind::Ref { head, path } => {
                match head {
                    RefHead::Input | RefHead::Data => {}
                    RefHead::Local(id) => {
                        self.need(*id, term.span);
                        if !self.bound.contains(*id) {
                            // What does not start does not iterate either.
                            self.read_all(path);
                            return;
                        }
                    }
                    RefHead::Term(head) => self.read(head),
                }
                for key in path {
                    self.pattern(key);
                }
            }
            TermKind::Call { args, .. } => self.read_all(args),
            TermKind::ArrayComprehension { head, body }
            | TermKind::SetComprehension { head, body } => {
                self.closure(body, std::slice::from_mut(&mut **head), &[]);
            }
            TermKind::ObjectComprehension { key, value, body } => {
                let mut heads = [
                    std::mem::replace(&mut **key, placeholder(term.span)),
                    std::mem::replace(&mut **value, placeholder(term.span)),
                ];
                self.closure(body, &mut heads, &[]);
                let [key_again, value_again] = heads;
                **key = key_again;
                **value = value_again;
            }
            TermKind::Template(parts) => {
                for part in parts {
                    let TemplatePart::Term(term) = part else {
                        continue;
                    };
                    let before = self.missing.len();
                    self.template_part(term);
                    let plain = matches!(term.kind, TermKind::Var(_));
                    for missing in self.missing.iter_mut().skip(before) {
                        missing.undeclared |= !plain;
                    }
                }
            }
        }
    }

    /// A part of a template string, which binds nothing.
    fn template_part(&mut self, term: &mut Term) {
        if self.mode == Mode::Probe {
            let mut free = Vec::new();
            free_in_term(term, &mut free);
            for (id, span) in free {
                self.need_outer(id, span);
            }
        } else {
            self.read(term);
        }
    }

    /// A term that a value is matched with.
    pub(super) fn pattern(&mut self, term: &mut Term) {
        match &mut term.kind {
            TermKind::Var(id) => self.bound.insert(*id),
            TermKind::Array(items) => {
                for item in items {
                    self.pattern(item);
                }
            }
            TermKind::Object(entries) => {
                for (key, value) in entries {
                    self.read(key);
                    self.pattern(value);
                }
            }
            _ => self.read(term),
        }
    }

    fn need(&mut self, id: LocalId, span: Span) {
        if !self.bound.contains(id) {
            self.missing.push(Missing {
                id,
                span,
                undeclared: false,
            });
        }
    }

    /// A nested body: variables of the bodies around it must be bound.
    fn closure(&mut self, body: &mut Body, heads: &mut [Term], own: &[LocalId]) {
        if self.mode == Mode::Commit {
            let mut bound = self.bound.clone();
            for id in own {
                bound.insert(*id);
            }
            self.orderer.nested(body, heads, bound, self.depth + 1);
            return;
        }
        let mut free = Vec::new();
        free_in_body(body, &mut free);
        for head in heads.iter() {
            free_in_term(head, &mut free);
        }
        for (id, span) in free {
            self.need_outer(id, span);
        }
    }

    /// A variable in a body inside this one: its own ones are no matter.
    fn need_outer(&mut self, id: LocalId, span: Span) {
        let outer = self
            .orderer
            .locals
            .get(id.0 as usize)
            .is_some_and(|info| info.depth <= self.depth);
        if outer {
            self.need(id, span);
        }
    }
}

/// Whether the shapes alone tell that the two differ: then nothing becomes bound. Arrays of one length were taken
/// apart before.
fn never_equal(left: &Term, right: &Term) -> bool {
    use TermKind::{Array, Const, Object, Set};
    match (&left.kind, &right.kind) {
        (Array(_), Const(_) | Array(_) | Object(_) | Set(_))
        | (Const(_) | Object(_) | Set(_), Array(_)) => true,
        (Object(_), Const(value)) | (Const(value), Object(_)) => !matches!(value, Value::Object(_)),
        _ => false,
    }
}

/// All variables of a body, with those of bodies inside it.
pub(super) fn free_in_body(body: &Body, out: &mut Vec<(LocalId, Span)>) {
    for expr in &body.0 {
        free_in_expr(expr, out);
    }
}

pub(crate) fn free_in_expr(expr: &Expr, out: &mut Vec<(LocalId, Span)>) {
    for with in &expr.with {
        if let WithValue::Term(term) = &with.value {
            free_in_term(term, out);
        }
    }
    match &expr.kind {
        ExprKind::Term(term) => free_in_term(term, out),
        ExprKind::Unify(left, right) => {
            free_in_term(left, out);
            free_in_term(right, out);
        }
        ExprKind::SomeIn {
            key,
            value,
            collection,
        } => {
            for term in key.iter().chain([value, collection]) {
                free_in_term(term, out);
            }
        }
        ExprKind::Relation { call, output } => {
            free_in_term(call, out);
            free_in_term(output, out);
        }
        ExprKind::Not(body) => free_in_body(body, out),
        ExprKind::Every {
            key,
            value,
            domain,
            body,
        } => {
            for id in key.iter().chain([value]) {
                out.push((*id, domain.span));
            }
            free_in_term(domain, out);
            free_in_body(body, out);
        }
        ExprKind::And(bodies) | ExprKind::Or(bodies) => {
            for body in bodies {
                free_in_body(body, out);
            }
        }
        ExprKind::Print(terms) => {
            for term in terms {
                free_in_term(term, out);
            }
        }
    }
}

pub(crate) fn free_in_term(term: &Term, out: &mut Vec<(LocalId, Span)>) {
    match &term.kind {
        TermKind::Const(_) => {}
        TermKind::Var(id) => out.push((*id, term.span)),
        TermKind::Array(items) | TermKind::Set(items) => {
            for item in items {
                free_in_term(item, out);
            }
        }
        TermKind::Object(entries) => {
            for (key, value) in entries {
                free_in_term(key, out);
                free_in_term(value, out);
            }
        }
        TermKind::Ref { head, path } => {
            match head {
                RefHead::Input | RefHead::Data => {}
                RefHead::Local(id) => out.push((*id, term.span)),
                RefHead::Term(head) => free_in_term(head, out),
            }
            for key in path {
                free_in_term(key, out);
            }
        }
        TermKind::Call { args, .. } => {
            for arg in args {
                free_in_term(arg, out);
            }
        }
        TermKind::ArrayComprehension { head, body } | TermKind::SetComprehension { head, body } => {
            free_in_term(head, out);
            free_in_body(body, out);
        }
        TermKind::ObjectComprehension { key, value, body } => {
            free_in_term(key, out);
            free_in_term(value, out);
            free_in_body(body, out);
        }
        TermKind::Template(parts) => {
            for part in parts {
                if let TemplatePart::Term(term) = part {
                    free_in_term(term, out);
                }
            }
        }
    }
}
