//! A policy in CEL: validations with their variables, conditions and messages.
//!
//! Gatekeeper hands a template's source for the engine `K8sNativeValidation` to the API server's code for
//! ValidatingAdmissionPolicies, with two variables of its own (`anyObject`, `params`). What that code does with an
//! expression that has no value is done here as well: by the policy's `failurePolicy`, it is a violation, or nothing.
//!
//! One thing differs on purpose: an expression that does not compile refuses the policy, and is not a violation of every
//! object.

use std::cell::OnceCell;
use std::fmt;

use crate::admission::{Admission, NAMESPACE, REQUEST};
use crate::error::{CompileError, EvalError, EvalErrorKind};
use crate::eval::{Activation, Budget};
use crate::program::{Declarations, Program};
use crate::value::Value;

/// The variables that are always there.
const GIVEN: [&str; 2] = ["anyObject", "params"];
const ANY_OBJECT: usize = 0;
const PARAMS: usize = 1;
/// The longest message that an expression may make, in bytes.
const MAX_MESSAGE: usize = 5 * 1024;
/// What all validations of one object may cost, and what its match conditions may.
const BUDGET: u64 = 10_000_000;
const MATCH_BUDGET: u64 = 2_500_000;
const OUT_OF_BUDGET: &str =
    "validation failed due to running out of cost budget, no further validation rules will be run";

/// What is done where an expression has no value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailurePolicy {
    /// It is a violation.
    #[default]
    Fail,
    /// It is ignored.
    Ignore,
}

/// A policy as written.
#[derive(Clone, Debug, Default)]
pub struct PolicySource<'s> {
    /// Names, and the expressions that they stand for. Each may use those before it.
    pub variables: Vec<(&'s str, &'s str)>,
    /// What must hold for the policy to apply.
    pub match_conditions: Vec<&'s str>,
    /// What must hold.
    pub validations: Vec<ValidationSource<'s>>,
    /// What is done where an expression has no value.
    pub failure_policy: FailurePolicy,
}

/// A validation as written.
#[derive(Clone, Copy, Debug, Default)]
pub struct ValidationSource<'s> {
    /// Holds where nothing is wrong.
    pub expression: &'s str,
    /// What is said where it does not hold.
    pub message: &'s str,
    /// An expression for what is said; if it has no value, `message` counts. Empty for none.
    pub message_expression: &'s str,
}

/// A part of a policy, by its place in the lists of [`PolicySource`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A variable.
    Variable(usize),
    /// A match condition.
    MatchCondition(usize),
    /// The expression of a validation.
    Validation(usize),
    /// The message expression of a validation.
    Message(usize),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(at) => write!(f, "variables[{at}].expression"),
            Self::MatchCondition(at) => write!(f, "matchCondition[{at}].expression"),
            Self::Validation(at) => write!(f, "validations[{at}].expression"),
            Self::Message(at) => write!(f, "validations[{at}].messageExpression"),
        }
    }
}

/// Why a policy is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// An expression does not compile.
    #[error("{part}: '{expression}': {error}")]
    Expression {
        /// Where it stands.
        part: Part,
        /// The expression.
        expression: String,
        /// What is wrong with it.
        error: CompileError,
    },
    /// A variable has a name that is taken.
    #[error("{part}: the name '{name}' is taken")]
    Name {
        /// The variable.
        part: Part,
        /// Its name.
        name: String,
    },
}

impl PolicyError {
    /// What it is about.
    pub fn part(&self) -> Part {
        match self {
            Self::Expression { part, .. } | Self::Name { part, .. } => *part,
        }
    }
}

struct Validation {
    expression: Program,
    message: String,
    message_expression: Option<Program>,
}

/// A compiled policy.
pub struct Policy {
    validations: Vec<Validation>,
    match_conditions: Vec<Program>,
    /// Without those that are always there.
    variables: Vec<(String, Program)>,
    failure_policy: FailurePolicy,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("validations", &self.validations.len())
            .field("failure_policy", &self.failure_policy)
            .finish_non_exhaustive()
    }
}

fn program(part: Part, text: &str, known: &Declarations) -> Result<Program, PolicyError> {
    Program::compile(text, known).map_err(|error| PolicyError::Expression {
        part,
        expression: text.to_owned(),
        error,
    })
}

