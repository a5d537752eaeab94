//! What can be wrong with a document, and how that is said.

use std::cell::Cell;
use std::fmt;

use kpol_runtime::builtins::BuiltinError;

/// How deeply parts of a document may nest: their object form has three levels for one of theirs.
pub(crate) const MAX_NESTING: u32 = 500;

/// How far validation follows what nests and what refers to each other.
const MAX_DEPTH: u32 = 1_000;

/// How much validation may do. Comparing fields takes the square of their number, and more with fragments.
const MAX_STEPS: u64 = 5_000_000;

/// Which text a position belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum File {
    Input,
    Prelude,
}

/// Line and column, from 1. A block string's column may be less: it is counted from its last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Position {
    pub(crate) line: i64,
    pub(crate) column: i64,
    pub(crate) file: File,
}

/// One error, shown as `input:1:2: message`.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) at: Option<Position>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Position { line, column, file }) = self.at else {
            return write!(f, "input: {}", self.message);
        };
        let file = match file {
            File::Input => "input",
            File::Prelude => "prelude.graphql",
        };
        write!(f, "{file}:{line}:{column}: {}", self.message)
    }
}

/// Why there is no valid document.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// An operand is neither text nor object.
    Operand(BuiltinError),
    /// The text cannot be parsed.
    Syntax(Problem),
    /// The schema is not valid.
    Schema(Problem),
    /// The query is not valid: a line for each error.
    Listed(String),
    /// An object is not a document's.
    Shape(String),
    /// It is too deep or too large to say.
    Limit(&'static str),
}

pub(crate) type Checked<T> = Result<T, Failure>;

impl Failure {
    pub(crate) fn syntax(at: Position, message: impl Into<String>) -> Self {
        Failure::Syntax(Problem {
            message: message.into(),
            at: Some(at),
        })
    }

    /// An error in a schema, which says where it is even where nobody knows.
    pub(crate) fn schema(at: Option<Position>, message: impl Into<String>) -> Self {
        let nowhere = Position {
            line: -1,
            column: -1,
            file: File::Input,
        };
        Failure::Schema(Problem {
            message: message.into(),
            at: Some(at.unwrap_or(nowhere)),
        })
    }
}

/// What the work on a document may still cost.
#[derive(Debug)]
pub(crate) struct Budget {
    depth: Cell<u32>,
    steps: Cell<u64>,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Budget {
            depth: Cell::new(0),
            steps: Cell::new(MAX_STEPS),
        }
    }

    /// Takes account of work; of texts with one step for each 16 bytes.
    pub(crate) fn steps(&self, n: usize) -> Checked<()> {
        let left = self.steps.get().checked_sub(n as u64);
        self.steps.set(left.unwrap_or_default());
        left.map(drop)
            .ok_or(Failure::Limit("the document is too complex"))
    }

    pub(crate) fn text(&self, text: &str) -> Checked<()> {
        self.steps(1 + text.len() / 16)
    }

    pub(crate) fn enter(&self) -> Checked<()> {
        self.depth.set(self.depth.get() + 1);
        if self.depth.get() > MAX_DEPTH {
            return Err(Failure::Limit("the document is too deeply nested"));
        }
        self.steps(1)
    }

    pub(crate) fn leave(&self) {
        self.depth.set(self.depth.get().saturating_sub(1));
    }
}
