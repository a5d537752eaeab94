//! Refs: literal keys look up, unbound variables iterate, and refs into `data` find rules.

use crate::hir::{Node, RefHead, RuleKind, Term, TermKind};
use crate::ir::{Block, Const, Operand, Stmt};

use super::Planner;
use super::builder::Builder;

impl Planner<'_> {
    /// Evaluates a ref; fails where it is undefined, iterates where a key is unbound.
    pub(super) fn reference(&mut self, b: &mut Builder, head: &RefHead, path: &[Term]) -> Operand {
        let start = match head {
            RefHead::Input => {
                b.note_ref(None, path);
                let dst = b.local();
                b.emit(Stmt::Input(dst));
                Operand::Local(dst)
            }
            RefHead::Data => return self.data(b, path),
            RefHead::Local(id) => {
                let span = path.first().map_or(super::NOWHERE, |t| t.span);
                let start = self.bound(b, *id, span);
                b.note_ref(Some(start), path);
                start
            }
            RefHead::Term(term) => self.term(b, term),
        };
        self.keys(b, start, path)
    }

    /// Follows keys from a value.
    pub(super) fn keys(&mut self, b: &mut Builder, start: Operand, path: &[Term]) -> Operand {
        let mut source = start;
        for (i, key) in path.iter().enumerate() {
            source = self.key(b, source, key);
            // Behind a key that is not literal, what was read begins anew.
            let literal = matches!(key.kind, TermKind::Const(Const::String(_)));
            if !literal && i + 1 < path.len() {
                b.note_ref(Some(source), &path[i + 1..]);
            }
        }
        source
    }

    fn key(&mut self, b: &mut Builder, source: Operand, key: &Term) -> Operand {
        if self.open(b, key) {
            let (k, v) = b.open_scan(source);
            b.note_scan(source, Operand::Local(k), Operand::Local(v));
            self.destructure(b, Operand::Local(k), key);
            return Operand::Local(v);
        }
        let key = self.term(b, key);
        let dst = b.local();
        b.emit(Stmt::Dot { dst, source, key });
        Operand::Local(dst)
    }

    /// A ref into base data and rules.
    fn data(&mut self, b: &mut Builder, path: &[Term]) -> Operand {
        let program = self.program;
        let mut node = &program.tree;
        let mut at: Vec<String> = Vec::new();
        for (i, key) in path.iter().enumerate() {
            if let Some(value) = self.rule_value(b, node) {
                // A helper rule often hands out a part of the input.
                b.note_ref(Some(value), &path[i..]);
                return self.keys(b, value, &path[i..]);
            }
            let rest = &path[i + 1..];
            match &key.kind {
                TermKind::Const(Const::String(name)) => match node.children.get(name) {
                    Some(child) => {
                        node = child;
                        at.push(name.clone());
                    }
                    None => return self.base(b, &at, &path[i..]),
                },
                TermKind::Const(_) => return self.base(b, &at, &path[i..]),
                _ => {
                    // What follows is looked up below each child alone, so that their other rules stay out of it.
                    let ground: Vec<Const> = rest
                        .iter()
                        .map_while(|t| match &t.kind {
                            TermKind::Const(c) => Some(c.clone()),
                            _ => None,
                        })
                        .collect();
                    let behind = &rest[ground.len()..];
                    let value = if self.open(b, key) {
                        let func = self.candidates(&at, &ground);
                        let dst = b.local();
                        b.emit(Stmt::Call {
                            dst,
                            func,
                            args: Vec::new(),
                        });
                        self.key(b, Operand::Local(dst), key)
                    } else {
                        let key = self.term(b, key);
                        let func = self.dispatcher(&at, &ground);
                        let dst = b.local();
                        b.emit(Stmt::Call {
                            dst,
                            func,
                            args: vec![key],
                        });
                        Operand::Local(dst)
                    };
                    return self.keys(b, value, behind);
                }
            }
        }
        if let Some(value) = self.rule_value(b, node) {
            return value;
        }
        let func = self.document(&at);
        let dst = b.local();
        b.emit(Stmt::Call {
            dst,
            func,
            args: Vec::new(),
        });
        Operand::Local(dst)
    }

    /// The value of the rule at a node, if there is one that has a value of its own.
    fn rule_value(&mut self, b: &mut Builder, node: &Node) -> Option<Operand> {
        let id = node.rule?;
        if matches!(self.rule(id).kind, RuleKind::Function(_)) {
            return None;
        }
        let func = self.rule_func(id);
        let dst = b.local();
        b.emit(Stmt::Call {
            dst,
            func,
            args: Vec::new(),
        });
        Some(Operand::Local(dst))
    }

    /// A ref below a path at which there are no rules: base data alone.
    fn base(&mut self, b: &mut Builder, at: &[String], rest: &[Term]) -> Operand {
        let start = self.base_root(b, at);
        rest.iter().fold(start, |source, key| match &key.kind {
            TermKind::Const(Const::Number(number)) => self.base_number(b, source, number),
            _ => self.key(b, source, key),
        })
    }

    /// A number as a key of base data: an index, or the text of an object's key.
    fn base_number(&mut self, b: &mut Builder, source: Operand, number: &str) -> Operand {
        let dst = b.local();
        let index = self.operand(Const::Number(number.to_owned()));
        b.emit(Stmt::TryDot {
            dst,
            source,
            key: index,
        });
        let text = Operand::Const(self.string(number));
        let found = b.local();
        b.emit(Stmt::TryDot {
            dst: found,
            source,
            key: text,
        });
        b.emit(Stmt::Block(Block(vec![
            Stmt::IsUndefined(Operand::Local(found)),
            Stmt::Copy {
                dst: found,
                src: Operand::Local(dst),
            },
        ])));
        b.emit(Stmt::IsDefined(Operand::Local(found)));
        Operand::Local(found)
    }

    /// The base document at a path; fails where there is none.
    pub(super) fn base_root(&mut self, b: &mut Builder, at: &[String]) -> Operand {
        let dst = b.local();
        b.emit(Stmt::Data(dst));
        at.iter().fold(Operand::Local(dst), |source, key| {
            let key = Operand::Const(self.string(key));
            let dst = b.local();
            b.emit(Stmt::Dot { dst, source, key });
            Operand::Local(dst)
        })
    }

    /// A ref with literal keys only, as terms.
    pub(super) fn literal_path(&self, at: &[String], ground: &[Const]) -> Vec<Term> {
        at.iter()
            .map(|key| Const::String(key.clone()))
            .chain(ground.iter().cloned())
            .map(|value| Term {
                span: super::NOWHERE,
                kind: TermKind::Const(value),
            })
            .collect()
    }

    /// Runs `f` into a block whose failure ends only that block.
    pub(super) fn attempt(&mut self, b: &mut Builder, f: impl FnOnce(&mut Self, &mut Builder)) {
        let depth = b.collect();
        f(self, b);
        let Block(stmts) = b.collected(depth);
        b.emit(Stmt::Block(Block(stmts)));
    }
}
