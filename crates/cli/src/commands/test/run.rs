//! Evaluates checks over documents, and makes findings of what they yield.

use std::sync::Arc;

use kpol_diagnostics::{Diagnostic, SourceMap, Span};
use kpol_engine::{Data, EntryId, EvalError, Limits, Yield};
use kpol_findings::{Finding, Level, Loc, Location, ObjectRef, RuleId};
use kpol_input::{Document, NodeId};
use rayon::prelude::*;
use serde_json::Value;

use super::PARALLEL;
use crate::discover::Severity;
use crate::loaded::Worker;
use crate::session::{CheckInfo, CheckKind, Session};

/// What one document gave: the findings of checks, and errors.
pub(super) type Outcome = Vec<Result<Checked, Diagnostic>>;

/// What one check found.
pub(super) struct Checked {
    pub(super) entry: EntryId,
    pub(super) namespace: String,
    pub(super) severity: Severity,
    pub(super) findings: Vec<Finding>,
}

/// A session over documents.
pub(super) struct Run<'r> {
    pub(super) session: &'r Session,
    pub(super) sources: &'r SourceMap,
    pub(super) data: Arc<Data>,
    pub(super) limits: Limits,
}

impl Run<'_> {
    /// Evaluates documents, many of them in parallel.
    pub(super) fn all(&self, tasks: &[(&str, &Document)]) -> Vec<Outcome> {
        if tasks.len() < PARALLEL {
            let mut worker = self.worker();
            return tasks
                .iter()
                .map(|(_, doc)| self.document(&mut worker, doc))
                .collect();
        }
        tasks
            .par_iter()
            .map_init(
                || self.worker(),
                |worker, (_, doc)| self.document(worker, doc),
            )
            .collect()
    }

    fn worker(&self) -> Result<Worker, EvalError> {
        self.session.policy.worker(self.limits, true, &self.data)
    }

    fn document(&self, worker: &mut Result<Worker, EvalError>, document: &Document) -> Outcome {
        let worker = match worker {
            Ok(worker) => worker,
            Err(error) => return vec![Err(self.failed(error, document, None))],
        };
        if let Err(error) = worker.set_input(Some(document)) {
            return vec![Err(self.failed(&error, document, None))];
        }
        let mut outcome = Vec::with_capacity(self.session.checks.len());
        for check in &self.session.checks {
            let stop = match self.check(worker, check, document, &mut outcome) {
                Ok(()) => false,
                Err(error) => {
                    outcome.push(Err(self.failed(&error, document, Some(check))));
                    // The document's time is up: no other check can run.
                    error.kind == kpol_engine::EvalErrorKind::Timeout
                }
            };
            if stop {
                break;
            }
        }
        outcome
    }

    /// Runs a check: that of a rule, or all those of a package.
    fn check(
        &self,
        worker: &mut Worker,
        check: &CheckInfo,
        document: &Document,
        outcome: &mut Outcome,
    ) -> Result<(), EvalError> {
        let severity = match check.kind {
            CheckKind::Rule(severity) => severity,
            CheckKind::Package => return self.package(worker, check, document, outcome),
        };
        let yields = worker.yields(check.entry)?;
        outcome.push(self.checked(check, severity, &yields, document));
        Ok(())
    }

    /// Runs the checks of a package whose value is an object of them. Those that have an entrypoint of their own are
    /// left to that.
    fn package(
        &self,
        worker: &mut Worker,
        package: &CheckInfo,
        document: &Document,
        outcome: &mut Outcome,
    ) -> Result<(), EvalError> {
        let json = worker.value(package.entry)?.unwrap_or_default();
        let Ok(members) = serde_json::from_str::<serde_json::Map<String, Value>>(&json) else {
            return Ok(());
        };
        for (name, value) in members {
            let Some(check) = package.member(&name) else {
                continue;
            };
            let CheckKind::Rule(severity) = check.kind else {
                continue;
            };
            if self
                .session
                .checks
                .iter()
                .any(|other| other.path == check.path)
            {
                continue;
            }
            let items = match value {
                Value::Array(items) => items,
                other => vec![other],
            };
            let untraced = |item: Value| Yield {
                json: item.to_string(),
                traces: Vec::new(),
            };
            let yields: Vec<Yield> = items.into_iter().map(untraced).collect();
            outcome.push(self.checked(&check, severity, &yields, document));
        }
        Ok(())
    }

    /// What a check yielded, as findings with places.
    fn checked(
        &self,
        check: &CheckInfo,
        severity: Severity,
        yields: &[Yield],
        document: &Document,
    ) -> Result<Checked, Diagnostic> {
        let mut findings = Vec::with_capacity(yields.len());
        for one in yields {
            let value: Value = serde_json::from_str(&one.json).unwrap_or(Value::Null);
            let mut finding = self
                .finding(check, severity, value, one.traces.first())
                .map_err(|message| {
                    Diagnostic::error("check-result", message, self.whole(document))
                        .help("a check's results are messages, or objects with a `msg`")
                })?;
            let place = one
                .places(document)
                .first()
                .copied()
                .unwrap_or(document.root());
            let path = document.path(place).to_string();
            finding.location = Some(Location::new(
                self.sources,
                member_span(document, place),
                Some(path),
            ));
            finding.object = Some(ObjectRef {
                api_version: document.api_version().unwrap_or_default().to_owned(),
                kind: document.object_kind().unwrap_or_default().to_owned(),
                namespace: document.namespace().unwrap_or_default().to_owned(),
                name: document.name().unwrap_or_default().to_owned(),
            });
            findings.push(finding);
        }
        Ok(Checked {
            entry: check.entry,
            namespace: check.namespace.clone(),
            severity,
            findings,
        })
    }

    /// A result as a finding, still without its place.
    fn finding(
        &self,
        check: &CheckInfo,
        severity: Severity,
        value: Value,
        trace: Option<&kpol_engine::Trace>,
    ) -> Result<Finding, String> {
        let name = check.path.last().cloned().unwrap_or_default();
        let about = check.about(trace.map(|trace| trace.site.line));
        let rule = RuleId {
            package: check.namespace.clone(),
            name,
            id: about.and_then(|about| about.id.clone()),
        };
        let level = match severity {
            Severity::Failure => Level::Failure,
            Severity::Warning => Level::Warning,
        };
        let (message, mut members) = match value {
            Value::String(message) => (message, serde_json::Map::new()),
            Value::Object(mut members) => match members.shift_remove("msg") {
                Some(Value::String(message)) => (message, members),
                _ => {
                    return Err(format!(
                        "`{}` yields an object without a string `msg`",
                        check.query
                    ));
                }
            },
            other => {
                return Err(format!(
                    "`{}` yields {}, which is neither a message nor an object with one",
                    check.query,
                    short(&other)
                ));
            }
        };
        let loc = members.shift_remove("_loc");
        let mut finding = Finding::new(rule, level, message);
        finding.severity = members
            .get("severity")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(|| about.and_then(|about| about.severity.clone()));
        finding.loc = loc.map(|loc| Loc {
            file: loc.get("file").and_then(Value::as_str).map(str::to_owned),
            line: loc.get("line").and_then(Value::as_number).cloned(),
        });
        finding.metadata = members;
        if let Some(about) = about {
            finding.remediation.clone_from(&about.remediation);
            finding.title.clone_from(&about.title);
            finding.links.clone_from(&about.links);
        }
        finding.query.clone_from(&check.query);
        Ok(finding)
    }

    /// An evaluation error as a diagnostic: at the policy's line where that is known, else at the document.
    fn failed(
        &self,
        error: &EvalError,
        document: &Document,
        check: Option<&CheckInfo>,
    ) -> Diagnostic {
        let subject = match check {
            Some(check) => format!("`{}` could not be evaluated: ", check.query),
            None => "not evaluated: ".to_owned(),
        };
        let site = error
            .site
            .as_ref()
            .map(|site| format!(" (at {site})"))
            .unwrap_or_default();
        let diagnostic = Diagnostic::error(
            error.code(),
            format!("{subject}{}{site}", error.message),
            self.whole(document),
        );
        match error.kind {
            kpol_engine::EvalErrorKind::Timeout => {
                diagnostic.help("`--timeout` allows a document more time")
            }
            kpol_engine::EvalErrorKind::Memory => {
                diagnostic.help("`--max-memory` allows a document more memory")
            }
            kpol_engine::EvalErrorKind::Builtin | kpol_engine::EvalErrorKind::Type => {
                diagnostic.help("let the rule test the operands before it calls the function")
            }
            kpol_engine::EvalErrorKind::Conflict => {
                diagnostic.help("let the definitions exclude each other, or join them with `else`")
            }
            _ => diagnostic,
        }
    }

    /// The first line of a document: where messages about all of it point.
    fn whole(&self, document: &Document) -> Span {
        let span = document.span(document.root());
        let text = self.sources.slice(span);
        let end = text.find('\n').unwrap_or(text.len());
        Span {
            end: span
                .start
                .saturating_add(u32::try_from(end).unwrap_or(u32::MAX)),
            ..span
        }
    }
}

/// The span of a node together with its key, where it is an object's member.
fn member_span(document: &Document, node: NodeId) -> Span {
    let span = document.span(node);
    match document.key_span(node) {
        Some(key) => match document.kind(node) {
            // A long value would draw a long frame; its key says as much.
            kpol_input::Kind::Object(_) | kpol_input::Kind::Array(_) => key,
            _ => key.to(span),
        },
        None => span,
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.len() <= 60 {
        return format!("`{text}`");
    }
    let cut: String = text.chars().take(57).collect();
    format!("`{cut}...`")
}
