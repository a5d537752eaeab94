//! Constant folding: what is known when a policy is compiled is not computed when it runs.
//!
//! A local that one statement sets to a constant is that constant from there to the end of the block. Statements over
//! constants are evaluated here, by the runtime's own code; what always holds is left out, and a block in which
//! something never holds ends there. A function that only returns a constant is that constant wherever it is called.
//!
//! A builtin is left alone where it fails (the error belongs to the evaluation), where it depends on more than its
//! arguments, and where its result is large.

use std::collections::HashMap;

use kpol_abi::builtins::BuiltinId;
use kpol_runtime::{Heap, Kind, Value, builtins, json};

use super::visit;
use crate::codegen::lay_out;
use crate::ir::{Block, CompareOp, Const, ConstId, Func, FuncId, Local, Operand, Policy, Stmt};

/// The most nodes of a result that becomes a constant.
const MAX_NODES: u32 = 256;
/// The memory in which constants are computed, in bytes.
const MEMORY: u32 = 1 << 20;
/// How often functions are looked at anew because one of them has become a constant.
const ROUNDS: usize = 4;

pub(super) fn run(policy: &mut Policy) {
    let mut pool = Pool::new(std::mem::take(&mut policy.consts));
    let mut known: HashMap<FuncId, ConstId> = HashMap::new();
    for round in 0..ROUNDS {
        for func in &mut policy.funcs {
            // After the first round only a call can have changed.
            if round == 0 || calls(func, &known) {
                fold(func, &mut pool, &known);
            }
        }
        let before = known.len();
        for (id, func) in (0..).map(FuncId).zip(&policy.funcs) {
            if let Some(constant) = result(func) {
                known.insert(id, constant);
            }
        }
        if known.len() == before {
            break;
        }
    }
    policy.consts = pool.consts;
}

fn calls(func: &Func, known: &HashMap<FuncId, ConstId>) -> bool {
    let mut found = false;
    func.body.visit(&mut |stmt| {
        if let Stmt::Call { func, .. } = stmt {
            found |= known.contains_key(func);
        }
    });
    found
}

/// The constant that a function returns whatever happens.
fn result(func: &Func) -> Option<ConstId> {
    let mut block = &func.body;
    loop {
        match block.0.first()? {
            Stmt::Return(Operand::Const(id)) => return Some(*id),
            Stmt::Block(body) => block = body,
            _ => return None,
        }
    }
}

fn fold(func: &mut Func, pool: &mut Pool, known: &HashMap<FuncId, ConstId>) {
    let once = visit::set_once(&func.body, func.params, func.locals);
    let mut pass = Pass {
        once,
        pool,
        known,
        facts: HashMap::new(),
    };
    pass.block(&mut func.body);
}

/// The constants of the policy, as data.
struct Pool {
    consts: Vec<Const>,
    ids: HashMap<Const, ConstId>,
}

impl Pool {
    fn new(consts: Vec<Const>) -> Pool {
        let ids = (0..)
            .map(ConstId)
            .zip(&consts)
            .map(|(id, constant)| (constant.clone(), id))
            .collect();
        Pool { consts, ids }
    }

    fn get(&self, id: ConstId) -> Option<&Const> {
        self.consts.get(id.index())
    }

    fn add(&mut self, constant: Const) -> ConstId {
        if let Some(id) = self.ids.get(&constant) {
            return *id;
        }
        let id = ConstId(self.consts.len() as u32);
        self.consts.push(constant.clone());
        self.ids.insert(constant, id);
        id
    }

