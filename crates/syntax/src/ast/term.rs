//! Terms.

use kpol_diagnostics::Span;

use super::query::{Expr, Query};

/// A term and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// The text of the term, with parentheses around it if there are any.
    pub span: Span,
    /// What it is.
    pub kind: TermKind,
}

/// The kinds of terms.
#[derive(Clone, Debug, PartialEq)]
pub enum TermKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// The number as it was written, with its minus sign: `-1.50e3`.
    Number(String),
    /// The string's value (quotes and escapes gone); raw strings too.
    String(String),
    /// A variable on its own, `input` and `data` included.
    Var(Var),
    /// `head.a[b]`: at least one argument.
    Ref(Ref),
    /// `f(x)`, and infix operators.
    Call(Call),
    /// `[a, b]`
    Array(Vec<Term>),
    /// `{a: b}`, `{}`
    Object(Vec<(Term, Term)>),
    /// `{a, b}`, `set()`
    Set(Vec<Term>),
    /// `[a | query]`
    ArrayComprehension(Comprehension),
    /// `{a | query}`
    SetComprehension(Comprehension),
    /// `{k: v | query}`
    ObjectComprehension(ObjectComprehension),
    /// `$"..{x}.."`, and ``$`..{x}..` ``, which is raw.
    TemplateString {
        /// Whether it stands in backticks.
        raw: bool,
        /// Texts and expressions in order; no empty texts.
        parts: Vec<TemplatePart>,
    },
}

/// A name and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name; for a path segment written as a string, the string's value.
    pub name: String,
    /// Its place.
    pub span: Span,
}

/// A variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Var {
    /// The name; `_` for wildcards.
    pub name: String,
    /// Whether it is `_`: each wildcard is a variable of its own.
    pub wildcard: bool,
}

/// A reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Ref {
    /// The whole reference.
    pub span: Span,
    /// A variable, a call, a composite or a comprehension.
    pub head: Box<Term>,
    /// The arguments. Empty only where a reference is asked for and a name was written: functions of calls,
    /// `with` targets, imports, rule heads.
    pub path: Vec<RefArg>,
}

/// One step of a reference.
#[derive(Clone, Debug, PartialEq)]
pub struct RefArg {
    /// `.name` or `[term]` with the dot or brackets.
    pub span: Span,
    /// A string for `.name`.
    pub term: Term,
    /// Whether it was written with a dot.
    pub dot: bool,
}

/// A call of a function or builtin.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function. Infix operators are calls of their builtins: `plus`, `minus`, `mul`, `div`, `rem`, `and`
    /// (`&`), `or` (`|`), `equal` (`==`), `neq`, `lt`, `lte`, `gt`, `gte`, `internal.member_2` (`x in xs`) and
    /// `internal.member_3` (`k, v in xs`); the reference's spans are then the operator's.
    pub function: Ref,
    /// The arguments.
    pub args: Vec<Term>,
    /// Whether it was written as an infix operator.
    pub infix: bool,
}

/// `[term | query]` or `{term | query}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Comprehension {
    /// The member.
    pub term: Box<Term>,
    /// Where members come from.
    pub query: Query,
}

/// `{key: value | query}`.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectComprehension {
    /// The entry's key.
    pub key: Box<Term>,
    /// The entry's value.
    pub value: Box<Term>,
    /// Where entries come from.
    pub query: Query,
}

/// A part of a template string.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "template strings are rare; a box would be in everyone's way"
)]
pub enum TemplatePart {
    /// Text, unescaped.
    Text(String),
    /// `{expression}`: a term with optional `with` modifiers.
    Expr(Expr),
}

impl Term {
    /// The variable's name if the term is a variable, wildcards included.
    #[must_use]
    pub fn as_var(&self) -> Option<&str> {
        match &self.kind {
            TermKind::Var(var) => Some(&var.name),
            _ => None,
        }
    }

    /// The value if the term is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            TermKind::String(text) => Some(text),
            _ => None,
        }
    }
}

impl Ref {
    /// The name at the front if the head is a variable.
    #[must_use]
    pub fn head_name(&self) -> Option<&str> {
        self.head.as_var()
    }

    /// The names of a path of strings, head first; stops at the first argument that is no string.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.head_name()
            .into_iter()
            .chain(self.path.iter().map_while(|arg| arg.term.as_str()))
    }

    /// The dotted name if the head is a variable and all arguments are strings: `io.jwt.decode`.
    #[must_use]
    pub fn dotted(&self) -> Option<String> {
        let mut name = self.head_name()?.to_owned();
        for arg in &self.path {
            name.push('.');
            name.push_str(arg.term.as_str()?);
        }
        Some(name)
    }
}
