//! Settles the order of evaluation, and refuses what is unsafe or recursive.
//!
//! The entry point is [`check`].

mod bind;
mod order;
mod recursion;
mod types;

use kpol_diagnostics::Diagnostic;

pub(crate) use crate::check::bind::{free_in_expr, free_in_term};
use crate::check::order::Orderer;
use crate::hir;
use crate::resolve::Resolved;

/// Brings each body into an order in which every variable is bound before it is used.
///
/// # Errors
/// Variables that nothing binds, and rules that need themselves; where there are none of them, calls and equalities
/// whose types never fit. Sorted by place.
pub fn check(resolved: Resolved) -> Result<hir::Program, Vec<Diagnostic>> {
    let mut program = resolved.program;
    let mut errors = Vec::new();
    for rule in &mut program.rules {
        for clause in &mut rule.clauses {
            Orderer::new(&mut clause.locals, &mut errors, &resolved.assignments).clause(
                &mut clause.args,
                &mut clause.tail,
                &mut clause.branches,
            );
        }
        if let Some(default) = &mut rule.default {
            Orderer::new(&mut default.locals, &mut errors, &resolved.assignments)
                .default(&mut default.value);
        }
    }
    for query in &mut program.queries {
        Orderer::new(&mut query.locals, &mut errors, &resolved.assignments).query(&mut query.body);
    }
    let graph = recursion::report(&program, &mut errors);
    if errors.is_empty() {
        types::report(&program, &graph, &mut errors);
    }
    if errors.is_empty() {
        return Ok(program);
    }
    kpol_diagnostics::sort(&mut errors);
    errors.dedup();
    Err(errors)
}
