//! The syntax tree of Rego.
//!
//! One tree for both versions of the language: the parser brings v0 spellings into the v1 form where they mean
//! the same (`p[x] { .. }` becomes a `contains` head, [`rule::HeadKind::Contains`]). Every node has the span
//! of its text; strings are unescaped, numbers keep their spelling.

pub mod annotation;
pub mod module;
pub mod print;
pub mod query;
pub mod rule;
pub mod term;
pub mod visit;
pub mod visit_mut;

pub use annotation::{Annotation, AnnotationTarget};
pub use module::{Import, Module, Package, RegoVersion};
pub use query::{Every, Expr, ExprKind, NotBody, Operand, Query, SomeIn, With};
pub use rule::{AssignOp, Else, HeadKind, Rule, RuleBody, RuleHead};
pub use term::{
    Call, Comprehension, Ident, ObjectComprehension, Ref, RefArg, TemplatePart, Term, TermKind, Var,
};
