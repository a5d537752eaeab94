//! Terms, refs, and unification.

use kpol_compiler::hir::{
    Body, Expr, ExprKind, LocalId, Node, RefHead, RuleKind, TemplatePart, Term, TermKind,
};
use kpol_compiler::ir::Const;
use kpol_input::NodeId;
use kpol_runtime::{Kind, Value};

use crate::body::Then;
use crate::error::Error;
use crate::machine::{Env, Flow, Machine, Res, Val};
use crate::record;

/// What follows a term.
pub(crate) type With<'c, 'p> = &'c mut dyn FnMut(&mut Machine<'p>, &mut Env<'p>, Val) -> Res;

impl<'p> Machine<'p> {
    pub(crate) fn slot<'e>(&self, env: &'e mut Env<'p>, id: LocalId) -> Res<&'e mut Val> {
        (env.vals.get_mut(id.0 as usize)).ok_or(Error::Internal("no such variable"))
    }

    fn var(&self, env: &Env<'p>, id: LocalId) -> Option<Val> {
        let val = env.vals.get(id.0 as usize)?;
        val.value.is_defined().then_some(*val)
    }

    /// Where an item of a collection stands in the input.
    pub(crate) fn place_of(&self, source: Val, key: Value, value: Value) -> Option<NodeId> {
        if let Some(node) = self.places.get(&value.0) {
            return Some(*node);
        }
        let parent = source
            .at
            .or_else(|| self.places.get(&source.value.0).copied())?;
        self.input_child(parent, key)
    }

    fn input_child(&self, parent: NodeId, key: Value) -> Option<NodeId> {
        let document = self.document.as_ref()?;
        if self.heap.is_string(key) {
            document.get(parent, self.heap.text(key))
        } else {
            let index = self.heap.as_index(key)?;
            document.item(parent, usize::try_from(index).ok()?)
        }
    }

    /// Evaluates a term: `then` for each value that it has. Not at all where it is undefined.
    pub(crate) fn term(&mut self, env: &mut Env<'p>, term: &'p Term, then: With<'_, 'p>) -> Res {
        match &term.kind {
            TermKind::Const(value) => {
                let value = self.constant(value)?;
                then(self, env, Val::of(value))
            }
            TermKind::Var(id) => {
                let val = self
                    .var(env, *id)
                    .ok_or(Error::Internal("an unbound variable"))?;
                self.read(term, val);
                then(self, env, val)
            }
            TermKind::Array(items) => {
                let items: Vec<&'p Term> = items.iter().collect();
                self.terms(env, &items, &mut Vec::new(), &mut |this, env, items| {
                    let items: Vec<Value> = items.iter().map(|val| val.value).collect();
                    let value = this.heap.array(&items);
                    then(this, env, Val::of(value))
                })
            }
            TermKind::Set(items) => {
                let items: Vec<&'p Term> = items.iter().collect();
                self.terms(env, &items, &mut Vec::new(), &mut |this, env, items| {
                    let items: Vec<Value> = items.iter().map(|val| val.value).collect();
                    let value = this.heap.set(&items);
                    then(this, env, Val::of(value))
                })
            }
            TermKind::Object(entries) => {
                let parts: Vec<&'p Term> = entries.iter().flat_map(|(k, v)| [k, v]).collect();
                self.terms(env, &parts, &mut Vec::new(), &mut |this, env, parts| {
                    let entries: Vec<(Value, Value)> = (parts.chunks_exact(2))
                        .filter_map(|pair| match pair {
                            [key, value] => Some((key.value, value.value)),
                            _ => None,
                        })
                        .collect();
                    let value = this.heap.object(&entries);
                    then(this, env, Val::of(value))
                })
            }
            TermKind::Ref { head, path } => self.reference(env, term, head, path, then),
            TermKind::Call { callee, args } => {
                let args: Vec<&'p Term> = args.iter().collect();
                self.terms(env, &args, &mut Vec::new(), &mut |this, env, args| {
                    let value = this.call(*callee, args, term.span)?;
                    let at = this.places.get(&value.0).copied();
                    let val = Val { value, at };
                    this.read(term, val);
                    if value.is_defined() {
                        then(this, env, val)
                    } else {
                        Ok(Flow::Next)
                    }
                })
            }
            TermKind::ArrayComprehension { head, body } => {
                let array = self.heap.array_new(4);
                let mut items = Vec::new();
                self.comprehension(env, body, &mut |this, env| {
                    this.term(env, head, &mut |_, _, val| {
                        items.push(val.value);
                        Ok(Flow::Next)
                    })
                })?;
                for item in items {
                    self.heap.array_push(array, item);
                }
                self.made_of(env, term, array, then)
            }
            TermKind::SetComprehension { head, body } => {
                let set = self.heap.set_new();
                self.comprehension(env, body, &mut |this, env| {
                    this.term(env, head, &mut |this, _, val| {
                        this.heap.set_add(set, val.value);
                        Ok(Flow::Next)
                    })
                })?;
                self.made_of(env, term, set, then)
            }
            TermKind::ObjectComprehension { key, value, body } => {
                let object = self.heap.object_new();
                self.comprehension(env, body, &mut |this, env| {
                    this.terms(env, &[key, value], &mut Vec::new(), &mut |this, _, pair| {
                        if let [key, value] = pair {
                            this.insert(object, &[key.value], value.value, term.span)?;
                        }
                        Ok(Flow::Next)
                    })
                })?;
                self.made_of(env, term, object, then)
            }
            TermKind::Template(parts) => {
                let value = self.template(env, term, parts)?;
                self.made_of(env, term, value, then)
            }
        }
    }

