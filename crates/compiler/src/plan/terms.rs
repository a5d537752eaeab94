//! Terms to operands, and unification.

use crate::builtins::Entry;
use crate::hir::{Body, Callee, Expr, ExprKind, LocalId, RefHead, TemplatePart, Term, TermKind};
use crate::ir::{CompareOp, Const, Local, Operand, Stmt};

use super::Planner;
use super::builder::Builder;
use super::trace::formats;

impl Planner<'_> {
    /// Evaluates a term whose variables are bound, but for those that its refs iterate over. Fails where it is
    /// undefined.
    pub(super) fn term(&mut self, b: &mut Builder, term: &Term) -> Operand {
        match &term.kind {
            TermKind::Const(value) => self.operand(value.clone()),
            TermKind::Var(id) => match b.var(*id) {
                Some(value) => value,
                None => {
                    self.internal(term.span, "a variable is used before it is bound");
                    self.operand(Const::Null)
                }
            },
            TermKind::Array(items) => {
                let items = items.iter().map(|t| self.term(b, t)).collect();
                let dst = b.local();
                b.emit(Stmt::MakeArray { dst, items });
                Operand::Local(dst)
            }
            TermKind::Set(items) => {
                let items = items.iter().map(|t| self.term(b, t)).collect();
                let dst = b.local();
                b.emit(Stmt::MakeSet { dst, items });
                Operand::Local(dst)
            }
            TermKind::Object(entries) => {
                let entries = entries
                    .iter()
                    .map(|(k, v)| (self.term(b, k), self.term(b, v)))
                    .collect();
                let dst = b.local();
                b.emit(Stmt::MakeObject { dst, entries });
                Operand::Local(dst)
            }
            TermKind::Ref { head, path } => self.reference(b, head, path),
            TermKind::Call { callee, args } => self.call(b, term, *callee, args),
            TermKind::ArrayComprehension { head, body } => {
                let dst = self.collection(b, |dst| Stmt::MakeArray {
                    dst,
                    items: Vec::new(),
                });
                self.comprehension(b, body, |this, b| {
                    let item = this.term(b, head);
                    b.emit(Stmt::Push {
                        array: Operand::Local(dst),
                        item,
                    });
                });
                Operand::Local(dst)
            }
            TermKind::SetComprehension { head, body } => {
                let dst = self.collection(b, |dst| Stmt::MakeSet {
                    dst,
                    items: Vec::new(),
                });
                self.comprehension(b, body, |this, b| {
                    let item = this.term(b, head);
                    b.emit(Stmt::Add {
                        set: Operand::Local(dst),
                        item,
                    });
                });
                Operand::Local(dst)
            }
            TermKind::ObjectComprehension { key, value, body } => {
                let site = self.site(term.span, super::UNIQUE_KEYS);
                let dst = self.collection(b, |dst| Stmt::MakeObject {
                    dst,
                    entries: Vec::new(),
                });
                self.comprehension(b, body, |this, b| {
                    let key = this.term(b, key);
                    let value = this.term(b, value);
                    b.emit(Stmt::Insert {
                        object: Operand::Local(dst),
                        path: vec![key],
                        value,
                        site,
                    });
                });
                Operand::Local(dst)
            }
            TermKind::Template(parts) => self.template(b, term, parts),
        }
    }

    fn collection(&mut self, b: &mut Builder, make: impl FnOnce(Local) -> Stmt) -> Local {
        let dst = b.local();
        b.emit(make(dst));
        dst
    }

    fn comprehension(
        &mut self,
        b: &mut Builder,
        body: &Body,
        head: impl FnOnce(&mut Self, &mut Builder),
    ) {
        self.inner(b, |this, b| {
            let depth = b.collect();
            this.body(b, body);
            head(this, b);
            let block = b.collected(depth);
            b.emit(Stmt::Block(block));
        });
    }

    /// Plans a nested body: what it binds is its own.
    pub(super) fn inner(&mut self, b: &mut Builder, f: impl FnOnce(&mut Self, &mut Builder)) {
        let bindings = b.bindings();
        let scans = b.scans;
        if b.inner == 0 {
            b.outer_locals = b.locals();
        }
        b.inner += 1;
        f(self, b);
        b.inner -= 1;
        b.scans = scans;
        b.restore(bindings);
    }

    fn template(&mut self, b: &mut Builder, term: &Term, parts: &[TemplatePart]) -> Operand {
        let items = parts
            .iter()
            .map(|part| match part {
                TemplatePart::Text(text) => self.operand(Const::String(text.clone())),
                TemplatePart::Term(value) => self.optional(b, value),
            })
            .collect();
        let array = b.local();
        b.emit(Stmt::MakeArray { dst: array, items });
        let dst = b.local();
        let Some(builtin) = kpol_abi::builtins::by_name("internal.template_string") else {
            self.internal(term.span, "no builtin for template strings");
            return Operand::Local(dst);
        };
        let site = self.site(term.span, "template string");
        b.emit(Stmt::Builtin {
            dst,
            builtin,
            args: vec![Operand::Local(array)],
            site,
        });
        Operand::Local(dst)
    }

    /// A set of all the values of a term: empty where it is undefined.
    pub(super) fn optional(&mut self, b: &mut Builder, value: &Term) -> Operand {
        let dst = b.local();
        b.emit(Stmt::MakeSet {
            dst,
            items: Vec::new(),
        });
        b.formatting += 1;
        self.inner(b, |this, b| {
            let depth = b.collect();
            let item = this.term(b, value);
            b.emit(Stmt::Add {
                set: Operand::Local(dst),
                item,
            });
            let block = b.collected(depth);
            b.emit(Stmt::Block(block));
        });
        b.formatting -= 1;
        Operand::Local(dst)
    }

    /// An argument of a call. `hoists`: it is evaluated for itself, in front of the call.
    pub(super) fn argument(&mut self, b: &mut Builder, term: &Term, hoists: bool) -> Operand {
        let own = matches!(
            term.kind,
            TermKind::Ref { .. }
                | TermKind::ArrayComprehension { .. }
                | TermKind::SetComprehension { .. }
                | TermKind::ObjectComprehension { .. }
        );
        if hoists && own {
            self.cover(b, term.span);
        }
        self.term(b, term)
    }

    /// A call that gives one value.
    fn call(&mut self, b: &mut Builder, term: &Term, callee: Callee, args: &[Term]) -> Operand {
        let formatting = u32::from(formats(callee));
        b.formatting += formatting;
        let covers = b.covers.take().unwrap_or(term.span);
        let args: Vec<Operand> = args.iter().map(|t| self.argument(b, t, true)).collect();
        b.formatting -= formatting;
        self.cover(b, covers);
        let dst = b.local();
        if let Some(op) = comparison(callee).filter(|_| !self.callees.contains_key(&callee))
            && let [a, c] = args[..]
        {
            b.emit(Stmt::Compare { dst, op, a, b: c });
            return Operand::Local(dst);
        }
        self.emit_call(b, dst, callee, args, term.span);
        Operand::Local(dst)
    }

    /// Emits a call of whatever the callee is at that moment.
    pub(super) fn emit_call(
        &mut self,
        b: &mut Builder,
        dst: Local,
        callee: Callee,
        args: Vec<Operand>,
        span: kpol_diagnostics::Span,
    ) {
        if self.callees.contains_key(&callee) {
            let func = self.mock(callee, args.len());
            b.emit(Stmt::Call { dst, func, args });
            return;
        }
        self.emit_original(b, dst, callee, args, span);
    }

    /// Emits a call of the function or builtin itself.
    pub(super) fn emit_original(
        &mut self,
        b: &mut Builder,
        dst: Local,
        callee: Callee,
        args: Vec<Operand>,
        span: kpol_diagnostics::Span,
    ) {
        match callee {
            Callee::Builtin(builtin) => {
                let program = self.program;
                let entry = program.builtins.get(builtin);
                let site = self.site(span, entry.map_or("builtin", Entry::name));
                let builtin = self.numbered(builtin, entry);
                b.emit(Stmt::Builtin {
                    dst,
                    builtin,
                    args,
                    site,
                });
            }
            Callee::Function(rule) => {
                let func = self.rule_func(rule);
                b.emit(Stmt::Call { dst, func, args });
            }
        }
    }

    /// Makes both terms equal, binding what is unbound.
    pub(super) fn unify(&mut self, b: &mut Builder, left: &Term, right: &Term) {
        match (&left.kind, &right.kind) {
            (TermKind::Array(xs), TermKind::Array(ys))
                if self.open(b, left) || self.open(b, right) =>
            {
                if xs.len() == ys.len() {
                    self.unify_pairs(b, xs.iter().zip(ys).collect());
                } else {
                    self.fail(b);
                }
            }
            (TermKind::Object(xs), TermKind::Object(ys))
                if self.open(b, left) && self.open(b, right) =>
            {
                self.unify_objects(b, left, xs, ys);
            }
            (TermKind::Array(xs), TermKind::Const(Const::Array(ys)))
            | (TermKind::Const(Const::Array(ys)), TermKind::Array(xs)) => {
                if xs.len() == ys.len() {
                    let ys: Vec<Term> = ys
                        .iter()
                        .map(|c| Term {
                            span: left.span,
                            kind: TermKind::Const(c.clone()),
                        })
                        .collect();
                    self.unify_pairs(b, xs.iter().zip(&ys).collect());
                } else {
                    self.fail(b);
                }
            }
            _ if self.open(b, left) => {
                let value = self.term(b, right);
                self.destructure(b, value, left);
            }
            _ if self.open(b, right) => {
                let value = self.term(b, left);
                self.destructure(b, value, right);
            }
            _ => {
                let a = self.term(b, left);
                let c = self.term(b, right);
                b.emit(Stmt::Test {
                    op: CompareOp::Equal,
                    a,
                    b: c,
                });
            }
        }
    }

    /// Unifies pairs, those first whose one side is known.
    fn unify_pairs(&mut self, b: &mut Builder, mut pairs: Vec<(&Term, &Term)>) {
        while !pairs.is_empty() {
            let ready = pairs
                .iter()
                .position(|(x, y)| {
                    self.ready(b, x) && !self.open(b, x) || self.ready(b, y) && !self.open(b, y)
                })
                .or_else(|| {
                    pairs
                        .iter()
                        .position(|(x, y)| !self.is_var(b, x) || !self.is_var(b, y))
                })
                .unwrap_or(0);
            let (x, y) = pairs.remove(ready);
            self.unify(b, x, y);
        }
    }

    fn unify_objects(
        &mut self,
        b: &mut Builder,
        at: &Term,
        xs: &[(Term, Term)],
        ys: &[(Term, Term)],
    ) {
        if xs.len() != ys.len() {
            self.fail(b);
            return;
        }
        let mut pairs = Vec::new();
        for (key, value) in xs {
            let TermKind::Const(key) = &key.kind else {
                self.internal(at.span, "an object pattern has a key that is not ground");
                return;
            };
            let other = ys
                .iter()
                .find(|(k, _)| matches!(&k.kind, TermKind::Const(k) if k == key));
            match other {
                Some((_, other)) => pairs.push((value, other)),
                None => {
                    self.fail(b);
                    return;
                }
            }
        }
        self.unify_pairs(b, pairs);
    }

    /// A statement that always fails.
    pub(super) fn fail(&self, b: &mut Builder) {
        b.emit(Stmt::Fail);
    }

    /// Takes a value apart by a pattern.
    pub(super) fn destructure(&mut self, b: &mut Builder, value: Operand, pattern: &Term) {
        match &pattern.kind {
            TermKind::Var(id) if b.var(*id).is_none() => b.bind(*id, value),
            TermKind::Array(items) if self.open(b, pattern) => {
                b.emit(Stmt::IsArray(value, items.len() as u32));
                self.each_part(
                    b,
                    value,
                    items
                        .iter()
                        .enumerate()
                        .map(|(i, item)| {
                            (
                                Term {
                                    span: item.span,
                                    kind: TermKind::Const(Const::Number(i.to_string())),
                                },
                                item,
                            )
                        })
                        .collect(),
                );
            }
            TermKind::Object(entries) if self.open(b, pattern) => {
                b.emit(Stmt::IsObject(value, entries.len() as u32));
                self.each_part(
                    b,
                    value,
                    entries.iter().map(|(k, v)| (k.clone(), v)).collect(),
                );
            }
            _ => {
                let other = self.term(b, pattern);
                b.emit(Stmt::Test {
                    op: CompareOp::Equal,
                    a: value,
                    b: other,
                });
            }
        }
    }

    /// Destructures the parts of a collection, patterns first: they bind what other parts may need.
    fn each_part(&mut self, b: &mut Builder, source: Operand, mut parts: Vec<(Term, &Term)>) {
        while !parts.is_empty() {
            let next = parts
                .iter()
                .position(|(_, part)| self.open(b, part) || self.ready(b, part))
                .unwrap_or(0);
            let (key, part) = parts.remove(next);
            let key = self.term(b, &key);
            let dst = b.local();
            b.emit(Stmt::Dot { dst, source, key });
            self.destructure(b, Operand::Local(dst), part);
        }
    }

    /// Whether a term is a pattern with variables that are still unbound (those that refs iterate over aside).
    pub(super) fn open(&self, b: &Builder, term: &Term) -> bool {
        match &term.kind {
            TermKind::Var(id) => b.var(*id).is_none(),
            TermKind::Array(items) | TermKind::Set(items) => items.iter().any(|t| self.open(b, t)),
            TermKind::Object(entries) => entries.iter().any(|(_, v)| self.open(b, v)),
            _ => false,
        }
    }

    fn is_var(&self, b: &Builder, term: &Term) -> bool {
        matches!(&term.kind, TermKind::Var(id) if b.var(*id).is_none())
    }

    /// Whether all that a term needs is bound.
    fn ready(&self, b: &Builder, term: &Term) -> bool {
        match &term.kind {
            TermKind::Const(_) => true,
            TermKind::Var(id) => b.var(*id).is_some(),
            TermKind::Array(items) | TermKind::Set(items) => items.iter().all(|t| self.ready(b, t)),
            TermKind::Object(entries) => entries
                .iter()
                .all(|(k, v)| self.ready(b, k) && self.ready(b, v)),
            TermKind::Ref { head, path } => {
                (match head {
                    RefHead::Input | RefHead::Data => true,
                    RefHead::Local(id) => b.var(*id).is_some(),
                    RefHead::Term(term) => self.ready(b, term),
                }) && path
                    .iter()
                    .all(|key| self.open(b, key) || self.ready(b, key))
            }
            TermKind::Call { args, .. } => args.iter().all(|t| self.ready(b, t)),
            TermKind::ArrayComprehension { body, .. }
            | TermKind::SetComprehension { body, .. }
            | TermKind::ObjectComprehension { body, .. } => self.body_ready(b, body),
            TermKind::Template(parts) => parts.iter().all(|part| match part {
                TemplatePart::Text(_) => true,
                TemplatePart::Term(term) => self.ready(b, term),
            }),
        }
    }

    /// Whether a closure has what it needs from outside: approximated by its first expression, whose needs cannot
    /// come from within.
    fn body_ready(&self, b: &Builder, body: &Body) -> bool {
        let first: Option<&Expr> = body.0.first();
        match first.map(|e| &e.kind) {
            Some(ExprKind::Term(term)) => self.ready(b, term),
            Some(ExprKind::SomeIn { collection, .. }) => self.ready(b, collection),
            Some(ExprKind::Unify(x, y)) => {
                (self.open(b, x) || self.ready(b, x)) && (self.open(b, y) || self.ready(b, y))
            }
            _ => true,
        }
    }

    /// A variable's operand, for callers that know that it is bound.
    pub(super) fn bound(
        &mut self,
        b: &Builder,
        id: LocalId,
        span: kpol_diagnostics::Span,
    ) -> Operand {
        match b.var(id) {
            Some(value) => value,
            None => {
                self.internal(span, "a variable is used before it is bound");
                self.operand(Const::Null)
            }
        }
    }
}

/// The comparison that a builtin is.
pub(super) fn comparison(callee: Callee) -> Option<CompareOp> {
    let Callee::Builtin(id) = callee else {
        return None;
    };
    Some(match id.get()?.name {
        "equal" => CompareOp::Equal,
        "neq" => CompareOp::NotEqual,
        "lt" => CompareOp::Less,
        "lte" => CompareOp::LessEqual,
        "gt" => CompareOp::Greater,
        "gte" => CompareOp::GreaterEqual,
        _ => return None,
    })
}
