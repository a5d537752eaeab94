//! Explanations as text.

use std::fmt::Write;

use kpol_diagnostics::{Message, Severity, SourceMap, Span, render_message};

use crate::diff::Difference;
use crate::explanation::{
    ClauseReport, Condition, Explanation, Place, Read, RuleReport, Step, Variable, Way,
};
use crate::reason::{Reason, reasons};

/// How to write.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// ANSI colours.
    pub colour: bool,
    /// Whether the tree of all that was tried follows the reasons.
    pub tree: bool,
}

/// Rules inside of rules are told up to this depth.
const MAX_RULES: usize = 12;
/// Values are cut to this length.
const MAX_VALUE: usize = 80;

/// An explanation as text: the value, why there is none with code frames, and what was tried.
#[must_use]
pub fn render(explanation: &Explanation, sources: &SourceMap, options: Options) -> String {
    let mut out = String::new();
    let rule = &explanation.rule;
    let _ = writeln!(out, "{}{}", rule.name, verdict(rule));
    if let Some(problem) = &explanation.error {
        let _ = writeln!(
            out,
            "\nthe evaluation ended with an error: {} [{}]",
            problem.message, problem.code
        );
        if let Some(place) = &problem.place {
            let _ = writeln!(out, "  at {}", at(place));
        }
    }
    for reason in reasons(rule) {
        out.push('\n');
        out.push_str(&frame(&reason, sources, options.colour));
        out.push('\n');
    }
    if options.tree {
        let mut tree = Tree {
            out: String::new(),
            colour: options.colour,
        };
        tree.rule(rule, 0, 0);
        out.push('\n');
        out.push_str(&tree.out);
    }
    if explanation.cut {
        out.push_str("\nMore happened than is told here: only the beginning is shown.\n");
    }
    out
}

/// Why a rule has no value, with code frames only.
#[must_use]
pub fn render_reasons(rule: &RuleReport, sources: &SourceMap, colour: bool) -> Vec<String> {
    reasons(rule)
        .iter()
        .map(|reason| frame(reason, sources, colour))
        .collect()
}

/// What a rule has come to.
fn verdict(rule: &RuleReport) -> String {
    match &rule.value {
        None => " is undefined".to_owned(),
        Some(_) if rule.empty && rule.collects => " holds for nothing".to_owned(),
        Some(value) if rule.default => format!(" = {} (its default)", cut(&value.0)),
        Some(value) => format!(" = {}", cut(&value.0)),
    }
}

/// The frame of a condition that did not hold.
fn frame(reason: &Reason<'_>, sources: &SourceMap, colour: bool) -> String {
    let condition = reason.condition;
    let name = reason
        .rules
        .last()
        .map_or("the rule", |rule| rule.name.as_str());
    let title = format!("`{name}` does not hold: this condition failed");
    let span = condition.place.span;
    let mut labels: Vec<(Span, String)> = Vec::new();
    let mut add = |span: Span, label: String| {
        if !labels.iter().any(|(known, _)| *known == span) {
            labels.push((span, label));
        }
    };
    for read in parts(condition) {
        // That a condition that failed is false says nothing.
        let whole = condition.text.starts_with(&read.text) && read.place.span.start == span.start;
        if whole && condition.inside.is_empty() && value_of(read) == "false" {
            continue;
        }
        if read.place.span != span || condition.reads.len() == 1 {
            add(read.place.span, value_of(read));
        }
        if let Some(place) = &read.input {
            add(place.span, in_input(read));
        }
    }
    let notes: Vec<String> = (reason.bound.iter())
        .map(|variable| {
            format!(
                "{} = {}{}",
                variable.name,
                cut(&variable.value.0),
                where_is(variable)
            )
        })
        .chain(
            condition
                .failures
                .iter()
                .map(|failure| format!("a builtin failed: {}", failure.message)),
        )
        .chain(diff_lines(condition))
        .chain(chain(reason))
        .collect();
    let footers: Vec<(&str, &str)> = notes.iter().map(|note| ("note", note.as_str())).collect();
    render_message(
        sources,
        &Message {
            severity: Severity::Warning,
            level_name: Some("why"),
            id: "",
            title: &title,
            span,
            labels: &labels,
            origin: None,
            footers: &footers,
        },
        colour,
    )
}

