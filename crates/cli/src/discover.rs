//! Which rules are checks: `deny`, `violation` and `warn`, with or without a suffix, as conftest has them.

use kpol_compiler::hir::{Program, Rule, RuleKind};
use kpol_diagnostics::Diagnostic;

/// What a rule's results are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    Failure,
    Warning,
}

/// A rule whose members are findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    /// The package, without `data`.
    pub(crate) namespace: String,
    /// The rule's path below `data`.
    pub(crate) path: Vec<String>,
    pub(crate) severity: Severity,
}

/// The packages whose checks run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Namespaces {
    All,
    Named(Vec<String>),
}

/// What a policy has to check.
#[derive(Debug, Default)]
pub(crate) struct Discovered {
    pub(crate) checks: Vec<Check>,
    /// Rules whose name says that they are checks, but which have no members.
    pub(crate) errors: Vec<Diagnostic>,
    /// All packages with checks, for hints.
    pub(crate) namespaces: Vec<String>,
}

/// Finds the checks of a program.
pub(crate) fn discover(program: &Program, wanted: &Namespaces) -> Discovered {
    let mut found = Discovered::default();
    for rule in &program.rules {
        // A function is called by rules, and no rule by itself.
        if matches!(rule.kind, RuleKind::Function(_)) {
            continue;
        }
        let Some((package, name, severity)) = named_as_check(program, rule) else {
            continue;
        };
        let namespace = package.join(".");
        if !found.namespaces.contains(&namespace) {
            found.namespaces.push(namespace.clone());
        }
        if let Namespaces::Named(names) = wanted
            && !names.contains(&namespace)
        {
            continue;
        }
        if matches!(rule.kind, RuleKind::Set) && package.len() + 1 == rule.path.len() {
            found.checks.push(Check {
                namespace,
                path: rule.path.clone(),
                severity,
            });
        } else if let Some(span) = rule
            .clauses
            .first()
            .map(|clause| clause.head_span)
            .or(rule.default.as_ref().map(|default| default.span))
        {
            found.errors.push(
                Diagnostic::error(
                    "check-shape",
                    format!("rule `{name}` is no set of messages, so nothing that it finds would be reported"),
                    span,
                )
                .help(format!("write `{name} contains msg if {{ ... }}`")),
            );
        }
    }
    found.namespaces.sort();
    found
        .checks
        .sort_by(|a, b| (&a.namespace, &a.path).cmp(&(&b.namespace, &b.path)));
    found
}

/// The package, the name and the severity of a rule that is named as a check. The name need not be the last key:
/// that `deny.images` is no check must not be found out by its silence.
fn named_as_check<'r>(
    program: &Program,
    rule: &'r Rule,
) -> Option<(&'r [String], &'r str, Severity)> {
    let mut node = &program.tree;
    let mut package = 0;
    for (at, key) in rule.path.iter().enumerate() {
        if node.package {
            package = at;
        }
        match node.children.get(key) {
            Some(child) => node = child,
            None => break,
        }
    }
    (package..rule.path.len()).find_map(|at| {
        let name = rule.path.get(at)?.as_str();
        Some((rule.path.get(..at)?, name, severity(name)?))
    })
}

/// What a rule's name says about its members: `deny`, `violation` or `warn`, followed by nothing or by `_` and
/// letters or digits, any number of times.
pub(crate) fn severity(name: &str) -> Option<Severity> {
    let (rest, severity) =
        if let Some(rest) = name.strip_prefix("deny").or(name.strip_prefix("violation")) {
            (rest, Severity::Failure)
        } else {
            (name.strip_prefix("warn")?, Severity::Warning)
        };
    if rest.is_empty() {
        return Some(severity);
    }
    rest.strip_prefix('_')?
        .split('_')
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
        .then_some(severity)
}

#[cfg(test)]
mod tests {
    use super::{Severity, severity};

    #[test]
    fn names_of_checks() {
        for (name, expected) in [
            ("deny", Some(Severity::Failure)),
            ("deny_a_1", Some(Severity::Failure)),
            ("violation", Some(Severity::Failure)),
            ("violation_x", Some(Severity::Failure)),
            ("warn", Some(Severity::Warning)),
            ("warn_2", Some(Severity::Warning)),
            ("denyall", None),
            ("deny_", None),
            ("deny_a_", None),
            ("deny-a", None),
            ("warning", None),
            ("allow", None),
        ] {
            assert_eq!(severity(name), expected, "{name}");
        }
    }
}
