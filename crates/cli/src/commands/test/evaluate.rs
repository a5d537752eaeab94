//! Evaluates checks over documents, and makes findings of what they yield.

use std::collections::BTreeMap;

use kpol_diagnostics::Diagnostic;
use kpol_engine::{EntryId, EvalError, Trace, Yield};
use kpol_findings::{Exception, Finding, Level, Loc, Location, Mutation, Problem, Query, RuleId};
use kpol_input::Document;
use serde_json::Value;
use serde_json::value::RawValue;

use super::input::{Input, object_ref};
use crate::discover::Severity;
use crate::exit::CommandError;
use crate::loaded::Worker;
use crate::session::{CheckInfo, CheckKind, Session};

/// What one document gave.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) checked: Vec<Checked>,
    pub(super) problems: Vec<Problem>,
    /// In compat mode: what ends the run.
    pub(super) fatal: Option<CommandError>,
}

/// What one check found.
pub(super) struct Checked {
    /// The entrypoint; none of a constraint.
    pub(super) entry: Option<EntryId>,
    pub(super) namespace: String,
    pub(super) severity: Severity,
    /// How many definitions the rule has.
    pub(super) definitions: u64,
    pub(super) findings: Vec<Finding>,
    /// Results that say that all is well.
    pub(super) passed: u64,
    pub(super) exceptions: Vec<Exception>,
    pub(super) queries: Vec<Query>,
    /// What modules would change.
    pub(super) mutations: Vec<Mutation>,
}

/// How documents are evaluated.
#[derive(Clone, Copy)]
pub(super) struct Evaluation<'s> {
    pub(super) session: &'s Session,
    pub(super) compat: bool,
    /// In compat mode: whether an error of a builtin ends the run.
    pub(super) builtin_errors: bool,
    /// Whether what modules log is told.
    pub(super) trace: bool,
}

impl Evaluation<'_> {
    /// Evaluates all checks over a document.
    pub(super) fn document(
        &self,
        worker: &mut Worker,
        input: &Input,
        document: &Document,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        if let Err(error) = worker.set_input(Some(document)) {
            self.failed(&mut outcome, &error, input, document, None);
            return outcome;
        }
        // What the namespaces' `exception` rules name, once it is asked for.
        let mut exempted: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for check in &self.session.checks {
            if let Some(entry) = self.session.exceptions.get(&check.namespace)
                && !exempted.contains_key(check.namespace.as_str())
            {
                match worker.value(*entry) {
                    Ok(value) => {
                        exempted.insert(&check.namespace, names(value.as_deref()));
                    }
                    Err(error) => {
                        self.failed(&mut outcome, &error, input, document, Some(check));
                        return outcome;
                    }
                }
            }
            let exempted = exempted
                .get(check.namespace.as_str())
                .map_or(&[][..], Vec::as_slice);
            let result = self.check(worker, check, exempted, input, document, &mut outcome);
            if let Err(error) = result {
                self.failed(&mut outcome, &error, input, document, Some(check));
                // The document's time is up: no other check can run.
                if error.kind == kpol_engine::EvalErrorKind::Timeout {
                    break;
                }
            }
            if self.builtin_errors
                && let Some(error) = worker.builtin_error()
            {
                outcome.fatal = Some(CommandError::Chain(format!(
                    "query rule: check: query rule: built-in error: [{{Code:{} Message:{} Location:{} StackTrace: err:0x0}}]",
                    error.code(),
                    error.message,
                    error
                        .site
                        .as_ref()
                        .map(|site| format!("{}:{}", site.file, site.line))
                        .unwrap_or_default(),
                )));
            }
            if outcome.fatal.is_some() {
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
        exempted: &[String],
        input: &Input,
        document: &Document,
        outcome: &mut Outcome,
    ) -> Result<(), EvalError> {
        let severity = match check.kind {
            CheckKind::Rule(severity) => severity,
            CheckKind::Package => return self.package(worker, check, input, document, outcome),
            CheckKind::Module => {
                self.module(worker, check, input, document, outcome);
                return Ok(());
            }
        };
        let (exceptions, exception_query) = exceptions(check, exempted);
        if self.session.uses.print {
            // Each rule prints what it does, also what another one has printed before.
            worker.restart();
        }
        let mut yields = worker.yields(check.entry)?;
        if check.list {
            let traces = yields
                .into_iter()
                .flat_map(|one| one.traces)
                .collect::<Vec<_>>();
            yields = members(worker.value(check.entry)?.as_deref(), &traces);
        }
        let printed = if self.session.uses.print {
            worker.printed()
        } else {
            Vec::new()
        };
        let mut checked = self.checked(check, severity, &yields, input, document, outcome);
        if !exceptions.is_empty() {
            checked.findings.clear();
            checked.passed = 0;
        }
        if !printed.is_empty() || self.compat {
            checked.queries = vec![
                Query {
                    query: exception_query,
                    passed: true,
                    ..Query::default()
                },
                Query {
                    query: check.query.clone(),
                    passed: checked.findings.is_empty(),
                    prints: printed,
                    traces: Vec::new(),
                },
            ];
        }
        checked.exceptions = exceptions;
        outcome.checked.push(checked);
        Ok(())
    }

    /// Runs the checks of a package whose value is an object of them. Those that have an entrypoint of their own are
    /// left to that.
    fn package(
        &self,
        worker: &mut Worker,
        package: &CheckInfo,
        input: &Input,
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
            let checked = self.checked(&check, severity, &yields, input, document, outcome);
            outcome.checked.push(checked);
        }
        Ok(())
    }

    /// What a check yielded, as findings with places.
    fn checked(
        &self,
        check: &CheckInfo,
        severity: Severity,
        yields: &[Yield],
        input: &Input,
        document: &Document,
        outcome: &mut Outcome,
    ) -> Checked {
        let mut checked = Checked {
            entry: Some(check.entry),
            namespace: check.namespace.clone(),
            severity,
            definitions: check.definitions,
            findings: Vec::with_capacity(yields.len()),
            passed: 0,
            exceptions: Vec::new(),
            queries: Vec::new(),
            mutations: Vec::new(),
        };
        for one in yields {
            let value: Value = serde_json::from_str(&one.json).unwrap_or(Value::Null);
            if self.compat
                && !matches!(&value, Value::String(text) if !text.is_empty())
                && !value.is_object()
            {
                // Neither a message nor an object: an empty message passes, the rest is nothing at all.
                checked.passed += u64::from(value.is_string());
                continue;
            }
            let mut finding = match self.finding(check, severity, value, one.traces.first()) {
                Ok(finding) => finding,
                Err(_) if self.compat => {
                    outcome.fatal = Some(CommandError::Chain(
                        "query rule: check: query rule: new result: \"msg\" field must be present and a string".to_owned(),
                    ));
                    break;
                }
                Err(message) => {
                    let diagnostic =
                        Diagnostic::error("check-result", message, input.whole(document))
                            .help("a check's results are messages, or objects with a `msg`");
                    outcome
                        .problems
                        .push(Problem::new(&input.sources, &diagnostic));
                    continue;
                }
            };
            if self.compat && finding.message.is_empty() {
                checked.passed += 1;
                continue;
            }
            if (finding.rule.id.as_ref()).is_some_and(|id| check.hidden.contains(id)) {
                continue;
            }
            let place = one
                .places(document)
                .first()
                .copied()
                .unwrap_or(document.root());
            let (span, path) = input.place(document, place);
            finding.location = Some(Location::new(&input.sources, span, Some(path)));
            let object = input.object(document, place);
            finding.object = Some(object_ref(document, object));
            checked.findings.push(finding);
        }
        if yields.is_empty() {
            checked.passed = 1;
        }
        checked
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

    /// An evaluation error: at the policy's line where that is known, else at the document.
    pub(super) fn failed(
        &self,
        outcome: &mut Outcome,
        error: &EvalError,
        input: &Input,
        document: &Document,
        check: Option<&CheckInfo>,
    ) {
        if self.compat {
            let place = (error.site.as_ref())
                .map(|site| format!("{}:{}: ", site.file, site.line))
                .unwrap_or_default();
            outcome.fatal = Some(CommandError::Chain(format!(
                "query rule: check: query rule: evaluating policy: {place}{}: {}",
                error.code(),
                error.message
            )));
            return;
        }
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
            input.whole(document),
        );
        let diagnostic = match error.kind {
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
        };
        outcome
            .problems
            .push(Problem::new(&input.sources, &diagnostic));
    }
}

