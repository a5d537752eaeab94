//! Evaluates templates over reviews.

use std::sync::Arc;

use kpol_engine::{
    Candidate, Data, DataError, EntryId, EvalError, EvalErrorKind, Evaluator, Limits, Policy,
    SourceSite, place,
};
use kpol_gatekeeper::{
    Code, Constraint, Error, Inventory, MatchError, Review, Reviewed, Template, Uses,
};
use kpol_input::{InputError, NodeId};
use serde_json::Value;

use crate::compile::query;
use crate::policies::Policies;

/// A template's CEL, ready to be evaluated.
pub trait CelPolicy: std::fmt::Debug + Send + Sync {
    /// What it finds about a review that the constraint applies to.
    ///
    /// # Errors
    /// In words: why that cannot be told.
    fn violations(
        &self,
        constraint: &Constraint,
        review: &Review,
    ) -> Result<Vec<Violation>, String>;
}

/// Templates and constraints that are ready to run; shared by threads.
#[derive(Debug)]
pub struct Gatekeeper {
    policy: Option<Policy>,
    templates: Vec<Template>,
    applied: Vec<Applied>,
    uses: Uses,
}

/// A constraint and the code of its template.
#[derive(Debug)]
struct Applied {
    constraint: Constraint,
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Rego(EntryId),
    Cel(Arc<dyn CelPolicy>),
}

/// Something that a template found.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// What it says.
    pub message: String,
    /// What it says beside that; an empty object where it says nothing.
    pub details: Value,
    /// The node of the reviewed document that it is about.
    pub node: NodeId,
    /// The rule that found it.
    pub site: Option<SourceSite>,
}

/// What a constraint says about a review that it applies to, or may apply to.
#[derive(Debug)]
pub struct Verdict<'g> {
    /// The constraint.
    pub constraint: &'g Constraint,
    /// What its template found, or why that is not known.
    pub result: Result<Vec<Violation>, Failure>,
}

/// Why it is not known what a constraint says.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// Whether it applies at all.
    #[error(transparent)]
    Match(#[from] MatchError),
    /// The object does not fit a review.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The template's Rego could not be evaluated.
    #[error(transparent)]
    Eval(#[from] EvalError),
    /// The template yielded something without a message.
    #[error("`violation` yields {0}, which has no `msg` that is a string")]
    Shape(String),
    /// The template's CEL could not be evaluated.
    #[error("{0}")]
    Cel(String),
}

impl Gatekeeper {
    /// Constraints with a policy that their templates were compiled to. `cel` makes something that can be evaluated of
    /// templates that have CEL only.
    ///
    /// # Errors
    /// Templates that have no code that can be run.
    pub fn new(
        policies: Policies,
        policy: Option<Policy>,
        uses: Uses,
        cel: impl Fn(&Template) -> Result<Arc<dyn CelPolicy>, Vec<Error>>,
    ) -> Result<Gatekeeper, Vec<Error>> {
        let mut errors = Vec::new();
        let mut prepared: Vec<(String, Arc<dyn CelPolicy>)> = Vec::new();
        for template in &policies.templates {
            if template.rego().is_none() {
                match cel(template) {
                    Ok(policy) => prepared.push((template.kind.clone(), policy)),
                    Err(wrong) => errors.extend(wrong),
                }
            }
        }
        let mut applied = Vec::with_capacity(policies.constraints.len());
        for constraint in policies.constraints {
            let entry =
                (policy.as_ref()).and_then(|policy| policy.entrypoint(&query(&constraint.kind)));
            let engine = match entry {
                Some(entry) => Some(Engine::Rego(entry)),
                None => prepared
                    .iter()
                    .find(|(kind, _)| *kind == constraint.kind)
                    .map(|(_, policy)| Engine::Cel(Arc::clone(policy))),
            };
            match engine {
                Some(engine) => applied.push(Applied { constraint, engine }),
                None if errors.is_empty() => errors.push(Error::new(
                    Code::Engine,
                    format!("the template `{}` cannot be run", constraint.kind),
                    constraint.span,
                )),
                None => {}
            }
        }
        if errors.is_empty() {
            Ok(Gatekeeper {
                policy,
                templates: policies.templates,
                applied,
                uses,
            })
        } else {
            Err(errors)
        }
    }

    /// What templates are refused with where nothing can evaluate CEL.
    ///
    /// # Errors
    /// Always.
    pub fn without_cel(template: &Template) -> Result<Arc<dyn CelPolicy>, Vec<Error>> {
        let span = template.cel().map_or(template.span, |cel| cel.span);
        let message = format!(
            "the template `{}` has code for K8sNativeValidation (CEL) only, which is not run here",
            template.kind
        );
        Err(vec![Error::new(Code::Engine, message, span)])
    }

    /// The constraints.
    pub fn constraints(&self) -> impl Iterator<Item = &Constraint> {
        self.applied.iter().map(|applied| &applied.constraint)
    }

    /// Leaves out constraints that are not wanted.
    pub fn retain(&mut self, wanted: impl Fn(&Constraint) -> bool) {
        self.applied.retain(|applied| wanted(&applied.constraint));
    }

    /// The template of a kind.
    #[must_use]
    pub fn template(&self, kind: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.kind == kind)
    }

    /// What the policies look at beside the object under review.
    #[must_use]
    pub fn uses(&self) -> &Uses {
        &self.uses
    }

    /// An instance for one thread. Strict ones end in an error where a builtin does; in Gatekeeper, such calls are only
    /// undefined.
    ///
    /// # Errors
    /// Where the data does not fit the limits.
    pub fn runner(
        &self,
        limits: Limits,
        strict: bool,
        data: &Arc<Data>,
    ) -> Result<Runner, EvalError> {
        let Some(policy) = &self.policy else {
            return Ok(Runner { evaluator: None });
        };
        let mut evaluator = policy.evaluator(limits)?;
        evaluator.set_strict(strict);
        evaluator.set_data(Arc::clone(data))?;
        Ok(Runner {
            evaluator: Some(Box::new(evaluator)),
        })
    }
}

