//! Refs: literal keys look up, unbound variables iterate, and refs into `data` find rules.

use kpol_compiler::hir::{Node, RefHead, RuleKind, Term, TermKind};
use kpol_compiler::ir::Const;
use kpol_runtime::{Kind, Value};

use crate::error::Error;
use crate::machine::{Env, Flow, Machine, Res, Val};
use crate::record;
use crate::terms::With;

impl<'p> Machine<'p> {
    /// Evaluates a ref; iterates where a key is unbound.
    pub(crate) fn reference(
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
                    self.keys(env, input, path, &mut noted)?
                } else {
                    Flow::Next
                }
            }
            RefHead::Data => self.data(env, path, &mut noted)?,
            RefHead::Local(id) => {
                let start = self
                    .var(env, *id)
                    .ok_or(Error::Internal("an unbound variable"))?;
                self.keys(env, start, path, &mut noted)?
            }
            RefHead::Term(head) => self.term(env, head, &mut |this, env, start| {
                this.keys(env, start, path, &mut noted)
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
                    this.keys(env, v, rest, then)
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
            this.keys(env, Val { value, at }, rest, then)
        })
    }

    /// A ref into base data and rules.
    fn data(&mut self, env: &mut Env<'p>, path: &'p [Term], then: With<'_, 'p>) -> Res {
        let mut node = &self.program.tree;
        let mut at: Vec<String> = Vec::new();
        for (i, key) in path.iter().enumerate() {
            let here = path.get(i..).unwrap_or_default();
            if let Some(value) = self.rule_value(node)? {
                return self.keys_of(env, value, here, then);
            }
            match &key.kind {
                TermKind::Const(Const::String(name)) => match node.children.get(name) {
                    Some(child) => {
                        node = child;
                        at.push(name.clone());
                    }
                    None => {
                        let base = self.base(&at);
                        return self.base_keys(env, base, here, then);
                    }
                },
                TermKind::Const(_) => {
                    let base = self.base(&at);
                    return self.base_keys(env, base, here, then);
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
                                this.keys(env, v, behind, then)
                            })
                        });
                    }
                    return self.term(env, key, &mut |this, env, key| {
                        let value = this.child_value(node, &at, key.value, &ground)?;
                        this.keys_of(env, value, behind, then)
                    });
                }
            }
        }
        let value = match self.rule_value(node)? {
            Some(value) => value,
            None => self.document(&at)?,
        };
        self.keys_of(env, value, &[], then)
    }

    fn keys_of(
        &mut self,
        env: &mut Env<'p>,
        value: Value,
        path: &'p [Term],
        then: With<'_, 'p>,
    ) -> Res {
        if !value.is_defined() {
            return Ok(Flow::Next);
        }
        let at = self.places.get(&value.0).copied();
        self.keys(env, Val { value, at }, path, then)
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
                self.base_keys(env, value, rest, then)
            }
            TermKind::Const(value) => {
                let key = self.constant(value)?;
                let value = self.heap.dot(source, key);
                self.base_keys(env, value, rest, then)
            }
            _ if self.open(env, key) => self.each(Val::of(source), &mut |this, k, v| {
                this.patterns(env, &[(k, key)], &mut |this, env| {
                    this.base_keys(env, v.value, rest, then)
                })
            }),
            _ => self.term(env, key, &mut |this, env, key| {
                let value = this.heap.dot(source, key.value);
                this.base_keys(env, value, rest, then)
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
}
