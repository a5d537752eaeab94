//! Documents made of several rules: packages, and refs with a variable where rules differ.

use kpol_diagnostics::Span;

use crate::hir::{Node, RefHead, RuleKind};
use crate::ir::{Block, Const, FuncId, Operand, Stmt};
use crate::names::data_ref;

use super::Planner;
use super::builder::Builder;

impl Planner<'_> {
    /// The function for the whole document at a path: a rule's value, or the merged package.
    pub(super) fn document(&mut self, path: &[String]) -> FuncId {
        let node = self.node(path);
        if let Some(rule) = node.and_then(|n| n.rule)
            && !matches!(self.rule(rule).kind, RuleKind::Function(_))
        {
            return self.rule_func(rule);
        }
        if let Some(func) = self.documents.get(path) {
            return *func;
        }
        let func = self.declare(data_ref(path), 0, true, None);
        self.documents.insert(path.to_vec(), func);
        let mut b = Builder::new(0);
        self.overridden(&mut b, path);
        let object = b.local();
        if let Some(node) = node {
            b.emit(Stmt::MakeObject {
                dst: object,
                entries: Vec::new(),
            });
            self.children(&mut b, node, path, object);
        }
        let base = b.local();
        self.attempt(&mut b, |this, b| {
            let value = this.base_root(b, path);
            b.emit(Stmt::Copy {
                dst: base,
                src: value,
            });
        });
        let merged = b.local();
        b.emit(Stmt::Merge {
            dst: merged,
            a: Operand::Local(base),
            b: Operand::Local(object),
        });
        b.emit(Stmt::Return(Operand::Local(merged)));
        self.finish(func, b);
        func
    }

    /// Inserts the documents of all children below a node.
    fn children(
        &mut self,
        b: &mut Builder,
        node: &Node,
        path: &[String],
        object: crate::ir::Local,
    ) {
        for (name, child) in &node.children {
            if !has_value(self, child) {
                continue;
            }
            let mut below = path.to_vec();
            below.push(name.clone());
            let func = self.document(&below);
            let key = Operand::Const(self.string(name));
            self.insert_call(b, func, object, vec![key], super::NOWHERE);
        }
    }

    /// Calls a function and, where it has a value, inserts that.
    pub(super) fn insert_call(
        &mut self,
        b: &mut Builder,
        func: FuncId,
        object: crate::ir::Local,
        path: Vec<Operand>,
        span: Span,
    ) {
        let site = self.site(span, super::UNIQUE_KEYS);
        self.attempt(b, |_, b| {
            let dst = b.local();
            b.emit(Stmt::Call {
                dst,
                func,
                args: Vec::new(),
            });
            b.emit(Stmt::Insert {
                object: Operand::Local(object),
                path,
                value: Operand::Local(dst),
                site,
            });
        });
    }

    /// `data.at[x].ground` with `x` unbound: a function that gives an object from each `x` to the value.
    pub(super) fn candidates(&mut self, at: &[String], ground: &[Const]) -> FuncId {
        let id = (at.to_vec(), ground.to_vec());
        if let Some(func) = self.candidates.get(&id) {
            return *func;
        }
        let name = format!("{}[_]{}", data_ref(at), suffix(ground));
        let func = self.declare(name, 0, true, None);
        self.candidates.insert(id, func);
        let mut b = Builder::new(0);
        let object = b.local();
        b.emit(Stmt::MakeObject {
            dst: object,
            entries: Vec::new(),
        });
        let site = self.site(super::NOWHERE, super::UNIQUE_KEYS);
        let names = self.child_names(at);
        for name in &names {
            self.attempt(&mut b, |this, b| {
                let value = this.child(b, at, name, ground);
                let key = Operand::Const(this.string(name));
                b.emit(Stmt::Insert {
                    object: Operand::Local(object),
                    path: vec![key],
                    value,
                    site,
                });
            });
        }
        let known = self.operand(Const::Set(names.into_iter().map(Const::String).collect()));
        self.attempt(&mut b, |this, b| {
            let base = this.base_root(b, at);
            let (key, value) = b.open_scan(base);
            let found = b.local();
            b.emit(Stmt::Not(Block(vec![Stmt::Dot {
                dst: found,
                source: known,
                key: Operand::Local(key),
            }])));
            let keys = this.literal_path(&[], ground);
            let value = this.keys(b, Operand::Local(value), &keys);
            b.emit(Stmt::Insert {
                object: Operand::Local(object),
                path: vec![Operand::Local(key)],
                value,
                site,
            });
        });
        b.emit(Stmt::Return(Operand::Local(object)));
        self.finish(func, b);
        func
    }

    /// `data.at[x].ground` with `x` bound: a function of `x`.
    pub(super) fn dispatcher(&mut self, at: &[String], ground: &[Const]) -> FuncId {
        let id = (at.to_vec(), ground.to_vec());
        if let Some(func) = self.dispatchers.get(&id) {
            return *func;
        }
        let name = format!("{}[x]{}", data_ref(at), suffix(ground));
        let func = self.declare(name, 1, false, None);
        self.dispatchers.insert(id, func);
        let mut b = Builder::new(1);
        let key = Operand::Local(crate::ir::Local(0));
        let mut cases = Vec::new();
        for name in self.child_names(at) {
            let depth = b.collect();
            let value = self.child(&mut b, at, &name, ground);
            b.emit(Stmt::Return(value));
            let block = b.collected(depth);
            cases.push((self.string(&name), block));
        }
        let depth = b.collect();
        let base = self.base_root(&mut b, at);
        let dst = b.local();
        b.emit(Stmt::Dot {
            dst,
            source: base,
            key,
        });
        let keys = self.literal_path(&[], ground);
        let value = self.keys(&mut b, Operand::Local(dst), &keys);
        b.emit(Stmt::Return(value));
        let default = b.collected(depth);
        b.emit(Stmt::Switch {
            on: key,
            cases,
            default,
        });
        self.finish(func, b);
        func
    }

    /// The names of the children of a node that can have a value.
    fn child_names(&self, at: &[String]) -> Vec<String> {
        self.node(at).map_or_else(Vec::new, |node| {
            node.children
                .iter()
                .filter(|(_, child)| has_value(self, child))
                .map(|(name, _)| name.clone())
                .collect()
        })
    }

    fn child(&mut self, b: &mut Builder, at: &[String], name: &str, ground: &[Const]) -> Operand {
        let mut path = self.literal_path(at, &[Const::String(name.to_owned())]);
        path.extend(self.literal_path(&[], ground));
        self.reference(b, &RefHead::Data, &path)
    }

    /// Begins a function whose document `with` may replace: returns the replacement where there is one.
    pub(super) fn overridden(&mut self, b: &mut Builder, path: &[String]) {
        for length in (0..=path.len()).rev() {
            let Some(slot) = self.replaced.get(&path[..length]).copied() else {
                continue;
            };
            let value = b.local();
            b.emit(Stmt::LoadSlot { dst: value, slot });
            let depth = b.collect();
            b.emit(Stmt::IsDefined(Operand::Local(value)));
            let found = path[length..]
                .iter()
                .fold(Operand::Local(value), |source, key| {
                    let key = Operand::Const(self.string(key));
                    let dst = b.local();
                    b.emit(Stmt::TryDot { dst, source, key });
                    Operand::Local(dst)
                });
            b.emit(Stmt::Return(found));
            let block = b.collected(depth);
            b.emit(Stmt::Block(block));
        }
    }

    pub(super) fn finish(&mut self, func: FuncId, b: Builder) {
        let (locals, body) = b.finish();
        self.define(func, locals, body);
    }
}

/// Whether a node has a value: a function has none, but what it stands in is an object.
fn has_value(planner: &Planner<'_>, node: &Node) -> bool {
    node.package
        || !node.children.is_empty()
        || node
            .rule
            .is_some_and(|id| !matches!(planner.rule(id).kind, RuleKind::Function(_)))
}

fn suffix(ground: &[Const]) -> String {
    ground
        .iter()
        .map(|key| match key {
            Const::String(key) if crate::names::is_identifier(key) => format!(".{key}"),
            other => format!("[{other:?}]"),
        })
        .collect()
}
