//! `kpol test`.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::Arc;

use kpol_diagnostics::{Diagnostic, SourceMap, Span};
use kpol_engine::{Data, EntryId, EvalError, Evaluator, Limits, Policy};
use kpol_findings::{FileResult, Finding, Level, Loc, Location, ObjectRef, Report, RuleId};
use kpol_input::{Document, InputError, NodeId, Options};
use rayon::prelude::*;
use serde_json::Value;

use crate::args::{Output, TestArgs};
use crate::discover::Severity;
use crate::exit::{CommandError, Exit};
use crate::session::{CheckInfo, Session};
use crate::{data, inputs, inventory};

/// Fewer documents than this are not worth a thread.
const PARALLEL: usize = 16;

pub(crate) fn run(args: &TestArgs) -> Result<Exit, CommandError> {
    let mut sources = SourceMap::new();
    let session = Session::for_test(args, &mut sources)?;
    let mut report = Report::default();
    let files = inputs::expand(&args.paths, &mut report.errors);
    let documents = read(&files, &mut sources, &mut report.errors);
    let mut data = data::load(&args.policies.data, &mut sources)?;
    if session.wants_inventory {
        inventory::add(&mut data, documents.iter().flat_map(|(_, docs)| docs))?;
    }
    let run = Run {
        session: &session,
        sources: &sources,
        data: Arc::new(data),
        limits: Limits {
            timeout: args.limits.timeout,
            memory: args.limits.max_memory,
        },
    };
    let tasks: Vec<(&str, &Document)> = documents
        .iter()
        .flat_map(|(name, docs)| docs.iter().map(move |doc| (name.as_str(), doc)))
        .collect();
    if tasks.is_empty() && report.errors.is_empty() {
        return Err(CommandError::Plain(
            "no rule ran: the files have no documents".to_owned(),
        ));
    }
    let outcomes = run.all(&tasks);
    collect(&session, &documents, &tasks, outcomes, &mut report);
    report.sort(&sources);
    print(args, &report, &sources)?;
    Ok(exit(args, &report))
}

fn exit(args: &TestArgs, report: &Report) -> Exit {
    let counts = report.counts();
    if counts.errors > 0 {
        Exit::Unchecked
    } else if counts.failures > 0 || (args.fail_on_warn && counts.warnings > 0) {
        Exit::Failed
    } else {
        Exit::Passed
    }
}

fn print(args: &TestArgs, report: &Report, sources: &SourceMap) -> Result<(), CommandError> {
    let text = match args.output {
        Output::Text => {
            let colour = std::io::stdout().is_terminal()
                && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
            kpol_findings::text::render_report(
                report,
                sources,
                kpol_findings::text::Options {
                    colour: if colour {
                        kpol_findings::text::Colour::Always
                    } else {
                        kpol_findings::text::Colour::Never
                    },
                },
            )
        }
        Output::Json => kpol_findings::json::render_report(report, sources)
            .map_err(|error| CommandError::Plain(error.to_string()))?,
    };
    crate::output::write(&text)
}

/// Reads all files, in parallel. What cannot be read is an error of the report; the others go on.
fn read(
    files: &[inputs::InputFile],
    sources: &mut SourceMap,
    errors: &mut Vec<Diagnostic>,
) -> Vec<(String, Vec<Document>)> {
    let mut loaded = Vec::with_capacity(files.len());
    for file in files {
        let name = file.path.display().to_string();
        match kpol_input::load(&file.path) {
            Ok(text) => loaded.push((sources.add(name.as_str(), text), name, file.format)),
            Err(error) => errors.push(Diagnostic::error(
                error.code(),
                error.to_string(),
                Span::NOWHERE,
            )),
        }
    }
    let sources = &*sources;
    let read = |(source, name, format): (_, String, _)| {
        (
            name,
            kpol_input::read(sources, source, format, &Options::default()),
        )
    };
    let results: Vec<(String, Result<Vec<Document>, InputError>)> = if loaded.len() < PARALLEL {
        loaded.into_iter().map(read).collect()
    } else {
        loaded.into_par_iter().map(read).collect()
    };
    let mut documents = Vec::with_capacity(results.len());
    for (name, result) in results {
        match result {
            Ok(found) => documents.push((name, found)),
            Err(error) => errors.push(error.diagnostic()),
        }
    }
    documents
}

/// An unreadable file as an error of the command.
pub(crate) fn unreadable(sources: &SourceMap, error: &InputError) -> CommandError {
    crate::output::rendered(sources, &[error.diagnostic()])
}