/// The items of a list as if they were a set's members. What is no list has none: in conftest's eyes it passes.
fn members(value: Option<&str>, traces: &[Trace]) -> Vec<Yield> {
    let items = serde_json::from_str::<Vec<Box<RawValue>>>(value.unwrap_or_default());
    let member = |item: Box<RawValue>| Yield {
        json: item.get().to_owned(),
        traces: traces.to_vec(),
    };
    items.into_iter().flatten().map(member).collect()
}

/// The names in the value of an `exception` rule: a set of lists.
fn names(json: Option<&str>) -> Vec<String> {
    let value: Value = json
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or(Value::Null);
    let mut names = Vec::new();
    for list in items(&value) {
        names.extend(items(list).filter_map(Value::as_str).map(str::to_owned));
    }
    names
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    let (array, object) = (value.as_array(), value.as_object());
    let members = object.into_iter().flat_map(serde_json::Map::values);
    array.into_iter().flatten().chain(members)
}

/// The exceptions for a rule, and the query that finds them: rules are named without `deny_` and the like.
fn exceptions(check: &CheckInfo, exempted: &[String]) -> (Vec<Exception>, String) {
    let rule = check.path.last().map_or("", String::as_str);
    let mut name = rule;
    for prefix in ["violation", "deny", "warn"] {
        if name == prefix {
            name = "";
        }
        name = name.strip_prefix(&format!("{prefix}_")).unwrap_or(name);
    }
    let query = format!(
        "data.{}.exception[_][_] == {}",
        check.namespace,
        Value::from(name)
    );
    let found = exempted.iter().filter(|exempted| *exempted == name);
    let exceptions = found
        .map(|_| Exception {
            rule: RuleId {
                package: check.namespace.clone(),
                name: rule.to_owned(),
                id: check.about(None).and_then(|about| about.id.clone()),
            },
            message: query.clone(),
        })
        .collect();
    (exceptions, query)
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.len() <= 60 {
        return format!("`{text}`");
    }
    let cut: String = text.chars().take(57).collect();
    format!("`{cut}...`")
}