    fn made_of(
        &mut self,
        env: &mut Env<'p>,
        term: &'p Term,
        value: Value,
        then: With<'_, 'p>,
    ) -> Res {
        self.read(term, Val::of(value));
        if value.is_defined() {
            then(self, env, Val::of(value))
        } else {
            Ok(Flow::Next)
        }
    }

    fn read(&mut self, term: &Term, val: Val) {
        self.recorder.note(record::Kind::Read {
            span: term.span,
            value: val.value,
            at: val.at,
            missing: None,
        });
    }

    /// Evaluates terms one after the other.
    pub(crate) fn terms(
        &mut self,
        env: &mut Env<'p>,
        terms: &[&'p Term],
        vals: &mut Vec<Val>,
        then: &mut dyn FnMut(&mut Self, &mut Env<'p>, &[Val]) -> Res,
    ) -> Res {
        let Some(next) = terms.get(vals.len()) else {
            let vals = vals.clone();
            return then(self, env, &vals);
        };
        self.deeper(|this| {
            this.term(env, next, &mut |this, env, val| {
                vals.push(val);
                let flow = this.terms(env, terms, vals, then);
                vals.pop();
                flow
            })
        })
    }

    fn comprehension(&mut self, env: &mut Env<'p>, body: &'p Body, then: Then<'_, 'p>) -> Res<()> {
        let begun = self.recorder.begin(record::Kind::Body);
        self.body(env, &body.0, then)?;
        self.recorder.end(begun, |_| {});
        Ok(())
    }

    fn template(
        &mut self,
        env: &mut Env<'p>,
        term: &'p Term,
        parts: &'p [TemplatePart],
    ) -> Res<Value> {
        let mut items = Vec::with_capacity(parts.len());
        for part in parts {
            items.push(match part {
                TemplatePart::Text(text) => self.heap.string(text),
                TemplatePart::Term(part) => {
                    let set = self.heap.set_new();
                    self.term(env, part, &mut |this, _, val| {
                        this.heap.set_add(set, val.value);
                        Ok(Flow::Next)
                    })?;
                    set
                }
            });
        }
        let array = self.heap.array(&items);
        let builtin = kpol_abi::builtins::by_name("internal.template_string")
            .ok_or(Error::Internal("no builtin for template strings"))?;
        self.builtin(builtin, &[array], term.span)
    }

    /// Evaluates a ref; iterates where a key is unbound.
    fn reference(
        &mut self,
        env: &mut Env<'p>,
        term: &'p Term,
        head: &'p RefHead,
        path: &'p [Term],
        then: With<'_, 'p>,
    ) -> Res {
        let mut found = false;
        let mut noted = |this: &mut Self, env: &mut Env<'p>, val: Val| {
            found = true;
            this.read(term, val);
            then(this, env, val)
        };
        let flow = match head {
            RefHead::Input => {
                let input = self.state.input;
                if input.value.is_defined() {
                    self.keys(env, term, input, path, &mut noted)?
                } else {
                    Flow::Next
                }
            }
            RefHead::Data => self.data(env, term, path, &mut noted)?,
            RefHead::Local(id) => {
                let start = self
                    .var(env, *id)
                    .ok_or(Error::Internal("an unbound variable"))?;
                self.keys(env, term, start, path, &mut noted)?
            }
            RefHead::Term(head) => self.term(env, head, &mut |this, env, start| {
                this.keys(env, term, start, path, &mut noted)
            })?,
        };
        if !found {
            self.recorder.note(record::Kind::Read {
                span: term.span,
                value: Value::UNDEFINED,
                at: None,
                missing: self.dead_end.take(),
            });
        }
        Ok(flow)
    }

    /// Follows keys from a value.
    fn keys(
        &mut self,
        env: &mut Env<'p>,
        term: &'p Term,
        source: Val,
        path: &'p [Term],
        then: With<'_, 'p>,
    ) -> Res {
        let Some((key, rest)) = path.split_first() else {
            return then(self, env, source);
        };
        if self.open(env, key) {
            return self.each(source, &mut |this, k, v| {
                this.patterns(env, &[(k, key)], &mut |this, env| {
                    this.keys(env, term, v, rest, then)
                })
            });
        }
        self.term(env, key, &mut |this, env, key| {
            let value = this.heap.dot(source.value, key.value);
            if !value.is_defined() {
                this.dead_end = source
                    .at
                    .or_else(|| this.places.get(&source.value.0).copied());
                return Ok(Flow::Next);
            }
            let at = this.place_of(source, key.value, value);
            this.keys(env, term, Val { value, at }, rest, then)
        })
    }

    /// A ref into base data and rules.
    fn data(
        &mut self,
        env: &mut Env<'p>,
        term: &'p Term,
        path: &'p [Term],
        then: With<'_, 'p>,
    ) -> Res {
        let mut node = &self.program.tree;
        let mut at: Vec<String> = Vec::new();
        for (i, key) in path.iter().enumerate() {
            let here = path.get(i..).unwrap_or_default();
            if let Some(value) = self.rule_value(node)? {
                return self.keys_of(env, term, value, here, then);
            }
            match &key.kind {
                TermKind::Const(Const::String(name)) => match node.children.get(name) {
                    Some(child) => {
                        node = child;
                        at.push(name.clone());
                    }
                    None => {
                        let base = self.base(&at);
                        return self.base_keys(env, term, base, here, then);
                    }
                },
                TermKind::Const(_) => {
                    let base = self.base(&at);
                    return self.base_keys(env, term, base, here, then);
                }
                _ => {
                    let rest = path.get(i + 1..).unwrap_or_default();
                    let ground: Vec<&'p Const> = rest
                        .iter()
                        .map_while(|term| match &term.kind {
                            TermKind::Const(value) => Some(value),
                            _ => None,
                        })
                        .collect();
                    let behind = rest.get(ground.len()..).unwrap_or_default();
                    if self.open(env, key) {
                        let all = self.candidates(node, &at, &ground)?;
                        return self.each(Val::of(all), &mut |this, k, v| {
                            this.patterns(env, &[(k, key)], &mut |this, env| {
                                this.keys(env, term, v, behind, then)
                            })
                        });
                    }
                    return self.term(env, key, &mut |this, env, key| {
                        let value = this.child_value(node, &at, key.value, &ground)?;
                        this.keys_of(env, term, value, behind, then)
                    });
                }
            }
        }
        let value = match self.rule_value(node)? {
            Some(value) => value,
            None => self.document(&at)?,
        };
        self.keys_of(env, term, value, &[], then)
    }

    fn keys_of(
        &mut self,
        env: &mut Env<'p>,
        term: &'p Term,
        value: Value,
        path: &'p [Term],
        then: With<'_, 'p>,
    ) -> Res {
        if !value.is_defined() {
            return Ok(Flow::Next);
        }
        let at = self.places.get(&value.0).copied();
        self.keys(env, term, Val { value, at }, path, then)
    }

    /// The value of the rule at a node, if there is one that has a value of its own.
    fn rule_value(&mut self, node: &'p Node) -> Res<Option<Value>> {
        let Some(id) = node.rule else {
            return Ok(None);
        };
        if matches!(self.rule_of(id)?.kind, RuleKind::Function(_)) {
            return Ok(None);
        }
        self.rule(id).map(Some)
    }

    /// Below a path at which there are no rules: base data alone.
    fn base_keys(
        &mut self,
        env: &mut Env<'p>,
        term: &'p Term,
        source: Value,
        path: &'p [Term],
        then: With<'_, 'p>,
    ) -> Res {
        if !source.is_defined() {
            return Ok(Flow::Next);
        }
        let Some((key, rest)) = path.split_first() else {
            let at = self.places.get(&source.0).copied();
            return then(self, env, Val { value: source, at });
        };
        // Keys that follow a variable are looked up as those of any other value.
        match &key.kind {
            TermKind::Const(Const::Number(number)) => {
                let value = self.base_number(source, number)?;
                self.base_keys(env, term, value, rest, then)
            }
            TermKind::Const(value) => {
                let key = self.constant(value)?;
                let value = self.heap.dot(source, key);
                self.base_keys(env, term, value, rest, then)
            }
            _ if self.open(env, key) => self.each(Val::of(source), &mut |this, k, v| {
                this.patterns(env, &[(k, key)], &mut |this, env| {
                    this.base_keys(env, term, v.value, rest, then)
                })
            }),
            _ => self.term(env, key, &mut |this, env, key| {
                let value = this.heap.dot(source, key.value);
                this.base_keys(env, term, value, rest, then)
            }),
        }
    }

    /// A number as a key of base data: the text of an object's key, or an index.
    fn base_number(&mut self, source: Value, number: &str) -> Res<Value> {
        let text = self.heap.string(number);
        let found = self.heap.dot(source, text);
        if found.is_defined() {
            return Ok(found);
        }
        let index = self.made(&Const::Number(number.to_owned()))?;
        Ok(self.heap.dot(source, index))
    }

    /// `data.at[x].ground` for each `x`: an object of the values.
    fn candidates(&mut self, node: &'p Node, at: &[String], ground: &[&'p Const]) -> Res<Value> {
        let object = self.heap.object_new();
        for (name, child) in &node.children {
            if self.has_value(child) {
                let value = self.child_document(child, at, name, ground)?;
                if value.is_defined() {
                    let name = self.heap.string(name);
                    self.heap.object_insert(object, name, value);
                }
            }
        }
        let base = self.base(at);
        let pairs = match self.heap.kind(base) {
            Kind::Object => self.heap.entries(base),
            Kind::Array => {
                let items = self.heap.items(base);
                (0..).filter_map(Value::small).zip(items).collect()
            }
            _ => Vec::new(),
        };
        for (key, value) in pairs {
            let is_child = self.heap.is_string(key)
                && (node.children.get(self.heap.text(key)))
                    .is_some_and(|child| self.has_value(child));
            if is_child {
                continue;
            }
            let value = self.follow(value, ground)?;
            if value.is_defined() {
                self.heap.object_insert(object, key, value);
            }
        }
        Ok(object)
    }

