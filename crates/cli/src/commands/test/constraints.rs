//! Evaluates Gatekeeper's constraints over documents.

use kpol_diagnostics::{Diagnostic, Span};
use kpol_engine::EvalErrorKind;
use kpol_findings::{Finding, Level, Location, Problem};
use kpol_gatekeeper::{
    Code, Constraint, Inventory, MatchError, Object, Review, is_admission_review,
};
use kpol_gatekeeper_run::{Failure, Gatekeeper, Runner, Verdict, Violation};
use kpol_input::Document;

use super::evaluate::{Checked, Outcome};
use super::input::{Input, object_ref};
use crate::discover::Severity;
use crate::gatekeeper;

/// What constraints are evaluated with.
#[derive(Clone, Copy)]
pub(super) struct Constraints<'s> {
    pub(super) gatekeeper: &'s Gatekeeper,
    /// The Namespaces of the run.
    pub(super) namespaces: &'s Inventory,
}

impl Constraints<'_> {
    /// Evaluates all constraints over a document that is an object, or a request about one.
    pub(super) fn document(
        &self,
        runner: &mut Runner,
        input: &Input,
        document: &Document,
        outcome: &mut Outcome,
    ) {
        let object = Object::of(document);
        if object.kind.is_empty() || object.version.is_empty() {
            // No object of Kubernetes: no constraint is about it.
            return;
        }
        let mut review = match Review::of(document) {
            Ok(review) => review,
            Err(error) => {
                let problem = Problem::new(&input.sources, &error.diagnostic());
                outcome.problems.push(problem);
                return;
            }
        };
        review.namespace = self.namespaces.namespace_of(&review);
        for verdict in runner.review(self.gatekeeper, &review) {
            let Some((level, dry_run)) = gatekeeper::enforced(verdict.constraint) else {
                continue;
            };
            let Verdict { constraint, result } = verdict;
            match result {
                Ok(violations) => {
                    let passed = u64::from(violations.is_empty());
                    let findings = violations
                        .into_iter()
                        .map(|violation| {
                            let mut finding = finding(constraint, level, violation, input, &review);
                            if dry_run {
                                gatekeeper::set_dry_run(&mut finding);
                            }
                            finding
                        })
                        .collect();
                    outcome.checked.push(Checked {
                        entry: None,
                        namespace: constraint.kind.clone(),
                        severity: match level {
                            Level::Failure => Severity::Failure,
                            Level::Warning => Severity::Warning,
                        },
                        definitions: 1,
                        findings,
                        passed,
                        exceptions: Vec::new(),
                        queries: Vec::new(),
                        mutations: Vec::new(),
                    });
                }
                Err(failure) => {
                    let diagnostic = failed(constraint, &failure, input, &review);
                    let problem = Problem::new(&input.sources, &diagnostic);
                    outcome.problems.push(problem);
                }
            }
        }
    }
}

fn finding(
    constraint: &Constraint,
    level: Level,
    violation: Violation,
    input: &Input,
    review: &Review,
) -> Finding {
    let document = review.document();
    let mut finding = Finding::new(gatekeeper::rule(constraint), level, violation.message);
    let (span, path) = input.place(document, violation.node);
    finding.location = Some(Location::new(&input.sources, span, Some(path)));
    let object = if is_admission_review(document) {
        review.node()
    } else {
        input.object(document, violation.node)
    };
    finding.object = Some(object_ref(document, object));
    let empty = violation
        .details
        .as_object()
        .is_some_and(serde_json::Map::is_empty);
    if !empty {
        finding
            .metadata
            .insert("details".to_owned(), violation.details);
    }
    finding.query = format!("data.{}.violation", constraint.kind);
    finding
}

/// Why it is not known what a constraint says.
fn failed(
    constraint: &Constraint,
    failure: &Failure,
    input: &Input,
    review: &Review,
) -> Diagnostic {
    let name = format!("{}/{}", constraint.kind, constraint.name);
    let whole = input.whole(review.document());
    match failure {
        Failure::Match(MatchError::UnknownNamespace { namespace }) => Diagnostic::error(
            Code::Match.as_str(),
            format!(
                "whether the constraint `{name}` applies is not known: it selects Namespaces by their labels, and `{namespace}` is not among the files"
            ),
            namespace_span(input, review).unwrap_or(whole),
        )
        .help(format!("add the manifest of the Namespace `{namespace}` to the files to check")),
        Failure::Match(error) => Diagnostic::error(
            Code::Match.as_str(),
            format!("whether the constraint `{name}` applies is not known: {error}"),
            whole,
        ),
        Failure::Eval(error) => {
            let site = (error.site.as_ref())
                .map(|site| format!(" (at {site})"))
                .unwrap_or_default();
            let message = format!("`{name}` could not be evaluated: {}{site}", error.message);
            let diagnostic = Diagnostic::error(error.code(), message, whole);
            match error.kind {
                EvalErrorKind::Timeout => {
                    diagnostic.help("`--timeout` allows a document more time")
                }
                EvalErrorKind::Memory => {
                    diagnostic.help("`--max-memory` allows a document more memory")
                }
                _ => diagnostic,
            }
        }
        Failure::Input(error) => Diagnostic::error(
            error.code(),
            format!("`{name}` could not be evaluated: {error}"),
            whole,
        ),
        Failure::Shape(_) | Failure::Cel(_) => Diagnostic::error(
            "check-result",
            format!("`{name}` could not be evaluated: {failure}"),
            whole,
        ),
    }
}

/// Where an object says which namespace it is in.
fn namespace_span(input: &Input, review: &Review) -> Option<Span> {
    let document = review.document();
    let metadata = document.get(review.node(), "metadata")?;
    let node = document.get(metadata, "namespace")?;
    Some(input.place(document, node).0)
}
