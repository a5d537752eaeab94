//! Which parts of policies tests have evaluated, as `opa test --coverage` reports it.

use std::collections::{BTreeMap, BTreeSet};

use kpol_compiler::artifact::Place;
use kpol_compiler::hir::{Body, ExprKind, Program, RefHead, TemplatePart, Term, TermKind};
use kpol_diagnostics::{SourceId, SourceMap, Span};
use serde::Serialize;

use crate::result::TestResult;

/// A position in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// The line, from 1.
    pub row: u32,
    /// The column, from 1.
    pub col: u32,
}

/// A part of a file; the end is behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Range {
    /// Its first character.
    pub start: Position,
    /// Behind its last character.
    pub end: Position,
}

impl Range {
    fn contains(&self, other: &Range) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// The coverage of one file.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FileCoverage {
    /// What was evaluated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub covered: Vec<Range>,
    /// What was not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_covered: Vec<Range>,
    /// Lines with something that was evaluated.
    #[serde(skip_serializing_if = "is_zero")]
    pub covered_lines: usize,
    /// Lines with something that was not.
    #[serde(skip_serializing_if = "is_zero")]
    pub not_covered_lines: usize,
    /// The share of the first, in percent.
    #[serde(skip_serializing_if = "is_nothing")]
    pub coverage: f64,
}

/// The coverage of all files, in the shape of OPA's report.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Coverage {
    /// By file.
    pub files: BTreeMap<String, FileCoverage>,
    /// Lines with something that was evaluated.
    pub covered_lines: usize,
    /// Lines with something that was not.
    pub not_covered_lines: usize,
    /// The share of the first, in percent.
    pub coverage: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_nothing(number: &f64) -> bool {
    *number == 0.0
}

impl Coverage {
    pub(crate) fn new(
        program: &Program,
        marks: &[Place],
        results: &[TestResult],
        sources: &SourceMap,
    ) -> Coverage {
        let mut covered: BTreeMap<SourceId, BTreeSet<Range>> = BTreeMap::new();
        for (number, mark) in marks.iter().enumerate() {
            let hit = |result: &TestResult| result.covered.get(number).copied().unwrap_or_default();
            if let Some(source) = mark.source
                && results.iter().any(hit)
            {
                let span = Span::new(SourceId(source), mark.start, mark.end);
                covered
                    .entry(span.source)
                    .or_default()
                    .insert(range(sources, span));
            }
        }
        let mut all: BTreeMap<SourceId, BTreeSet<Range>> = BTreeMap::new();
        for span in spans(program) {
            if !span.is_nowhere() {
                all.entry(span.source)
                    .or_default()
                    .insert(range(sources, span));
            }
        }
        let mut report = Coverage::default();
        for (source, parts) in all {
            let hit: Vec<Range> = covered
                .remove(&source)
                .unwrap_or_default()
                .into_iter()
                .collect();
            let missed: Vec<Range> = (parts.into_iter())
                .filter(|part| !hit.iter().any(|hit| hit.contains(part)))
                .collect();
            let (covered_lines, not_covered_lines) = (lines(&hit), lines(&missed));
            report.covered_lines += covered_lines;
            report.not_covered_lines += not_covered_lines;
            let file = FileCoverage {
                coverage: percent(covered_lines, not_covered_lines),
                covered: hit,
                not_covered: missed,
                covered_lines,
                not_covered_lines,
            };
            report.files.insert(sources.name(source).to_owned(), file);
        }
        report.coverage = percent(report.covered_lines, report.not_covered_lines);
        report
    }
}

impl FileCoverage {
    /// The lines of what was not evaluated, in order: first and last of each run.
    #[must_use]
    pub fn missing_lines(&self) -> Vec<(u32, u32)> {
        let rows: BTreeSet<u32> = rows(&self.not_covered).collect();
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for row in rows {
            match runs.last_mut() {
                Some((_, end)) if *end + 1 == row => *end = row,
                _ => runs.push((row, row)),
            }
        }
        runs
    }

