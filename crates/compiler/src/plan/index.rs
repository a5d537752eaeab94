//! The rule index: clauses that compare the same ref with constants are dispatched by its value, so that a clause
//! that cannot hold costs nothing.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::hir::{Callee, Clause, Expr, ExprKind, RefHead, Rule, Term, TermKind};
use crate::ir::{Block, Const, Local, Operand, Stmt};

use super::Planner;
use super::builder::Builder;
use super::terms::comparison;

/// What an index looks at: a ref with literal keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// The function's argument, or the input document.
    argument: Option<usize>,
    path: Vec<String>,
}

/// How a rule's clauses are dispatched.
pub(super) struct Index {
    pub(super) key: Key,
    /// Clauses by constant, in the order of the source.
    pub(super) groups: Vec<(Const, Vec<usize>)>,
    /// Clauses that do not look at the key.
    pub(super) always: Vec<usize>,
    settled: HashMap<usize, Option<usize>>,
}

impl Index {
    /// The expression of a clause's body that the dispatch has settled.
    pub(super) fn settled(&self, clause: usize) -> Option<usize> {
        self.settled.get(&clause).copied().flatten()
    }
}

/// A condition that an index can settle: the key, its constants, and the expression that says so (none for an
/// argument pattern).
struct Condition {
    key: Key,
    constants: Vec<Const>,
    expr: Option<usize>,
}

/// Finds the ref that most clauses of a rule compare with constants.
pub(super) fn find(rule: &Rule) -> Option<Index> {
    let conditions: Vec<Vec<Condition>> = rule.clauses.iter().map(conditions).collect();
    let mut counts: IndexMap<&Key, usize> = IndexMap::new();
    for clause in &conditions {
        let mut seen: Vec<&Key> = Vec::new();
        for condition in clause {
            if !seen.contains(&&condition.key) {
                seen.push(&condition.key);
                *counts.entry(&condition.key).or_default() += 1;
            }
        }
    }
    // The first of the most frequent.
    let (key, count) = counts
        .into_iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map(|(key, count)| (key.clone(), count))?;
    if count < 2 {
        return None;
    }
    let mut groups: IndexMap<Const, Vec<usize>> = IndexMap::new();
    let mut always = Vec::new();
    let mut settled = HashMap::new();
    for (number, clause) in conditions.iter().enumerate() {
        match clause.iter().find(|condition| condition.key == key) {
            Some(condition) => {
                settled.insert(number, condition.expr);
                for constant in &condition.constants {
                    let members = groups.entry(constant.clone()).or_default();
                    if members.last() != Some(&number) {
                        members.push(number);
                    }
                }
            }
            None => always.push(number),
        }
    }
    Some(Index {
        key,
        groups: groups.into_iter().collect(),
        always,
        settled,
    })
}

/// What an expression compares with which constant, where a rule index would look at it: a ref into the input.
pub(super) fn compared(expr: &Expr) -> Option<(&Term, &Const)> {
    if !expr.with.is_empty() {
        return None;
    }
    let (x, y) = match &expr.kind {
        ExprKind::Unify(x, y) => (x, y),
        ExprKind::Term(Term {
            kind: TermKind::Call { callee, args },
            ..
        }) if comparison(*callee) == Some(crate::ir::CompareOp::Equal) => match &args[..] {
            [x, y] => (x, y),
            _ => return None,
        },
        _ => return None,
    };
    let literal = |key: &Term| matches!(key.kind, TermKind::Const(Const::String(_)));
    let is_ref = |term: &Term| matches!(&term.kind, TermKind::Ref { head: RefHead::Input, path } if path.iter().all(literal));
    match (&x.kind, &y.kind) {
        (TermKind::Const(value), _) if is_ref(y) => Some((y, value)),
        (_, TermKind::Const(value)) if is_ref(x) => Some((x, value)),
        _ => None,
    }
}

fn conditions(clause: &Clause) -> Vec<Condition> {
    let [branch] = &clause.branches[..] else {
        return Vec::new();
    };
    let arguments = clause.args.iter().enumerate().filter_map(|(i, arg)| {
        let TermKind::Const(value) = &arg.kind else {
            return None;
        };
        is_indexable(value).then(|| Condition {
            key: Key {
                argument: Some(i),
                path: Vec::new(),
            },
            constants: vec![value.clone()],
            expr: None,
        })
    });
    let exprs = branch
        .body
        .0
        .iter()
        .enumerate()
        .filter_map(|(i, expr)| condition(clause, i, expr));
    arguments.chain(exprs).collect()
}

