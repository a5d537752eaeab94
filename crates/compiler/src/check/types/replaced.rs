//! What `with` does to types: a replaced document can also be of its replacement's type, and rules that depend on it
//! may be anything. All else keeps its type.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use kpol_abi::builtins::BuiltinId;
use kpol_diagnostics::Diagnostic;

use crate::check::recursion::Graph;
use crate::check::types::{Checker, Meaning, Signature};
use crate::codes;
use crate::hir::{Callee, Node, RuleId, With, WithTarget, WithValue};
use crate::ir::Const;
use crate::types::{Type, arguments};

/// How deep packages are looked into for the type of a document.
const MAX_PACKAGES: usize = 32;

/// What is found out once for all rules.
#[derive(Default)]
pub(super) struct Shared {
    /// Signatures of builtins.
    pub(super) signatures: HashMap<BuiltinId, Option<Rc<Signature>>>,
    /// For each rule, those that need it; made for the first replacement.
    back: Option<Vec<Vec<usize>>>,
    /// For a path below `data`, the rules there and all that depend on them.
    dependents: HashMap<Vec<String>, Rc<BTreeSet<usize>>>,
}

/// The replacements of one expression.
#[derive(Default)]
pub(super) struct Layer<'e> {
    /// Rules that may be anything, but for one: a replaced function, which keeps its signature.
    relaxed: Vec<(Rc<BTreeSet<usize>>, Option<usize>)>,
    /// The types of replaced documents, by path.
    targets: Vec<(&'e [String], Type)>,
}

impl Shared {
    /// The rules at and below a path, and all that need them.
    fn dependents(&mut self, graph: &Graph, tree: &Node, path: &[String]) -> Rc<BTreeSet<usize>> {
        if let Some(found) = self.dependents.get(path) {
            return Rc::clone(found);
        }
        let mut node = Some(tree);
        for key in path {
            node = node.and_then(|node| node.children.get(key));
        }
        let mut nodes: Vec<&Node> = node.into_iter().collect();
        let mut pending = Vec::new();
        while let Some(node) = nodes.pop() {
            pending.extend(node.rule.map(|id| id.0 as usize));
            nodes.extend(node.children.values());
        }
        let back = self.back.get_or_insert_with(|| graph.back());
        let mut found = BTreeSet::new();
        while let Some(rule) = pending.pop() {
            if found.insert(rule) {
                pending.extend(back.get(rule).into_iter().flatten());
            }
        }
        let found = Rc::new(found);
        self.dependents.insert(path.to_vec(), Rc::clone(&found));
        found
    }
}

impl Layer<'_> {
    /// The type of a replaced document that a path leads to or into, and the length of the document's own path.
    fn target(&self, keys: &[&str]) -> Option<(usize, Type)> {
        let mut found: Option<(usize, Type)> = None;
        for (path, of) in &self.targets {
            if path.len() > keys.len() || path.iter().zip(keys).any(|(own, key)| own != key) {
                continue;
            }
            found = Some(match found {
                // One document is replaced, and then a part of it, or the other way round.
                Some((at, _)) if at != path.len() => (at.min(path.len()), Type::any()),
                _ => (path.len(), of.clone()),
            });
        }
        found
    }

    fn is_relaxed(&self, id: RuleId) -> bool {
        let id = id.0 as usize;
        (self.relaxed.iter()).any(|(rules, but)| *but != Some(id) && rules.contains(&id))
    }
}

