//! A compiled expression: names are settled, macros are nodes of their own.

use std::sync::Arc;

use crate::functions::Function;
use crate::value::Value;

/// An expression.
#[derive(Debug)]
pub(crate) enum Node {
    Const(Value),
    /// A declared name, by its number.
    Name(usize),
    /// What a macro binds, by its place.
    Local(usize),
    /// `variables.x`, by its number.
    Variable(usize),
    Select(Box<Node>, Arc<str>),
    /// `has(a.b)`.
    Has(Box<Node>, Arc<str>),
    /// `a.?b`.
    OptionalSelect(Box<Node>, Arc<str>),
    Index(Box<Node>, Box<Node>),
    /// `a[?b]`.
    OptionalIndex(Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    Conditional(Box<Node>, Box<Node>, Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    /// Elements, and which of them are optional.
    List(Vec<(Node, bool)>),
    Map(Vec<(Node, Node, bool)>),
    Call(&'static Function, Vec<Node>),
    Macro(Box<Macro>),
    /// `a.orValue(b)` (or, where the flag is not set, `a.or(b)`): `b` is only evaluated where it is needed.
    Otherwise(Box<Node>, Box<Node>, bool),
}

/// An operator on two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equals,
    NotEquals,
    Less,
    LessEquals,
    Greater,
    GreaterEquals,
    In,
}

/// What a macro makes of the elements of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MacroKind {
    All,
    Exists,
    ExistsOne,
    /// `map` of lists, `filter` and `transformList`.
    List,
    TransformMap,
    TransformMapEntry,
    SortBy,
    OptMap,
    OptFlatMap,
}

/// A macro: names bound one after the other, and expressions evaluated with them.
#[derive(Debug)]
pub(crate) struct Macro {
    pub(crate) kind: MacroKind,
    pub(crate) range: Node,
    /// The place of the first name that is bound; a second one is behind it.
    pub(crate) slot: usize,
    /// Two names: key or index, and value.
    pub(crate) pairs: bool,
    pub(crate) filter: Option<Node>,
    /// The predicate, or what an element becomes; none where the element itself is kept.
    pub(crate) body: Option<Node>,
}
