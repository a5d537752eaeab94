//! The parts of a parsed template.

use std::collections::BTreeMap;

/// Templates by name; the main one is called `template`.
pub(super) type Templates = BTreeMap<String, Vec<Node>>;

/// The name of the template that is executed.
pub(super) const MAIN: &str = "template";

/// What follows each other in a template.
#[derive(Debug)]
pub(super) enum Node {
    Text(String),
    Action(Pipeline),
    If(Branch),
    With(Branch),
    Range(Branch),
    Break,
    Continue,
    Template {
        name: String,
        data: Option<Pipeline>,
        at: Place,
    },
}

/// `if`, `with` and `range`.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) pipeline: Pipeline,
    pub(super) body: Vec<Node>,
    pub(super) otherwise: Vec<Node>,
}

/// Commands, each of which is the next one's last argument; its value may go to variables.
#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) variables: Vec<String>,
    /// `=` and not `:=`.
    pub(super) assigns: bool,
    pub(super) commands: Vec<Command>,
}

/// An operand, or a function and its arguments.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) args: Vec<Operand>,
    pub(super) at: Place,
}

impl Pipeline {
    /// Without its variables.
    pub(super) fn source(&self) -> String {
        let commands: Vec<String> = self.commands.iter().map(Command::to_string).collect();
        commands.join(" | ")
    }
}

/// Where something stands, as errors name it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) line: usize,
    /// Bytes from the line's start.
    pub(super) column: usize,
}

/// Fields of fields.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) names: Vec<String>,
    pub(super) at: Place,
}

/// One argument.
#[derive(Debug)]
pub(super) enum Operand {
    Dot,
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Function(String),
    /// `$x.a.b`
    Variable(String, Fields),
    /// `.a.b`
    Field(Fields),
    /// `(pipeline).a.b`
    Chain(Box<Pipeline>, Fields),
}

impl std::fmt::Display for Operand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let dotted = |f: &mut std::fmt::Formatter<'_>, fields: &Fields| {
            fields
                .names
                .iter()
                .try_for_each(|name| write!(f, ".{name}"))
        };
        match self {
            Operand::Dot => f.write_str("."),
            Operand::Nil => f.write_str("nil"),
            Operand::Bool(b) => write!(f, "{b}"),
            Operand::Int(n) => write!(f, "{n}"),
            Operand::Float(n) => write!(f, "{n}"),
            Operand::Text(s) => write!(f, "{s:?}"),
            Operand::Function(name) => f.write_str(name),
            Operand::Variable(name, fields) => {
                f.write_str(name)?;
                dotted(f, fields)
            }
            Operand::Field(names) => dotted(f, names),
            Operand::Chain(pipeline, names) => {
                write!(f, "({pipeline})")?;
                dotted(f, names)
            }
        }
    }
}

impl std::fmt::Display for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, arg) in self.args.iter().enumerate() {
            write!(f, "{}{arg}", if i > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Pipeline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.variables.is_empty() {
            let sign = if self.assigns { "=" } else { ":=" };
            write!(f, "{} {sign} ", self.variables.join(", "))?;
        }
        f.write_str(&self.source())
    }
}