impl Policy {
    /// Compiles a policy.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn compile(source: &PolicySource<'_>) -> Result<Self, Vec<PolicyError>> {
        let names = || {
            Declarations::default()
                .name("object")
                .name("oldObject")
                .object("request", REQUEST)
                .object("namespaceObject", NAMESPACE)
        };
        let mut known = names();
        // Only variables see the whole constraint.
        let mut of_variables = names().name("params");
        for (number, name) in GIVEN.iter().enumerate() {
            known.variable(name, number);
            of_variables.variable(name, number);
        }
        let mut errors = Vec::new();
        let mut kept = |made: Result<Program, PolicyError>| match made {
            Ok(program) => Some(program),
            Err(error) => {
                errors.push(error);
                None
            }
        };
        let mut taken = Vec::new();
        let mut variables = Vec::new();
        for (at, (name, text)) in source.variables.iter().enumerate() {
            let part = Part::Variable(at);
            if GIVEN.contains(name) || source.variables.iter().take(at).any(|(n, _)| n == name) {
                taken.push(PolicyError::Name {
                    part,
                    name: (*name).to_owned(),
                });
                continue;
            }
            let made = kept(program(part, text, &of_variables));
            // Those that use a broken one are not broken for it.
            let number = variables.len() + GIVEN.len();
            known.variable(name, number);
            of_variables.variable(name, number);
            variables.push(made.map(|made| ((*name).to_owned(), made)));
        }
        let conditions = source.match_conditions.iter().enumerate();
        let match_conditions: Option<Vec<_>> = conditions
            .map(|(at, text)| kept(program(Part::MatchCondition(at), text, &known)))
            .collect::<Vec<_>>()
            .into_iter()
            .collect();
        let mut validations = Vec::new();
        for (at, validation) in source.validations.iter().enumerate() {
            let expression = kept(program(Part::Validation(at), validation.expression, &known));
            let message_expression = match validation.message_expression {
                "" => None,
                text => kept(program(Part::Message(at), text, &known)),
            };
            validations.push(expression.map(|expression| Validation {
                expression,
                message: validation.message.to_owned(),
                message_expression,
            }));
        }
        errors.extend(taken);
        let variables: Option<Vec<_>> = variables.into_iter().collect();
        let validations: Option<Vec<_>> = validations.into_iter().collect();
        match (variables, match_conditions, validations) {
            (Some(variables), Some(match_conditions), Some(validations)) if errors.is_empty() => {
                Ok(Self {
                    validations,
                    match_conditions,
                    variables,
                    failure_policy: source.failure_policy,
                })
            }
            _ => Err(errors),
        }
    }

    /// The messages of the violations of a constraint, which is given as a whole.
    pub fn violations(&self, admission: &Admission, constraint: &Value) -> Vec<String> {
        match self.decide(admission, constraint) {
            Ok(messages) => messages,
            Err(message) => self.failure(message).into_iter().collect(),
        }
    }

    fn failure(&self, message: String) -> Option<String> {
        (self.failure_policy == FailurePolicy::Fail).then_some(message)
    }

    fn decide(&self, admission: &Admission, constraint: &Value) -> Result<Vec<String>, String> {
        if !self.match_conditions.is_empty() {
            let budget = Budget::new(MATCH_BUDGET);
            // Conditions do not see the namespace.
            let names = Names::new(self, admission, constraint, &Value::Null);
            if !self.matches(&names, &budget)? {
                return Ok(Vec::new());
            }
        }
        let budget = Budget::new(BUDGET);
        let names = Names::new(self, admission, constraint, &admission.namespace);
        let mut outcomes = Vec::with_capacity(self.validations.len());
        for validation in &self.validations {
            outcomes.push(evaluate(&validation.expression, &names, &budget)?);
        }
        let mut messages = Vec::new();
        for (validation, outcome) in self.validations.iter().zip(outcomes) {
            match outcome {
                Ok(true) => {}
                Ok(false) => match validation.text(&names, &budget) {
                    Ok(message) => messages.push(message),
                    Err(message) => messages.extend(self.failure(message)),
                },
                Err(message) => messages.extend(self.failure(message)),
            }
        }
        Ok(messages)
    }

    fn matches(&self, names: &Names<'_>, budget: &Budget) -> Result<bool, String> {
        let mut errors = Vec::new();
        for condition in &self.match_conditions {
            match evaluate(condition, names, budget)? {
                Ok(false) => return Ok(false),
                Ok(true) => {}
                Err(message) => errors.push(message),
            }
        }
        match (errors.as_slice(), self.failure_policy) {
            ([], _) => Ok(true),
            (_, FailurePolicy::Ignore) => Ok(false),
            ([one], FailurePolicy::Fail) => Err(one.clone()),
            (many, FailurePolicy::Fail) => Err(format!("[{}]", many.join(", "))),
        }
    }
}