/// Adds an inventory to data: `data.inventory`.
///
/// # Errors
/// Where the data has an inventory of its own with the same objects.
pub fn data(data: &mut Data, inventory: &Inventory) -> Result<(), DataError> {
    for (path, document) in inventory.objects() {
        let mut whole = vec!["inventory".to_owned()];
        whole.extend_from_slice(path);
        data.merge(&whole, document)?;
    }
    Ok(())
}

/// One instance of the templates' policy.
#[derive(Debug)]
pub struct Runner {
    evaluator: Option<Box<Evaluator>>,
}

impl Runner {
    /// What constraints say about a review: those that apply to it, in their order.
    pub fn review<'g>(&mut self, gatekeeper: &'g Gatekeeper, review: &Review) -> Vec<Verdict<'g>> {
        let mut verdicts = Vec::new();
        for Applied { constraint, engine } in &gatekeeper.applied {
            let result = match constraint.matching.matches(review) {
                Ok(false) => continue,
                Ok(true) => self.evaluate(constraint, engine, review),
                Err(error) => Err(error.into()),
            };
            let stop = matches!(&result, Err(Failure::Eval(error)) if error.kind == EvalErrorKind::Timeout);
            verdicts.push(Verdict { constraint, result });
            if stop {
                // The document's time is up.
                break;
            }
        }
        verdicts
    }

    fn evaluate(
        &mut self,
        constraint: &Constraint,
        engine: &Engine,
        review: &Review,
    ) -> Result<Vec<Violation>, Failure> {
        let entry = match engine {
            Engine::Rego(entry) => *entry,
            Engine::Cel(policy) => {
                return policy.violations(constraint, review).map_err(Failure::Cel);
            }
        };
        let Some(evaluator) = &mut self.evaluator else {
            return Ok(Vec::new());
        };
        let input = review.input(&constraint.parameters)?;
        evaluator.set_input(&input.document)?;
        let yields = evaluator.evaluate(entry)?.yields()?;
        let mut violations: Vec<Violation> = Vec::with_capacity(yields.len());
        for one in yields {
            let (message, details) = split(&one.json)?;
            let trace = one.traces.first();
            let node = trace.map_or(review.node(), |trace| {
                placed(&trace.candidates, &input, review)
            });
            let violation = Violation {
                message,
                details,
                node,
                site: trace.map(|trace| trace.site.clone()),
            };
            // What differs elsewhere only is one violation to Gatekeeper.
            let known = violations.iter().any(|other| {
                other.message == violation.message && other.details == violation.details
            });
            if !known {
                violations.push(violation);
            }
        }
        Ok(violations)
    }
}

/// The place of a violation in the reviewed document: of what led to it, only nodes of the object count.
fn placed(candidates: &[Candidate], input: &Reviewed, review: &Review) -> NodeId {
    let mapped: Vec<Candidate> = candidates
        .iter()
        .filter_map(|candidate| {
            Some(Candidate {
                node: input.origin(candidate.node)?,
                ..*candidate
            })
        })
        .collect();
    let found = place(&mapped, review.document());
    if found == review.document().root() {
        review.node()
    } else {
        found
    }
}

/// Message and details of a member of `violation`.
fn split(json: &str) -> Result<(String, Value), Failure> {
    let value: Value = serde_json::from_str(json).unwrap_or(Value::Null);
    let empty = || Value::Object(serde_json::Map::new());
    let shape = || {
        let short: String = json.chars().take(60).collect();
        Failure::Shape(format!("`{short}`"))
    };
    match value {
        Value::Object(mut members) => match members.remove("msg") {
            Some(Value::String(message)) => {
                let details = members.remove("details");
                Ok((message, details.unwrap_or_else(empty)))
            }
            _ => Err(shape()),
        },
        _ => Err(shape()),
    }
}
