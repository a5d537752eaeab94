//! The syntax tree as OPA has it: operators and assignments are calls, each wildcard has a name of its own, sets and
//! objects are sorted, and sets have no member twice.
//!
//! INVARIANT (order): the derived order is that of OPA's terms, by which it sorts sets and objects. It follows from
//! the order of variants and fields.

use std::cmp::Ordering;

use kpol_runtime::Heap;

/// A term.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Term {
    Null,
    Boolean(bool),
    Number(Number),
    String(String),
    Template(Template),
    Var(String),
    Ref(Vec<Term>),
    Array(Vec<Term>),
    Object(Vec<(Term, Term)>),
    Set(Vec<Term>),
    ArrayComprehension(Box<Term>, Body),
    ObjectComprehension(Box<(Term, Term)>, Body),
    SetComprehension(Box<Term>, Body),
    /// The function is the first.
    Call(Vec<Term>),
}

/// A template string. Of two, the one with fewer parts comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Template {
    pub(super) raw: bool,
    pub(super) count: usize,
    pub(super) parts: Vec<Part>,
}

/// A part of a template string.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Term(Term),
    Expr(Expr),
}

/// Statements that all have to hold.
pub(super) type Body = Vec<Expr>;

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Expr {
    rank: u8,
    pub(super) index: usize,
    pub(super) negated: bool,
    pub(super) terms: Terms,
    /// Targets and values.
    pub(super) with: Vec<(Term, Term)>,
}

/// What a statement says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Terms {
    Some(Vec<Term>),
    Term(Term),
    /// A call, its function first.
    Call(Vec<Term>),
    Every {
        key: Option<Term>,
        value: Term,
        domain: Term,
        body: Body,
    },
    Not(Written<Body>),
    And(Written<Body>, Written<Body>),
    Or(Written<Body>, Written<Body>),
}

/// Something that may have been written in braces, which does not matter to the order.
#[derive(Clone, Debug)]
pub(super) struct Written<T> {
    pub(super) braces: bool,
    pub(super) inner: T,
}

/// A number as it was written; compared by its value.
#[derive(Clone, Debug)]
pub(super) struct Number(pub(super) String);

impl Expr {
    /// A statement without `with`. The index is set by the body that it goes to.
    pub(super) fn new(terms: Terms) -> Self {
        let rank = match terms {
            Terms::Some(_) => 0,
            Terms::Term(_) => 1,
            Terms::Call(_) => 2,
            Terms::Every { .. } => 3,
            Terms::Not(_) => 4,
            Terms::And(..) => 5,
            Terms::Or(..) => 6,
        };
        Expr {
            rank,
            index: 0,
            negated: false,
            terms,
            with: Vec::new(),
        }
    }
}

impl Term {
    /// A set of these members; of equal ones the first counts.
    pub(super) fn set(mut members: Vec<Term>) -> Self {
        members.sort();
        members.dedup();
        Term::Set(members)
    }

    /// An object of these entries. OPA's parser keeps those with equal keys.
    pub(super) fn object(mut entries: Vec<(Term, Term)>) -> Self {
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Term::Object(entries)
    }

    /// Whether there are no variables in the term. Comprehensions and template strings are taken to have some.
    pub(super) fn is_ground(&self) -> bool {
        match self {
            Term::Null | Term::Boolean(_) | Term::Number(_) | Term::String(_) => true,
            Term::Ref(terms) => terms.iter().skip(1).all(Term::is_ground),
            Term::Array(terms) | Term::Set(terms) | Term::Call(terms) => {
                terms.iter().all(Term::is_ground)
            }
            Term::Object(entries) => entries
                .iter()
                .all(|(key, value)| key.is_ground() && value.is_ground()),
            _ => false,
        }
    }
}

impl<T: Ord> Ord for Written<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.inner.cmp(&other.inner)
    }
}

impl<T: Ord> PartialOrd for Written<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Eq> Eq for Written<T> {}

impl<T: PartialEq> PartialEq for Written<T> {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.0 == other.0 {
            return Ordering::Equal;
        }
        if let (Ok(a), Ok(b)) = (self.0.parse::<i64>(), other.0.parse::<i64>()) {
            return a.cmp(&b);
        }
        let mut heap = Heap::new();
        match (heap.number(&self.0), heap.number(&other.0)) {
            (Some(a), Some(b)) => heap.compare(a, b),
            _ => self.0.cmp(&other.0),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Number {}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
