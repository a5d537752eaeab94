//! Terms: each value that one has goes on with what follows.

use kpol_compiler::hir::{Body, LocalId, TemplatePart, Term, TermKind};
use kpol_input::NodeId;
use kpol_runtime::Value;

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

    pub(crate) fn var(&self, env: &Env<'p>, id: LocalId) -> Option<Val> {
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

    pub(crate) fn read(&mut self, term: &Term, val: Val) {
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
}
