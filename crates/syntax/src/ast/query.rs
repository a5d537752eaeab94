//! Queries and their expressions.

use kpol_diagnostics::Span;

use super::term::{Ident, Ref, Term};

/// Expressions that all have to hold.
pub type Query = Vec<Expr>;

/// One statement of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// From `not`, `some` or the first term to the end of the last `with`.
    pub span: Span,
    /// `not e` as it always was: the expression is undefined or false. Where the new `not` was imported it is
    /// [`ExprKind::Not`] instead, and this is false.
    pub negated: bool,
    /// What is stated.
    pub kind: ExprKind,
    /// The `with` modifiers in order.
    pub with: Vec<With>,
}

/// The kinds of statements.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A term, often a call: it is defined and not false.
    Term(Term),
    /// `left = right`, the second field is the operator's span.
    Unify(Term, Span, Term),
    /// `left := right`, the second field is the operator's span.
    Assign(Term, Span, Term),
    /// `some x, y`
    Some(Vec<Ident>),
    /// `some x in xs`, `some k, v in xs`
    SomeIn(SomeIn),
    /// `every x in xs { .. }`
    Every(Every),
    /// The new `not` (`import future.keywords.not` or `rego.v2`), with or without braces.
    Not(NotBody),
    /// `a and b and c`: two or more operands.
    And(Vec<Operand>),
    /// `a or b or c`: one or more operands. One operand is a parenthesised group that has a `with` inside and
    /// another outside.
    Or(Vec<Operand>),
}

/// `some k, v in xs`. Key and value may be patterns.
#[derive(Clone, Debug, PartialEq)]
pub struct SomeIn {
    /// The key or index.
    pub key: Option<Term>,
    /// The value or member.
    pub value: Term,
    /// What is iterated over.
    pub collection: Term,
}

/// `every k, v in xs { body }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Every {
    /// The key or index: a variable.
    pub key: Option<Ident>,
    /// The value or member: a variable.
    pub value: Ident,
    /// What is iterated over.
    pub domain: Term,
    /// What has to hold for each.
    pub body: Query,
}

/// The operand of the new `not`.
#[derive(Clone, Debug, PartialEq)]
pub struct NotBody {
    /// The expressions; one where there are no braces.
    pub query: Query,
    /// Whether it was written in braces.
    pub explicit: bool,
}

/// An operand of `and` and `or`.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// The expression or the braces.
    pub span: Span,
    /// The expressions; one where there are no braces.
    pub query: Query,
    /// Whether it was written in braces: then it is a scope of its own.
    pub explicit: bool,
}

/// `with target as value`.
#[derive(Clone, Debug, PartialEq)]
pub struct With {
    /// From `with` to the end of the value.
    pub span: Span,
    /// What is replaced: a path of `input` or `data`, a function or a builtin. A name alone has an empty path.
    pub target: Ref,
    /// The replacement.
    pub value: Term,
}
