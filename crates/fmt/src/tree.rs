//! The tree that is laid out: terms, expressions and rules with the places that decide where lines break.
//!
//! It is flatter than the syntax tree (operators are calls, chained bodies are rules of their own), and the places
//! are those that OPA's formatter goes by, which for some nodes are not where their text begins: a parenthesised
//! term begins at its first token inside of the parentheses, the text of its place at the parenthesis.

/// A place: where a node begins, and the text that belongs to it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Loc {
    /// The line, from 1.
    pub(crate) row: u32,
    /// Byte offset of the beginning.
    pub(crate) at: u32,
    /// Byte range of the text.
    pub(crate) text: (u32, u32),
}

#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) loc: Loc,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(String),
    String {
        value: String,
        /// The literal in the source; without one it is quoted anew.
        literal: Option<(u32, u32)>,
    },
    Var(Var),
    Ref(Vec<Term>),
    /// The function first, then the arguments.
    Call(Vec<Term>),
    Array(Vec<Term>),
    Object(Vec<(Term, Term)>),
    Set(Vec<Term>),
    ArrayComprehension(Box<Term>, Vec<Expr>),
    SetComprehension(Box<Term>, Vec<Expr>),
    ObjectComprehension(Box<(Term, Term)>, Vec<Expr>),
    Template {
        raw: bool,
        parts: Vec<Part>,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Var {
    pub(crate) name: String,
    /// Wildcards are numbered: no two are the same variable. Others have 0.
    pub(crate) wildcard: u32,
}

#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text { row: u32, text: String },
    Expr(Box<Expr>),
}

#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) loc: Loc,
    pub(crate) negated: bool,
    pub(crate) terms: Terms,
    pub(crate) with: Vec<With>,
}

#[derive(Clone, Debug)]
pub(crate) enum Terms {
    Term(Box<Term>),
    /// The function first, then the arguments.
    Call(Vec<Term>),
    /// Variables, or one call of `in`.
    Some(Vec<Term>),
    Every(Box<Every>),
    Not {
        body: Vec<Expr>,
        explicit: bool,
    },
    Logical(Box<Logical>),
}

#[derive(Clone, Debug)]
pub(crate) struct Every {
    pub(crate) key: Option<Term>,
    pub(crate) value: Term,
    pub(crate) domain: Term,
    pub(crate) body: Vec<Expr>,
}

/// `left and right`, `left or right`.
#[derive(Clone, Debug)]
pub(crate) struct Logical {
    pub(crate) and: bool,
    pub(crate) left: Side,
    pub(crate) right: Side,
}

#[derive(Clone, Debug)]
pub(crate) struct Side {
    pub(crate) body: Vec<Expr>,
    /// Written in braces; the place is the opening one.
    pub(crate) brace: Option<Loc>,
}

#[derive(Clone, Debug)]
pub(crate) struct With {
    pub(crate) loc: Loc,
    pub(crate) target: Term,
    pub(crate) value: Term,
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) loc: Loc,
    pub(crate) default: bool,
    pub(crate) head: Head,
    /// A body that was not written is `true`.
    pub(crate) body: Vec<Expr>,
    pub(crate) else_: Option<Box<Rule>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) loc: Loc,
    pub(crate) reference: Vec<Term>,
    pub(crate) args: Option<Vec<Term>>,
    pub(crate) key: Option<Term>,
    pub(crate) value: Option<Term>,
    /// The value is the `true` that a head without one has.
    pub(crate) implied: bool,
    pub(crate) assign: bool,
    pub(crate) is_else: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub(crate) row: u32,
    /// Byte offset; 0 if it is not in the source.
    pub(crate) at: u32,
    pub(crate) path: Vec<Term>,
    pub(crate) alias: Option<String>,
    /// Not in the source.
    pub(crate) added: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) row: u32,
    /// Stands at the beginning of its line.
    pub(crate) first: bool,
    pub(crate) text: (u32, u32),
}

#[derive(Clone, Debug)]
pub(crate) struct Module {
    pub(crate) package: Loc,
    pub(crate) path: Vec<Term>,
    pub(crate) imports: Vec<Import>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) comments: Vec<Comment>,
    /// Keywords in use that even v1 has to import.
    pub(crate) keywords: Vec<&'static str>,
}

impl Import {
    /// The path's segments.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.iter().map(Term::name).collect()
    }
}

impl Term {
    /// The name of a variable or the value of a string; empty for others.
    pub(crate) fn name(&self) -> &str {
        match &self.value {
            Value::Var(var) => &var.name,
            Value::String { value, .. } => value,
            _ => "",
        }
    }

    pub(crate) fn is_true(&self) -> bool {
        matches!(self.value, Value::Bool(true))
    }
}

impl Expr {
    pub(crate) fn is_true(&self) -> bool {
        !self.negated
            && self.with.is_empty()
            && matches!(&self.terms, Terms::Term(term) if term.is_true())
    }

    pub(crate) fn is_set(&self) -> bool {
        !self.negated
            && matches!(&self.terms, Terms::Term(term) if matches!(term.value, Value::Set(_)))
    }

    pub(crate) fn is_logical(&self) -> bool {
        matches!(self.terms, Terms::Logical(_))
    }
}

/// The name of a call's function, if it is a path of names.
pub(crate) fn function(call: &[Term]) -> String {
    let mut name = String::new();
    match call.first().map(|term| &term.value) {
        Some(Value::Ref(path)) => {
            for (position, step) in path.iter().enumerate() {
                if position > 0 {
                    name.push('.');
                }
                name.push_str(step.name());
            }
        }
        Some(Value::Var(var)) => name.push_str(&var.name),
        _ => {}
    }
    name
}

/// The operator that a builtin is written with between its operands, and how many operands it has.
pub(crate) fn infix(name: &str) -> Option<(&'static str, usize)> {
    Some(match name {
        "eq" => ("=", 2),
        "assign" => (":=", 2),
        "equal" => ("==", 2),
        "neq" => ("!=", 2),
        "lt" => ("<", 2),
        "lte" => ("<=", 2),
        "gt" => (">", 2),
        "gte" => (">=", 2),
        "plus" => ("+", 2),
        "minus" => ("-", 2),
        "mul" => ("*", 2),
        "div" => ("/", 2),
        "rem" => ("%", 2),
        "and" => ("&", 2),
        "or" => ("|", 2),
        "internal.member_2" => ("in", 2),
        "internal.member_3" => ("in", 3),
        _ => return None,
    })
}

/// Whether a term is a union, whose `|` reads as that of a comprehension in some places.
pub(crate) fn is_union(term: &Term) -> bool {
    matches!(&term.value, Value::Call(call) if function(call) == "or")
}
