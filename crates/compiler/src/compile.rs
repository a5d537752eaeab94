//! All stages in one call.

use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_syntax::ast::Module;

use crate::artifact::Artifact;
use crate::codegen;
use crate::hir::Program;
use crate::opt::{self, Passes};
use crate::plan;
use crate::resolve::{self, QuerySource};

/// How to compile.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What the front end allows.
    pub front: resolve::Options,
    /// The optimisations.
    pub passes: Passes,
    /// What to plan.
    pub plan: plan::Options,
}

/// Resolves and checks modules and queries: all that can be wrong with a policy is found here.
///
/// # Errors
/// Everything that is wrong, sorted by place.
pub fn check(
    modules: &[Module],
    queries: &[QuerySource<'_>],
    options: &resolve::Options,
) -> Result<Program, Vec<Diagnostic>> {
    crate::check::check(resolve::resolve_all(modules, queries, options))
}

/// Compiles a checked program. `sources` are the texts that its spans point into.
///
/// # Errors
/// Only what is a bug in the compiler, or does not fit a module.
pub fn generate(
    program: &Program,
    sources: &SourceMap,
    options: &Options,
) -> Result<Artifact, Vec<Diagnostic>> {
    let policy = opt::optimise(plan::plan(program, &options.plan)?, options.passes);
    codegen::emit_with(&policy, sources).map_err(|error| {
        vec![Diagnostic::error(
            "codegen",
            error.to_string(),
            plan::NOWHERE,
        )]
    })
}

/// Compiles modules and queries.
///
/// # Errors
/// As [`check`] and [`generate`].
pub fn compile(
    modules: &[Module],
    queries: &[QuerySource<'_>],
    sources: &SourceMap,
    options: &Options,
) -> Result<Artifact, Vec<Diagnostic>> {
    generate(&check(modules, queries, &options.front)?, sources, options)
}
