//! Unification and patterns.

use kpol_compiler::hir::{Body, Expr, ExprKind, RefHead, TemplatePart, Term, TermKind};
use kpol_runtime::{Kind, Value};

use crate::body::Then;
use crate::machine::{Env, Flow, Machine, Res, Val};
use crate::record;

impl<'p> Machine<'p> {
    /// Makes both terms equal, binding what is unbound.
    pub(crate) fn unify(
        &mut self,
        env: &mut Env<'p>,
        left: &'p Term,
        right: &'p Term,
        then: Then<'_, 'p>,
    ) -> Res {
        match (&left.kind, &right.kind) {
            (TermKind::Array(xs), TermKind::Array(ys))
                if self.open(env, left) || self.open(env, right) =>
            {
                if xs.len() != ys.len() {
                    return Ok(Flow::Next);
                }
                self.unify_pairs(env, xs.iter().zip(ys).collect(), then)
            }
            (TermKind::Object(xs), TermKind::Object(ys))
                if self.open(env, left) && self.open(env, right) =>
            {
                let Some(pairs) = matching(xs, ys) else {
                    return Ok(Flow::Next);
                };
                self.unify_pairs(env, pairs, then)
            }
            _ if self.open(env, left) => self.term(env, right, &mut |this, env, val| {
                this.patterns(env, &[(val, left)], then)
            }),
            _ if self.open(env, right) => self.term(env, left, &mut |this, env, val| {
                this.patterns(env, &[(val, right)], then)
            }),
            _ => self.terms(
                env,
                &[left, right],
                &mut Vec::new(),
                &mut |this, env, pair| match pair {
                    [a, b] if this.heap.equal(a.value, b.value) => then(this, env),
                    [a, b] => {
                        (this.recorder).note(record::Kind::Unequal(a.value, b.value));
                        Ok(Flow::Next)
                    }
                    _ => Ok(Flow::Next),
                },
            ),
        }
    }

    /// Unifies pairs, those first whose one side is known.
    fn unify_pairs(
        &mut self,
        env: &mut Env<'p>,
        mut pairs: Vec<(&'p Term, &'p Term)>,
        then: Then<'_, 'p>,
    ) -> Res {
        if pairs.is_empty() {
            return then(self, env);
        }
        let known = |term| self.ready(env, term) && !self.open(env, term);
        let unbound =
            |term: &Term| matches!(&term.kind, TermKind::Var(id) if self.var(env, *id).is_none());
        let next = (pairs.iter().position(|(x, y)| known(x) || known(y)))
            .or_else(|| pairs.iter().position(|(x, y)| !unbound(x) || !unbound(y)))
            .unwrap_or(0);
        let (x, y) = pairs.remove(next);
        self.deeper(|this| {
            this.unify(env, x, y, &mut |this, env| {
                this.unify_pairs(env, pairs.clone(), then)
            })
        })
    }

