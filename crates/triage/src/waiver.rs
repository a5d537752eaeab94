//! Exceptions, and what they do to findings.

use globset::GlobSet;
use kpol_diagnostics::{Diagnostic, Severity, SourceMap, Span};
use kpol_findings::{FileResult, Finding, Location, ObjectRef, Problem, Suppressed};

use crate::clause::{Clause, Date};

/// What an exception is for.
#[derive(Clone, Debug)]
pub enum Scope {
    /// Lines of a file, both included.
    Lines {
        /// The first line.
        first: u32,
        /// The last line.
        last: u32,
    },
    /// An object.
    Object(ObjectRef),
    /// What the patterns of an entry in a file match; empty ones match everything.
    Matching {
        /// Names of files.
        paths: GlobSet,
        /// Objects as `Kind namespace/name`, or `Kind name` for those without a namespace.
        objects: GlobSet,
    },
}

/// An exception: findings of some rules in some place do not count, for a reason.
#[derive(Clone, Debug)]
pub struct Waiver {
    pub(crate) clause: Clause,
    pub(crate) owner: Option<String>,
    pub(crate) scope: Scope,
    /// What said so: `comment`, `annotation` or the name of a file.
    pub(crate) by: String,
    pub(crate) place: Location,
    used: bool,
}

impl Waiver {
    pub(crate) fn new(
        clause: Clause,
        scope: Scope,
        by: &str,
        sources: &SourceMap,
        span: Span,
    ) -> Waiver {
        Waiver {
            clause,
            owner: None,
            scope,
            by: by.to_owned(),
            place: Location::new(sources, span, None),
            used: false,
        }
    }

    /// The rules that it names.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.clause.rules.iter().map(|rule| rule.as_str())
    }

    fn is_for(&self, finding: &Finding, filename: &str) -> bool {
        self.has_rule(&finding.rule.to_string()) && self.reaches(finding, filename)
    }

    fn has_rule(&self, name: &str) -> bool {
        self.clause.rules.iter().any(|rule| rule.matches(name))
    }

    fn reaches(&self, finding: &Finding, filename: &str) -> bool {
        let place = finding.location.as_ref();
        match &self.scope {
            Scope::Lines { first, last } => place.is_some_and(|place| {
                place.file == self.place.file && (*first..=*last).contains(&place.line)
            }),
            Scope::Object(object) => finding.object.as_ref() == Some(object),
            Scope::Matching { paths, objects } => {
                let file = place.map_or(filename, |place| place.file.as_str());
                (paths.is_empty() || paths.is_match(file.trim_start_matches("./")))
                    && (objects.is_empty()
                        || finding
                            .object
                            .as_ref()
                            .is_some_and(|object| objects.is_match(name(object))))
            }
        }
    }

    fn problem(&self, code: &'static str, message: String, help: &str) -> Problem {
        let mut problem = Problem::plain(code, message).help(help);
        problem.severity = Severity::Warning;
        problem.location = Some(self.place.clone());
        problem
    }

    fn told(&self) -> String {
        let rules: Vec<&str> = self.rules().collect();
        rules.join(", ")
    }
}

/// An object as patterns see it.
fn name(object: &ObjectRef) -> String {
    if object.namespace.is_empty() {
        format!("{} {}", object.kind, object.name)
    } else {
        format!("{} {}/{}", object.kind, object.namespace, object.name)
    }
}

/// Exceptions together with the day on which they are asked for.
#[derive(Clone, Debug)]
pub struct Waivers {
    today: Date,
    all: Vec<Waiver>,
}

impl Waivers {
    /// Exceptions, as they hold on a day.
    #[must_use]
    pub fn new(today: Date, all: Vec<Waiver>) -> Waivers {
        Waivers { today, all }
    }

    /// Suppresses what they are for. Those that have expired suppress nothing.
    pub fn apply(&mut self, result: &mut FileResult) {
        if self.all.is_empty() {
            return;
        }
        for findings in [&mut result.failures, &mut result.warnings] {
            for finding in std::mem::take(findings) {
                match self.take(&finding, &result.filename) {
                    Some((reason, by, until, owner)) => result.suppressed.push(Suppressed {
                        finding,
                        reason,
                        by,
                        until,
                        owner,
                    }),
                    None => findings.push(finding),
                }
            }
        }
    }

    fn take(
        &mut self,
        finding: &Finding,
        filename: &str,
    ) -> Option<(String, String, Option<String>, Option<String>)> {
        let mut taken = None;
        for waiver in &mut self.all {
            if !waiver.is_for(finding, filename) {
                continue;
            }
            // All that are for it are used: none of them is to be called useless because of another one.
            waiver.used = true;
            let holds = waiver.clause.until.is_none_or(|until| self.today <= until);
            if holds && taken.is_none() {
                taken = Some((
                    waiver.clause.reason.clone(),
                    waiver.by.clone(),
                    waiver.clause.until.map(|until| until.to_string()),
                    waiver.owner.clone(),
                ));
            }
        }
        taken
    }

    /// What is to be said about the exceptions themselves, once all that they could be for was seen: which ones have
    /// expired, and which ones no finding needs. `ran` tells whether a rule was evaluated: an exception from a rule
    /// that was not may well be needed.
    #[must_use]
    pub fn problems(&self, ran: impl Fn(&dyn Fn(&str) -> bool) -> bool) -> Vec<Problem> {
        let mut problems = Vec::new();
        for waiver in &self.all {
            if let Some(until) = waiver.clause.until.filter(|until| self.today > *until) {
                problems.push(waiver.problem(
                    "exception-expired",
                    format!(
                        "the exception from {} ended on {until}: {}",
                        waiver.told(),
                        waiver.clause.reason
                    ),
                    "mend what was found, or set a later day",
                ));
            } else if !waiver.used && ran(&|rule| waiver.has_rule(rule)) {
                problems.push(waiver.problem(
                    "exception-unused",
                    format!(
                        "nothing is found that the exception from {} is for",
                        waiver.told()
                    ),
                    "take it away, so that what it is for cannot come back unseen",
                ));
            }
        }
        problems
    }
}

/// A warning about text that was meant to be an exception.
pub(crate) fn invalid(sources: &SourceMap, error: &crate::ClauseError, span: Span) -> Problem {
    let diagnostic = Diagnostic::warning(error.code(), error.to_string(), span)
        .help("write `RULE[, RULE]… [until YYYY-MM-DD]: reason`");
    Problem::new(sources, &diagnostic)
}