/// What one document gave: for each check its findings, or the error.
type Outcome = Vec<Result<Vec<Finding>, Diagnostic>>;

struct Run<'r> {
    session: &'r Session,
    sources: &'r SourceMap,
    data: Arc<Data>,
    limits: Limits,
}

impl Run<'_> {
    fn all(&self, tasks: &[(&str, &Document)]) -> Vec<Outcome> {
        if tasks.len() < PARALLEL {
            let mut evaluator = self.evaluator();
            return tasks
                .iter()
                .map(|(_, doc)| self.document(&mut evaluator, doc))
                .collect();
        }
        tasks
            .par_iter()
            .map_init(
                || self.evaluator(),
                |evaluator, (_, doc)| self.document(evaluator, doc),
            )
            .collect()
    }

    fn evaluator(&self) -> Result<Evaluator, EvalError> {
        let mut evaluator = self.session.policy.evaluator(self.limits)?;
        evaluator.set_strict(true);
        evaluator.set_data(Arc::clone(&self.data))?;
        Ok(evaluator)
    }

    fn document(
        &self,
        evaluator: &mut Result<Evaluator, EvalError>,
        document: &Document,
    ) -> Outcome {
        let evaluator = match evaluator {
            Ok(evaluator) => evaluator,
            Err(error) => return vec![Err(self.failed(error, document, None))],
        };
        if let Err(error) = evaluator.set_input(document) {
            return vec![Err(self.failed(&error, document, None))];
        }
        let mut outcome = Vec::with_capacity(self.session.checks.len());
        for check in &self.session.checks {
            let result = self.check(evaluator, check, document);
            let stop = matches!(&result, Err((_, true)));
            outcome.push(result.map_err(|(diagnostic, _)| diagnostic));
            if stop {
                break;
            }
        }
        outcome
    }

    /// Runs a check. An error comes with whether the document's time is up: then no other check can run.
    fn check(
        &self,
        evaluator: &mut Evaluator,
        check: &CheckInfo,
        document: &Document,
    ) -> Result<Vec<Finding>, (Diagnostic, bool)> {
        let failed = |error: EvalError| {
            let stop = error.kind == kpol_engine::EvalErrorKind::Timeout;
            (self.failed(&error, document, Some(check)), stop)
        };
        let mut answer = evaluator.evaluate(check.entry).map_err(failed)?;
        let yields = answer.yields().map_err(failed)?;
        let mut findings = Vec::new();
        for one in yields {
            let value: Value = serde_json::from_str(&one.json).unwrap_or(Value::Null);
            let mut finding =
                self.finding(check, value, one.traces.first())
                    .map_err(|message| {
                        let diagnostic =
                            Diagnostic::error("check-result", message, self.whole(document))
                                .help("a check's results are messages, or objects with a `msg`");
                        (diagnostic, false)
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
        Ok(findings)
    }

    /// A result as a finding, still without its place.
    fn finding(
        &self,
        check: &CheckInfo,
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
        let level = match check.severity {
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

/// Sums outcomes up by file and namespace.
fn collect(
    session: &Session,
    documents: &[(String, Vec<Document>)],
    tasks: &[(&str, &Document)],
    outcomes: Vec<Outcome>,
    report: &mut Report,
) {
    let mut results: BTreeMap<(&str, &str), FileResult> = BTreeMap::new();
    for (name, docs) in documents {
        for check in &session.checks {
            if !docs.is_empty() {
                results
                    .entry((name, &check.namespace))
                    .or_insert_with(|| FileResult {
                        filename: name.clone(),
                        namespace: check.namespace.clone(),
                        ..FileResult::default()
                    });
            }
        }
    }
    for ((name, _), outcome) in tasks.iter().zip(outcomes) {
        for (result, check) in outcome.into_iter().zip(&session.checks) {
            let Some(file) = results.get_mut(&(*name, check.namespace.as_str())) else {
                continue;
            };
            match result {
                Ok(findings) if findings.is_empty() => file.successes += 1,
                Ok(findings) => match check.severity {
                    Severity::Failure => file.failures.extend(findings),
                    Severity::Warning => file.warnings.extend(findings),
                },
                Err(diagnostic) => report.errors.push(diagnostic),
            }
        }
    }
    report.results.extend(results.into_values());
}

/// The number of an entrypoint, by its name.
pub(crate) fn entry(policy: &Policy, query: &str) -> Result<EntryId, CommandError> {
    policy
        .entrypoint(query)
        .ok_or_else(|| CommandError::Plain(format!("the policy has no entrypoint `{query}`")))
}
