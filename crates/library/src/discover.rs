//! Which rules are checks: `deny`, `violation` and `warn`, with or without a suffix, as conftest has them.

use kpol_compiler::hir::{Program, Rule, RuleKind, TermKind};
use kpol_compiler::ir::Const;
use kpol_diagnostics::Diagnostic;

/// What a rule's results are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// They fail a run.
    Failure,
    /// They do not.
    Warning,
}

/// A rule whose members are findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The package, without `data`.
    pub namespace: String,
    /// The rule's path below `data`.
    pub path: Vec<String>,
    /// What its results are.
    pub severity: Severity,
    /// How many definitions it has: each counts as a test, as in conftest.
    pub definitions: u64,
    /// Whether it is a set, whose members are findings; else its value is a list of them.
    pub set: bool,
}

/// The packages whose checks run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Namespaces {
    /// All there are.
    All,
    /// Names, or globs in which `*` stands for any characters, dots too.
    Named(Vec<String>),
}

impl Namespaces {
    /// Whether a name is a glob.
    #[must_use]
    pub fn is_glob(name: &str) -> bool {
        name.contains(['*', '?', '['])
    }

    /// Whether one of them is that namespace.
    #[must_use]
    pub fn has(&self, namespace: &str) -> bool {
        match self {
            Namespaces::All => true,
            Namespaces::Named(names) => names.iter().any(|name| matches(name, namespace)),
        }
    }
}

/// Whether a namespace is that of a name or glob. A glob that is none matches nothing.
#[must_use]
pub fn matches(name: &str, namespace: &str) -> bool {
    if !Namespaces::is_glob(name) {
        return name == namespace;
    }
    globset::Glob::new(name).is_ok_and(|glob| glob.compile_matcher().is_match(namespace))
}

/// What a policy has to check.
#[derive(Debug, Default)]
pub struct Discovered {
    /// The checks.
    pub checks: Vec<Check>,
    /// Rules whose name says that they are checks, but which have no members.
    pub errors: Vec<Diagnostic>,
    /// All packages with checks, for hints.
    pub namespaces: Vec<String>,
}

/// Finds the checks of a program.
///
/// `any_shape` takes rules of all shapes, as conftest does: what has no members counts as a pass.
#[must_use]
pub fn discover(program: &Program, wanted: &Namespaces, any_shape: bool) -> Discovered {
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
        if !wanted.has(&namespace) {
            continue;
        }
        let is_set = matches!(rule.kind, RuleKind::Set);
        if (is_set || any_shape || is_list(rule)) && package.len() + 1 == rule.path.len() {
            found.checks.push(Check {
                namespace,
                path: rule.path.clone(),
                severity,
                definitions: rule.clauses.len() as u64 + u64::from(rule.default.is_some()),
                set: is_set,
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

/// Whether all values of a rule are written as lists: `violation := [{"msg": msg}] if { ... }`.
fn is_list(rule: &Rule) -> bool {
    let list = |kind: &TermKind| match kind {
        TermKind::Array(_) | TermKind::Set(_) => true,
        TermKind::ArrayComprehension { .. } | TermKind::SetComprehension { .. } => true,
        TermKind::Const(value) => matches!(value, Const::Array(_) | Const::Set(_)),
        _ => false,
    };
    matches!(rule.kind, RuleKind::Complete)
        && rule
            .clauses
            .iter()
            .flat_map(|clause| &clause.branches)
            .all(|branch| list(&branch.value.kind))
        && rule
            .default
            .as_ref()
            .is_none_or(|default| list(&default.value.kind))
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
#[must_use]
pub fn severity(name: &str) -> Option<Severity> {
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
