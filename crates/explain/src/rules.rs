//! Rules: their clauses, defaults and conflicts.

use kpol_abi::layout::PARTIAL;
use kpol_compiler::hir::{Branch, Clause, Node, Query, Rule, RuleId, RuleKind, Term, TermKind};
use kpol_diagnostics::Span;
use kpol_runtime::{Kind, Value};

use crate::error::Error;
use crate::machine::{Env, Flow, MAX_DEPTH, Machine, Memo, Res, Val};
use crate::record;

/// Gets the branch that held, the keys of the head, and the value.
type Yields<'y, 'p> = &'y mut dyn FnMut(&mut Machine<'p>, usize, &[Value], Value) -> Res;

impl<'p> Machine<'p> {
    /// The value of a rule that is no function.
    pub(crate) fn rule(&mut self, id: RuleId) -> Res<Value> {
        let rule = self.rule_of(id)?;
        if let Some(value) = self.replaced(&rule.path) {
            return Ok(value);
        }
        let key = (self.state.frame, id);
        match self.rules.get(&key) {
            Some(Memo::Done(value)) => {
                let value = *value;
                self.recorder.note(record::Kind::Known { id, value });
                return Ok(value);
            }
            Some(Memo::Running) => return Err(Error::Internal("recursion")),
            None => {}
        }
        self.rules.insert(key, Memo::Running);
        let value = self.evaluate(id, rule, &[])?;
        self.rules.insert(key, Memo::Done(value));
        Ok(value)
    }

    /// The value of a function for arguments.
    pub(crate) fn function(&mut self, id: RuleId, args: &[Val]) -> Res<Value> {
        let rule = self.rule_of(id)?;
        let words = args.iter().map(|arg| arg.value.0).collect();
        let key = (self.state.frame, id, words);
        if let Some(value) = self.calls.get(&key) {
            let value = *value;
            self.recorder.note(record::Kind::Known { id, value });
            return Ok(value);
        }
        let value = self.evaluate(id, rule, args)?;
        self.calls.insert(key, value);
        Ok(value)
    }