    /// Takes values apart by patterns.
    pub(crate) fn patterns(
        &mut self,
        env: &mut Env<'p>,
        pairs: &[(Val, &'p Term)],
        then: Then<'_, 'p>,
    ) -> Res {
        let next = pairs
            .iter()
            .position(|(_, part)| self.open(env, part) || self.ready(env, part));
        let Some((val, pattern)) = pairs.get(next.unwrap_or(0)).copied() else {
            return then(self, env);
        };
        let mut rest = pairs.to_vec();
        rest.remove(next.unwrap_or(0));
        match &pattern.kind {
            TermKind::Var(id) if self.var(env, *id).is_none() => {
                *self.slot(env, *id)? = val;
                let flow = self.patterns(env, &rest, then);
                *self.slot(env, *id)? = Val::UNDEFINED;
                flow
            }
            TermKind::Array(items) if self.open(env, pattern) => {
                if self.heap.kind(val.value) != Kind::Array
                    || self.heap.len(val.value) as usize != items.len()
                {
                    return Ok(Flow::Next);
                }
                for (index, item) in (0..).zip(items) {
                    let value = self.heap.item(val.value, index);
                    let key = Value::small(i64::from(index)).unwrap_or(Value::UNDEFINED);
                    let at = self.place_of(val, key, value);
                    rest.push((Val { value, at }, item));
                }
                self.deeper(|this| this.patterns(env, &rest, then))
            }
            TermKind::Object(entries) if self.open(env, pattern) => {
                if self.heap.kind(val.value) != Kind::Object
                    || self.heap.len(val.value) as usize != entries.len()
                {
                    return Ok(Flow::Next);
                }
                let keys: Vec<&'p Term> = entries.iter().map(|(key, _)| key).collect();
                self.terms(env, &keys, &mut Vec::new(), &mut |this, env, keys| {
                    let mut rest = rest.clone();
                    for (key, (_, pattern)) in keys.iter().zip(entries) {
                        let value = this.heap.dot(val.value, key.value);
                        if !value.is_defined() {
                            return Ok(Flow::Next);
                        }
                        let at = this.place_of(val, key.value, value);
                        rest.push((Val { value, at }, pattern));
                    }
                    this.patterns(env, &rest, then)
                })
            }
            _ => self.term(env, pattern, &mut |this, env, other| {
                if this.heap.equal(val.value, other.value) {
                    this.patterns(env, &rest, then)
                } else {
                    Ok(Flow::Next)
                }
            }),
        }
    }

    /// Whether a term is a pattern with variables that are still unbound (those that refs iterate over aside).
    pub(crate) fn open(&self, env: &Env<'p>, term: &Term) -> bool {
        match &term.kind {
            TermKind::Var(id) => self.var(env, *id).is_none(),
            TermKind::Array(items) | TermKind::Set(items) => {
                items.iter().any(|t| self.open(env, t))
            }
            TermKind::Object(entries) => entries.iter().any(|(_, v)| self.open(env, v)),
            _ => false,
        }
    }

    /// Whether all that a term needs is bound.
    fn ready(&self, env: &Env<'p>, term: &Term) -> bool {
        match &term.kind {
            TermKind::Const(_) => true,
            TermKind::Var(id) => self.var(env, *id).is_some(),
            TermKind::Array(items) | TermKind::Set(items) => {
                items.iter().all(|t| self.ready(env, t))
            }
            TermKind::Object(entries) => {
                (entries.iter()).all(|(k, v)| self.ready(env, k) && self.ready(env, v))
            }
            TermKind::Ref { head, path } => {
                (match head {
                    RefHead::Input | RefHead::Data => true,
                    RefHead::Local(id) => self.var(env, *id).is_some(),
                    RefHead::Term(term) => self.ready(env, term),
                }) && (path.iter()).all(|key| self.open(env, key) || self.ready(env, key))
            }
            TermKind::Call { args, .. } => args.iter().all(|t| self.ready(env, t)),
            TermKind::ArrayComprehension { body, .. }
            | TermKind::SetComprehension { body, .. }
            | TermKind::ObjectComprehension { body, .. } => self.body_ready(env, body),
            TermKind::Template(parts) => parts.iter().all(|part| match part {
                TemplatePart::Text(_) => true,
                TemplatePart::Term(term) => self.ready(env, term),
            }),
        }
    }

    /// Whether a closure has what it needs from outside, by its first expression, whose needs cannot come from within.
    fn body_ready(&self, env: &Env<'p>, body: &Body) -> bool {
        let first: Option<&Expr> = body.0.first();
        match first.map(|expr| &expr.kind) {
            Some(ExprKind::Term(term)) => self.ready(env, term),
            Some(ExprKind::SomeIn { collection, .. }) => self.ready(env, collection),
            Some(ExprKind::Unify(x, y)) => {
                (self.open(env, x) || self.ready(env, x))
                    && (self.open(env, y) || self.ready(env, y))
            }
            _ => true,
        }
    }
}

/// The values of two object patterns by their keys; nothing where the keys differ.
fn matching<'p>(
    xs: &'p [(Term, Term)],
    ys: &'p [(Term, Term)],
) -> Option<Vec<(&'p Term, &'p Term)>> {
    if xs.len() != ys.len() {
        return None;
    }
    (xs.iter())
        .map(|(key, value)| {
            let TermKind::Const(key) = &key.kind else {
                return None;
            };
            let (_, other) = (ys.iter())
                .find(|(other, _)| matches!(&other.kind, TermKind::Const(other) if other == key))?;
            Some((value, other))
        })
        .collect()
}