/// In what two values differ that were to be equal, where the frame does not show it already.
fn diff_lines(condition: &Condition) -> Vec<String> {
    let told = |difference: &Difference| {
        !difference.path.is_empty() || difference.left.is_none() || difference.right.is_none()
    };
    if !condition.differences.iter().any(told) {
        return Vec::new();
    }
    (condition.differences.iter())
        .map(|difference| {
            let path = if difference.path.is_empty() {
                ""
            } else {
                &format!("at {}: ", difference.path)
            };
            match (&difference.left, &difference.right) {
                (Some(left), Some(right)) => {
                    format!("{path}left {}, right {}", cut(&left.0), cut(&right.0))
                }
                (Some(left), None) => format!("{path}only left: {}", cut(&left.0)),
                (None, Some(right)) => format!("{path}only right: {}", cut(&right.0)),
                (None, None) => String::new(),
            }
        })
        .collect()
}

/// The reads of a condition, and of the conditions inside of it: that a negation failed is told by what held in it.
fn parts(condition: &Condition) -> Vec<&Read> {
    let mut reads: Vec<&Read> = condition.reads.iter().collect();
    let mut pending: Vec<&Step> = condition.inside.iter().collect();
    while let Some(step) = pending.pop() {
        if let Step::Condition(inner) = step {
            reads.extend(&inner.reads);
            pending.extend(&inner.inside);
            pending.extend(inner.ways.iter().map(|way| &way.then));
        }
        if reads.len() > 12 {
            break;
        }
    }
    reads.truncate(12);
    reads
}

fn value_of(read: &Read) -> String {
    read.value
        .as_ref()
        .map_or_else(|| "undefined".to_owned(), |value| cut(&value.0))
}

fn in_input(read: &Read) -> String {
    match &read.value {
        Some(_) => format!("`{}`", read.text),
        None => format!("`{}` is not here", read.text),
    }
}

fn where_is(variable: &Variable) -> String {
    (variable.place.as_ref()).map_or_else(String::new, |place| format!(" ({})", at(place)))
}

/// By which rules the condition was reached.
fn chain(reason: &Reason<'_>) -> Option<String> {
    let [first, .., last] = reason.rules.as_slice() else {
        return None;
    };
    Some(format!("`{}` needs `{}`", first.name, last.name))
}

fn at(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}

fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_VALUE {
        return text.to_owned();
    }
    text.chars().take(MAX_VALUE).chain("...".chars()).collect()
}

/// Whether a condition is a part of the next one, evaluated in front of it: the next one tells the same.
fn prepares(condition: &Condition) -> bool {
    match condition.ways.as_slice() {
        [
            Way {
                bound,
                then: Step::Condition(next),
            },
        ] => {
            let (own, other) = (condition.place.span, next.place.span);
            bound.is_empty()
                && condition.rules.is_empty()
                && own != other
                && own.source == other.source
                && own.start >= other.start
                && own.end <= other.end
        }
        _ => false,
    }
}

/// Writes all that was tried, each line with a mark of how it went.
struct Tree {
    out: String,
    colour: bool,
}

