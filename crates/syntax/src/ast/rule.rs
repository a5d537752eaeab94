//! Rules.

use kpol_diagnostics::Span;

use super::query::Query;
use super::term::{Ref, Term};

/// A rule: a default, a fact, or a head with bodies.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// From `default` or the head to the end of the last body or `else`.
    pub span: Span,
    /// `default p := value`, also `default f(_) := value`.
    pub default: bool,
    /// What is defined.
    pub head: RuleHead,
    /// Empty: a fact, its body is always true. More than one: chained bodies `p { .. } { .. }`, which mean the
    /// same as the rule written once for each.
    pub bodies: Vec<RuleBody>,
    /// The `else` branches in order; they follow the last body.
    pub else_: Vec<Else>,
}

/// A rule's head.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleHead {
    /// From the name to the end of the value.
    pub span: Span,
    /// The name and, for general ref heads, the path after it. Its head is always a variable. For a v0 set rule
    /// `p[x] { .. }` the `x` is not here but in `kind`.
    pub reference: Ref,
    /// The parameters of a function; `Some` of an empty list for `f() := ..`.
    pub args: Option<Vec<Term>>,
    /// One value or a member of a set.
    pub kind: HeadKind,
    /// The value after `=` or `:=`; absent means `true` for [`HeadKind::Value`].
    pub value: Option<Term>,
    /// How the value was written; `None` without one.
    pub assign: Option<AssignOp>,
    /// Whether the body was written after `if`.
    pub has_if: bool,
}

/// What a rule contributes to its document.
#[derive(Clone, Debug, PartialEq)]
pub enum HeadKind {
    /// The value of a document, of an object's entry, or of a function.
    Value,
    /// A member of a set: `p contains x`, in v0 also `p[x] { .. }`.
    Contains(Term),
}

/// The operator between a head and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignOp {
    /// `=`
    Unify,
    /// `:=`
    Assign,
}

/// One body of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleBody {
    /// The braces and what is in them, or the one expression after `if`.
    pub span: Span,
    /// The statements, at least one.
    pub query: Query,
}

/// An `else` branch.
#[derive(Clone, Debug, PartialEq)]
pub struct Else {
    /// From `else` to the end of the branch.
    pub span: Span,
    /// The branch's value; absent means `true`.
    pub value: Option<Term>,
    /// How the value was written; `None` without one.
    pub assign: Option<AssignOp>,
    /// Absent: the branch is always taken.
    pub body: Option<RuleBody>,
}
