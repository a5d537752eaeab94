//! "Did you mean": names that are near to one that leads to nothing.

use kpol_diagnostics::Diagnostic;
use kpol_syntax::ast::Module;

use crate::builtins::Registry;
use crate::codes;
use crate::resolve::package_path;

/// The candidate nearest to a name, if one is near enough to be what was meant.
#[must_use]
pub fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let allowed = match name.chars().count() {
        0..=2 => return None,
        3..=5 => 1,
        6..=10 => 2,
        _ => 3,
    };
    candidates
        .filter(|candidate| *candidate != name)
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Adds what may have been meant to errors about names that mean nothing.
pub(crate) fn add(errors: &mut [Diagnostic], modules: &[Module], builtins: &Registry) {
    for error in errors.iter_mut().filter(|error| error.help.is_none()) {
        let module = modules
            .iter()
            .find(|module| module.package.span.source == error.span.source);
        let found = match error.code {
            codes::UNSAFE => variable(error).and_then(|name| {
                let known = module.map_or_else(Vec::new, |module| names(module, modules));
                nearest(name, known.iter().map(String::as_str)).map(str::to_owned)
            }),
            codes::UNDEFINED_FUNCTION => function(error).and_then(|name| {
                let mut known: Vec<String> = builtins
                    .all()
                    .map(|builtin| builtin.name().to_owned())
                    .collect();
                known.extend(module.map_or_else(Vec::new, |module| functions(module, modules)));
                nearest(name, known.iter().map(String::as_str)).map(str::to_owned)
            }),
            _ => None,
        };
        error.help = found.map(|name| format!("did you mean `{name}`?"));
    }
}

fn variable(error: &Diagnostic) -> Option<&str> {
    error
        .message
        .strip_prefix("var ")?
        .strip_suffix(" is unsafe")
}

fn function(error: &Diagnostic) -> Option<&str> {
    error.message.strip_prefix("undefined function ")
}

/// What a name of a module may mean: documents, imports, rules of its package.
fn names(module: &Module, modules: &[Module]) -> Vec<String> {
    let mut known = vec!["input".to_owned(), "data".to_owned()];
    for import in &module.imports {
        let last = import.segments().last();
        let name = import
            .alias
            .as_ref()
            .map_or(last, |alias| Some(&alias.name));
        known.extend(name.map(str::to_owned));
    }
    let package = package_path(module);
    for other in modules
        .iter()
        .filter(|other| package_path(other) == package)
    {
        let heads = other.rules.iter();
        known.extend(heads.filter_map(|rule| rule.head.reference.head_name().map(str::to_owned)));
    }
    known.sort_unstable();
    known.dedup();
    known
}

/// The functions of a module's package by their names there, and those of all packages by their paths.
fn functions(module: &Module, modules: &[Module]) -> Vec<String> {
    let package = package_path(module);
    let mut known = Vec::new();
    for other in modules {
        let path = package_path(other);
        for rule in other.rules.iter().filter(|rule| rule.head.args.is_some()) {
            let Some(name) = rule.head.reference.dotted() else {
                continue;
            };
            if path == package {
                known.push(name.clone());
            }
            known.push(format!("{}.{name}", crate::names::data_ref(&path)));
        }
    }
    known
}
