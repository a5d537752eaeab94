//! Settles the order of evaluation, and refuses what is unsafe or recursive.
//!
//! The entry point is [`check`].

mod bind;
mod order;
pub(crate) mod recursion;
mod types;

use std::collections::HashSet;

use kpol_diagnostics::Diagnostic;

pub(crate) use crate::check::bind::{free_in_expr, free_in_term};
use crate::check::order::Orderer;
use crate::hir;
use crate::resolve::Resolved;

/// Brings each body into an order in which every variable is bound before it is used.
///
/// # Errors
/// What was found while names were resolved; variables that nothing binds, and rules that need themselves; calls and
/// equalities whose types never fit. What has one of the first errors is not looked at for the later ones. Sorted by
/// place.
pub fn check(resolved: Resolved) -> Result<hir::Program, Vec<Diagnostic>> {
    let Resolved {
        mut program,
        assignments,
        mut errors,
        broken,
    } = resolved;
    let mut untyped = HashSet::new();
    for (index, rule) in program.rules.iter_mut().enumerate() {
        let before = errors.len();
        let mut is_broken = broken.tables;
        for clause in &mut rule.clauses {
            if broken.definitions.contains(&clause.head_span) {
                is_broken = true;
                continue;
            }
            Orderer::new(&mut clause.locals, &mut errors, &assignments).clause(
                &mut clause.args,
                &mut clause.tail,
                &mut clause.branches,
            );
        }
        if let Some(default) = &mut rule.default
            && !broken
                .definitions
                .iter()
                .any(|head| default.span.contains(*head))
        {
            Orderer::new(&mut default.locals, &mut errors, &assignments)
                .default(&mut default.value);
        }
        if is_broken || errors.len() > before {
            untyped.insert(index);
        }
    }
    let mut untyped_queries = HashSet::new();
    for (index, query) in program.queries.iter_mut().enumerate() {
        let before = errors.len();
        if !broken.definitions.contains(&query.span) {
            Orderer::new(&mut query.locals, &mut errors, &assignments).query(&mut query.body);
        }
        if errors.len() > before || broken.definitions.contains(&query.span) {
            untyped_queries.insert(index);
        }
    }
    let before = errors.len();
    let graph = recursion::report(&program, &mut errors);
    if errors.len() == before {
        types::report(&program, &graph, &untyped, &untyped_queries, &mut errors);
    }
    if errors.is_empty() {
        return Ok(program);
    }
    kpol_diagnostics::sort(&mut errors);
    errors.dedup();
    Err(errors)
}