fn condition(clause: &Clause, number: usize, expr: &Expr) -> Option<Condition> {
    if !expr.with.is_empty() {
        return None;
    }
    let (term, constants) = match &expr.kind {
        ExprKind::Unify(x, y) => equality(x, y)?,
        ExprKind::Term(Term {
            kind: TermKind::Call { callee, args },
            ..
        }) => match &args[..] {
            [x, y] if comparison(*callee) == Some(crate::ir::CompareOp::Equal) => equality(x, y)?,
            [x, y] if is_member(*callee) => match &y.kind {
                TermKind::Const(Const::Set(items) | Const::Array(items))
                    if !items.is_empty() && items.iter().all(is_indexable) =>
                {
                    (x, items.clone())
                }
                _ => return None,
            },
            _ => return None,
        },
        _ => return None,
    };
    Some(Condition {
        key: key(clause, term)?,
        constants,
        expr: Some(number),
    })
}

fn equality<'t>(x: &'t Term, y: &'t Term) -> Option<(&'t Term, Vec<Const>)> {
    match (&x.kind, &y.kind) {
        (TermKind::Ref { .. } | TermKind::Var(_), TermKind::Const(c)) if is_indexable(c) => {
            Some((x, vec![c.clone()]))
        }
        (TermKind::Const(c), TermKind::Ref { .. } | TermKind::Var(_)) if is_indexable(c) => {
            Some((y, vec![c.clone()]))
        }
        _ => None,
    }
}

fn key(clause: &Clause, term: &Term) -> Option<Key> {
    let argument = |id| {
        clause
            .args
            .iter()
            .position(|arg| matches!(arg.kind, TermKind::Var(var) if var == id))
    };
    let (argument, path) = match &term.kind {
        TermKind::Var(id) => (Some(argument(*id)?), &[][..]),
        TermKind::Ref {
            head: RefHead::Input,
            path,
        } => (None, &path[..]),
        TermKind::Ref {
            head: RefHead::Local(id),
            path,
        } => (Some(argument(*id)?), &path[..]),
        _ => return None,
    };
    let path = path
        .iter()
        .map(|key| match &key.kind {
            TermKind::Const(Const::String(key)) => Some(key.clone()),
            _ => None,
        })
        .collect::<Option<Vec<_>>>()?;
    Some(Key { argument, path })
}

fn is_member(callee: Callee) -> bool {
    matches!(callee, Callee::Builtin(id) if id.get().is_some_and(|b| b.name == "internal.member_2"))
}

/// Whether the constant is a scalar.
pub(super) fn is_scalar(value: &Const) -> bool {
    matches!(
        value,
        Const::Null | Const::Bool(_) | Const::Number(_) | Const::String(_)
    )
}

/// Numbers of different spelling may be equal, so they are no cases of a switch.
fn is_indexable(value: &Const) -> bool {
    matches!(value, Const::Null | Const::Bool(_) | Const::String(_))
}

impl Planner<'_> {
    /// The value that an index looks at: undefined where the ref is.
    pub(super) fn index_operand(&mut self, b: &mut Builder, key: &Key) -> Operand {
        let start = match key.argument {
            Some(i) => Local(i as u32),
            None => {
                let dst = b.local();
                b.emit(Stmt::Block(Block(vec![Stmt::Input(dst)])));
                dst
            }
        };
        key.path.iter().fold(Operand::Local(start), |source, key| {
            let key = Operand::Const(self.string(key));
            let dst = b.local();
            b.emit(Stmt::TryDot { dst, source, key });
            Operand::Local(dst)
        })
    }

    /// An expression that the index settled still tells where the clause looked.
    pub(super) fn note_settled(&mut self, b: &mut Builder, expr: &Expr) {
        let terms = match &expr.kind {
            ExprKind::Unify(x, y) => vec![x, y],
            ExprKind::Term(Term {
                kind: TermKind::Call { args, .. },
                ..
            }) => args.iter().collect(),
            _ => Vec::new(),
        };
        for term in terms {
            if let TermKind::Ref {
                head: RefHead::Input,
                path,
            } = &term.kind
            {
                b.note_ref(None, path);
            }
        }
    }
}
