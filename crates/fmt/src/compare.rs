//! The order of terms, which sets and objects are written in where their places say nothing, and by which the tree
//! before and after is compared.

use std::cmp::Ordering;

use crate::tree::{Expr, Part, Rule, Term, Terms, Value, With, function};

/// How wildcards are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wildcards {
    /// Each is a variable of its own.
    Distinct,
    /// All are equal: for trees of two texts.
    Alike,
}

#[derive(Clone, Copy)]
pub(crate) struct Order(pub(crate) Wildcards);

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String { .. } => 3,
        Value::Template { .. } => 4,
        Value::Var(_) => 5,
        Value::Ref(_) => 6,
        Value::Array(_) => 7,
        Value::Object(_) => 8,
        Value::Set(_) => 9,
        Value::ArrayComprehension(..) => 10,
        Value::ObjectComprehension(..) => 11,
        Value::SetComprehension(..) => 12,
        Value::Call(_) => 13,
    }
}

fn list<T>(a: &[T], b: &[T], mut by: impl FnMut(&T, &T) -> Ordering) -> Ordering {
    a.iter()
        .zip(b)
        .map(|(a, b)| by(a, b))
        .find(|order| order.is_ne())
        .unwrap_or_else(|| a.len().cmp(&b.len()))
}

fn option<T: ?Sized>(
    a: Option<&T>,
    b: Option<&T>,
    by: impl FnOnce(&T, &T) -> Ordering,
) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => by(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

impl Order {
    pub(crate) fn terms(self, a: &Term, b: &Term) -> Ordering {
        match (&a.value, &b.value) {
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::Number(a), Value::Number(b)) => numbers(a, b),
            (Value::String { value: a, .. }, Value::String { value: b, .. }) => a.cmp(b),
            (Value::Var(a), Value::Var(b)) => match self.0 {
                Wildcards::Alike => a.name.cmp(&b.name),
                Wildcards::Distinct => a.name.cmp(&b.name).then(a.wildcard.cmp(&b.wildcard)),
            },
            // `input` and `data` alone are references, too.
            (Value::Ref(one), Value::Var(_)) if one.len() == 1 => one
                .first()
                .map_or(Ordering::Less, |head| self.terms(head, b)),
            (Value::Var(_), Value::Ref(one)) if one.len() == 1 => one
                .first()
                .map_or(Ordering::Greater, |head| self.terms(a, head)),
            (Value::Ref(a), Value::Ref(b)) | (Value::Array(a), Value::Array(b)) => {
                list(a, b, |a, b| self.terms(a, b))
            }
            (Value::Call(a), Value::Call(b)) => self.calls(a, b),
            (Value::Set(a), Value::Set(b)) => {
                list(&self.sorted(a), &self.sorted(b), |a, b| self.terms(a, b))
            }
            (Value::Object(a), Value::Object(b)) => {
                let (a, b) = (self.sorted_entries(a), self.sorted_entries(b));
                list(&a, &b, |a, b| self.terms(&a.0, &b.0))
                    .then_with(|| list(&a, &b, |a, b| self.terms(&a.1, &b.1)))
            }
            (Value::ArrayComprehension(a, aq), Value::ArrayComprehension(b, bq))
            | (Value::SetComprehension(a, aq), Value::SetComprehension(b, bq)) => {
                self.terms(a, b).then_with(|| self.query(aq, bq))
            }
            (Value::ObjectComprehension(a, aq), Value::ObjectComprehension(b, bq)) => self
                .terms(&a.0, &b.0)
                .then_with(|| self.terms(&a.1, &b.1))
                .then_with(|| self.query(aq, bq)),
            (Value::Template { parts: a, .. }, Value::Template { parts: b, .. }) => {
                list(&joined(a), &joined(b), |a, b| {
                    a.0.cmp(&b.0)
                        .then_with(|| option(a.1, b.1, |a, b| self.expr(a, b)))
                })
            }
            (a, b) => rank(a).cmp(&rank(b)),
        }
    }

    fn sorted(self, items: &[Term]) -> Vec<&Term> {
        let mut sorted: Vec<&Term> = items.iter().collect();
        sorted.sort_by(|a, b| self.terms(a, b));
        sorted
    }

    fn sorted_entries(self, items: &[(Term, Term)]) -> Vec<&(Term, Term)> {
        let mut sorted: Vec<&(Term, Term)> = items.iter().collect();
        sorted.sort_by(|a, b| self.terms(&a.0, &b.0));
        sorted
    }

    fn calls(self, a: &[Term], b: &[Term]) -> Ordering {
        function(a).cmp(&function(b)).then_with(|| {
            list(
                a.get(1..).unwrap_or_default(),
                b.get(1..).unwrap_or_default(),
                |a, b| self.terms(a, b),
            )
        })
    }

    pub(crate) fn query(self, a: &[Expr], b: &[Expr]) -> Ordering {
        list(a, b, |a, b| self.expr(a, b))
    }

    pub(crate) fn expr(self, a: &Expr, b: &Expr) -> Ordering {
        a.negated
            .cmp(&b.negated)
            .then_with(|| self.statement(&a.terms, &b.terms))
            .then_with(|| list(&a.with, &b.with, |a, b| self.with(a, b)))
    }

    fn with(self, a: &With, b: &With) -> Ordering {
        self.terms(&a.target, &b.target)
            .then_with(|| self.terms(&a.value, &b.value))
    }

    fn statement(self, a: &Terms, b: &Terms) -> Ordering {
        match (a, b) {
            (Terms::Term(a), Terms::Term(b)) => self.terms(a, b),
            (Terms::Call(a), Terms::Call(b)) => self.calls(a, b),
            (Terms::Some(a), Terms::Some(b)) => list(a, b, |a, b| self.terms(a, b)),
            (Terms::Every(a), Terms::Every(b)) => {
                option(a.key.as_ref(), b.key.as_ref(), |a, b| self.terms(a, b))
                    .then_with(|| self.terms(&a.value, &b.value))
                    .then_with(|| self.terms(&a.domain, &b.domain))
                    .then_with(|| self.query(&a.body, &b.body))
            }
            (Terms::Not { body: a, .. }, Terms::Not { body: b, .. }) => self.query(a, b),
            (Terms::Logical(a), Terms::Logical(b)) => a
                .and
                .cmp(&b.and)
                .then_with(|| self.query(&a.left.body, &b.left.body))
                .then_with(|| self.query(&a.right.body, &b.right.body)),
            (a, b) => kind(a).cmp(&kind(b)),
        }
    }

    pub(crate) fn rule(self, a: &Rule, b: &Rule) -> Ordering {
        let term = |a: &Term, b: &Term| self.terms(a, b);
        a.default
            .cmp(&b.default)
            .then_with(|| list(&a.head.reference, &b.head.reference, term))
            .then_with(|| {
                option(a.head.args.as_ref(), b.head.args.as_ref(), |a, b| {
                    list(a, b, term)
                })
            })
            .then_with(|| option(set_key(a), set_key(b), term))
            .then_with(|| option(a.head.value.as_ref(), b.head.value.as_ref(), term))
            .then_with(|| self.query(&a.body, &b.body))
            .then_with(|| {
                option(a.else_.as_deref(), b.else_.as_deref(), |a, b| {
                    self.rule(a, b)
                })
            })
    }
}

