//! The record of an evaluation in plain words and places: what is shown, and written as JSON.

use kpol_compiler::hir::{Program, Rule, RuleKind};
use kpol_diagnostics::{SourceMap, Span};
use kpol_input::{Document, NodeId};
use kpol_runtime::{Heap, Kind as ValueKind, Value, json};
use serde::Serialize;

use crate::diff::{self, Difference};
use crate::error::Error;
use crate::record::{Bound, Kind, Node};

/// Values that are longer as text are shown cut.
const MAX_TEXT: usize = 400;

/// What happened in an evaluation of a rule.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The rule.
    pub rule: RuleReport,
    /// Why the evaluation ended early, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Problem>,
    /// Whether so much happened that only the beginning is told.
    pub cut: bool,
}

/// An error and its place.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// A stable code.
    pub code: &'static str,
    /// What went wrong.
    pub message: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A place in a policy or in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The line of the end.
    pub end_line: u32,
    /// The column behind the end.
    pub end_column: u32,
    /// The path of the value, in a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The same as bytes.
    #[serde(skip)]
    pub span: Span,
}

/// A rule that was evaluated.
#[derive(Debug, Clone, Serialize)]
pub struct RuleReport {
    /// Its name, such as `data.main.deny`.
    pub name: String,
    /// Its arguments, if it is a function.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<Shown>,
    /// Where its first clause begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Its value; none where it is undefined.
    pub value: Option<Shown>,
    /// Whether that is its default.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
    /// Whether it was evaluated before: then its clauses are told there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub known: bool,
    /// Whether it is a set or an object, which is empty where nothing holds.
    #[serde(skip)]
    pub collects: bool,
    /// Whether what it collects is empty.
    #[serde(skip)]
    pub empty: bool,
    /// Its clauses that were looked at.
    pub clauses: Vec<ClauseReport>,
}

/// A clause of a rule.
#[derive(Debug, Clone, Serialize)]
pub struct ClauseReport {
    /// Where it is.
    pub place: Place,
    /// Its head.
    pub text: String,
    /// Whether the function's arguments fit it.
    pub args_fit: bool,
    /// In how many ways it holds.
    pub holds: u32,
    /// Its branches that were looked at: the body, and those of `else`.
    pub branches: Vec<Step>,
}

/// What comes next in a body.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A condition.
    Condition(Box<Condition>),
    /// Everything held, and this value came of it.
    Value(Shown),
    /// Everything held.
    Held,
}

/// A condition that was tried.
#[derive(Debug, Clone, Serialize)]
pub struct Condition {
    /// Where.
    pub place: Place,
    /// Its text.
    pub text: String,
    /// In how many ways it held.
    pub held: u32,
    /// The values of what it is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<Read>,
    /// Builtins that failed: their calls are undefined.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Problem>,
    /// What it noted by `trace`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Shown>,
    /// In what two values differ that were to be equal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// Rules that it asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleReport>,
    /// Bodies inside of it: of a negation, a comprehension, or an `every`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<Step>,
    /// For each way in which it held, what it bound and what followed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<Way>,
}

/// One way in which a condition held.
#[derive(Debug, Clone, Serialize)]
pub struct Way {
    /// The variables that it bound.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bound: Vec<Variable>,
    /// What followed.
    pub then: Step,
}

/// A variable with its value.
#[derive(Debug, Clone, Serialize)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Shown,
    /// Where in the input that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A part of a condition with its value.
#[derive(Debug, Clone, Serialize)]
pub struct Read {
    /// The part's text.
    pub text: String,
    /// Its value; none where it is undefined.
    pub value: Option<Shown>,
    /// Where the policy says it.
    pub place: Place,
    /// Where in the input the value is; for what is not there, the place where it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Place>,
}

/// A value as text. Long ones are cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Shown(pub String);

/// Makes the report of a record.
pub(crate) struct Builder<'b, 'h> {
    pub(crate) program: &'b Program,
    pub(crate) sources: &'b SourceMap,
    pub(crate) document: Option<&'b Document>,
    pub(crate) heap: &'b mut Heap<'h>,
}

impl Builder<'_, '_> {
    /// The report of the first rule below a node.
    pub(crate) fn explanation(
        &mut self,
        root: &Node,
        error: Option<&Error>,
        cut: bool,
    ) -> Option<Explanation> {
        let node = (root.inside.iter()).find(|node| matches!(node.kind, Kind::Rule { .. }))?;
        Some(Explanation {
            rule: self.rule(node)?,
            error: error.map(|error| Problem {
                code: error.code(),
                message: error.to_string(),
                place: error.span().map(|span| self.place(span)),
            }),
            cut,
        })
    }

    fn rule(&mut self, node: &Node) -> Option<RuleReport> {
        let (id, value, args, known) = match &node.kind {
            Kind::Rule { id, args, value } => (*id, *value, args.as_slice(), false),
            Kind::Known { id, value } => (*id, *value, &[][..], true),
            _ => return None,
        };
        let program = self.program;
        let rule = program.rules.get(id.0 as usize)?;
        let span = (rule.clauses.first().map(|clause| clause.head_span))
            .or(rule.default.as_ref().map(|default| default.span));
        Some(RuleReport {
            name: rule.name(),
            args: args.iter().map(|arg| self.shown(*arg)).collect(),
            place: span.map(|span| self.place(span)),
            value: value.is_defined().then(|| self.shown(value)),
            default: node
                .inside
                .iter()
                .any(|node| matches!(node.kind, Kind::Default)),
            known,
            collects: matches!(rule.kind, RuleKind::Set | RuleKind::Object),
            empty: matches!(self.heap.kind(value), ValueKind::Set | ValueKind::Object)
                && self.heap.len(value) == 0,
            clauses: (node.inside.iter())
                .filter_map(|clause| self.clause(rule, clause))
                .collect(),
        })
    }