    /// Lays constants out, and gives them to `f`; none where one of them is too large.
    fn with<R>(&self, ids: &[ConstId], f: impl FnOnce(&mut Heap<'_>, &[Value]) -> R) -> Option<R> {
        let mut heap = Heap::with_limit(MEMORY);
        let values = ids
            .iter()
            .map(|id| lay_out(&mut heap, self.get(*id)?).ok())
            .collect::<Option<Vec<Value>>>()?;
        let result = f(&mut heap, &values);
        (!heap.exhausted()).then_some(result)
    }

    /// The constant that `f` computes from others; none where it gives nothing, or too much.
    fn compute(
        &mut self,
        ids: &[ConstId],
        f: impl FnOnce(&mut Heap<'_>, &[Value]) -> Option<Value>,
    ) -> Option<ConstId> {
        let computed = self.with(ids, |heap, values| {
            let value = f(heap, values)?;
            constant(heap, value, &mut MAX_NODES.clone())
        })??;
        Some(self.add(computed))
    }
}

/// A value as a constant, if it has few enough nodes.
fn constant(heap: &mut Heap<'_>, value: Value, left: &mut u32) -> Option<Const> {
    *left = left.checked_sub(1)?;
    Some(match heap.kind(value) {
        Kind::Undefined => return None,
        Kind::Null => Const::Null,
        Kind::Boolean => Const::Bool(value == Value::boolean(true)),
        Kind::Number => {
            let mut text = String::new();
            json::write(heap, value, &mut text);
            Const::Number(text)
        }
        Kind::String => Const::String(heap.text(value).to_owned()),
        kind @ (Kind::Array | Kind::Set) => {
            let items = heap
                .items(value)
                .into_iter()
                .map(|item| constant(heap, item, left))
                .collect::<Option<Vec<Const>>>()?;
            if kind == Kind::Array {
                Const::Array(items)
            } else {
                Const::Set(items)
            }
        }
        Kind::Object => Const::Object(
            heap.entries(value)
                .into_iter()
                .map(|(key, value)| {
                    Some((constant(heap, key, left)?, constant(heap, value, left)?))
                })
                .collect::<Option<Vec<_>>>()?,
        ),
    })
}

/// What becomes of a statement.
enum Fate {
    Stays,
    /// It always completes and does nothing else.
    Gone,
    /// It always fails.
    Fails,
    /// The local is this constant.
    Is(Local, ConstId),
    /// Its statements run in its place.
    Opened(Block),
}

struct Pass<'a> {
    once: Vec<bool>,
    pool: &'a mut Pool,
    known: &'a HashMap<FuncId, ConstId>,
    facts: HashMap<Local, ConstId>,
}

impl Pass<'_> {
    fn block(&mut self, block: &mut Block) {
        let outside = self.facts.clone();
        let stmts = std::mem::take(&mut block.0);
        self.stmts(stmts, &mut block.0);
        self.facts = outside;
    }

    /// Folds statements one after the other; false where the rest is never reached.
    fn stmts(&mut self, stmts: Vec<Stmt>, to: &mut Vec<Stmt>) -> bool {
        for mut stmt in stmts {
            visit::operands(&mut stmt, &mut |operand| {
                if let Operand::Local(local) = operand
                    && let Some(constant) = self.facts.get(local)
                {
                    *operand = Operand::Const(*constant);
                }
            });
            match self.fate(&mut stmt) {
                Fate::Gone => {}
                Fate::Fails => {
                    to.push(Stmt::Fail);
                    return false;
                }
                Fate::Is(dst, constant) => {
                    // Where another statement sets it too, it is set here as before.
                    if self.once.get(dst.index()) == Some(&true) {
                        self.facts.insert(dst, constant);
                    }
                    to.push(Stmt::Copy {
                        dst,
                        src: Operand::Const(constant),
                    });
                }
                Fate::Opened(block) => {
                    if !self.stmts(block.0, to) {
                        return false;
                    }
                }
                Fate::Stays => {
                    let last = matches!(stmt, Stmt::Return(_) | Stmt::Complete | Stmt::Fail);
                    to.push(stmt);
                    if last {
                        return false;
                    }
                }
            }
        }
        true
    }

