//! What modules say about documents, as findings and as changes.

use kpol_diagnostics::Diagnostic;
use kpol_findings::{Finding, Level, Location, Mutation, Problem, Query, RuleId};
use kpol_input::{Document, NodeId};
use serde_json::Value;
use similar::TextDiff;

use super::evaluate::{Checked, Evaluation, Outcome};
use super::input::{Input, object_ref};
use crate::discover::Severity;
use crate::loaded::Worker;
use crate::modules::Judged;
use crate::session::CheckInfo;

impl Evaluation<'_> {
    /// Has a module judge a document, if it is for it.
    pub(super) fn module(
        &self,
        worker: &mut Worker,
        check: &CheckInfo,
        input: &Input,
        document: &Document,
        outcome: &mut Outcome,
    ) {
        let judged = match worker.judge(check.entry, document) {
            Ok(Some(judged)) => judged,
            Ok(None) => return,
            Err(unjudged) => {
                self.failed(outcome, &unjudged.error, input, document, Some(check));
                if let Some(problem) = outcome.problems.last_mut() {
                    // The last words are the most telling.
                    let from = unjudged.log.len().saturating_sub(3);
                    let words = unjudged.log.get(from..).unwrap_or_default();
                    problem
                        .help
                        .extend(words.iter().map(|line| format!("it logged: {line}")));
                }
                return;
            }
        };
        for denied in &judged.denied {
            let diagnostic = Diagnostic::error(
                "host-call-denied",
                format!("`{}`: {denied}", check.query),
                input.whole(document),
            )
            .help("what the policy says without it counts for nothing; see `--allow-host-call`");
            outcome
                .problems
                .push(Problem::new(&input.sources, &diagnostic));
        }
        let place = Place {
            check,
            input,
            document,
        };
        let failures: Vec<Finding> = judged
            .failures
            .iter()
            .map(|(message, node)| {
                let mut finding = place.finding(Level::Failure, message, *node);
                let metadata = &mut finding.metadata;
                if let Some(code) = judged.code {
                    metadata.insert("code".to_owned(), code.into());
                }
                if !judged.audit_annotations.is_empty() {
                    let notes = judged.audit_annotations.clone().into_iter();
                    let notes: serde_json::Map<String, Value> =
                        notes.map(|(key, text)| (key, text.into())).collect();
                    metadata.insert("auditAnnotations".to_owned(), notes.into());
                }
                finding
            })
            .collect();
        let warnings: Vec<Finding> = judged
            .warnings
            .iter()
            .map(|message| place.finding(Level::Warning, message, judged.object))
            .collect();
        let mutations: Vec<Mutation> = place.mutation(&judged).into_iter().collect();
        let queries = if self.trace {
            vec![Query {
                query: check.query.clone(),
                passed: failures.is_empty(),
                prints: told(check, &judged),
                traces: Vec::new(),
            }]
        } else {
            Vec::new()
        };
        let checked = |severity, definitions, findings: Vec<Finding>| Checked {
            entry: Some(check.entry),
            namespace: check.namespace.clone(),
            severity,
            definitions,
            findings,
            passed: 0,
            exceptions: Vec::new(),
            queries: Vec::new(),
            mutations: Vec::new(),
        };
        if !warnings.is_empty() {
            let count = warnings.len() as u64;
            outcome
                .checked
                .push(checked(Severity::Warning, count, warnings));
        }
        outcome.checked.push(Checked {
            passed: u64::from(failures.is_empty() && judged.denied.is_empty()),
            queries,
            mutations,
            ..checked(Severity::Failure, 0, failures)
        });
    }
}

/// What the module logged, and its notes for the audit log.
fn told(check: &CheckInfo, judged: &Judged) -> Vec<String> {
    let notes = judged.audit_annotations.iter();
    let notes = notes.map(|(key, text)| format!("audit annotation {key}={text}"));
    let log = judged.log.iter().map(|line| readable(line));
    log.chain(notes)
        .map(|line| format!("{}: {line}", check.namespace))
        .collect()
}

/// Kubewarden's policies log objects with a level and a message.
fn readable(line: &str) -> String {
    let Ok(Value::Object(mut fields)) = serde_json::from_str::<Value>(line) else {
        return line.to_owned();
    };
    let (Some(Value::String(level)), Some(Value::String(message))) =
        (fields.shift_remove("level"), fields.shift_remove("message"))
    else {
        return line.to_owned();
    };
    let mut told = format!("{}: {message}", level.to_lowercase());
    for noise in ["file", "line", "column", "policy"] {
        fields.shift_remove(noise);
    }
    if !fields.is_empty() {
        told.push_str(&format!(" {}", Value::Object(fields)));
    }
    told
}

/// Where findings of a module are.
struct Place<'p> {
    check: &'p CheckInfo,
    input: &'p Input,
    document: &'p Document,
}

impl Place<'_> {
    fn rule(&self) -> RuleId {
        RuleId {
            package: self.check.namespace.clone(),
            name: "validate".to_owned(),
            id: self.check.about(None).and_then(|about| about.id.clone()),
        }
    }

    fn location(&self, node: NodeId) -> Location {
        let (span, path) = self.input.place(self.document, node);
        Location::new(&self.input.sources, span, Some(path))
    }

    fn finding(&self, level: Level, message: &str, node: NodeId) -> Finding {
        let mut finding = Finding::new(self.rule(), level, message);
        finding.query = String::new();
        finding.location = Some(self.location(node));
        finding.object = Some(object_ref(self.document, self.object()));
        if let Some(about) = self.check.about(None) {
            finding.severity.clone_from(&about.severity);
            finding.title.clone_from(&about.title);
            finding.links.clone_from(&about.links);
        }
        finding
    }

    /// The object inside of a request, or the document.
    fn object(&self) -> NodeId {
        kpol_kubewarden::Subject::of(self.document)
            .map_or(self.document.root(), |subject| subject.object())
    }

    fn mutation(&self, judged: &Judged) -> Option<Mutation> {
        let (before, mutated) = judged.change.as_ref()?;
        let text = |json: &str| kpol_engine::yaml_of(json).unwrap_or_else(|| json.to_owned());
        let (before, after) = (text(before), text(&mutated.to_string()));
        if before == after {
            return None;
        }
        let diff = TextDiff::from_lines(&before, &after)
            .unified_diff()
            .context_radius(3)
            .header("as it is", "as it would be")
            .to_string();
        Some(Mutation {
            rule: self.rule(),
            object: Some(object_ref(self.document, self.object())),
            location: Some(self.location(judged.object)),
            diff,
            mutated: mutated.clone(),
        })
    }
}
