//! Syntax trees to HIR: names, scopes, the rule tree, calls, and everything that is only another way of writing.
//!
//! The entry point is [`resolve`]. Its result is not ordered and not known to be safe; [`crate::check::check`] turns
//! it into a [`hir::Program`].

mod body;
mod call;
mod cases;
mod clause;
mod fold;
mod imports;
mod mentions;
mod metadata;
mod negate;
mod rules;
mod scope;
mod term;
mod with;

use std::collections::HashSet;

use kpol_diagnostics::{Diagnostic, Span};
use kpol_syntax::ast::{Import, Module, Query, RegoVersion};

use crate::builtins::Registry;
use crate::codes;
use crate::hir;
use crate::resolve::clause::{Found, Lower};
use crate::resolve::imports::Names;
use crate::resolve::metadata::{Metadata, Place};
use crate::resolve::rules::Tables;
pub(crate) use crate::resolve::rules::{package_path, path_of};

/// How many bodies (comprehensions, `every`, `not`, `and`, `or`) may stand inside each other.
pub const MAX_BODIES: u32 = 64;

/// How strict to be.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Refuses unused arguments, assignments and imports.
    pub strict: bool,
    /// The builtins that may be called.
    pub builtins: Registry,
    /// Makes data-driven tests note each case that they come to, as a unit-test runner needs it.
    pub test_cases: bool,
}

/// A query that becomes an entrypoint.
#[derive(Debug, Clone, Copy)]
pub struct QuerySource<'a> {
    /// The entrypoint's name.
    pub name: &'a str,
    /// Where the query stands.
    pub span: Span,
    /// The query.
    pub query: &'a Query,
    /// The package whose rules it may name without their path.
    pub package: &'a [String],
    /// Imports in force.
    pub imports: &'a [Import],
    /// The language's version.
    pub version: RegoVersion,
}

/// A program whose names are settled, but whose bodies are in the order of the source.
#[derive(Debug)]
pub struct Resolved {
    pub(crate) program: hir::Program,
    /// The statements that are `:=`: nothing binds their right side but other statements.
    pub(crate) assignments: HashSet<Span>,
    /// What was found so far.
    pub(crate) errors: Vec<Diagnostic>,
    /// What later checks must leave out.
    pub(crate) broken: Broken,
}

/// What has errors that would make others come up that are none.
#[derive(Debug, Default)]
pub(crate) struct Broken {
    /// Definitions of rules do not go together: nothing can be said about the types of any rule.
    pub(crate) tables: bool,
    /// Definitions, by the place of their heads, and queries.
    pub(crate) definitions: HashSet<Span>,
}

/// Settles the names of all modules and queries.
///
/// # Errors
/// Everything that is wrong with names, declarations, calls and rule definitions, sorted by place.
pub fn resolve(
    modules: &[Module],
    queries: &[QuerySource<'_>],
    options: &Options,
) -> Result<Resolved, Vec<Diagnostic>> {
    let mut resolved = resolve_all(modules, queries, options);
    if resolved.errors.is_empty() {
        return Ok(resolved);
    }
    kpol_diagnostics::sort(&mut resolved.errors);
    resolved.errors.dedup();
    Err(resolved.errors)
}

/// As [`resolve`], but with what could be resolved beside the errors.
pub(crate) fn resolve_all(
    modules: &[Module],
    queries: &[QuerySource<'_>],
    options: &Options,
) -> Resolved {
    let mut errors = Vec::new();
    let mut tables = Tables::collect(modules, &mut errors);
    let mut broken = Broken {
        tables: !errors.is_empty(),
        ..Broken::default()
    };
    let definitions = std::mem::take(&mut tables.definitions);
    let mut program = hir::Program {
        rules: tables.rules,
        tree: tables.tree,
        builtins: options.builtins.clone(),
        ..hir::Program::default()
    };

    let mut lowered = Vec::new();
    let metadata = Metadata::new(modules);
    let mut assignments = HashSet::new();
    for (index, (module, definitions)) in modules.iter().zip(&definitions).enumerate() {
        if let Some(capabilities) = options.builtins.capabilities() {
            capabilities.check(module, &mut errors);
        }
        let names = Names::of_module(module, modules, options, &mut errors);
        for (at, (rule, id)) in module.rules.iter().zip(definitions).enumerate() {
            let place = Place {
                module: index,
                rule: at,
            };
            let before = errors.len();
            let scope = Lower::new(
                &program,
                &names,
                module.version,
                options,
                Found {
                    errors: &mut errors,
                    assignments: &mut assignments,
                },
            );
            let clauses = scope.in_rule(&metadata, place).rule(rule);
            if errors.iter().skip(before).any(is_breaking) {
                broken.definitions.insert(rule.head.span);
            }
            lowered.push((*id, clauses));
        }
        if options.strict {
            names.report_unused(&module.imports, &mut errors);
        }
    }
    let mut made = Vec::new();
    for source in queries {
        let before = errors.len();
        let names = Names::of_query(source, modules);
        let scope = Lower::new(
            &program,
            &names,
            source.version,
            options,
            Found {
                errors: &mut errors,
                assignments: &mut assignments,
            },
        );
        made.push(scope.query(source));
        if errors.iter().skip(before).any(is_breaking) {
            broken.definitions.insert(source.span);
        }
    }
    program.queries = made;
    errors.extend(metadata.into_errors());
    let firsts = add_clauses(&mut program, lowered);
    program.annotations = annotations(modules, &firsts);

    Resolved {
        program,
        assignments,
        errors,
        broken,
    }
}

/// Whether a definition with this error cannot be checked further.
fn is_breaking(error: &Diagnostic) -> bool {
    !matches!(
        error.code,
        codes::UNUSED_VARIABLE | codes::UNUSED_ARGUMENT | codes::DEPRECATED | codes::METADATA
    )
}

/// Puts what definitions became into their rules; gives back the rule of each and its first clause there.
fn add_clauses(
    program: &mut hir::Program,
    lowered: Vec<(hir::RuleId, clause::Lowered)>,
) -> Vec<(hir::RuleId, Option<usize>)> {
    let mut firsts = Vec::new();
    for (id, clauses) in lowered {
        let Some(rule) = program.rules.get_mut(id.0 as usize) else {
            continue;
        };
        match clauses {
            clause::Lowered::Default(default) => {
                firsts.push((id, None));
                rule.default.get_or_insert(default);
            }
            clause::Lowered::Clauses(clauses) => {
                firsts.push((id, Some(rule.clauses.len())));
                rule.clauses.extend(clauses);
            }
        }
    }
    firsts
}

/// The metadata comments of all modules. `firsts` are the rules of all modules in order, each with its first clause.
fn annotations(
    modules: &[Module],
    firsts: &[(hir::RuleId, Option<usize>)],
) -> Vec<hir::Annotation> {
    use kpol_syntax::ast::AnnotationTarget;

    let mut out = Vec::new();
    let mut before = 0;
    for module in modules {
        for note in &module.annotations {
            let rule = match note.target {
                AnnotationTarget::Rule(index) => firsts.get(before + index).copied(),
                AnnotationTarget::Package => None,
                AnnotationTarget::Import(_) | AnnotationTarget::Nothing => continue,
            };
            out.push(hir::Annotation {
                span: note.span,
                line: note.line,
                yaml: note.yaml.clone(),
                package: rules::package_path(module),
                rule,
            });
        }
        before += module.rules.len();
    }
    out
}
