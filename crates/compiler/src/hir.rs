//! The resolved program: every name is settled, every body is safe and in the order of evaluation.
//!
//! `resolve` makes it from syntax trees, `check` settles order and refuses what is unsafe; `plan` reads it.

use kpol_abi::builtins::BuiltinId;
use kpol_diagnostics::Span;

use crate::builtins::Registry;
use crate::ir::Const;

pub(crate) mod known;
mod print;

pub use crate::hir::print::print;

/// Index into [`Program::rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u32);

/// Index into the locals of a clause or query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId(pub u32);

/// All modules of a policy, as one.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// Rules, each with all of its clauses, in the order of their first definition.
    pub rules: Vec<Rule>,
    /// Where they stand below `data`.
    pub tree: Node,
    /// Queries that are to become entrypoints.
    pub queries: Vec<Query>,
    /// The builtins that it may call.
    pub builtins: Registry,
    /// Metadata comments, unparsed, in the order of modules and lines.
    pub annotations: Vec<Annotation>,
}

/// A `# METADATA` comment and what it describes.
#[derive(Debug, Clone)]
pub struct Annotation {
    /// The comment.
    pub span: Span,
    /// The line of its `METADATA`, from 1.
    pub line: u32,
    /// Its YAML; line `n` of it (from 1) is line `line + n` of the source.
    pub yaml: String,
    /// The package that it stands in.
    pub package: Vec<String>,
    /// The rule that follows, and which of its clauses; none for a package's own metadata. Metadata in front of
    /// a default has the clause [`None`].
    pub rule: Option<(RuleId, Option<usize>)>,
}

/// A node of the rule tree: a package, a rule, or a prefix of one.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// The rule that stands exactly here.
    pub rule: Option<RuleId>,
    /// Whether a module declares this package (an empty package is an empty object).
    pub package: bool,
    /// What is below, by key.
    pub children: indexmap::IndexMap<String, Node>,
}

/// What kind of document a rule makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleKind {
    /// One value.
    Complete,
    /// A set, from `contains`.
    Set,
    /// An object: heads with keys behind the rule's path (values or nested sets).
    Object,
    /// A function of that many arguments.
    Function(usize),
}

/// A rule: all clauses whose heads share the ground path.
///
/// The path is the longest prefix of the head's ref that is ground strings; what is behind it is the clause's
/// `tail`. `p[x].q contains y` has the path `p`, the tail `[x, "q"]` and the member `y`. A deeper rule may stand
/// below an [`RuleKind::Object`] rule in the tree (`p[x] := 1`, `p.r := 2`): its values are merged into it.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Keys below `data`, the package's first.
    pub path: Vec<String>,
    /// Its kind.
    pub kind: RuleKind,
    /// Its definitions, in order.
    pub clauses: Vec<Clause>,
    /// Its default.
    pub default: Option<Default>,
}

impl Rule {
    /// The path as a Rego ref, such as `data.main.deny`.
    #[must_use]
    pub fn name(&self) -> String {
        crate::names::data_ref(&self.path)
    }
}

/// `default p := v`, or `default f(_) := v`.
#[derive(Debug, Clone)]
pub struct Default {
    /// Where.
    pub span: Span,
    /// The value, which has no variables but may have comprehensions and calls.
    pub value: Term,
    /// Locals of the value.
    pub locals: Vec<LocalInfo>,
}

/// A local variable.
#[derive(Debug, Clone)]
pub struct LocalInfo {
    /// Its name in the source, `_` for a wildcard, or `__localN__` for one that the compiler made.
    pub name: String,
    /// Where it was introduced.
    pub span: Span,
    /// How many bodies deep the body stands that owns it: 0 for arguments and the bodies of the clause itself, one
    /// more in each comprehension, `every`, `not`, `and` or `or`. In a body of depth n, locals of lower depth come
    /// from outside and are bound before it.
    pub depth: u32,
}

/// One definition of a rule.
#[derive(Debug, Clone)]
pub struct Clause {
    /// The definition's head and body.
    pub span: Span,
    /// The head alone.
    pub head_span: Span,
    /// Its locals, those of nested bodies included.
    pub locals: Vec<LocalInfo>,
    /// Argument patterns of a function.
    pub args: Vec<Term>,
    /// Keys behind the rule's path.
    pub tail: Vec<Term>,
    /// Whether the head is `contains`: each branch's value is then a member.
    pub member: bool,
    /// The definition and its `else` branches, in order: the first whose body holds gives the value.
    pub branches: Vec<Branch>,
}

/// A value and the body under which it holds.
#[derive(Debug, Clone)]
pub struct Branch {
    /// Where.
    pub span: Span,
    /// The value (`true` where the source has none).
    pub value: Term,
    /// The body; empty holds.
    pub body: Body,
}

