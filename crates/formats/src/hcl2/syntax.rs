//! What a file is made of, as far as its JSON form asks: most expressions are only their text.

use std::ops::Range;

#[derive(Debug)]
pub(super) struct Body {
    pub(super) blocks: Vec<Block>,
    pub(super) attributes: Vec<Attribute>,
}

#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) name: Name,
    pub(super) value: Expr,
}

/// A name, or a block's label, and where it stands.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

#[derive(Debug)]
pub(super) struct Block {
    pub(super) kind: Name,
    pub(super) labels: Vec<Name>,
    pub(super) body: Body,
    pub(super) range: Range<usize>,
}

#[derive(Debug)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    pub(super) range: Range<usize>,
}

#[derive(Debug)]
pub(super) enum ExprKind {
    Null,
    Bool(bool),
    /// In JSON's notation, without an exponent.
    Number(String),
    /// A piece of a template.
    Text(String),
    Template(Vec<Expr>),
    /// A template of nothing but one interpolation.
    Wrap(Box<Expr>),
    Tuple(Vec<Expr>),
    Object(Vec<(Expr, Expr)>),
    /// A name and constant steps from there.
    Traversal,
    /// An operator in front of a constant, with its result; in a template it stays as it is. Not so in front of anything
    /// else.
    Unary(Box<ExprKind>),
    Conditional(Box<[Expr; 3]>),
    /// A loop in a template.
    Loop(Box<Loop>),
    /// Anything else.
    Other,
}

#[derive(Debug)]
pub(super) struct Loop {
    pub(super) key: Option<String>,
    pub(super) value: String,
    pub(super) collection: Range<usize>,
    pub(super) content: Expr,
}
