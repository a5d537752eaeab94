//! Documentation of policies, from their `# METADATA` comments.
//!
//! [`read`] takes modules and gives their annotations in the order of their paths. [`sections`] and [`render`] make of
//! them what `conftest doc` makes: a list of sections for a template in Go's language. [`handbook`] is a document of
//! its own: every rule with what is known about it.

#![forbid(unsafe_code)]

mod annotation;
mod handbook;
mod section;

use kpol_diagnostics::{Diagnostic, SourceId, SourceMap, Span};
use kpol_syntax::ast::{AnnotationTarget, Module, RegoVersion, Rule, TermKind};
use kpol_syntax::parse_module;

pub use crate::annotation::{Annotations, Author, Related, Scope};
pub use crate::handbook::handbook;
pub use crate::section::{DEFAULT_TEMPLATE, Section, render, sections};

/// The code of metadata that cannot be used.
pub const METADATA_ERROR: &str = "metadata-error";

/// Why there is no documentation.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A policy or its metadata has errors.
    #[error("the policies have errors")]
    Policies(Vec<Diagnostic>),
    /// There is no metadata.
    #[error("no annotations found")]
    NoAnnotations,
    /// The template is wrong or failed; Go's words.
    #[error("{0}")]
    Template(String),
}

/// One `# METADATA` comment, and what it is about.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The path of the package or rule, `data` first.
    pub path: Vec<String>,
    /// How many names of the path are the package's.
    pub package: usize,
    /// What is said.
    pub annotations: Annotations,
    /// Where.
    pub span: Span,
}

/// A rule, with or without metadata.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleName {
    /// The package's path, without `data`.
    pub package: Vec<String>,
    /// The rule's path in its package.
    pub name: Vec<String>,
    /// It is a function.
    pub function: bool,
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// Metadata, by path and place.
    pub entries: Vec<Entry>,
    /// All rules, each once, sorted.
    pub rules: Vec<RuleName>,
}

/// Reads the metadata of modules.
///
/// # Errors
///
/// All errors of the modules and their metadata.
pub fn read(
    sources: &SourceMap,
    modules: &[SourceId],
    version: RegoVersion,
) -> Result<Policies, Error> {
    let mut policies = Policies::default();
    let mut errors = Vec::new();
    for id in modules {
        let (module, mut found) = parse_module(*id, sources.text(*id), version);
        errors.append(&mut found);
        if let Some(module) = module {
            collect(&module, &mut policies, &mut errors);
        }
    }
    redeclared(&policies.entries, sources, &mut errors);
    if !errors.is_empty() {
        kpol_diagnostics::sort(&mut errors);
        return Err(Error::Policies(errors));
    }
    policies.entries.sort_by(|a, b| {
        let place = |entry: &Entry| (sources.name(entry.span.source).to_owned(), entry.span.start);
        a.path.cmp(&b.path).then_with(|| place(a).cmp(&place(b)))
    });
    policies.rules.sort();
    policies.rules.dedup();
    Ok(policies)
}

fn collect(module: &Module, policies: &mut Policies, errors: &mut Vec<Diagnostic>) {
    let mut package = vec!["data".to_owned()];
    package.extend(module.package.path.iter().map(|part| part.name.clone()));
    for rule in &module.rules {
        policies.rules.push(RuleName {
            package: package.iter().skip(1).cloned().collect(),
            name: rule_path(rule),
            function: rule.head.args.is_some(),
        });
    }
    for annotation in &module.annotations {
        let (path, on_package) = match annotation.target {
            AnnotationTarget::Package => (package.clone(), true),
            AnnotationTarget::Rule(index) => {
                let Some(rule) = module.rules.get(index) else {
                    continue;
                };
                let mut path = package.clone();
                path.extend(rule_path(rule));
                (path, false)
            }
            AnnotationTarget::Import(_) => {
                let message =
                    "metadata of an import has no effect: it belongs to rules and packages";
                errors.push(Diagnostic::error(METADATA_ERROR, message, annotation.span));
                continue;
            }
            AnnotationTarget::Nothing => continue,
        };
        match annotation::parse(&annotation.yaml, on_package) {
            Ok(annotations) => policies.entries.push(Entry {
                path,
                package: package.len(),
                annotations,
                span: annotation.span,
            }),
            Err(message) => {
                errors.push(Diagnostic::error(METADATA_ERROR, message, annotation.span));
            }
        }
    }
}

/// The names of a rule's head up to the first that is no constant.
fn rule_path(rule: &Rule) -> Vec<String> {
    let head = &rule.head;
    let mut path: Vec<String> = head
        .reference
        .head_name()
        .map(str::to_owned)
        .into_iter()
        .collect();
    for arg in &head.reference.path {
        match &arg.term.kind {
            TermKind::String(name) => path.push(name.clone()),
            TermKind::Number(number) => path.push(number.clone()),
            _ => break,
        }
    }
    path
}

/// A package and a document are described once.
fn redeclared(entries: &[Entry], sources: &SourceMap, errors: &mut Vec<Diagnostic>) {
    let mut seen: Vec<(&Entry, Scope)> = Vec::new();
    for entry in entries {
        let scope = entry.annotations.scope;
        if scope == Scope::Rule {
            continue;
        }
        // Subpackages and documents lie in one tree.
        let tree = |scope: Scope| scope == Scope::Package;
        if let Some((first, _)) = seen
            .iter()
            .find(|(other, kind)| other.path == entry.path && tree(*kind) == tree(scope))
        {
            let at = sources.line_col(first.span);
            errors.push(Diagnostic::error(
                METADATA_ERROR,
                format!(
                    "{} annotation redeclared: {}:{}",
                    scope.name(),
                    sources.name(first.span.source),
                    at.line
                ),
                entry.span,
            ));
        } else {
            seen.push((entry, scope));
        }
    }
}
