//! Errors of policies as conftest tells them.

use std::path::PathBuf;

use kpol_compiler::codes::opa_code;
use kpol_compiler::hir::Program;
use kpol_diagnostics::{Diagnostic, SourceMap};

use crate::exit::CommandError;

/// Where policies were found to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// When they were read.
    Parse,
    /// Afterwards.
    Compile,
}

/// What conftest says in front of OPA's errors, and these, one a line.
pub(crate) fn chain(errors: &[Diagnostic], stage: Stage, sources: &SourceMap) -> String {
    let mut errors: Vec<&Diagnostic> = errors.iter().filter(|error| error.is_error()).collect();
    errors.sort_by_key(|error| (sources.name(error.span.source).to_owned(), error.span));
    let lines: Vec<String> = errors
        .iter()
        .flat_map(|error| {
            if stage == Stage::Parse {
                let source = error.span.source;
                return kpol_builtins::syntax_errors(
                    error,
                    sources.name(source),
                    sources.text(source),
                );
            }
            let place = match error.span.is_nowhere() {
                true => String::new(),
                false => format!(
                    "{}:{}: ",
                    sources.name(error.span.source),
                    sources.line_col(error.span).line
                ),
            };
            vec![format!(
                "{place}{}: {}",
                opa_code(error.code),
                error.message
            )]
        })
        .collect();
    let (verb, during) = match stage {
        Stage::Parse => ("load", " during loading"),
        Stage::Compile => ("get compiler", ""),
    };
    let list = match lines.as_slice() {
        [only] => format!("1 error occurred{during}: {only}"),
        all => format!("{} errors occurred{during}:\n{}", all.len(), all.join("\n")),
    };
    format!("load: loading policies: {verb}: {list}")
}

/// That there are no policies.
pub(crate) fn no_policies(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = if paths.is_empty() {
        vec!["policy".to_owned()]
    } else {
        paths
            .iter()
            .map(|path| path.display().to_string())
            .collect()
    };
    if let Some(missing) = paths
        .iter()
        .find(|path| !std::path::Path::new(path).exists())
    {
        return format!(
            "load: loading policies: load: 1 error occurred during loading: stat {missing}: no such file or directory"
        );
    }
    format!(
        "load: loading policies: no policies found in [{}]",
        paths.join(" ")
    )
}

/// `deny.images if …`: a rule whose name begins as that of a check, and which is `true` instead of a set.
///
/// # Errors
/// The first such rule, as conftest refuses it.
pub(crate) fn without_contains(program: &Program, sources: &SourceMap) -> Result<(), CommandError> {
    for rule in &program.rules {
        let package = package_len(program, &rule.path);
        let named = rule
            .path
            .get(package)
            .is_some_and(|name| crate::discover::severity(name).is_some());
        if !named || rule.path.len() < package + 2 {
            continue;
        }
        for clause in &rule.clauses {
            let is_true = clause.branches.first().is_some_and(|branch| {
                matches!(
                    branch.value.kind,
                    kpol_compiler::hir::TermKind::Const(kpol_compiler::ir::Const::Bool(true))
                )
            });
            if is_true && !clause.member {
                return Err(CommandError::Chain(format!(
                    "load: loading policies: rule is using 'if' keyword without 'contains' keyword: rule in {} at line {}",
                    sources.name(clause.span.source),
                    sources.line_col(clause.span).line
                )));
            }
        }
    }
    Ok(())
}

/// How many keys of a path are those of its package.
fn package_len(program: &Program, path: &[String]) -> usize {
    let mut node = &program.tree;
    let mut package = 0;
    for (at, key) in path.iter().enumerate() {
        if node.package {
            package = at;
        }
        match node.children.get(key) {
            Some(child) => node = child,
            None => break,
        }
    }
    package
}
