//! Rules: their clauses, defaults and conflicts.

use crate::hir::{Body, Clause, Query, Rule, RuleId, RuleKind, Term, TermKind};
use crate::ir::{CompareOp, Const, FuncId, Local, Operand, SiteId, Stmt};

use super::Planner;
use super::builder::Builder;

/// A rule with more clauses than this has a function for each of them, dispatched by the rule index.
const INLINE_CLAUSES: usize = 4;

/// The stack that planning one rule may need, nested terms and all.
const RED_ZONE: usize = 512 << 10;
/// The stack that is added where less is left.
const STACK: usize = 4 << 20;

/// Where a clause's values go.
#[derive(Clone, Copy)]
enum Sink {
    /// All ways to hold must agree on one value.
    Value(Local),
    /// The first way to hold decides: all give the same constant.
    First,
    /// Members of a set.
    Set(Operand),
    /// Entries of an object, or members of sets in it.
    Object(Operand),
}

/// Whether the function of a clause compares its value with the one that is there itself: only it knows which of its
/// branches a conflict is about.
fn joins_result(clause: &Clause, sink: Sink) -> bool {
    matches!(sink, Sink::Value(_)) && clause.branches.len() > 1
}

impl Planner<'_> {
    /// The function of a rule.
    pub(super) fn rule_func(&mut self, id: RuleId) -> FuncId {
        if let Some(func) = self.rules.get(&id) {
            return *func;
        }
        let rule = self.rule(id);
        let params = match rule.kind {
            RuleKind::Function(arity) => arity as u32,
            RuleKind::Complete | RuleKind::Set | RuleKind::Object => 0,
        };
        let is_function = matches!(rule.kind, RuleKind::Function(_));
        let span = rule.clauses.first().map(|clause| clause.span);
        let func = self.declare(rule.name(), params, !is_function, span);
        self.rules.insert(id, func);
        // Rules may call each other in chains as long as a policy.
        stacker::maybe_grow(RED_ZONE, STACK, || {
            self.rule_body(func, id, rule, params, is_function);
        });
        func
    }

    fn rule_body(&mut self, func: FuncId, id: RuleId, rule: &Rule, params: u32, is_function: bool) {
        let mut b = Builder::new(params);
        if !is_function {
            self.overridden(&mut b, &rule.path);
        }
        match rule.kind {
            RuleKind::Complete | RuleKind::Function(_) => self.value_rule(&mut b, id, rule, params),
            RuleKind::Set => {
                let set = b.local();
                b.emit(Stmt::MakeSet {
                    dst: set,
                    items: Vec::new(),
                });
                let set = Operand::Local(set);
                self.clauses(&mut b, id, rule, params, Sink::Set(set));
                b.emit(Stmt::Return(set));
            }
            RuleKind::Object => {
                let object = b.local();
                b.emit(Stmt::MakeObject {
                    dst: object,
                    entries: Vec::new(),
                });
                self.clauses(
                    &mut b,
                    id,
                    rule,
                    params,
                    Sink::Object(Operand::Local(object)),
                );
                self.deeper_rules(&mut b, rule, object);
                b.emit(Stmt::Return(Operand::Local(object)));
            }
        }
        self.finish(func, b);
    }

    fn value_rule(&mut self, b: &mut Builder, id: RuleId, rule: &Rule, params: u32) {
        if constant_value(rule).is_some() {
            self.clauses(b, id, rule, params, Sink::First);
        } else {
            let result = b.local();
            self.clauses(b, id, rule, params, Sink::Value(result));
            self.attempt(b, |_, b| {
                b.emit(Stmt::IsDefined(Operand::Local(result)));
                b.emit(Stmt::Return(Operand::Local(result)));
            });
        }
        if let Some(default) = &rule.default {
            b.scope(&default.locals);
            self.cover(b, default.span);
            let value = self.term(b, &default.value);
            b.emit(Stmt::Return(value));
        }
    }

    /// What a conflict between two values of a rule is called.
    fn conflict(&self, rule: &Rule) -> String {
        let name = rule.name();
        match rule.kind {
            // A key that is written out is a part of the object all the same.
            RuleKind::Complete if self.below_object(rule) => super::UNIQUE_KEYS.to_owned(),
            RuleKind::Complete => format!("rule {name} produced conflicting values"),
            RuleKind::Function(_) => {
                format!("function {name} produced conflicting values for the same inputs")
            }
            RuleKind::Set | RuleKind::Object => super::UNIQUE_KEYS.to_owned(),
        }
    }

    /// Whether the rule's value is an entry of an object that other rules make.
    fn below_object(&self, rule: &Rule) -> bool {
        (1..rule.path.len()).any(|len| {
            rule.path
                .get(..len)
                .and_then(|path| self.node(path))
                .and_then(|node| node.rule)
                .is_some_and(|id| self.rule(id).kind == RuleKind::Object)
        })
    }

    /// Rules that stand below an object rule are part of its document.
    fn deeper_rules(&mut self, b: &mut Builder, rule: &Rule, object: Local) {
        let Some(node) = self.node(&rule.path) else {
            return;
        };
        let mut pending: Vec<(Vec<String>, &crate::hir::Node)> = node
            .children
            .iter()
            .map(|(key, child)| (vec![key.clone()], child))
            .collect();
        while let Some((path, node)) = pending.pop() {
            match node.rule {
                Some(id) if !matches!(self.rule(id).kind, RuleKind::Function(_)) => {
                    let keys: Vec<Operand> = path
                        .iter()
                        .map(|key| Operand::Const(self.string(key)))
                        .collect();
                    self.insert_deeper(b, id, object, keys);
                }
                _ => pending.extend(node.children.iter().map(|(key, child)| {
                    let mut below = path.clone();
                    below.push(key.clone());
                    (below, child)
                })),
            }
        }
    }

    /// Adds the value of a rule that stands below an object rule: a set's members and an object's entries join
    /// those that are there.
    fn insert_deeper(
        &mut self,
        b: &mut Builder,
        id: RuleId,
        object: Local,
        mut path: Vec<Operand>,
    ) {
        let func = self.rule_func(id);
        let rule = self.rule(id);
        let span = rule
            .clauses
            .first()
            .map_or(super::NOWHERE, |clause| clause.head_span);
        if rule.kind == RuleKind::Complete {
            return self.insert_call(b, func, object, path, span);
        }
        let site = self.site(span, super::UNIQUE_KEYS);
        let object = Operand::Local(object);
        self.attempt(b, |_, b| {
            let all = b.local();
            b.emit(Stmt::Call {
                dst: all,
                func,
                args: Vec::new(),
            });
            let (key, value) = b.open_scan(Operand::Local(all));
            let value = Operand::Local(value);
            if rule.kind == RuleKind::Set {
                b.emit(Stmt::AddAt {
                    object,
                    path,
                    item: value,
                    site,
                });
            } else {
                path.push(Operand::Local(key));
                b.emit(Stmt::Insert {
                    object,
                    path,
                    value,
                    site,
                });
            }
        });
    }

    fn clauses(&mut self, b: &mut Builder, id: RuleId, rule: &Rule, params: u32, sink: Sink) {
        let traced = self.traced.contains(&id);
        if rule.clauses.len() <= INLINE_CLAUSES {
            for clause in &rule.clauses {
                let alone = rule.clauses.len() == 1;
                self.clause(b, rule, clause, sink, alone, traced, None);
            }
            return;
        }
        let index = if self.options.no_index || self.options.cover {
            None
        } else {
            super::index::find(rule)
        };
        let mut funcs = Vec::with_capacity(rule.clauses.len());
        for (number, clause) in rule.clauses.iter().enumerate() {
            let settled = index.as_ref().and_then(|index| index.settled(number));
            funcs.push(self.clause_func(rule, number, clause, params, sink, traced, settled));
        }
        let Some(index) = index else {
            for (func, clause) in funcs.into_iter().zip(&rule.clauses) {
                self.call_clause(b, func, rule, clause, params, sink);
            }
            return;
        };
        let on = self.index_operand(b, &index.key);
        let mut cases = Vec::with_capacity(index.groups.len());
        for (value, members) in &index.groups {
            let depth = b.collect();
            for number in members {
                self.call_clause(
                    b,
                    funcs[*number],
                    rule,
                    &rule.clauses[*number],
                    params,
                    sink,
                );
            }
            let block = b.collected(depth);
            cases.push((self.constant(value.clone()), block));
        }
        b.emit(Stmt::Switch {
            on,
            cases,
            default: crate::ir::Block::default(),
        });
        for number in &index.always {
            self.call_clause(
                b,
                funcs[*number],
                rule,
                &rule.clauses[*number],
                params,
                sink,
            );
        }
    }

    /// A function for one clause of many. It takes the rule's parameters and, for a partial rule, the collection; or
    /// the result so far, see [`joins_result`].
    #[expect(
        clippy::too_many_arguments,
        reason = "one call, and each is a different thing"
    )]
    fn clause_func(
        &mut self,
        rule: &Rule,
        number: usize,
        clause: &Clause,
        params: u32,
        sink: Sink,
        traced: bool,
        settled: Option<usize>,
    ) -> FuncId {
        let joins = joins_result(clause, sink);
        let extra = u32::from(joins || matches!(sink, Sink::Set(_) | Sink::Object(_)));
        let name = format!("{}#{}", rule.name(), number + 1);
        let func = self.declare(name, params + extra, false, Some(clause.span));
        let mut b = Builder::new(params + extra);
        let collection = Operand::Local(Local(params));
        let inner = match sink {
            Sink::Value(_) => {
                let result = b.local();
                if joins {
                    let (dst, src) = (result, collection);
                    b.emit(Stmt::Copy { dst, src });
                }
                Sink::Value(result)
            }
            Sink::First => Sink::First,
            Sink::Set(_) => Sink::Set(collection),
            Sink::Object(_) => Sink::Object(collection),
        };
        self.clause(&mut b, rule, clause, inner, !joins, traced, settled);
        if let Sink::Value(result) = inner {
            b.emit(Stmt::Return(Operand::Local(result)));
        }
        self.finish(func, b);
        func
    }

    fn call_clause(
        &mut self,
        b: &mut Builder,
        func: FuncId,
        rule: &Rule,
        clause: &Clause,
        params: u32,
        sink: Sink,
    ) {
        let mut args: Vec<Operand> = (0..params).map(|i| Operand::Local(Local(i))).collect();
        let dst = b.local();
        let value = Operand::Local(dst);
        match sink {
            Sink::Set(collection) | Sink::Object(collection) => {
                args.push(collection);
                b.emit(Stmt::CallClause { dst, func, args });
            }
            Sink::Value(result) if joins_result(clause, sink) => {
                args.push(Operand::Local(result));
                b.emit(Stmt::CallClause {
                    dst: result,
                    func,
                    args,
                });
            }
            Sink::Value(result) => {
                let site = self.site(clause.head_span, self.conflict(rule));
                self.attempt(b, |_, b| {
                    b.emit(Stmt::Call { dst, func, args });
                    b.emit(Stmt::AssignOnce {
                        dst: result,
                        src: value,
                        site,
                    });
                });
            }
            Sink::First => self.attempt(b, |_, b| {
                b.emit(Stmt::Call { dst, func, args });
                b.emit(Stmt::Return(value));
            }),
        }
    }

    /// Plans a clause in place. `alone`: nothing else of the rule follows in this function; `settled`: an
    /// expression of the body that the rule index has already seen to hold.
    #[expect(
        clippy::too_many_arguments,
        reason = "one call, and each is a different thing"
    )]
    fn clause(
        &mut self,
        b: &mut Builder,
        rule: &Rule,
        clause: &Clause,
        sink: Sink,
        alone: bool,
        traced: bool,
        settled: Option<usize>,
    ) {
        b.scope(&clause.locals);
        b.slots = traced.then(Vec::new);
        let site = self.site(clause.head_span, self.conflict(rule));
        let depth = b.collect();
        for (i, arg) in clause.args.iter().enumerate() {
            self.destructure(b, Operand::Local(Local(i as u32)), arg);
        }
        match &clause.branches[..] {
            [branch] => {
                let scans = b.scans;
                self.prefilter(b, &branch.body);
                for (i, expr) in branch.body.0.iter().enumerate() {
                    if settled == Some(i) {
                        self.note_settled(b, expr);
                    } else {
                        self.expr(b, expr);
                    }
                }
                let once = alone && b.scans == scans;
                self.cover(b, clause.head_span);
                self.yields(b, rule, clause, &branch.value, sink, once, site);
            }
            branches => {
                let value = b.local();
                b.emit(Stmt::Reset(value));
                for (i, branch) in branches.iter().enumerate() {
                    let bindings = b.bindings();
                    let site = if i > 0 {
                        self.site(branch.span, self.conflict(rule))
                    } else {
                        site
                    };
                    self.attempt(b, |this, b| {
                        if i > 0 {
                            b.emit(Stmt::IsUndefined(Operand::Local(value)));
                        }
                        this.prefilter(b, &branch.body);
                        this.body(b, &branch.body);
                        let head = if i > 0 {
                            branch.value.span
                        } else {
                            clause.head_span
                        };
                        this.cover(b, head);
                        let src = this.term(b, &branch.value);
                        b.emit(Stmt::AssignOnce {
                            dst: value,
                            src,
                            site,
                        });
                        if let Sink::Value(dst) = sink {
                            b.emit(Stmt::AssignOnce { dst, src, site });
                        }
                    });
                    b.restore(bindings);
                }
                b.emit(Stmt::IsDefined(Operand::Local(value)));
                if !matches!(sink, Sink::Value(_)) {
                    b.emit(Stmt::Return(Operand::Local(value)));
                }
            }
        }
        let block = b.collected(depth);
        b.emit(Stmt::Block(block));
        b.slots = None;
    }

    /// With coverage: tests in front of a body, without a mark, what a rule index would look at. In a clause that it
    /// excludes, nothing is evaluated.
    fn prefilter(&mut self, b: &mut Builder, body: &Body) {
        if !self.options.cover {
            return;
        }
        for expr in &body.0 {
            if let Some((reference, value)) = super::index::compared(expr) {
                let a = self.term(b, reference);
                let value = self.operand(value.clone());
                b.emit(Stmt::Test {
                    op: CompareOp::Equal,
                    a,
                    b: value,
                });
            }
        }
    }

    /// What happens where a body holds.
    #[expect(
        clippy::too_many_arguments,
        reason = "one call, and each is a different thing"
    )]
    fn yields(
        &mut self,
        b: &mut Builder,
        rule: &Rule,
        clause: &Clause,
        value: &Term,
        sink: Sink,
        once: bool,
        site: SiteId,
    ) {
        // What the head reads counts for the place only where the body has nothing to say.
        let scans = b.scans;
        match sink {
            Sink::First => {
                let src = self.term(b, value);
                b.emit(Stmt::Return(src));
            }
            Sink::Value(dst) => {
                let src = self.term(b, value);
                if once && b.scans == scans {
                    b.emit(Stmt::Return(src));
                } else {
                    b.emit(Stmt::AssignOnce { dst, src, site });
                }
            }
            Sink::Set(set) => {
                let item = self.term(b, value);
                if b.slots.is_some() {
                    b.emit(Stmt::AddNew { set, item });
                    self.trace(b, rule, clause.span, item);
                } else {
                    b.emit(Stmt::Add { set, item });
                }
            }
            Sink::Object(object) => {
                let path = clause.tail.iter().map(|key| self.term(b, key)).collect();
                let item = self.term(b, value);
                if clause.member {
                    b.emit(Stmt::AddAt {
                        object,
                        path,
                        item,
                        site,
                    });
                } else {
                    b.emit(Stmt::Insert {
                        object,
                        path,
                        value: item,
                        site,
                    });
                }
            }
        }
    }

    /// A query: a set of objects of its bindings.
    pub(super) fn query(&mut self, query: &Query) -> FuncId {
        let func = self.declare(query.name.clone(), 0, false, Some(query.span));
        let mut b = Builder::new(0);
        b.scope(&query.locals);
        let set = b.local();
        b.emit(Stmt::MakeSet {
            dst: set,
            items: Vec::new(),
        });
        let depth = b.collect();
        self.body(&mut b, &query.body);
        let entries = query
            .bindings
            .iter()
            .map(|(name, id)| {
                let key = self.operand(Const::String(name.clone()));
                (key, self.bound(&b, *id, query.span))
            })
            .collect();
        let item = b.local();
        b.emit(Stmt::MakeObject { dst: item, entries });
        b.emit(Stmt::Add {
            set: Operand::Local(set),
            item: Operand::Local(item),
        });
        let block = b.collected(depth);
        b.emit(Stmt::Block(block));
        b.emit(Stmt::Return(Operand::Local(set)));
        self.finish(func, b);
        func
    }
}

/// The constant that all branches of all clauses give, if they do.
fn constant_value(rule: &Rule) -> Option<&Const> {
    let mut values = rule
        .clauses
        .iter()
        .flat_map(|clause| &clause.branches)
        .map(|branch| match &branch.value.kind {
            TermKind::Const(value) => Some(value),
            _ => None,
        });
    let first = values.next()??;
    values.all(|value| value == Some(first)).then_some(first)
}