impl Tree {
    fn line(&mut self, level: usize, text: &str) {
        for _ in 0..level {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn mark(&self, held: bool) -> &'static str {
        match (held, self.colour) {
            (true, false) => "✓",
            (false, false) => "✗",
            (true, true) => "\u{1b}[32m✓\u{1b}[0m",
            (false, true) => "\u{1b}[31m✗\u{1b}[0m",
        }
    }

    fn rule(&mut self, rule: &RuleReport, level: usize, depth: usize) {
        let args: Vec<String> = rule.args.iter().map(|arg| cut(&arg.0)).collect();
        let args = if args.is_empty() {
            String::new()
        } else {
            format!("({})", args.join(", "))
        };
        let known = if rule.known {
            " (evaluated before)"
        } else {
            ""
        };
        let mark = self.mark(rule.value.is_some() && !rule.empty);
        self.line(
            level,
            &format!("{mark} {}{args}{}{known}", rule.name, verdict(rule)),
        );
        if depth >= MAX_RULES {
            return;
        }
        for clause in &rule.clauses {
            self.clause(clause, level + 1, depth);
        }
    }

    fn clause(&mut self, clause: &ClauseReport, level: usize, depth: usize) {
        let times = match (clause.args_fit, clause.holds) {
            (false, _) => ": the arguments do not fit".to_owned(),
            (_, 0) => ": does not hold".to_owned(),
            (_, 1) => ": holds".to_owned(),
            (_, n) => format!(": holds in {n} ways"),
        };
        let mark = self.mark(clause.holds > 0);
        let text = clause.text.clone();
        self.line(
            level,
            &format!("{mark} {}  {text}{times}", at(&clause.place)),
        );
        for (number, branch) in clause.branches.iter().enumerate() {
            if number > 0 {
                self.line(level + 1, "else");
            }
            self.step(branch, level + 1, depth);
        }
    }

    fn step(&mut self, step: &Step, level: usize, depth: usize) {
        let mut step = step;
        loop {
            match step {
                Step::Held => return,
                Step::Value(value) => {
                    self.line(level, &format!("→ {}", cut(&value.0)));
                    return;
                }
                Step::Condition(condition) => {
                    if !prepares(condition) {
                        self.condition(condition, level, depth);
                    }
                    match condition.ways.as_slice() {
                        [] => return,
                        [way] => {
                            self.bound(&way.bound, level + 2);
                            step = &way.then;
                        }
                        ways => {
                            for (number, way) in ways.iter().enumerate() {
                                self.line(
                                    level + 1,
                                    &format!("way {} of {}", number + 1, ways.len()),
                                );
                                self.bound(&way.bound, level + 2);
                                stacker::maybe_grow(64 << 10, 1 << 20, || {
                                    self.step(&way.then, level + 2, depth);
                                });
                            }
                            return;
                        }
                    }
                }
            }
        }
    }

    fn bound(&mut self, bound: &[Variable], level: usize) {
        for variable in bound {
            self.line(
                level,
                &format!(
                    "{} = {}{}",
                    variable.name,
                    cut(&variable.value.0),
                    where_is(variable)
                ),
            );
        }
    }

    fn condition(&mut self, condition: &Condition, level: usize, depth: usize) {
        let mark = self.mark(condition.held > 0);
        self.line(
            level,
            &format!("{mark} {:<4} {}", condition.place.line, condition.text),
        );
        self.parts(condition, level, depth);
    }

    fn parts(&mut self, condition: &Condition, level: usize, depth: usize) {
        for read in &condition.reads {
            if read.text == condition.text && condition.reads.len() > 1 {
                continue;
            }
            let place = match (&read.input, &read.value) {
                (Some(place), Some(_)) => format!("  ({})", at(place)),
                (Some(place), None) => format!("  (missing at {})", at(place)),
                (None, _) => String::new(),
            };
            self.line(
                level + 3,
                &format!("{} is {}{place}", read.text, value_of(read)),
            );
        }
        for failure in &condition.failures {
            self.line(level + 3, &format!("a builtin failed: {}", failure.message));
        }
        for note in &condition.notes {
            self.line(level + 3, &format!("noted {}", cut(&note.0)));
        }
        for step in &condition.inside {
            match step {
                // A negation of one condition: its parts say all that there is to say.
                Step::Condition(inner)
                    if inner.text == condition.text && inner.inside.is_empty() =>
                {
                    self.parts(inner, level, depth);
                }
                _ => self.step(step, level + 3, depth),
            }
        }
        for rule in &condition.rules {
            stacker::maybe_grow(64 << 10, 1 << 20, || self.rule(rule, level + 3, depth + 1));
        }
    }
}