    fn clause(&mut self, rule: &Rule, node: &Node) -> Option<ClauseReport> {
        let Kind::Clause(number) = node.kind else {
            return None;
        };
        let clause = rule.clauses.get(number)?;
        let branches: Vec<Step> = node
            .inside
            .iter()
            .map(|branch| self.steps(&branch.inside))
            .collect();
        Some(ClauseReport {
            place: self.place(clause.span),
            text: self.text(clause.head_span),
            args_fit: !branches.is_empty(),
            holds: branches.iter().map(Step::values).sum(),
            branches,
        })
    }

    /// What a body came to: its first condition, or what follows an empty one.
    fn steps(&mut self, nodes: &[Node]) -> Step {
        let next = nodes.iter().find_map(|node| match &node.kind {
            Kind::Attempt { .. } => {
                let condition = stacker::maybe_grow(64 << 10, 1 << 20, || self.condition(node));
                condition.map(|condition| Step::Condition(Box::new(condition)))
            }
            Kind::Yield(value) => Some(Step::Value(self.shown(*value))),
            _ => None,
        });
        next.unwrap_or(Step::Held)
    }

    fn condition(&mut self, node: &Node) -> Option<Condition> {
        let Kind::Attempt { span, solutions } = &node.kind else {
            return None;
        };
        let mut condition = Condition {
            place: self.place(*span),
            text: self.text(*span),
            held: *solutions,
            reads: Vec::new(),
            failures: Vec::new(),
            notes: Vec::new(),
            differences: Vec::new(),
            rules: Vec::new(),
            inside: Vec::new(),
            ways: Vec::new(),
        };
        for node in &node.inside {
            match &node.kind {
                Kind::Read {
                    span,
                    value,
                    at,
                    missing,
                } => {
                    let read = self.read(*span, *value, at.or(*missing));
                    let same =
                        |other: &Read| other.place == read.place && other.value == read.value;
                    if !condition.reads.iter().any(same) {
                        condition.reads.push(read);
                    }
                }
                Kind::Failure { span, message } => condition.failures.push(Problem {
                    code: "eval_builtin_error",
                    message: message.clone(),
                    place: Some(self.place(*span)),
                }),
                Kind::Note(value) => {
                    let note = self.shown(*value);
                    condition.notes.push(note);
                }
                Kind::Unequal(left, right) => {
                    condition.differences = diff::differences(self.heap, *left, *right);
                }
                Kind::Rule { .. } | Kind::Known { .. } => condition.rules.extend(self.rule(node)),
                Kind::Body => {
                    let step = self.steps(&node.inside);
                    condition.inside.push(step);
                }
                Kind::Solution(bound) => {
                    let bound = bound.iter().map(|bound| self.variable(bound)).collect();
                    let then = self.steps(&node.inside);
                    condition.ways.push(Way { bound, then });
                }
                _ => {}
            }
        }
        Some(condition)
    }

    fn variable(&mut self, bound: &Bound) -> Variable {
        Variable {
            name: bound.name.clone(),
            value: self.shown(bound.value),
            place: bound.at.and_then(|node| self.input_place(node)),
        }
    }

    fn read(&mut self, span: Span, value: Value, at: Option<NodeId>) -> Read {
        Read {
            text: self.text(span),
            value: value.is_defined().then(|| self.shown(value)),
            place: self.place(span),
            input: at.and_then(|node| self.input_place(node)),
        }
    }

    fn input_place(&self, node: NodeId) -> Option<Place> {
        let document = self.document?;
        let span = document.span(node);
        let span = match document.key_span(node) {
            Some(key)
                if !matches!(
                    document.kind(node),
                    kpol_input::Kind::Object(_) | kpol_input::Kind::Array(_)
                ) =>
            {
                key.to(span)
            }
            Some(key) => key,
            None => span,
        };
        Some(Place {
            path: Some(document.path(node).to_string()),
            ..self.place(span)
        })
    }

    fn place(&self, span: Span) -> Place {
        let (start, end) = (self.sources.line_col(span), self.sources.end_line_col(span));
        Place {
            file: self.sources.name(span.source).to_owned(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            path: None,
            span,
        }
    }

    /// The text of a span, in one line.
    fn text(&self, span: Span) -> String {
        let text: Vec<&str> = self.sources.slice(span).split_whitespace().collect();
        short(&text.join(" "))
    }

    fn shown(&mut self, value: Value) -> Shown {
        let mut text = String::new();
        json::rego_text(self.heap, value, &mut text);
        Shown(short(&text))
    }
}

impl Step {
    /// In how many ways everything held.
    #[must_use]
    pub fn values(&self) -> u32 {
        match self {
            Step::Value(_) | Step::Held => 1,
            Step::Condition(condition) => condition.ways.iter().map(|way| way.then.values()).sum(),
        }
    }
}

pub(crate) fn short(text: &str) -> String {
    if text.chars().count() <= MAX_TEXT {
        return text.to_owned();
    }
    text.chars().take(MAX_TEXT).chain("...".chars()).collect()
}