    /// `data.at[key].ground` for a key that is known.
    fn child_value(
        &mut self,
        node: &'p Node,
        at: &[String],
        key: Value,
        ground: &[&'p Const],
    ) -> Res<Value> {
        if self.heap.is_string(key) {
            let name = self.heap.text(key).to_owned();
            if let Some(child) = node.children.get(&name)
                && self.has_value(child)
            {
                return self.child_document(child, at, &name, ground);
            }
        }
        let base = self.base(at);
        let value = self.heap.dot(base, key);
        self.follow(value, ground)
    }

    fn child_document(
        &mut self,
        child: &'p Node,
        at: &[String],
        name: &str,
        ground: &[&'p Const],
    ) -> Res<Value> {
        let mut path = at.to_vec();
        path.push(name.to_owned());
        let mut node = child;
        for (i, key) in ground.iter().enumerate() {
            let rest = ground.get(i..).unwrap_or_default();
            if let Some(value) = self.rule_value(node)? {
                return self.follow(value, rest);
            }
            match key {
                Const::String(name) if node.children.contains_key(name) => {
                    node = node.children.get(name).unwrap_or(node);
                    path.push(name.clone());
                }
                _ => {
                    let mut value = self.base(&path);
                    for key in rest {
                        value = match key {
                            Const::Number(number) => self.base_number(value, number)?,
                            key => {
                                let key = self.constant(key)?;
                                self.heap.dot(value, key)
                            }
                        };
                    }
                    return Ok(value);
                }
            }
        }
        match self.rule_value(node)? {
            Some(value) => Ok(value),
            None => self.document(&path),
        }
    }

    fn follow(&mut self, value: Value, keys: &[&'p Const]) -> Res<Value> {
        let mut at = value;
        for key in keys {
            let key = self.constant(key)?;
            at = self.heap.dot(at, key);
        }
        Ok(at)
    }

    /// Makes both terms equal, binding what is unbound.
    pub(crate) fn unify(
        &mut self,
        env: &mut Env<'p>,
        left: &'p Term,
        right: &'p Term,
        then: Then<'_, 'p>,
    ) -> Res {
        match (&left.kind, &right.kind) {
            (TermKind::Array(xs), TermKind::Array(ys))
                if self.open(env, left) || self.open(env, right) =>
            {
                if xs.len() != ys.len() {
                    return Ok(Flow::Next);
                }
                self.unify_pairs(env, xs.iter().zip(ys).collect(), then)
            }
            (TermKind::Object(xs), TermKind::Object(ys))
                if self.open(env, left) && self.open(env, right) =>
            {
                let Some(pairs) = matching(xs, ys) else {
                    return Ok(Flow::Next);
                };
                self.unify_pairs(env, pairs, then)
            }
            _ if self.open(env, left) => self.term(env, right, &mut |this, env, val| {
                this.patterns(env, &[(val, left)], then)
            }),
            _ if self.open(env, right) => self.term(env, left, &mut |this, env, val| {
                this.patterns(env, &[(val, right)], then)
            }),
            _ => self.terms(
                env,
                &[left, right],
                &mut Vec::new(),
                &mut |this, env, pair| match pair {
                    [a, b] if this.heap.equal(a.value, b.value) => then(this, env),
                    _ => Ok(Flow::Next),
                },
            ),
        }
    }

    /// Unifies pairs, those first whose one side is known.
    fn unify_pairs(
        &mut self,
        env: &mut Env<'p>,
        mut pairs: Vec<(&'p Term, &'p Term)>,
        then: Then<'_, 'p>,
    ) -> Res {
        if pairs.is_empty() {
            return then(self, env);
        }
        let known = |term| self.ready(env, term) && !self.open(env, term);
        let unbound =
            |term: &Term| matches!(&term.kind, TermKind::Var(id) if self.var(env, *id).is_none());
        let next = (pairs.iter().position(|(x, y)| known(x) || known(y)))
            .or_else(|| pairs.iter().position(|(x, y)| !unbound(x) || !unbound(y)))
            .unwrap_or(0);
        let (x, y) = pairs.remove(next);
        self.deeper(|this| {
            this.unify(env, x, y, &mut |this, env| {
                this.unify_pairs(env, pairs.clone(), then)
            })
        })
    }

    /// Takes values apart by patterns.
    pub(crate) fn patterns(
        &mut self,
        env: &mut Env<'p>,
        pairs: &[(Val, &'p Term)],
        then: Then<'_, 'p>,
    ) -> Res {
        let next = pairs
            .iter()
            .position(|(_, part)| self.open(env, part) || self.ready(env, part));
        let Some((val, pattern)) = pairs.get(next.unwrap_or(0)).copied() else {
            return then(self, env);
        };
        let mut rest = pairs.to_vec();
        rest.remove(next.unwrap_or(0));
        match &pattern.kind {
            TermKind::Var(id) if self.var(env, *id).is_none() => {
                *self.slot(env, *id)? = val;
                let flow = self.patterns(env, &rest, then);
                *self.slot(env, *id)? = Val::UNDEFINED;
                flow
            }
            TermKind::Array(items) if self.open(env, pattern) => {
                if self.heap.kind(val.value) != Kind::Array
                    || self.heap.len(val.value) as usize != items.len()
                {
                    return Ok(Flow::Next);
                }
                for (index, item) in (0..).zip(items) {
                    let value = self.heap.item(val.value, index);
                    let key = Value::small(i64::from(index)).unwrap_or(Value::UNDEFINED);
                    let at = self.place_of(val, key, value);
                    rest.push((Val { value, at }, item));
                }
                self.deeper(|this| this.patterns(env, &rest, then))
            }
            TermKind::Object(entries) if self.open(env, pattern) => {
                if self.heap.kind(val.value) != Kind::Object
                    || self.heap.len(val.value) as usize != entries.len()
                {
                    return Ok(Flow::Next);
                }
                let keys: Vec<&'p Term> = entries.iter().map(|(key, _)| key).collect();
                self.terms(env, &keys, &mut Vec::new(), &mut |this, env, keys| {
                    let mut rest = rest.clone();
                    for (key, (_, pattern)) in keys.iter().zip(entries) {
                        let value = this.heap.dot(val.value, key.value);
                        if !value.is_defined() {
                            return Ok(Flow::Next);
                        }
                        let at = this.place_of(val, key.value, value);
                        rest.push((Val { value, at }, pattern));
                    }
                    this.patterns(env, &rest, then)
                })
            }
            _ => self.term(env, pattern, &mut |this, env, other| {
                if this.heap.equal(val.value, other.value) {
                    this.patterns(env, &rest, then)
                } else {
                    Ok(Flow::Next)
                }
            }),
        }
    }

    /// Whether a term is a pattern with variables that are still unbound (those that refs iterate over aside).
    pub(crate) fn open(&self, env: &Env<'p>, term: &Term) -> bool {
        match &term.kind {
            TermKind::Var(id) => self.var(env, *id).is_none(),
            TermKind::Array(items) | TermKind::Set(items) => {
                items.iter().any(|t| self.open(env, t))
            }
            TermKind::Object(entries) => entries.iter().any(|(_, v)| self.open(env, v)),
            _ => false,
        }
    }

    /// Whether all that a term needs is bound.
    fn ready(&self, env: &Env<'p>, term: &Term) -> bool {
        match &term.kind {
            TermKind::Const(_) => true,
            TermKind::Var(id) => self.var(env, *id).is_some(),
            TermKind::Array(items) | TermKind::Set(items) => {
                items.iter().all(|t| self.ready(env, t))
            }
            TermKind::Object(entries) => {
                (entries.iter()).all(|(k, v)| self.ready(env, k) && self.ready(env, v))
            }
            TermKind::Ref { head, path } => {
                (match head {
                    RefHead::Input | RefHead::Data => true,
                    RefHead::Local(id) => self.var(env, *id).is_some(),
                    RefHead::Term(term) => self.ready(env, term),
                }) && (path.iter()).all(|key| self.open(env, key) || self.ready(env, key))
            }
            TermKind::Call { args, .. } => args.iter().all(|t| self.ready(env, t)),
            TermKind::ArrayComprehension { body, .. }
            | TermKind::SetComprehension { body, .. }
            | TermKind::ObjectComprehension { body, .. } => self.body_ready(env, body),
            TermKind::Template(parts) => parts.iter().all(|part| match part {
                TemplatePart::Text(_) => true,
                TemplatePart::Term(term) => self.ready(env, term),
            }),
        }
    }

    /// Whether a closure has what it needs from outside, by its first expression, whose needs cannot come from within.
    fn body_ready(&self, env: &Env<'p>, body: &Body) -> bool {
        let first: Option<&Expr> = body.0.first();
        match first.map(|expr| &expr.kind) {
            Some(ExprKind::Term(term)) => self.ready(env, term),
            Some(ExprKind::SomeIn { collection, .. }) => self.ready(env, collection),
            Some(ExprKind::Unify(x, y)) => {
                (self.open(env, x) || self.ready(env, x))
                    && (self.open(env, y) || self.ready(env, y))
            }
            _ => true,
        }
    }
}

/// The values of two object patterns by their keys; nothing where the keys differ.
fn matching<'p>(
    xs: &'p [(Term, Term)],
    ys: &'p [(Term, Term)],
) -> Option<Vec<(&'p Term, &'p Term)>> {
    if xs.len() != ys.len() {
        return None;
    }
    (xs.iter())
        .map(|(key, value)| {
            let TermKind::Const(key) = &key.kind else {
                return None;
            };
            let (_, other) = (ys.iter())
                .find(|(other, _)| matches!(&other.kind, TermKind::Const(other) if other == key))?;
            Some((value, other))
        })
        .collect()
}
