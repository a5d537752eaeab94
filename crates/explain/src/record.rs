//! What is noted while an evaluation goes on: a tree of what was tried, in order.

use kpol_compiler::hir::RuleId;
use kpol_diagnostics::Span;
use kpol_input::NodeId;
use kpol_runtime::Value;

/// The most nodes of a record: what comes behind them is left out, and said to be.
const MAX_NODES: usize = 50_000;
/// How deep a record may be nested, so that what walks it may recurse.
const MAX_DEPTH: usize = 800;

/// Something that happened, and what happened inside of it.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) inside: Vec<Node>,
}

/// What happened.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// The whole evaluation.
    Root,
    /// A rule was evaluated; inside are its clauses.
    Rule {
        id: RuleId,
        /// Arguments of a function.
        args: Vec<Value>,
        /// Its value; undefined where it has none.
        value: Value,
    },
    /// A rule's value was known already.
    Known { id: RuleId, value: Value },
    /// A clause, by its number.
    Clause(usize),
    /// A branch of a clause; inside is the first expression's attempt.
    Branch,
    /// A rule's default was taken.
    Default,
    /// An expression was tried; inside are what it read, and a solution for each way in which it held.
    Attempt {
        span: Span,
        /// In how many ways it held.
        solutions: u32,
    },
    /// One way in which an expression held. Inside is what follows: the next expression, or what was made.
    Solution(Vec<Bound>),
    /// A body inside of an expression: of a negation, a comprehension, an `every`.
    Body,
    /// A term was evaluated.
    Read {
        span: Span,
        value: Value,
        at: Option<NodeId>,
        /// For what is not there: its parent in the document.
        missing: Option<NodeId>,
    },
    /// All of a body held, and this value came of it.
    Yield(Value),
    /// A builtin failed, so its call is undefined.
    Failure { span: Span, message: String },
    /// `trace(..)` was called.
    Note(Value),
    /// Two values that were to be equal are not.
    Unequal(Value, Value),
}

/// A variable that became bound.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    pub(crate) name: String,
    pub(crate) value: Value,
    pub(crate) at: Option<NodeId>,
}

/// Builds the tree.
#[derive(Debug)]
pub(crate) struct Recorder {
    stack: Vec<Node>,
    left: usize,
    too_deep: bool,
}

impl Recorder {
    pub(crate) fn new(on: bool) -> Recorder {
        Recorder {
            stack: vec![Node {
                kind: Kind::Root,
                inside: Vec::new(),
            }],
            left: if on { MAX_NODES } else { 0 },
            too_deep: false,
        }
    }

    /// Begins something; `end` must follow. Says whether it is recorded.
    pub(crate) fn begin(&mut self, kind: Kind) -> bool {
        if self.left == 0 {
            return false;
        }
        if self.stack.len() >= MAX_DEPTH {
            self.too_deep = true;
            return false;
        }
        self.left -= 1;
        self.stack.push(Node {
            kind,
            inside: Vec::new(),
        });
        true
    }

    /// Ends what was begun last. `begun` is what `begin` said.
    pub(crate) fn end(&mut self, begun: bool, finish: impl FnOnce(&mut Kind)) {
        if !begun || self.stack.len() < 2 {
            return;
        }
        if let Some(mut node) = self.stack.pop() {
            finish(&mut node.kind);
            if let Some(parent) = self.stack.last_mut() {
                parent.inside.push(node);
            }
        }
    }

    /// Notes something that has nothing inside.
    pub(crate) fn note(&mut self, kind: Kind) {
        let begun = self.begin(kind);
        self.end(begun, |_| {});
    }

    /// Whether something was left out.
    pub(crate) fn is_cut(&self) -> bool {
        self.left == 0 || self.too_deep
    }

    /// Whether nothing is recorded any more.
    pub(crate) fn is_off(&self) -> bool {
        self.left == 0
    }

    /// The tree. What was not ended (an error came in between) is closed.
    pub(crate) fn finish(mut self) -> Node {
        while self.stack.len() > 1 {
            self.end(true, |_| {});
        }
        self.stack.pop().unwrap_or(Node {
            kind: Kind::Root,
            inside: Vec::new(),
        })
    }
}
