//! The rule tree: which rules there are, of what kind, and whether their definitions go together.

use std::collections::HashMap;

use kpol_diagnostics::{Diagnostic, Span};
use kpol_syntax::ast::{HeadKind, Module, Rule as AstRule};

use crate::codes;
use crate::hir::{Node, Rule, RuleId, RuleKind};
use crate::names::data_ref;

/// All rules, still without clauses.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) rules: Vec<Rule>,
    pub(super) tree: Node,
    /// The rule of each definition, by module.
    pub(super) definitions: Vec<Vec<RuleId>>,
}

/// A definition of a rule.
#[derive(Debug, Clone, Copy)]
struct Definition {
    id: RuleId,
    kind: RuleKind,
    member: bool,
    default: bool,
    span: Span,
}

impl Tables {
    pub(super) fn collect(modules: &[Module], errors: &mut Vec<Diagnostic>) -> Tables {
        let mut tables = Tables::default();
        let mut known: HashMap<Vec<String>, RuleId> = HashMap::new();
        let mut all: Vec<Definition> = Vec::new();
        for module in modules {
            let package = package_path(module);
            node(&mut tables.tree, &package).package = true;
            let mut ids = Vec::new();
            for rule in &module.rules {
                let (path, tail) = path_of(&package, rule);
                let kind = kind_of(rule, tail);
                let next = RuleId(u32::try_from(tables.rules.len()).unwrap_or(u32::MAX));
                let id = *known.entry(path.clone()).or_insert(next);
                if id == next {
                    node(&mut tables.tree, &path).rule = Some(id);
                    tables.rules.push(Rule {
                        path,
                        kind,
                        clauses: Vec::new(),
                        default: None,
                    });
                }
                all.push(Definition {
                    id,
                    kind,
                    member: matches!(rule.head.kind, HeadKind::Contains(_)),
                    default: rule.default,
                    span: rule.span,
                });
                ids.push(id);
            }
            tables.definitions.push(ids);
        }
        tables.report_kinds(&all, errors);
        tables.report_extents(&all, errors);
        tables.report_packages(modules, &all, errors);
        tables
    }

    /// Definitions of one rule that make different documents, and second defaults.
    fn report_kinds(&self, all: &[Definition], errors: &mut Vec<Diagnostic>) {
        let mut groups: Vec<Vec<&Definition>> = vec![Vec::new(); self.rules.len()];
        for definition in all {
            if let Some(group) = groups.get_mut(definition.id.0 as usize) {
                group.push(definition);
            }
        }
        for (rule, group) in self.rules.iter().zip(&groups) {
            let Some(first) = group.first() else { continue };
            if let Some(other) = group
                .iter()
                .find(|d| (d.kind, d.member) != (first.kind, first.member))
            {
                errors.push(
                    Diagnostic::error(
                        codes::CONFLICT,
                        format!("conflicting rules {} found", rule.name()),
                        first.span,
                    )
                    .label(other.span, "does not go together with this"),
                );
                continue;
            }
            let mut defaults = group.iter().filter(|d| d.default);
            if let (Some(first), Some(second)) = (defaults.next(), defaults.next()) {
                errors.push(
                    Diagnostic::error(
                        codes::DEFAULTS,
                        format!("multiple default rules {} found", rule.name()),
                        first.span,
                    )
                    .label(second.span, "second default"),
                );
            }
        }
    }

    /// Rules inside the document of a rule that leaves no room for them.
    fn report_extents(&self, all: &[Definition], errors: &mut Vec<Diagnostic>) {
        let first = |id: RuleId| all.iter().find(|d| d.id == id).map(|d| d.span);
        for (index, rule) in self.rules.iter().enumerate() {
            let id = RuleId(u32::try_from(index).unwrap_or(u32::MAX));
            let Some(here) = find(&self.tree, &rule.path) else {
                continue;
            };
            if here.children.is_empty() {
                continue;
            }
            let mut below = Vec::new();
            for child in here.children.values() {
                rules_below(child, &mut below);
            }
            if rule.kind == RuleKind::Object {
                below.retain(|id| {
                    matches!(
                        self.rules.get(id.0 as usize).map(|r| r.kind),
                        Some(RuleKind::Function(_))
                    )
                });
            }
            if below.is_empty() {
                continue;
            }
            let span = first(id).unwrap_or(Span::NOWHERE);
            let names: Vec<String> = below
                .iter()
                .filter_map(|id| self.rules.get(id.0 as usize))
                .map(Rule::name)
                .collect();
            let mut error = Diagnostic::error(
                codes::CONFLICT,
                format!("rule {} conflicts with {}", rule.name(), names.join(", ")),
                span,
            );
            for other in below.iter().filter_map(|id| first(*id)) {
                error = error.label(other, "stands inside its document");
            }
            errors.push(error);
        }
    }

    /// Rules that stand where a package stands.
    fn report_packages(
        &self,
        modules: &[Module],
        all: &[Definition],
        errors: &mut Vec<Diagnostic>,
    ) {
        for (index, rule) in self.rules.iter().enumerate() {
            if rule.kind == RuleKind::Object
                || !find(&self.tree, &rule.path).is_some_and(|n| n.package)
            {
                continue;
            }
            let span = all
                .iter()
                .find(|d| d.id.0 as usize == index)
                .map_or(Span::NOWHERE, |d| d.span);
            let package = modules.iter().find(|m| package_path(m) == rule.path);
            let name = data_ref(&rule.path);
            let path = name.strip_prefix("data.").unwrap_or(&name);
            let mut error = Diagnostic::error(
                codes::PACKAGE_CONFLICT,
                format!("package {path} conflicts with rule {path}"),
                package.map_or(span, |m| m.package.span),
            );
            if package.is_some() {
                error = error.label(span, "the rule");
            }
            errors.push(error);
        }
    }
}

/// The module's package below `data`.
pub(crate) fn package_path(module: &Module) -> Vec<String> {
    module.package.path.iter().map(|s| s.name.clone()).collect()
}

/// The rule's path, and how many arguments of its head's ref belong to it.
pub(crate) fn path_of(package: &[String], rule: &AstRule) -> (Vec<String>, usize) {
    let mut path = package.to_vec();
    path.extend(rule.head.reference.head_name().map(str::to_owned));
    let mut ground = 0;
    for argument in &rule.head.reference.path {
        let Some(key) = argument.term.as_str() else {
            break;
        };
        path.push(key.to_owned());
        ground += 1;
    }
    (path, ground)
}

fn kind_of(rule: &AstRule, ground: usize) -> RuleKind {
    let head = &rule.head;
    match (&head.args, &head.kind) {
        (Some(args), _) if !args.is_empty() => RuleKind::Function(args.len()),
        // `f() := 1` is another way to write `f := 1`: there is no function to call.
        _ if ground < head.reference.path.len() => RuleKind::Object,
        (_, HeadKind::Contains(_)) => RuleKind::Set,
        (_, HeadKind::Value) => RuleKind::Complete,
    }
}

/// The node at a path.
pub(crate) fn find<'t>(tree: &'t Node, path: &[String]) -> Option<&'t Node> {
    path.iter()
        .try_fold(tree, |node, key| node.children.get(key))
}

fn node<'t>(tree: &'t mut Node, path: &[String]) -> &'t mut Node {
    path.iter().fold(tree, |node, key| {
        node.children.entry(key.clone()).or_default()
    })
}

fn rules_below(node: &Node, out: &mut Vec<RuleId>) {
    out.extend(node.rule);
    for child in node.children.values() {
        rules_below(child, out);
    }
}
