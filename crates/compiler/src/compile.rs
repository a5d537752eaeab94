//! All stages in one call.

use std::collections::HashSet;

use kpol_diagnostics::{Diagnostic, SourceId, SourceMap};
use kpol_syntax::ast::Module;

use crate::artifact::Artifact;
use crate::codegen;
use crate::codes;
use crate::hir::Program;
use crate::opt::{self, Passes};
use crate::plan;
use crate::resolve::{self, QuerySource};
use crate::suggest;

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
    let resolved = resolve::resolve_all(modules, queries, options);
    crate::check::check(resolved).map_err(|mut errors| {
        suggest::add(&mut errors, modules, &options.builtins);
        errors
    })
}

/// Checks modules of which some have errors of syntax: those, and what is wrong whatever stands in the statements that
/// could not be read.
///
/// # Errors
/// As [`check`], and `syntax`.
pub fn check_parsed(
    modules: &[Module],
    mut syntax: Vec<Diagnostic>,
    options: &resolve::Options,
) -> Result<Program, Vec<Diagnostic>> {
    let checked = check(modules, &[], options);
    if !syntax.iter().any(Diagnostic::is_error) {
        return checked;
    }
    let broken: HashSet<SourceId> = syntax.iter().map(|error| error.span.source).collect();
    let mut packages = HashSet::new();
    let mut read = HashSet::new();
    for module in modules {
        let source = module.package.span.source;
        read.insert(source);
        if broken.contains(&source) {
            packages.insert(resolve::package_path(module));
        }
    }
    let all_known = broken.is_subset(&read);
    let complete = |source: SourceId| {
        let module = (modules.iter()).find(|module| module.package.span.source == source);
        all_known && module.is_some_and(|m| !packages.contains(&resolve::package_path(m)))
    };
    for error in checked.err().into_iter().flatten() {
        let source = error.span.source;
        let certain = !broken.contains(&source)
            && match error.code {
                codes::UNSAFE | codes::UNDECLARED => complete(source),
                codes::UNDEFINED_FUNCTION => {
                    complete(source) && !error.message.starts_with("undefined function data.")
                }
                codes::TYPES
                | codes::WITH_TARGET
                | codes::PACKAGE_CONFLICT
                | codes::UNSAFE_EXPRESSION => false,
                _ => true,
            };
        if certain {
            syntax.push(error);
        }
    }
    kpol_diagnostics::sort(&mut syntax);
    syntax.dedup();
    Err(syntax)
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
