//! Which tests there are.

use std::collections::HashMap;

use kpol_compiler::names::{SKIPPED_TEST_PREFIX, data_ref, test_key};
use kpol_diagnostics::SourceMap;
use kpol_engine::SourceSite;
use kpol_syntax::ast::{AnnotationTarget, HeadKind, Module, Rule, RuleBody, TermKind};

/// A unit test: one definition of a rule that is named as a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// The package (`data.main`).
    pub package: String,
    /// The name below the package, with a number where other tests have the same (`test_x#01`).
    pub name: String,
    /// Where its definition is.
    pub site: SourceSite,
    /// Whether it is not to be run.
    pub skipped: bool,
    pub(crate) path: Vec<String>,
    pub(crate) shape: Shape,
}

/// What a test's value should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `true`.
    Single,
    /// An object of cases.
    Cases,
    /// It has none: it is a function.
    Function,
}

impl Test {
    /// Its name with its package: `data.main.test_x`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.package, self.name)
    }

    /// The path of its rule below `data`, in the program that is run.
    #[must_use]
    pub fn path(&self) -> &[String] {
        &self.path
    }
}

/// Modules and the tests in them.
#[derive(Debug, Clone)]
pub struct Suite {
    pub(crate) modules: Vec<Module>,
    pub(crate) tests: Vec<Test>,
}

impl Suite {
    /// Finds the tests of modules, in the order of modules and rules. `sources` are the texts that spans point into.
    #[must_use]
    pub fn discover(mut modules: Vec<Module>, sources: &SourceMap) -> Suite {
        let mut tests = Vec::new();
        let mut known: HashMap<Vec<String>, usize> = HashMap::new();
        for module in &mut modules {
            split(module);
            let package: Vec<String> = (module.package.path.iter())
                .map(|segment| segment.name.clone())
                .collect();
            for rule in &mut module.rules {
                tests.extend(test(rule, &package, &mut known, sources));
            }
        }
        Suite { modules, tests }
    }

    /// The tests.
    #[must_use]
    pub fn tests(&self) -> &[Test] {
        &self.tests
    }

    /// Leaves tests out that are not wanted; only what is left is compiled.
    pub fn retain(&mut self, wanted: impl FnMut(&Test) -> bool) {
        self.tests.retain(wanted);
    }
}

/// The keys of a rule's path below its package that are known without running it.
fn keys(rule: &Rule) -> Vec<String> {
    let reference = &rule.head.reference;
    reference
        .head_name()
        .into_iter()
        .chain(reference.path.iter().map_while(|key| key.term.as_str()))
        .map(str::to_owned)
        .collect()
}

/// The test that a definition is, if it is one; gives it a name of its own.
fn test(
    rule: &mut Rule,
    package: &[String],
    known: &mut HashMap<Vec<String>, usize>,
    sources: &SourceMap,
) -> Option<Test> {
    let mut keys = keys(rule);
    let at = test_key(&keys)?;
    keys.truncate(at + 1);
    let skipped = keys.get(at)?.starts_with(SKIPPED_TEST_PREFIX);
    if !skipped {
        let mut path = package.to_vec();
        path.extend_from_slice(&keys);
        let before = known.entry(path).or_default();
        if *before > 0 {
            let key = keys.get_mut(at)?;
            *key = format!("{key}#{before:02}");
            rename(rule, at, key);
        }
        *before += 1;
    }
    let (first, rest) = keys.split_first()?;
    let rest = data_ref(rest);
    let position = sources.line_col(rule.span);
    let mut path = package.to_vec();
    path.extend_from_slice(&keys);
    Some(Test {
        package: data_ref(package),
        name: format!("{first}{}", rest.strip_prefix("data").unwrap_or_default()),
        site: SourceSite {
            file: sources.name(rule.span.source).to_owned(),
            line: position.line,
            column: position.column,
            what: data_ref(&path),
        },
        skipped,
        path,
        shape: shape(rule),
    })
}

fn shape(rule: &Rule) -> Shape {
    let constant = |kind: &TermKind| {
        matches!(
            kind,
            TermKind::String(_) | TermKind::Number(_) | TermKind::Bool(_) | TermKind::Null
        )
    };
    if rule.head.args.as_ref().is_some_and(|args| !args.is_empty()) {
        Shape::Function
    } else if matches!(rule.head.kind, HeadKind::Value)
        && (rule.head.reference.path.iter()).any(|key| !constant(&key.term.kind))
    {
        Shape::Cases
    } else {
        Shape::Single
    }
}

/// Gives the key at a place of the head's ref another name.
fn rename(rule: &mut Rule, at: usize, name: &str) {
    let reference = &mut rule.head.reference;
    let key = match at.checked_sub(1) {
        None => Some(&mut *reference.head),
        Some(index) => reference.path.get_mut(index).map(|key| &mut key.term),
    };
    match key.map(|term| &mut term.kind) {
        Some(TermKind::Var(var)) => name.clone_into(&mut var.name),
        Some(TermKind::String(text)) => name.clone_into(text),
        _ => {}
    }
}

/// Writes tests with several bodies (`test_x { .. } { .. }`) once for each: each is a test.
fn split(module: &mut Module) {
    let mut rules = Vec::with_capacity(module.rules.len());
    let mut moved = Vec::with_capacity(module.rules.len());
    for mut rule in std::mem::take(&mut module.rules) {
        moved.push(rules.len());
        if rule.bodies.len() < 2 || test_key(&keys(&rule)).is_none() {
            rules.push(rule);
            continue;
        }
        let bodies: Vec<RuleBody> = std::mem::take(&mut rule.bodies);
        let last = bodies.len().saturating_sub(1);
        for (index, body) in bodies.into_iter().enumerate() {
            let span = if index == 0 { rule.span } else { body.span };
            let else_ = if index == last {
                std::mem::take(&mut rule.else_)
            } else {
                Vec::new()
            };
            rules.push(Rule {
                span,
                default: rule.default,
                head: rule.head.clone(),
                bodies: vec![body],
                else_,
            });
        }
    }
    module.rules = rules;
    for annotation in &mut module.annotations {
        if let AnnotationTarget::Rule(index) = &mut annotation.target
            && let Some(now) = moved.get(*index)
        {
            *index = *now;
        }
    }
}