    fn fate(&mut self, stmt: &mut Stmt) -> Fate {
        match stmt {
            Stmt::Block(body) => {
                self.block(body);
                if does_nothing(body) {
                    Fate::Gone
                } else {
                    Fate::Stays
                }
            }
            Stmt::Not(body) => {
                self.block(body);
                match body.0.first() {
                    None | Some(Stmt::Complete) => Fate::Fails,
                    Some(Stmt::Fail) => Fate::Gone,
                    _ => Fate::Stays,
                }
            }
            Stmt::Any(blocks) => {
                for block in blocks.iter_mut() {
                    self.block(block);
                }
                blocks.retain(|block| !matches!(block.0.first(), Some(Stmt::Fail)));
                let holds = |block: &Block| matches!(block.0.first(), None | Some(Stmt::Complete));
                if let Some(first) = blocks.iter().position(holds) {
                    blocks.truncate(first + 1);
                }
                match &mut blocks[..] {
                    [] => Fate::Fails,
                    [only] if holds(only) => Fate::Gone,
                    _ => Fate::Stays,
                }
            }
            Stmt::Scan { source, body, .. } => {
                self.block(body);
                let empty = match source {
                    Operand::Const(id) => self.pool.get(*id).is_some_and(has_no_items),
                    Operand::Local(_) => false,
                };
                if empty || does_nothing(body) {
                    Fate::Gone
                } else {
                    Fate::Stays
                }
            }
            Stmt::Switch { on, cases, default } => {
                for (_, body) in cases.iter_mut() {
                    self.block(body);
                }
                self.block(default);
                if cases.iter().all(|(_, body)| does_nothing(body)) && does_nothing(default) {
                    return Fate::Gone;
                }
                let Operand::Const(on) = *on else {
                    return Fate::Stays;
                };
                let chosen = cases
                    .iter()
                    .position(|(case, _)| self.holds(CompareOp::Equal, on, *case) == Some(true));
                let body = match chosen {
                    Some(case) => std::mem::take(&mut cases[case].1),
                    None => std::mem::take(default),
                };
                Fate::Opened(Block(vec![Stmt::Block(body)]))
            }
            Stmt::With { body, .. } => {
                self.block(body);
                Fate::Stays
            }
            Stmt::Outer { body, .. } => {
                self.block(body);
                Fate::Stays
            }
            other => self.simple(other),
        }
    }

    /// Statements without blocks.
    fn simple(&mut self, stmt: &Stmt) -> Fate {
        let decided = |holds: Option<bool>| match holds {
            Some(true) => Fate::Gone,
            Some(false) => Fate::Fails,
            None => Fate::Stays,
        };
        match stmt {
            Stmt::Copy {
                dst,
                src: Operand::Const(id),
            } => Fate::Is(*dst, *id),
            Stmt::Test {
                op,
                a: Operand::Const(a),
                b: Operand::Const(b),
            } => decided(self.holds(*op, *a, *b)),
            Stmt::Compare {
                dst,
                op,
                a: Operand::Const(a),
                b: Operand::Const(b),
            } => match self.holds(*op, *a, *b) {
                Some(holds) => Fate::Is(*dst, self.pool.add(Const::Bool(holds))),
                None => Fate::Stays,
            },
            Stmt::IsTruthy(Operand::Const(id)) => {
                decided(self.pool.get(*id).map(|c| *c != Const::Bool(false)))
            }
            Stmt::IsDefined(Operand::Const(_)) => Fate::Gone,
            Stmt::IsUndefined(Operand::Const(_)) => Fate::Fails,
            Stmt::IsCollection(Operand::Const(id)) => {
                let is =
                    |c: &Const| matches!(c, Const::Array(_) | Const::Set(_) | Const::Object(_));
                decided(self.pool.get(*id).map(is))
            }
            Stmt::IsArray(Operand::Const(id), len) => {
                let is =
                    |c: &Const| matches!(c, Const::Array(items) if items.len() == *len as usize);
                decided(self.pool.get(*id).map(is))
            }
            Stmt::Dot {
                dst,
                source: Operand::Const(source),
                key: Operand::Const(key),
            } => {
                let found = self
                    .pool
                    .with(&[*source, *key], |heap, values| match values {
                        [source, key] => heap.dot(*source, *key).is_defined(),
                        _ => false,
                    });
                match found {
                    Some(true) => self.computed(*dst, &[*source, *key], |heap, values| {
                        let [source, key] = values else { return None };
                        Some(heap.dot(*source, *key))
                    }),
                    Some(false) => Fate::Fails,
                    None => Fate::Stays,
                }
            }
            Stmt::Call { dst, func, .. } => match self.known.get(func) {
                Some(constant) => Fate::Is(*dst, *constant),
                None => Fate::Stays,
            },
            Stmt::Builtin {
                dst, builtin, args, ..
            } if is_pure(*builtin) => match constants(args.iter()) {
                Some(ids) => self.computed(*dst, &ids, |heap, values| {
                    builtins::call(heap, *builtin, values)?.ok()
                }),
                None => Fate::Stays,
            },
            Stmt::MakeArray { dst, items } if !items.is_empty() => match constants(items.iter()) {
                Some(ids) => self.computed(*dst, &ids, |heap, values| Some(heap.array(values))),
                None => Fate::Stays,
            },
            Stmt::MakeSet { dst, items } if !items.is_empty() => match constants(items.iter()) {
                Some(ids) => self.computed(*dst, &ids, |heap, values| Some(heap.set(values))),
                None => Fate::Stays,
            },
            Stmt::MakeObject { dst, entries } if !entries.is_empty() => {
                match constants(entries.iter().flat_map(|(key, value)| [key, value])) {
                    Some(ids) => self.computed(*dst, &ids, |heap, values| {
                        let (pairs, _) = values.as_chunks::<2>();
                        let entries: Vec<_> = pairs.iter().map(|[k, v]| (*k, *v)).collect();
                        Some(heap.object(&entries))
                    }),
                    None => Fate::Stays,
                }
            }
            _ => Fate::Stays,
        }
    }