    /// Each line with whether it was evaluated: that of a line with both was.
    #[must_use]
    pub fn lines(&self) -> BTreeMap<u32, bool> {
        let mut lines: BTreeMap<u32, bool> =
            rows(&self.not_covered).map(|row| (row, false)).collect();
        lines.extend(rows(&self.covered).map(|row| (row, true)));
        lines
    }
}

fn rows(ranges: &[Range]) -> impl Iterator<Item = u32> {
    ranges
        .iter()
        .flat_map(|range| range.start.row..=range.end.row)
}

fn lines(ranges: &[Range]) -> usize {
    rows(ranges).collect::<BTreeSet<u32>>().len()
}

fn percent(covered: usize, not_covered: usize) -> f64 {
    match covered + not_covered {
        0 => 0.0,
        total => 100.0 * covered as f64 / total as f64,
    }
}

fn range(sources: &SourceMap, span: Span) -> Range {
    let (start, end) = (sources.line_col(span), sources.end_line_col(span));
    Range {
        start: Position {
            row: start.line,
            col: start.column,
        },
        end: Position {
            row: end.line,
            col: end.column,
        },
    }
}

/// All that can be evaluated: heads of rules, and expressions.
fn spans(program: &Program) -> Vec<Span> {
    let mut found = Vec::new();
    for rule in &program.rules {
        for clause in &rule.clauses {
            found.push(clause.head_span);
            for (number, branch) in clause.branches.iter().enumerate() {
                if number > 0 {
                    found.push(branch.value.span);
                }
                of_term(&branch.value, &mut found);
                of_body(&branch.body, &mut found);
            }
        }
        if let Some(default) = &rule.default {
            found.push(default.span);
        }
    }
    found
}

fn of_body(body: &Body, found: &mut Vec<Span>) {
    for expr in &body.0 {
        found.push(expr.span);
        match &expr.kind {
            ExprKind::Term(term) => of_term(term, found),
            ExprKind::Unify(x, y) => {
                of_term(x, found);
                of_term(y, found);
            }
            ExprKind::SomeIn { collection, .. } => of_term(collection, found),
            ExprKind::Relation { call, .. } => of_term(call, found),
            ExprKind::Not(body) => of_body(body, found),
            ExprKind::Every { domain, body, .. } => {
                of_term(domain, found);
                of_body(body, found);
            }
            ExprKind::And(bodies) | ExprKind::Or(bodies) => {
                bodies.iter().for_each(|body| of_body(body, found));
            }
            ExprKind::Print(terms) => terms.iter().for_each(|term| of_term(term, found)),
        }
    }
}

/// Expressions inside of a term: those of comprehensions.
fn of_term(term: &Term, found: &mut Vec<Span>) {
    match &term.kind {
        TermKind::Const(_) | TermKind::Var(_) => {}
        TermKind::Array(terms) | TermKind::Set(terms) | TermKind::Call { args: terms, .. } => {
            terms.iter().for_each(|term| of_term(term, found));
        }
        TermKind::Object(entries) => {
            for (key, value) in entries {
                of_term(key, found);
                of_term(value, found);
            }
        }
        TermKind::Ref { head, path } => {
            if let RefHead::Term(head) = head {
                of_term(head, found);
            }
            path.iter().for_each(|term| of_term(term, found));
        }
        TermKind::ArrayComprehension { head, body } | TermKind::SetComprehension { head, body } => {
            of_term(head, found);
            of_body(body, found);
        }
        TermKind::ObjectComprehension { key, value, body } => {
            of_term(key, found);
            of_term(value, found);
            of_body(body, found);
        }
        TermKind::Template(parts) => {
            for part in parts {
                if let TemplatePart::Term(term) = part {
                    of_term(term, found);
                }
            }
        }
    }
}
