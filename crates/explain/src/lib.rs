//! What happened in an evaluation: which conditions held or failed, with which values, in policy and document.
//!
//! ```text
//! hir::Program ─ Machine, over native values ─► record ─► Explanation ─► text, JSON
//! ```
//! The evaluator walks the checked program. It is slow and simple, and made to tell: what counts for verdicts is
//! compiled code, with which its results must agree.
#![forbid(unsafe_code)]

mod body;
mod calls;
mod diff;
mod error;
mod explanation;
mod layout;
mod machine;
mod reason;
mod record;
mod refs;
mod rules;
mod terms;
pub mod text;
mod unify;

use kpol_compiler::hir::{Program, RuleId, RuleKind};
use kpol_diagnostics::SourceMap;
use kpol_runtime::json;

pub use crate::diff::Difference;
pub use crate::error::Error;
pub use crate::explanation::{
    ClauseReport, Condition, Explanation, Place, Problem, Read, RuleReport, Shown, Step, Variable,
    Way,
};
pub use crate::machine::Inputs;
pub use crate::reason::{Reason, reasons};

use crate::explanation::Builder;
use crate::machine::Machine;

/// The rule at a path below `data`, if it is no function.
fn find(program: &Program, path: &[String]) -> Result<RuleId, Error> {
    let missing = || Error::Missing(kpol_compiler::names::data_ref(path));
    let node = (path.iter()).try_fold(&program.tree, |node, key| node.children.get(key));
    let id = node.and_then(|node| node.rule).ok_or_else(missing)?;
    let rule = program.rules.get(id.0 as usize).ok_or_else(missing)?;
    if matches!(rule.kind, RuleKind::Function(_)) {
        return Err(missing());
    }
    Ok(id)
}

/// The value of a rule or package as JSON; nothing where it is undefined.
///
/// # Errors
/// As the policy raises them, or where a limit was hit.
pub fn evaluate(
    program: &Program,
    path: &[String],
    inputs: &Inputs<'_>,
) -> Result<Option<String>, Error> {
    let mut machine = Machine::new(program, inputs, false)?;
    let value = machine.document(path)?;
    machine.step()?;
    if !value.is_defined() {
        return Ok(None);
    }
    let mut text = String::new();
    json::write(&mut machine.heap, value, &mut text);
    Ok(Some(text))
}

/// The solutions of a query of the program, by its number: a JSON array of the objects of its bindings.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_query(
    program: &Program,
    number: usize,
    inputs: &Inputs<'_>,
) -> Result<String, Error> {
    let query = (program.queries.get(number)).ok_or_else(|| Error::Missing("query".to_owned()))?;
    let mut machine = Machine::new(program, inputs, false)?;
    let solutions = machine.query(query)?;
    machine.step()?;
    let mut text = String::new();
    json::write(&mut machine.heap, solutions, &mut text);
    Ok(text)
}

/// Evaluates a rule, and tells what happened. An error of the evaluation is part of what is told.
///
/// # Errors
/// Where there is no such rule, or the inputs cannot be read.
pub fn explain(
    program: &Program,
    path: &[String],
    inputs: &Inputs<'_>,
    sources: &SourceMap,
) -> Result<Explanation, Error> {
    let id = find(program, path)?;
    let mut machine = Machine::new(program, inputs, true)?;
    let error = machine.rule(id).err();
    let (mut heap, recorder) = (machine.heap, machine.recorder);
    let cut = recorder.is_cut();
    let root = recorder.finish();
    let mut builder = Builder {
        program,
        sources,
        document: inputs.input,
        heap: &mut heap,
    };
    (builder.explanation(&root, error.as_ref(), cut)).ok_or(Error::Internal("nothing was recorded"))
}
