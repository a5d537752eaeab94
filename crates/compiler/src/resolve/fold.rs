//! Composites without variables as constants, and equalities of composites as equalities of their parts.

use kpol_diagnostics::Span;

use crate::hir::{ExprKind, Term, TermKind};
use crate::ir::Const;

pub(super) fn constant(span: Span, value: Const) -> Term {
    Term {
        span,
        kind: TermKind::Const(value),
    }
}

/// All terms as constants, if they all are.
fn constants(terms: &[Term]) -> Option<Vec<Const>> {
    terms
        .iter()
        .map(|term| match &term.kind {
            TermKind::Const(value) => Some(value.clone()),
            _ => None,
        })
        .collect()
}

pub(super) fn array(items: Vec<Term>) -> TermKind {
    match constants(&items) {
        Some(values) => TermKind::Const(Const::Array(values)),
        None => TermKind::Array(items),
    }
}

pub(super) fn set(items: Vec<Term>) -> TermKind {
    match constants(&items) {
        Some(values) => TermKind::Const(Const::Set(values)),
        None => TermKind::Set(items),
    }
}

pub(super) fn object(entries: Vec<(Term, Term)>) -> TermKind {
    let values: Option<Vec<(Const, Const)>> = entries
        .iter()
        .map(|(key, value)| match (&key.kind, &value.kind) {
            (TermKind::Const(key), TermKind::Const(value)) => Some((key.clone(), value.clone())),
            _ => None,
        })
        .collect();
    match values {
        Some(values) => TermKind::Const(Const::Object(values)),
        None => TermKind::Object(entries),
    }
}

/// `left = right`, taken apart as far as both are arrays of one length or objects with the same constant keys.
pub(super) fn unify(left: Term, right: Term, out: &mut Vec<ExprKind>) {
    let mut work = vec![(left, right)];
    while let Some((left, right)) = work.pop() {
        if is_ground(&left) && is_ground(&right) {
            out.push(ExprKind::Unify(left, right));
            continue;
        }
        let (left, right) = match (items(left), items(right)) {
            (Ok(left), Ok(right)) if left.1.len() == right.1.len() => {
                work.extend(left.1.into_iter().zip(right.1).rev());
                continue;
            }
            (left, right) => (rebuilt(left), rebuilt(right)),
        };
        match (entries(left), entries(right)) {
            (Ok(left), Ok(right)) if same_keys(&left.1, &right.1) => {
                let mut right = right.1;
                let mut pairs = Vec::new();
                for (key, value) in left.1 {
                    if let Some(at) = right.iter().position(|(other, _)| *other == key) {
                        pairs.push((value, right.swap_remove(at).1));
                    }
                }
                work.extend(pairs.into_iter().rev());
            }
            (left, right) => out.push(ExprKind::Unify(object_again(left), object_again(right))),
        }
    }
}

fn is_ground(term: &Term) -> bool {
    matches!(term.kind, TermKind::Const(_))
}

type Items = Result<(Span, Vec<Term>), Term>;
type Entries = Result<(Span, Vec<(Const, Term)>), Term>;

/// An array's items, or the term as it was.
fn items(term: Term) -> Items {
    let span = term.span;
    match term.kind {
        TermKind::Array(items) => Ok((span, items)),
        TermKind::Const(Const::Array(values)) => Ok((
            span,
            values
                .into_iter()
                .map(|value| constant(span, value))
                .collect(),
        )),
        kind => Err(Term { span, kind }),
    }
}

fn rebuilt(items: Items) -> Term {
    match items {
        Ok((span, items)) => Term {
            span,
            kind: array(items),
        },
        Err(term) => term,
    }
}

/// The entries of an object with constant keys, all different, or the term as it was.
fn entries(term: Term) -> Entries {
    let span = term.span;
    match term.kind {
        TermKind::Object(entries)
            if entries.iter().all(|(key, _)| is_ground(key)) && all_different(&entries) =>
        {
            let entries = entries
                .into_iter()
                .filter_map(|(key, value)| match key.kind {
                    TermKind::Const(key) => Some((key, value)),
                    _ => None,
                })
                .collect();
            Ok((span, entries))
        }
        TermKind::Const(Const::Object(values)) => {
            let distinct: std::collections::BTreeSet<&Const> =
                values.iter().map(|(k, _)| k).collect();
            if distinct.len() < values.len() {
                let kind = TermKind::Const(Const::Object(values));
                return Err(Term { span, kind });
            }
            let values = values
                .into_iter()
                .map(|(key, value)| (key, constant(span, value)))
                .collect();
            Ok((span, values))
        }
        kind => Err(Term { span, kind }),
    }
}

fn all_different(entries: &[(Term, Term)]) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    entries.iter().all(|(key, _)| match &key.kind {
        TermKind::Const(key) => seen.insert(key),
        _ => false,
    })
}

fn same_keys(left: &[(Const, Term)], right: &[(Const, Term)]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .all(|(key, _)| right.iter().any(|(other, _)| other == key))
}

fn object_again(entries: Entries) -> Term {
    match entries {
        Ok((span, entries)) => Term {
            span,
            kind: object(
                entries
                    .into_iter()
                    .map(|(key, value)| (constant(span, key), value))
                    .collect(),
            ),
        },
        Err(term) => term,
    }
}