    fn evaluate(&mut self, id: RuleId, rule: &'p Rule, args: &[Val]) -> Res<Value> {
        self.step()?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::Limit("depth"));
        }
        let begun = self.recorder.begin(record::Kind::Rule {
            id,
            args: args.iter().map(|arg| arg.value).collect(),
            value: Value::UNDEFINED,
        });
        let value = self.deeper(|this| match rule.kind {
            RuleKind::Complete | RuleKind::Function(_) => this.value_rule(rule, args),
            RuleKind::Set => {
                let set = this.heap.set_new();
                for (number, clause) in rule.clauses.iter().enumerate() {
                    this.clause(rule, number, clause, args, &mut |this, _, _, value| {
                        this.heap.set_add(set, value);
                        Ok(Flow::Next)
                    })?;
                }
                Ok(set)
            }
            RuleKind::Object => this.object_rule(rule, args),
        })?;
        self.depth -= 1;
        self.recorder.end(begun, |kind| {
            if let record::Kind::Rule { value: slot, .. } = kind {
                *slot = value;
            }
        });
        Ok(value)
    }

    fn value_rule(&mut self, rule: &'p Rule, args: &[Val]) -> Res<Value> {
        let first = gives_one_constant(rule);
        let mut result = Value::UNDEFINED;
        for (number, clause) in rule.clauses.iter().enumerate() {
            let what = self.conflict(rule);
            self.clause(rule, number, clause, args, &mut |this, branch, _, value| {
                if !result.is_defined() {
                    result = value;
                } else if !this.heap.equal(result, value) {
                    let span = branch_span(clause, branch);
                    return Err(Error::Conflict {
                        span,
                        what: what.clone(),
                    });
                }
                Ok(if first { Flow::Stop } else { Flow::Next })
            })?;
            if first && result.is_defined() {
                break;
            }
        }
        if !result.is_defined()
            && let Some(default) = &rule.default
        {
            self.recorder.note(record::Kind::Default);
            let mut env = Env::new(&default.locals);
            self.term(&mut env, &default.value, &mut |_, _, val| {
                result = val.value;
                Ok(Flow::Stop)
            })?;
        }
        Ok(result)
    }

    fn object_rule(&mut self, rule: &'p Rule, args: &[Val]) -> Res<Value> {
        let object = self.heap.object_new();
        for (number, clause) in rule.clauses.iter().enumerate() {
            self.clause(rule, number, clause, args, &mut |this, _, keys, value| {
                let span = clause.head_span;
                if clause.member {
                    this.add_at(object, keys, value, span)?;
                } else {
                    this.insert(object, keys, value, span)?;
                }
                Ok(Flow::Next)
            })?;
        }
        self.deeper_rules(rule, object)?;
        Ok(object)
    }

    /// Rules that stand below an object rule are part of its document.
    fn deeper_rules(&mut self, rule: &'p Rule, object: Value) -> Res<()> {
        let Some(node) = self.node_at(&rule.path) else {
            return Ok(());
        };
        let mut pending: Vec<(Vec<String>, &'p Node)> = (node.children.iter())
            .map(|(key, child)| (vec![key.clone()], child))
            .collect();
        while let Some((path, node)) = pending.pop() {
            let below = match node.rule {
                Some(id) => Some((id, self.rule_of(id)?)),
                None => None,
            };
            match below {
                Some((id, below)) if !matches!(below.kind, RuleKind::Function(_)) => {
                    self.join_deeper(id, below, object, &path)?;
                }
                _ => pending.extend(node.children.iter().map(|(key, child)| {
                    let mut below = path.clone();
                    below.push(key.clone());
                    (below, child)
                })),
            }
        }
        Ok(())
    }

    fn join_deeper(
        &mut self,
        id: RuleId,
        rule: &'p Rule,
        object: Value,
        path: &[String],
    ) -> Res<()> {
        let value = self.rule(id)?;
        if !value.is_defined() {
            return Ok(());
        }
        let span = rule.clauses.first().map_or(Span::NOWHERE, |c| c.head_span);
        let keys: Vec<Value> = path.iter().map(|key| self.heap.string(key)).collect();
        match rule.kind {
            RuleKind::Set => {
                for item in self.heap.items(value) {
                    self.add_at(object, &keys, item, span)?;
                }
            }
            RuleKind::Object => {
                for (key, item) in self.heap.entries(value) {
                    let keys: Vec<Value> = keys.iter().copied().chain([key]).collect();
                    self.insert(object, &keys, item, span)?;
                }
            }
            _ => self.insert(object, &keys, value, span)?,
        }
        Ok(())
    }

    /// What a conflict between two values of a rule is called.
    fn conflict(&self, rule: &Rule) -> String {
        let below_object = (1..rule.path.len()).any(|len| {
            (rule
                .path
                .get(..len)
                .and_then(|path| self.node_at(path)?.rule))
            .and_then(|id| self.rule_of(id).ok())
            .is_some_and(|rule| rule.kind == RuleKind::Object)
        });
        let name = rule.name();
        match rule.kind {
            RuleKind::Complete if !below_object => {
                format!("rule {name} produced conflicting values")
            }
            RuleKind::Function(_) => {
                format!("function {name} produced conflicting values for the same inputs")
            }
            _ => UNIQUE_KEYS.to_owned(),
        }
    }

    /// Evaluates a clause: `yields` gets the branch, the keys of the head and the value, for each way to hold.
    fn clause(
        &mut self,
        rule: &'p Rule,
        number: usize,
        clause: &'p Clause,
        args: &[Val],
        yields: Yields<'_, 'p>,
    ) -> Res<()> {
        let begun = self.recorder.begin(record::Kind::Clause(number));
        let mut env = Env::new(&clause.locals);
        let pairs: Vec<(Val, &'p Term)> = args.iter().copied().zip(&clause.args).collect();
        let what = self.conflict(rule);
        self.patterns(&mut env, &pairs, &mut |this, env| {
            let mut decided = Value::UNDEFINED;
            let many = clause.branches.len() > 1;
            for (at, branch) in clause.branches.iter().enumerate() {
                if decided.is_defined() {
                    break;
                }
                let begun = this.recorder.begin(record::Kind::Branch);
                let flow = this.branch(env, clause, branch, &mut |this, keys, value| {
                    if many && decided.is_defined() && !this.heap.equal(decided, value) {
                        let span = branch_span(clause, at);
                        return Err(Error::Conflict {
                            span,
                            what: what.clone(),
                        });
                    }
                    decided = value;
                    yields(this, at, keys, value)
                })?;
                this.recorder.end(begun, |_| {});
                if flow == Flow::Stop {
                    return Ok(Flow::Stop);
                }
                if !many {
                    break;
                }
            }
            Ok(Flow::Next)
        })?;
        self.recorder.end(begun, |_| {});
        Ok(())
    }

    fn branch(
        &mut self,
        env: &mut Env<'p>,
        clause: &'p Clause,
        branch: &'p Branch,
        yields: &mut dyn FnMut(&mut Self, &[Value], Value) -> Res,
    ) -> Res {
        self.body(env, &branch.body.0, &mut |this, env| {
            let tail: Vec<&'p Term> = clause.tail.iter().collect();
            this.terms(env, &tail, &mut Vec::new(), &mut |this, env, keys| {
                let keys: Vec<Value> = keys.iter().map(|val| val.value).collect();
                this.term(env, &branch.value, &mut |this, _, val| {
                    this.recorder.note(record::Kind::Yield(val.value));
                    yields(this, &keys, val.value)
                })
            })
        })
    }

    /// Inserts below keys; where another value stands there, it is a conflict.
    pub(crate) fn insert(
        &mut self,
        object: Value,
        keys: &[Value],
        value: Value,
        span: Span,
    ) -> Res<()> {
        let (last, keys) = keys.split_last().ok_or(Error::Internal("no key"))?;
        let mut at = object;
        for key in keys {
            at = self.child(at, *key, Kind::Object, span)?;
        }
        if self.heap.object_insert(at, *last, value) {
            Ok(())
        } else {
            Err(unique_keys(span))
        }
    }

    fn add_at(&mut self, object: Value, keys: &[Value], item: Value, span: Span) -> Res<()> {
        let (last, keys) = keys.split_last().ok_or(Error::Internal("no key"))?;
        let mut at = object;
        for key in keys {
            at = self.child(at, *key, Kind::Object, span)?;
        }
        let set = self.child(at, *last, Kind::Set, span)?;
        self.heap.set_add(set, item);
        Ok(())
    }

    /// The collection that is being built below a key.
    fn child(&mut self, parent: Value, key: Value, kind: Kind, span: Span) -> Res<Value> {
        let present = self.heap.dot(parent, key);
        if present.is_defined() {
            let ours = present.is_cell() && self.heap.load(present.0) & PARTIAL != 0;
            return if ours && self.heap.kind(present) == kind {
                Ok(present)
            } else {
                Err(unique_keys(span))
            };
        }
        let made = if kind == Kind::Set {
            self.heap.set_new()
        } else {
            self.heap.object_new()
        };
        let header = self.heap.load(made.0);
        self.heap.store(made.0, header | PARTIAL);
        if self.heap.object_insert(parent, key, made) {
            Ok(made)
        } else {
            Err(unique_keys(span))
        }
    }

    /// The set of a query's solutions: objects of its bindings.
    pub(crate) fn query(&mut self, query: &'p Query) -> Res<Value> {
        let set = self.heap.set_new();
        let mut env = Env::new(&query.locals);
        self.body(&mut env, &query.body.0, &mut |this, env| {
            let mut entries = Vec::with_capacity(query.bindings.len());
            for (name, id) in &query.bindings {
                let value = this.slot(env, *id)?.value;
                if !value.is_defined() {
                    return Err(Error::Internal("an unbound variable"));
                }
                entries.push((this.heap.string(name), value));
            }
            let object = this.heap.object(&entries);
            this.heap.set_add(set, object);
            Ok(Flow::Next)
        })?;
        Ok(set)
    }
}

/// What a conflict between two values of one key is called.
const UNIQUE_KEYS: &str = "object keys must be unique";

fn unique_keys(span: Span) -> Error {
    Error::Conflict {
        span,
        what: UNIQUE_KEYS.to_owned(),
    }
}

fn branch_span(clause: &Clause, at: usize) -> Span {
    match clause.branches.get(at) {
        Some(branch) if at > 0 => branch.span,
        _ => clause.head_span,
    }
}

/// Whether all branches of all clauses give the same constant: then the first way to hold decides.
fn gives_one_constant(rule: &Rule) -> bool {
    let mut values = (rule.clauses.iter().flat_map(|clause| &clause.branches)).map(|branch| {
        match &branch.value.kind {
            TermKind::Const(value) => Some(value),
            _ => None,
        }
    });
    let Some(Some(first)) = values.next() else {
        return false;
    };
    values.all(|value| value == Some(first))
}