/// A query that becomes an entrypoint: a set of objects, one for each way in which the body holds.
#[derive(Debug, Clone)]
pub struct Query {
    /// The entrypoint's name.
    pub name: String,
    /// Where.
    pub span: Span,
    /// Locals.
    pub locals: Vec<LocalInfo>,
    /// What is shown of a result: variables by name.
    pub bindings: Vec<(String, LocalId)>,
    /// The body.
    pub body: Body,
}

/// Expressions in the order of evaluation: each variable is bound before it is used.
#[derive(Debug, Clone, Default)]
pub struct Body(pub Vec<Expr>);

/// An expression of a body.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Where.
    pub span: Span,
    /// What it says.
    pub kind: ExprKind,
    /// Replacements for this expression only.
    pub with: Vec<With>,
}

/// What an expression says.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// The term is defined and not `false`. Unbound variables in its refs iterate.
    Term(Term),
    /// Both terms are equal. After `check`, the right term can be evaluated at this point (its variables are bound, or
    /// iterate as keys of refs); the left one is a pattern whose unbound variables become bound, also inside arrays
    /// and object values. The right term is to be evaluated first wherever the left has unbound variables.
    Unify(Term, Term),
    /// `some k, v in xs`: for each item that unifies with key and value.
    SomeIn {
        /// Pattern of the key.
        key: Option<Term>,
        /// Pattern of the value.
        value: Term,
        /// The collection.
        collection: Term,
    },
    /// A relation builtin (`walk`) whose results unify with `output`, one after the other.
    Relation {
        /// The call without its output.
        call: Term,
        /// Pattern of each result.
        output: Term,
    },
    /// The body has no way to hold. Its unbound variables are its own.
    Not(Body),
    /// The body holds for each item; false also where the domain is undefined or no collection.
    Every {
        /// The key's variable.
        key: Option<LocalId>,
        /// The value's variable.
        value: LocalId,
        /// The collection.
        domain: Term,
        /// The body.
        body: Body,
    },
    /// All bodies hold; binds nothing outside.
    And(Vec<Body>),
    /// One body holds; binds nothing outside, and holds once.
    Or(Vec<Body>),
    /// `print(...)`: arguments may be undefined; always holds.
    Print(Vec<Term>),
}

/// `with target as value`.
#[derive(Debug, Clone)]
pub struct With {
    /// Where.
    pub span: Span,
    /// What is replaced.
    pub target: WithTarget,
    /// By what. Terms are constants, variables, or composites of them: `resolve` hoists everything else in front of
    /// the expression.
    pub value: WithValue,
}

/// What `with` replaces.
#[derive(Debug, Clone)]
pub enum WithTarget {
    /// `input`, or a path below it.
    Input(Vec<String>),
    /// `data`, or a path below it.
    Data(Vec<String>),
    /// A function of the policy.
    Function(RuleId),
    /// A builtin.
    Builtin(BuiltinId),
}

/// What it is replaced by.
#[derive(Debug, Clone)]
pub enum WithValue {
    /// A value.
    Term(Term),
    /// A function or builtin of the same arity.
    Callee(Callee),
}

/// What a call calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Callee {
    /// A builtin.
    Builtin(BuiltinId),
    /// A function of the policy.
    Function(RuleId),
}

/// A term.
#[derive(Debug, Clone)]
pub struct Term {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: TermKind,
}

/// What a term is.
#[derive(Debug, Clone)]
pub enum TermKind {
    /// A scalar, or a composite that is ground (folded by `resolve`).
    Const(Const),
    /// A variable.
    Var(LocalId),
    /// An array that is not ground.
    Array(Vec<Term>),
    /// A set that is not ground.
    Set(Vec<Term>),
    /// An object that is not ground.
    Object(Vec<(Term, Term)>),
    /// A ref: a head and at least one key, or `input` or `data` alone.
    Ref {
        /// What it starts from.
        head: RefHead,
        /// Keys.
        path: Vec<Term>,
    },
    /// A call that gives one value.
    Call {
        /// What is called.
        callee: Callee,
        /// As many arguments as it takes.
        args: Vec<Term>,
    },
    /// `[head | body]`
    ArrayComprehension {
        /// The item.
        head: Box<Term>,
        /// The body.
        body: Body,
    },
    /// `{head | body}`
    SetComprehension {
        /// The member.
        head: Box<Term>,
        /// The body.
        body: Body,
    },
    /// `{key: value | body}`
    ObjectComprehension {
        /// The key.
        key: Box<Term>,
        /// The value.
        value: Box<Term>,
        /// The body.
        body: Body,
    },
    /// `$"..{term}.."`: an undefined term prints as `<undefined>`. Its variables are bound before.
    Template(Vec<TemplatePart>),
}

/// A part of a template string.
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// Text as it is.
    Text(String),
    /// A term's value.
    Term(Term),
}

/// What a ref starts from.
#[derive(Debug, Clone)]
pub enum RefHead {
    /// The input document.
    Input,
    /// The document of base data and rules: the path starts below `data`, package names included.
    Data,
    /// A variable.
    Local(LocalId),
    /// Any other term (a call, a literal, a comprehension).
    Term(Box<Term>),
}
