//! What a module's names without a declaration stand for: its package's rules and its imports.

use std::cell::Cell;
use std::collections::HashMap;

use kpol_diagnostics::Diagnostic;
use kpol_syntax::ast::{Import, Module, RegoVersion};

use crate::codes;
use crate::names::quoting_ref;
use crate::resolve::rules::package_path;
use crate::resolve::{Options, QuerySource};

/// A document that refs start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    Input,
    Data,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) root: Root,
    pub(super) path: Vec<String>,
    used: Cell<bool>,
}

/// The names of a module or query.
#[derive(Debug, Default)]
pub(super) struct Names {
    targets: HashMap<String, Target>,
}

impl Names {
    pub(super) fn of_module(
        module: &Module,
        all: &[Module],
        options: &Options,
        errors: &mut Vec<Diagnostic>,
    ) -> Names {
        let package = package_path(module);
        let mut names = Names::default();
        names.add_package(&package, all);
        names.add_imports(&module.imports);
        if options.strict || module.version == RegoVersion::V1 {
            report_duplicates(&module.imports, errors);
        }
        names
    }

    pub(super) fn of_query(source: &QuerySource<'_>, all: &[Module]) -> Names {
        let mut names = Names::default();
        if !source.package.is_empty() {
            names.add_package(source.package, all);
        }
        names.add_imports(source.imports);
        names
    }

    /// What the name stands for; marks its import as used.
    pub(super) fn get(&self, name: &str) -> Option<&Target> {
        let target = self.targets.get(name)?;
        target.used.set(true);
        Some(target)
    }

    /// The document that the name's target lies in; no use of an import.
    pub(super) fn root(&self, name: &str) -> Option<Root> {
        self.targets.get(name).map(|target| target.root)
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.targets.contains_key(name)
    }

    /// Reports imports whose names nothing uses. Of imports with one name all are used, or none.
    pub(super) fn report_unused(&self, imports: &[Import], errors: &mut Vec<Diagnostic>) {
        for import in imports {
            let target = name(import).and_then(|name| self.targets.get(name));
            if !is_directive(import) && target.is_some_and(|target| !target.used.get()) {
                errors.push(Diagnostic::error(
                    codes::UNUSED_IMPORT,
                    format!("{} unused", text(import)),
                    import.span,
                ));
            }
        }
    }

    fn add_package(&mut self, package: &[String], all: &[Module]) {
        for module in all {
            if package_path(module) != package {
                continue;
            }
            for rule in &module.rules {
                if let Some(name) = rule.head.reference.head_name() {
                    let mut path = package.to_vec();
                    path.push(name.to_owned());
                    self.targets.entry(name.to_owned()).or_insert(Target {
                        root: Root::Data,
                        path,
                        used: Cell::new(false),
                    });
                }
            }
        }
    }

    fn add_imports(&mut self, imports: &[Import]) {
        for import in imports {
            let mut segments = import.segments();
            let root = match segments.next() {
                Some("data") => Root::Data,
                Some("input") => Root::Input,
                _ => continue,
            };
            let path = segments.map(str::to_owned).collect();
            let Some(name) = name(import) else { continue };
            self.targets.insert(
                name.to_owned(),
                Target {
                    root,
                    path,
                    used: Cell::new(false),
                },
            );
        }
    }
}

/// Whether the import only switches the language.
fn is_directive(import: &Import) -> bool {
    matches!(import.segments().next(), Some("rego" | "future"))
}

/// The name that the import introduces.
fn name(import: &Import) -> Option<&str> {
    match &import.alias {
        Some(alias) => Some(&alias.name),
        None => import.segments().last(),
    }
}

fn text(import: &Import) -> String {
    let mut segments = import.segments();
    let head = segments.next().unwrap_or_default();
    let path: Vec<String> = segments.map(str::to_owned).collect();
    let path = quoting_ref(head, &path);
    match &import.alias {
        Some(alias) => format!("import {path} as {}", alias.name),
        None => format!("import {path}"),
    }
}

fn report_duplicates(imports: &[Import], errors: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<&str, &Import> = HashMap::new();
    for import in imports {
        let Some(name) = name(import) else { continue };
        if let Some(first) = seen.get(name) {
            errors.push(
                Diagnostic::error(
                    codes::DUPLICATE_IMPORT,
                    format!("import must not shadow {}", text(first)),
                    import.span,
                )
                .label(first.span, "first imported here"),
            );
        } else {
            seen.insert(name, import);
        }
    }
}