/// The member of a set; the keys of other heads are in their references, too.
fn set_key(rule: &Rule) -> Option<&Term> {
    rule.head.key.as_ref().filter(|_| rule.head.value.is_none())
}

/// A template's parts, with texts side by side as one.
fn joined(parts: &[Part]) -> Vec<(String, Option<&Expr>)> {
    let mut joined: Vec<(String, Option<&Expr>)> = Vec::new();
    for part in parts {
        match part {
            Part::Text { text, .. } => match joined.last_mut() {
                Some((before, None)) => before.push_str(text),
                _ => joined.push((text.clone(), None)),
            },
            Part::Expr(expr) => joined.push((String::new(), Some(expr))),
        }
    }
    joined
}

fn kind(terms: &Terms) -> u8 {
    match terms {
        Terms::Term(_) => 0,
        Terms::Call(_) => 1,
        Terms::Some(_) => 2,
        Terms::Every(_) => 3,
        Terms::Not { .. } => 4,
        Terms::Logical(_) => 5,
    }
}

/// By value as far as a float tells, then by spelling: `1` and `1.0` are one number.
fn numbers(a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let value = |text: &str| text.parse::<f64>().unwrap_or(f64::MAX);
    let whole = |text: &str| {
        text.bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_digit())
    };
    let order = value(a).total_cmp(&value(b));
    if order.is_eq() && whole(a) && whole(b) {
        return a.cmp(b);
    }
    order
}