impl<'e> Checker<'e> {
    /// What the replacements of an expression make of types.
    pub(super) fn layer(&mut self, withs: &'e [With]) -> Layer<'e> {
        let program = self.program;
        let mut layer = Layer::default();
        for with in withs {
            let path = match &with.target {
                WithTarget::Input(_) | WithTarget::Builtin(_) => continue,
                WithTarget::Data(path) => path,
                WithTarget::Function(id) => match program.rules.get(id.0 as usize) {
                    Some(rule) => &rule.path,
                    None => continue,
                },
            };
            let dependents = (self.shared).dependents(self.graph, &program.tree, path);
            if let WithTarget::Function(id) = &with.target
                && self.signature(Callee::Function(*id)).is_some()
            {
                layer.relaxed.push((dependents, Some(id.0 as usize)));
                continue;
            }
            layer.relaxed.push((dependents, None));
            let of = match &with.value {
                WithValue::Term(term) => {
                    let shape = self.term(term);
                    match self.of(&shape) {
                        Type::Unknown => Type::any(),
                        of => self.extent(path).or(of.settled()),
                    }
                }
                WithValue::Callee(_) => Type::any(),
            };
            layer.targets.push((path, of));
        }
        layer
    }

    /// Whether functions are replaced by functions that can take the same arguments; reports the first that is not.
    pub(super) fn replacements_fit(&mut self, withs: &'e [With]) -> bool {
        for with in withs {
            let target = match &with.target {
                WithTarget::Builtin(id) => Callee::Builtin(*id),
                WithTarget::Function(id) => Callee::Function(*id),
                WithTarget::Input(_) | WithTarget::Data(_) => continue,
            };
            let WithValue::Callee(value) = with.value else {
                continue;
            };
            let (Some(target), Some(value)) = (self.signature(target), self.signature(value))
            else {
                continue;
            };
            let (want, have) = (target.args(), value.args());
            if want.iter().zip(have).all(|(a, b)| a.1.unifies(&b.1)) {
                continue;
            }
            let have: Vec<Type> = have.iter().map(|(_, of)| of.clone()).collect();
            let message = format!(
                "{}: arity mismatch\n\t{}",
                target.name,
                arguments(&have, want)
            );
            self.errors
                .push(Diagnostic::error(codes::TYPES, message, with.span));
            return false;
        }
        true
    }

    /// The type that replacements give to the document that a path leads to or into, and how many keys lead to it.
    pub(super) fn replaced(&self, keys: &[&str]) -> Option<(usize, Type)> {
        self.layers.iter().rev().find_map(|layer| {
            let target = layer.target(keys);
            target.or_else(|| {
                let mut node = &self.program.tree;
                for (at, key) in keys.iter().enumerate() {
                    node = node.children.get(*key)?;
                    if node.rule.is_some_and(|id| layer.is_relaxed(id)) {
                        return Some((at + 1, Type::any()));
                    }
                }
                None
            })
        })
    }

    /// The type that replacements give to a rule.
    pub(super) fn replaced_rule(&self, id: RuleId) -> Option<Type> {
        if self.layers.is_empty() {
            return None;
        }
        let rule = self.program.rules.get(id.0 as usize)?;
        let keys: Vec<&str> = rule.path.iter().map(String::as_str).collect();
        let (at, of) = self.replaced(&keys)?;
        // A function of a replaced package may be anything.
        Some(if at == keys.len() { of } else { Type::any() })
    }

    /// The type of the document at a path.
    fn extent(&self, path: &[String]) -> Type {
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        if let Some((at, of)) = self.replaced(&keys) {
            return if at == keys.len() { of } else { Type::any() };
        }
        let mut node = &self.program.tree;
        for key in path {
            match node.children.get(key) {
                Some(child) => node = child,
                None => return Type::any(),
            }
        }
        self.package(node, 0).unwrap_or_else(Type::any)
    }

    /// The type of all rules from a node on; none where there are no rules.
    fn package(&self, node: &Node, depth: usize) -> Option<Type> {
        if let Some(id) = node.rule {
            return Some(self.known(node, id).unwrap_or_else(Type::any));
        }
        if depth > MAX_PACKAGES {
            return Some(Type::any());
        }
        let fields: Vec<(Const, Type)> = (node.children.iter())
            .filter_map(|(key, child)| {
                Some((Const::String(key.clone()), self.package(child, depth + 1)?))
            })
            .collect();
        // Base documents may stand beside rules.
        (!fields.is_empty()).then(|| Type::object(fields, Some((Type::String, Type::any()))))
    }

    /// The type of a rule's document, with those of deeper rules that are merged into it.
    pub(super) fn known(&self, node: &Node, id: RuleId) -> Option<Type> {
        let Some(Meaning::Document(of)) = self.rules.get(id.0 as usize) else {
            return None;
        };
        if node.children.is_empty() {
            return Some(of.clone());
        }
        let Type::Object(object) = of else {
            return None;
        };
        let mut deeper = Vec::new();
        self.deeper(node, 0, &mut deeper);
        let rest = object.rest.iter().cloned();
        let rest = rest
            .chain(deeper.into_iter().map(|of| (Type::String, of)))
            .reduce(|(key, value), (other, of)| (key.or(other), value.or(of)));
        Some(Type::object(object.fields.clone(), rest))
    }

    /// The types of what the rules below a node put behind its keys.
    fn deeper(&self, node: &Node, depth: usize, out: &mut Vec<Type>) {
        for child in node.children.values() {
            match child.rule.map(|id| self.rules.get(id.0 as usize)) {
                Some(Some(Meaning::Document(of))) if child.children.is_empty() => {
                    out.push(of.clone());
                }
                None if depth < MAX_PACKAGES => {
                    let mut inner = Vec::new();
                    self.deeper(child, depth + 1, &mut inner);
                    let around = |of| Type::object(Vec::new(), Some((Type::String, of)));
                    out.extend(inner.into_iter().map(around));
                }
                _ => out.push(Type::any()),
            }
        }
    }
}

impl Signature {
    /// What it takes.
    fn args(&self) -> &[(String, Type)] {
        self.types.get(..self.arity).unwrap_or(&self.types)
    }
}
