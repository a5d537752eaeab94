//! Bodies and expressions: each way to hold goes on with what follows.

use std::rc::Rc;

use kpol_compiler::hir::{Body, Expr, ExprKind, Term, With, WithTarget, WithValue};
use kpol_runtime::{Kind, Value};

use crate::error::Error;
use crate::machine::{Env, Flow, Machine, Replacement, Res, State, Val};
use crate::record;

/// What follows a body or an expression.
pub(crate) type Then<'c, 'p> = &'c mut dyn FnMut(&mut Machine<'p>, &mut Env<'p>) -> Res;

impl<'p> Machine<'p> {
    /// Evaluates expressions one after the other, and `then` for each way in which all of them hold.
    pub(crate) fn body(&mut self, env: &mut Env<'p>, exprs: &'p [Expr], then: Then<'_, 'p>) -> Res {
        let Some((first, rest)) = exprs.split_first() else {
            return then(self, env);
        };
        self.step()?;
        let begun = self.recorder.begin(record::Kind::Attempt {
            span: first.span,
            solutions: 0,
        });
        let before: Vec<bool> = (env.vals.iter())
            .map(|val| val.value.is_defined())
            .collect();
        let mut count = 0;
        let flow = self.deeper(|this| {
            this.expr(env, first, &mut |this, env| {
                count += 1;
                let bound = this.bound(env, &before);
                let begun = this.recorder.begin(record::Kind::Solution(bound));
                let flow = this.body(env, rest, then)?;
                this.recorder.end(begun, |_| {});
                Ok(flow)
            })
        })?;
        self.recorder.end(begun, |kind| {
            if let record::Kind::Attempt { solutions, .. } = kind {
                *solutions = count;
            }
        });
        Ok(flow)
    }

    /// The variables of the source that became bound.
    fn bound(&self, env: &Env<'p>, before: &[bool]) -> Vec<record::Bound> {
        if self.recorder.is_off() {
            return Vec::new();
        }
        (env.vals.iter().zip(env.infos).zip(before))
            .filter(|((val, info), before)| {
                !**before
                    && val.value.is_defined()
                    && info.name != "_"
                    && !info.name.starts_with("__local")
            })
            .map(|((val, info), _)| record::Bound {
                name: info.name.clone(),
                value: val.value,
                at: val.at,
            })
            .collect()
    }

    fn expr(&mut self, env: &mut Env<'p>, expr: &'p Expr, then: Then<'_, 'p>) -> Res {
        if expr.with.is_empty() {
            return self.kind(env, expr, then);
        }
        self.with_values(
            env,
            &expr.with,
            &mut Vec::new(),
            &mut |this, env, values| {
                let saved = this.state.clone();
                this.replace(&expr.with, values)?;
                let result = this.kind(env, expr, &mut |this, env| {
                    // What follows stands outside.
                    let inner = std::mem::replace(&mut this.state, saved.clone());
                    let flow = then(this, env);
                    this.state = inner;
                    flow
                });
                this.state = saved;
                result
            },
        )
    }