    fn computed(
        &mut self,
        dst: Local,
        ids: &[ConstId],
        f: impl FnOnce(&mut Heap<'_>, &[Value]) -> Option<Value>,
    ) -> Fate {
        match self.pool.compute(ids, f) {
            Some(constant) => Fate::Is(dst, constant),
            None => Fate::Stays,
        }
    }

    fn holds(&self, op: CompareOp, a: ConstId, b: ConstId) -> Option<bool> {
        self.pool.with(&[a, b], |heap, values| match values {
            [a, b] => match op {
                CompareOp::Equal => heap.equal(*a, *b),
                CompareOp::NotEqual => !heap.equal(*a, *b),
                CompareOp::Less => heap.compare(*a, *b).is_lt(),
                CompareOp::LessEqual => heap.compare(*a, *b).is_le(),
                CompareOp::Greater => heap.compare(*a, *b).is_gt(),
                CompareOp::GreaterEqual => heap.compare(*a, *b).is_ge(),
            },
            _ => false,
        })
    }
}

fn constants<'a>(operands: impl Iterator<Item = &'a Operand>) -> Option<Vec<ConstId>> {
    operands
        .map(|operand| match operand {
            Operand::Const(id) => Some(*id),
            Operand::Local(_) => None,
        })
        .collect()
}

fn has_no_items(constant: &Const) -> bool {
    match constant {
        Const::Array(items) | Const::Set(items) => items.is_empty(),
        Const::Object(entries) => entries.is_empty(),
        _ => true,
    }
}

/// Whether it makes no difference that the block is run.
fn does_nothing(block: &Block) -> bool {
    matches!(block.0.first(), None | Some(Stmt::Fail))
}

/// Whether the builtin's result follows from its arguments, and is cheap to compute.
fn is_pure(builtin: BuiltinId) -> bool {
    /// What looks at the clock or at chance, is slow by design, or writes something.
    const LEFT_ALONE: [&str; 8] = [
        "io.jwt.",
        "crypto.",
        "opa.",
        "rand.",
        "time.",
        "uuid.",
        "internal.p",
        "trace",
    ];
    builtin.get().is_some_and(|entry| {
        !entry.nondeterministic
            && !entry.relation
            && !LEFT_ALONE.iter().any(|start| entry.name.starts_with(start))
    })
}
