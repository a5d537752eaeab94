//! What expressions tell of the values of variables.

use std::collections::HashMap;

use crate::hir::{Expr, ExprKind, LocalId, Term, TermKind};
use crate::ir::Const;

/// Variables that can only have some constant values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known(HashMap<LocalId, Vec<Const>>);

impl Known {
    /// The values that a variable can have, where that is known.
    pub(crate) fn get(&self, id: LocalId) -> Option<&[Const]> {
        self.0.get(&id).map(Vec::as_slice)
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Keeps what an expression tells, where nothing is known yet.
    pub(crate) fn learn(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Unify(left, right) => match (&left.kind, &right.kind) {
                (TermKind::Var(id), TermKind::Const(value))
                | (TermKind::Const(value), TermKind::Var(id)) => {
                    self.add(Some(*id), vec![value.clone()]);
                }
                _ => {}
            },
            ExprKind::SomeIn {
                key,
                value,
                collection,
            } => {
                let TermKind::Const(collection) = &collection.kind else {
                    return;
                };
                let key = key.as_ref().and_then(variable_of);
                let value = variable_of(value);
                match collection {
                    Const::Object(entries) => {
                        self.add(key, entries.iter().map(|(key, _)| key.clone()).collect());
                        self.add(
                            value,
                            entries.iter().map(|(_, value)| value.clone()).collect(),
                        );
                    }
                    Const::Array(items) => self.add(value, items.clone()),
                    Const::Set(items) => {
                        self.add(key, items.clone());
                        self.add(value, items.clone());
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, variable: Option<LocalId>, values: Vec<Const>) {
        if let Some(id) = variable {
            self.0.entry(id).or_insert(values);
        }
    }
}

/// The variable that a term is, if it is nothing else.
pub(crate) fn variable_of(term: &Term) -> Option<LocalId> {
    match term.kind {
        TermKind::Var(id) => Some(id),
        _ => None,
    }
}