    /// The values of the replacements, which are computed outside.
    fn with_values(
        &mut self,
        env: &mut Env<'p>,
        withs: &'p [With],
        values: &mut Vec<Value>,
        then: &mut dyn FnMut(&mut Self, &mut Env<'p>, &[Value]) -> Res,
    ) -> Res {
        let Some(with) = withs.get(values.len()) else {
            let values = values.clone();
            return then(self, env, &values);
        };
        match &with.value {
            WithValue::Callee(_) => {
                values.push(Value::UNDEFINED);
                let flow = self.with_values(env, withs, values, then);
                values.pop();
                flow
            }
            WithValue::Term(term) => self.term(env, term, &mut |this, env, val| {
                values.push(val.value);
                let flow = this.with_values(env, withs, values, then);
                values.pop();
                flow
            }),
        }
    }

    fn replace(&mut self, withs: &'p [With], values: &[Value]) -> Res<()> {
        let mut state = State {
            frame: self.fresh_frame(),
            ..self.state.clone()
        };
        for (with, value) in withs.iter().zip(values) {
            match (&with.target, &with.value) {
                (WithTarget::Input(path), _) => {
                    let value = self.patched(state.input.value, path, *value);
                    let at = self.places.get(&value.0).copied();
                    state.input = Val { value, at };
                }
                (WithTarget::Data(path), _) => {
                    state.data = self.patched(state.data, path, *value);
                    let mut replaced = Vec::new();
                    for (other, old) in state.replaced.iter() {
                        if other == path || other.starts_with(path) {
                            continue;
                        }
                        let mut old = *old;
                        if let Some(rest) = path.strip_prefix(other.as_slice()) {
                            old = self.patched(old, rest, *value);
                        }
                        replaced.push((other.clone(), old));
                    }
                    replaced.push((path.clone(), *value));
                    state.replaced = Rc::new(replaced);
                }
                (target, by) => {
                    let callee = match target {
                        WithTarget::Function(id) => kpol_compiler::hir::Callee::Function(*id),
                        WithTarget::Builtin(id) => kpol_compiler::hir::Callee::Builtin(*id),
                        _ => return Err(Error::Internal("a document is replaced by a function")),
                    };
                    let by = match by {
                        WithValue::Term(_) => Replacement::Value(*value),
                        WithValue::Callee(callee) => Replacement::Callee(*callee),
                    };
                    Rc::make_mut(&mut state.callees).insert(callee, by);
                }
            }
        }
        self.state = state;
        Ok(())
    }

    fn patched(&mut self, document: Value, path: &[String], value: Value) -> Value {
        if path.is_empty() {
            return value;
        }
        let keys: Vec<Value> = path.iter().map(|key| self.heap.string(key)).collect();
        let keys = self.heap.array(&keys);
        self.heap.patch(document, keys, value)
    }

    fn kind(&mut self, env: &mut Env<'p>, expr: &'p Expr, then: Then<'_, 'p>) -> Res {
        match &expr.kind {
            ExprKind::Term(term) => self.term(env, term, &mut |this, env, val| {
                if val.value.is_falsy() {
                    return Ok(Flow::Next);
                }
                then(this, env)
            }),
            ExprKind::Unify(left, right) => self.unify(env, left, right, then),
            ExprKind::SomeIn {
                key,
                value,
                collection,
            } => self.term(env, collection, &mut |this, env, source| {
                this.each(source, &mut |this, k, v| {
                    let mut pairs: Vec<(Val, &'p Term)> = Vec::new();
                    pairs.extend(key.iter().map(|key| (k, key)));
                    pairs.push((v, value));
                    this.patterns(env, &pairs, then)
                })
            }),
            ExprKind::Relation { call, output } => {
                self.term(env, call, &mut |this, env, source| {
                    this.each(source, &mut |this, _, v| {
                        this.patterns(env, &[(v, output)], then)
                    })
                })
            }
            ExprKind::Not(body) => {
                if self.holds(env, body)? {
                    Ok(Flow::Next)
                } else {
                    then(self, env)
                }
            }
            ExprKind::Every {
                key,
                value,
                domain,
                body,
            } => self.term(env, domain, &mut |this, env, source| {
                let kind = this.heap.kind(source.value);
                if !matches!(kind, Kind::Array | Kind::Set | Kind::Object) {
                    return Ok(Flow::Next);
                }
                let mut all = true;
                this.each(source, &mut |this, k, v| {
                    let mut bound = vec![(value, v)];
                    bound.extend(key.iter().map(|key| (key, k)));
                    for (id, val) in &bound {
                        *this.slot(env, **id)? = *val;
                    }
                    let holds = this.holds(env, body);
                    for (id, _) in &bound {
                        *this.slot(env, **id)? = Val::UNDEFINED;
                    }
                    all = holds?;
                    Ok(if all { Flow::Next } else { Flow::Stop })
                })?;
                if all { then(this, env) } else { Ok(Flow::Next) }
            }),
            ExprKind::And(bodies) => {
                for body in bodies {
                    if !self.holds(env, body)? {
                        return Ok(Flow::Next);
                    }
                }
                then(self, env)
            }
            ExprKind::Or(bodies) => {
                for body in bodies {
                    if self.holds(env, body)? {
                        return then(self, env);
                    }
                }
                Ok(Flow::Next)
            }
            ExprKind::Print(_) => then(self, env),
        }
    }

    /// Whether a body holds in some way. What it binds is its own.
    fn holds(&mut self, env: &mut Env<'p>, body: &'p Body) -> Res<bool> {
        let begun = self.recorder.begin(record::Kind::Body);
        let mut holds = false;
        self.body(env, &body.0, &mut |_, _| {
            holds = true;
            Ok(Flow::Stop)
        })?;
        self.recorder.end(begun, |_| {});
        Ok(holds)
    }

    /// Runs `f` for each item of a collection, in order, with its key.
    pub(crate) fn each(
        &mut self,
        source: Val,
        f: &mut dyn FnMut(&mut Self, Val, Val) -> Res,
    ) -> Res {
        let pairs: Vec<(Value, Value)> = match self.heap.kind(source.value) {
            Kind::Array => {
                let items = self.heap.items(source.value);
                (0..).filter_map(Value::small).zip(items).collect()
            }
            Kind::Set => (self.heap.items(source.value).into_iter())
                .map(|item| (item, item))
                .collect(),
            Kind::Object => self.heap.entries(source.value),
            _ => Vec::new(),
        };
        for (key, value) in pairs {
            let at = self.place_of(source, key, value);
            if f(self, Val::of(key), Val { value, at })? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Next)
    }
}