impl Validation {
    /// What is said about a violation; an error if the budget is spent.
    fn text(&self, names: &Names<'_>, budget: &Budget) -> Result<String, String> {
        if let Some(expression) = &self.message_expression {
            match expression.evaluate(names, budget) {
                Ok(value) => {
                    let message = value.as_str().unwrap_or_default().trim();
                    let long = message.len() > MAX_MESSAGE;
                    if !message.is_empty() && !long && !message.contains('\n') {
                        return Ok(message.to_owned());
                    }
                }
                Err(error) if error.kind == EvalErrorKind::Budget => {
                    return Err(format!("failed messageExpression: {OUT_OF_BUDGET}"));
                }
                // Then there is another message.
                Err(_) => {}
            }
        }
        let message = self.message.trim();
        if message.is_empty() {
            let expression = self.expression.source().trim();
            return Ok(format!("failed expression: {expression}"));
        }
        Ok(message.to_owned())
    }
}

/// Outside: the budget. Inside: an expression without a value.
fn evaluate(
    program: &Program,
    names: &Names<'_>,
    budget: &Budget,
) -> Result<Result<bool, String>, String> {
    let failed = |why: &str| format!("expression '{}' resulted in error: {why}", program.source());
    match program.evaluate(names, budget) {
        Ok(Value::Bool(holds)) => Ok(Ok(holds)),
        Ok(other) => {
            let why = format!("must evaluate to bool but got {}", other.type_name());
            Ok(Err(failed(&why)))
        }
        Err(error) if error.kind == EvalErrorKind::Budget => Err(OUT_OF_BUDGET.to_owned()),
        Err(error) => Ok(Err(failed(&error.message))),
    }
}

struct Names<'n> {
    policy: &'n Policy,
    admission: &'n Admission,
    constraint: &'n Value,
    namespace: &'n Value,
    values: Vec<OnceCell<Result<Value, EvalError>>>,
}

impl<'n> Names<'n> {
    fn new(
        policy: &'n Policy,
        admission: &'n Admission,
        constraint: &'n Value,
        namespace: &'n Value,
    ) -> Self {
        Self {
            policy,
            admission,
            constraint,
            namespace,
            values: policy.variables.iter().map(|_| OnceCell::new()).collect(),
        }
    }
}

impl Activation for Names<'_> {
    fn name(&self, number: usize) -> Value {
        match number {
            0 => self.admission.object.clone(),
            1 => self.admission.old_object.clone(),
            2 => self.admission.request.clone(),
            3 => self.namespace.clone(),
            _ => self.constraint.clone(),
        }
    }

    fn variable(&self, number: usize, budget: &Budget) -> Result<Value, EvalError> {
        let at = match number {
            ANY_OBJECT if self.admission.deleted => return Ok(self.admission.old_object.clone()),
            ANY_OBJECT => return Ok(self.admission.object.clone()),
            PARAMS => {
                let parameters = self
                    .constraint
                    .field("spec")
                    .and_then(|s| s.field("parameters"));
                return Ok(parameters.cloned().unwrap_or(Value::Null));
            }
            _ => number - GIVEN.len(),
        };
        let (Some((name, program)), Some(cell)) =
            (self.policy.variables.get(at), self.values.get(at))
        else {
            return Err(EvalError::new("no such variable"));
        };
        if let Some(known) = cell.get() {
            return known.clone();
        }
        // A variable refers to those before it only, so none is asked for while it is evaluated.
        let made = program
            .evaluate(self, budget)
            .map_err(|error| match error.kind {
                EvalErrorKind::Budget => error,
                EvalErrorKind::NoValue => EvalError::new(format!(
                    "composited variable {name:?} fails to evaluate: {error}"
                )),
            });
        cell.get_or_init(|| made).clone()
    }
}
