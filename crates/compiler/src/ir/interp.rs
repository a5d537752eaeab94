//! A plain interpreter of the IR over a native heap: the oracle that generated code is compared with in tests.
//!
//! It follows the documentation of each statement word by word and knows nothing of codegen's short cuts.

use std::cmp::Ordering;
use std::collections::HashMap;

use kpol_abi::builtins::BuiltinId;
use kpol_abi::layout::PARTIAL;
use kpol_runtime::builtins::{self, ErrorKind};
use kpol_runtime::{Heap, Kind, Value};

use super::{
    Block, CompareOp, ConstId, FuncId, Local, MemoId, Operand, Override, Policy, SiteId, SlotId,
    Stmt, TraceId, WithId,
};
use crate::codegen::{CodegenError, lay_out};

/// How deep calls and blocks may be nested at run time.
const MAX_DEPTH: u32 = 1_000;

/// Why an evaluation ended without a result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Two values for one key or one complete rule.
    #[error("conflict at site {}", .0.0)]
    Conflict(SiteId),
    /// A builtin failed, and errors are not ignored.
    #[error("site {}: {message}", site.0)]
    Builtin {
        /// The call site.
        site: SiteId,
        /// Whether it was an operand's type.
        is_type: bool,
        /// What went wrong.
        message: String,
    },
    /// The policy breaks a rule of the IR, or recursion does not end.
    #[error("invalid policy: {0}")]
    Invalid(&'static str),
}

/// What rules yielded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The place.
    pub site: TraceId,
    /// The value.
    pub value: Value,
    /// Container and key of each slot; undefined where there is none.
    pub slots: Vec<(Value, Value)>,
}

/// What the host sets before an evaluation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inputs {
    /// The input document, or undefined.
    pub input: Value,
    /// The base document, or undefined.
    pub data: Value,
    /// Whether a failed builtin ends the evaluation.
    pub strict: bool,
}

/// Runs the builtins that the runtime does not have; `None` where nobody has one.
pub type Host<'p> = &'p dyn Fn(&mut Heap<'_>, BuiltinId, &[Value]) -> Option<builtins::Outcome>;

/// One evaluation: memos live as long as it does.
pub struct Machine<'p, 'h, 'm> {
    policy: &'p Policy,
    heap: &'h mut Heap<'m>,
    consts: Vec<Value>,
    frames: Vec<Vec<Memo>>,
    /// Results of functions with parameters.
    calls: HashMap<Key, Value>,
    state: State,
    strict: bool,
    depth: u32,
    /// The builtins of the host, if there are any.
    pub host: Option<Host<'p>>,
    /// What was recorded, in order.
    pub records: Vec<Record>,
    /// What was printed, in order.
    pub prints: Vec<Value>,
}

/// What [`Stmt::With`] replaces.
#[derive(Clone)]
struct State {
    input: Value,
    data: Value,
    /// Which of the machine's frames holds the memos.
    frame: usize,
    slots: Vec<Value>,
}

/// A memo: nothing yet, being computed, or a result.
#[derive(Clone, Copy)]
enum Memo {
    None,
    Running,
    Done(Value),
}

/// A call with a memo: the frame, its slot, and the words of the arguments.
type Key = (usize, MemoId, Vec<u32>);

/// How a block ended.
enum Flow {
    Completed,
    Failed,
    /// [`Stmt::Complete`] on its way to the block that it completes.
    Complete,
    Return(Value),
}

/// The locals of one call, and the states that its enclosing [`Stmt::With`]s saved.
struct Call {
    locals: Vec<Value>,
    saved: Vec<(WithId, State)>,
}

/// Evaluates one entrypoint.
///
/// # Errors
/// What ends the evaluation.
pub fn run(
    policy: &Policy,
    heap: &mut Heap<'_>,
    inputs: Inputs,
    entry: usize,
) -> Result<Value, Error> {
    Machine::new(policy, heap, inputs)?.entry(entry)
}

impl<'p, 'h, 'm> Machine<'p, 'h, 'm> {
    /// Lays out the policy's constants on the heap, and begins an evaluation.
    ///
    /// # Errors
    /// Where a constant is invalid.
    pub fn new(policy: &'p Policy, heap: &'h mut Heap<'m>, inputs: Inputs) -> Result<Self, Error> {
        let consts = policy
            .consts
            .iter()
            .map(|constant| lay_out(heap, constant))
            .collect::<Result<Vec<Value>, CodegenError>>()
            .map_err(|_| Error::Invalid("constant"))?;
        let mut machine = Machine {
            policy,
            heap,
            consts,
            frames: Vec::new(),
            calls: HashMap::new(),
            state: State {
                input: inputs.input,
                data: inputs.data,
                frame: 0,
                slots: vec![Value::UNDEFINED; policy.override_slots as usize],
            },
            strict: inputs.strict,
            depth: 0,
            host: None,
            records: Vec::new(),
            prints: Vec::new(),
        };
        machine.fresh_frame();
        Ok(machine)
    }

    /// Evaluates an entrypoint; later ones share memos with earlier ones.
    ///
    /// # Errors
    /// What ends the evaluation.
    pub fn entry(&mut self, entry: usize) -> Result<Value, Error> {
        let entry = self
            .policy
            .entrypoints
            .get(entry)
            .ok_or(Error::Invalid("entrypoint"))?;
        self.call(entry.func, Vec::new())
    }

    fn fresh_frame(&mut self) {
        self.frames
            .push(vec![Memo::None; self.policy.memo_slots as usize]);
        self.state.frame = self.frames.len() - 1;
    }

    fn memo(&mut self, frame: usize, memo: MemoId) -> Result<&mut Memo, Error> {
        self.frames
            .get_mut(frame)
            .and_then(|frame| frame.get_mut(memo.index()))
            .ok_or(Error::Invalid("memo slot"))
    }

    fn call(&mut self, id: FuncId, args: Vec<Value>) -> Result<Value, Error> {
        let func = self
            .policy
            .funcs
            .get(id.index())
            .ok_or(Error::Invalid("function"))?;
        let frame = self.state.frame;
        let slot = func.memo.filter(|_| func.params == 0);
        let key: Option<Key> = func
            .memo
            .filter(|_| func.params > 0)
            .map(|memo| (frame, memo, args.iter().map(|arg| arg.0).collect()));
        if let Some(result) = key.as_ref().and_then(|key| self.calls.get(key)) {
            return Ok(*result);
        }
        if let Some(memo) = slot {
            match *self.memo(frame, memo)? {
                Memo::Done(value) => return Ok(value),
                Memo::Running => return Err(Error::Invalid("recursion")),
                Memo::None => *self.memo(frame, memo)? = Memo::Running,
            }
        }
        let mut locals = args;
        locals.resize(func.locals.max(func.params) as usize, Value::UNDEFINED);
        let mut call = Call {
            locals,
            saved: Vec::new(),
        };
        let result = match self.block(&func.body, &mut call)? {
            Flow::Return(value) => value,
            _ => Value::UNDEFINED,
        };
        if let Some(memo) = slot {
            *self.memo(frame, memo)? = Memo::Done(result);
        }
        if let Some(key) = key {
            self.calls.insert(key, result);
        }
        Ok(result)
    }

    fn block(&mut self, block: &Block, call: &mut Call) -> Result<Flow, Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::Invalid("too deep"));
        }
        let mut flow = Flow::Completed;
        for stmt in &block.0 {
            flow = self.stmt(stmt, call)?;
            if !matches!(flow, Flow::Completed) {
                break;
            }
        }
        self.depth -= 1;
        Ok(flow)
    }

    fn stmt(&mut self, stmt: &Stmt, call: &mut Call) -> Result<Flow, Error> {
        match stmt {
            Stmt::Block(body) => Ok(caught(self.block(body, call)?)),
            Stmt::Not(body) => Ok(match self.block(body, call)? {
                Flow::Completed | Flow::Complete => Flow::Failed,
                Flow::Failed => Flow::Completed,
                returned @ Flow::Return(_) => returned,
            }),
            Stmt::Any(blocks) => {
                for block in blocks {
                    match self.block(block, call)? {
                        Flow::Failed => {}
                        Flow::Completed | Flow::Complete => return Ok(Flow::Completed),
                        returned @ Flow::Return(_) => return Ok(returned),
                    }
                }
                Ok(Flow::Failed)
            }
            Stmt::Scan {
                source,
                key,
                value,
                body,
            } => self.scan(*source, *key, *value, body, call),
            Stmt::Switch { on, cases, default } => {
                let on = self.read(*on, call)?;
                let mut chosen = default;
                for (case, body) in cases {
                    let constant = self.constant(*case)?;
                    if on.is_defined() && self.heap.equal(on, constant) {
                        chosen = body;
                        break;
                    }
                }
                Ok(caught(self.block(chosen, call)?))
            }
            Stmt::With {
                id,
                overrides,
                body,
            } => {
                let saved = self.state.clone();
                for change in overrides {
                    self.apply(change, call)?;
                }
                self.fresh_frame();
                call.saved.push((*id, saved.clone()));
                let flow = self.block(body, call)?;
                call.saved.pop();
                self.state = saved;
                Ok(caught(flow))
            }
            Stmt::Outer { with, body } => {
                let saved = call
                    .saved
                    .iter()
                    .rev()
                    .find(|(id, _)| id == with)
                    .map(|(_, state)| state.clone())
                    .ok_or(Error::Invalid("outer"))?;
                let inner = std::mem::replace(&mut self.state, saved);
                let flow = self.block(body, call)?;
                self.state = inner;
                Ok(caught(flow))
            }
            Stmt::Fail => Ok(Flow::Failed),
            Stmt::Complete => Ok(Flow::Complete),
            Stmt::Return(value) => Ok(Flow::Return(self.read(*value, call)?)),
            _ => Ok(if self.simple(stmt, call)? {
                Flow::Completed
            } else {
                Flow::Failed
            }),
        }
    }

    fn scan(
        &mut self,
        source: Operand,
        key: Local,
        value: Local,
        body: &Block,
        call: &mut Call,
    ) -> Result<Flow, Error> {
        let source = self.read(source, call)?;
        for (k, v) in self.pairs(source) {
            self.write(key, k, call)?;
            self.write(value, v, call)?;
            match self.block(body, call)? {
                Flow::Completed | Flow::Failed => {}
                leaving => return Ok(leaving),
            }
        }
        Ok(Flow::Completed)
    }

    /// The keys and values of a collection, in order.
    fn pairs(&mut self, source: Value) -> Vec<(Value, Value)> {
        match self.heap.kind(source) {
            Kind::Array => {
                let items = self.heap.items(source);
                (0..).filter_map(Value::small).zip(items).collect()
            }
            Kind::Set => self
                .heap
                .items(source)
                .into_iter()
                .map(|v| (v, v))
                .collect(),
            Kind::Object => self.heap.entries(source),
            _ => Vec::new(),
        }
    }

    /// The items of a collection whose value below a path equals another: all that may be left out is.
    fn narrowed(
        &mut self,
        source: Operand,
        path: &[ConstId],
        on: Operand,
        call: &Call,
    ) -> Result<Value, Error> {
        let (source, on) = (self.read(source, call)?, self.read(on, call)?);
        let mut entries = Vec::new();
        for (key, value) in self.pairs(source) {
            let mut found = value;
            for key in path {
                found = self.heap.dot(found, self.constant(*key)?);
            }
            if on.is_defined() && found.is_defined() && self.heap.equal(found, on) {
                entries.push((key, value));
            }
        }
        Ok(self.heap.object(&entries))
    }

    /// Statements without blocks: whether they complete.
    fn simple(&mut self, stmt: &Stmt, call: &mut Call) -> Result<bool, Error> {
        match stmt {
            Stmt::Copy { dst, src } => {
                let value = self.read(*src, call)?;
                self.write(*dst, value, call)?;
                Ok(true)
            }
            Stmt::Reset(dst) => {
                self.write(*dst, Value::UNDEFINED, call)?;
                Ok(true)
            }
            Stmt::Input(dst) => self.define(*dst, self.state.input, call),
            Stmt::Data(dst) => self.define(*dst, self.state.data, call),
            Stmt::LoadSlot { dst, slot } => {
                let value = *self.slot(*slot)?;
                self.write(*dst, value, call)?;
                Ok(true)
            }
            Stmt::Dot { dst, source, key } => {
                let (source, key) = (self.read(*source, call)?, self.read(*key, call)?);
                let value = self.heap.dot(source, key);
                self.define(*dst, value, call)
            }
            Stmt::TryDot { dst, source, key } => {
                let (source, key) = (self.read(*source, call)?, self.read(*key, call)?);
                let value = self.heap.dot(source, key);
                self.write(*dst, value, call)?;
                Ok(true)
            }
            Stmt::Narrow {
                dst,
                source,
                path,
                on,
                ..
            } => {
                let value = self.narrowed(*source, path, *on, call)?;
                self.write(*dst, value, call)?;
                Ok(true)
            }
            Stmt::Call { dst, func, args } => {
                let args = self.read_all(args, call)?;
                let value = self.call(*func, args)?;
                self.define(*dst, value, call)
            }
            Stmt::CallClause { dst, func, args } => {
                let args = self.read_all(args, call)?;
                let value = self.call(*func, args)?;
                self.write(*dst, value, call)?;
                Ok(true)
            }
            Stmt::Builtin {
                dst,
                builtin,
                args,
                site,
            } => {
                let args = self.read_all(args, call)?;
                let value = self.builtin(*builtin, &args, *site)?;
                self.define(*dst, value, call)
            }
            Stmt::Test { op, a, b } => self.holds(*op, *a, *b, call),
            Stmt::Compare { dst, op, a, b } => {
                let holds = self.holds(*op, *a, *b, call)?;
                self.write(*dst, Value::boolean(holds), call)?;
                Ok(true)
            }
            Stmt::AssignOnce { dst, src, site } => {
                let (old, new) = (
                    self.read(Operand::Local(*dst), call)?,
                    self.read(*src, call)?,
                );
                if old.is_defined() && !self.heap.equal(old, new) {
                    return Err(Error::Conflict(*site));
                }
                if !old.is_defined() {
                    self.write(*dst, new, call)?;
                }
                Ok(true)
            }
            Stmt::Merge { dst, a, b } => {
                let (a, b) = (self.read(*a, call)?, self.read(*b, call)?);
                let value = self.heap.merge(a, b);
                self.define(*dst, value, call)
            }
            Stmt::Trace { site, value, slots } => {
                let value = self.read(*value, call)?;
                let slots = slots
                    .iter()
                    .map(|(container, key)| {
                        let key = key.map_or(Ok(Value::UNDEFINED), |key| self.read(key, call))?;
                        Ok((self.read(*container, call)?, key))
                    })
                    .collect::<Result<_, Error>>()?;
                self.records.push(Record {
                    site: *site,
                    value,
                    slots,
                });
                Ok(true)
            }
            Stmt::Cover(_) => Ok(true),
            Stmt::Print { values, .. } => {
                let values = self.read(*values, call)?;
                self.prints.push(values);
                Ok(true)
            }
            _ => self.collection(stmt, call),
        }
    }

    /// Statements that check, make and fill collections.
    fn collection(&mut self, stmt: &Stmt, call: &mut Call) -> Result<bool, Error> {
        match stmt {
            Stmt::IsTruthy(value) => Ok(!self.read(*value, call)?.is_falsy()),
            Stmt::IsDefined(value) => Ok(self.read(*value, call)?.is_defined()),
            Stmt::IsUndefined(value) => Ok(!self.read(*value, call)?.is_defined()),
            Stmt::IsArray(value, len) => {
                let value = self.read(*value, call)?;
                Ok(self.heap.kind(value) == Kind::Array && self.heap.len(value) == *len)
            }
            Stmt::IsObject(value, len) => {
                let value = self.read(*value, call)?;
                Ok(self.heap.kind(value) == Kind::Object && self.heap.len(value) == *len)
            }
            Stmt::IsCollection(value) => {
                let value = self.read(*value, call)?;
                Ok(matches!(
                    self.heap.kind(value),
                    Kind::Array | Kind::Set | Kind::Object
                ))
            }
            Stmt::MakeArray { dst, items } => {
                let items = self.read_all(items, call)?;
                let value = self.heap.array(&items);
                self.define(*dst, value, call)
            }
            Stmt::MakeSet { dst, items } => {
                let items = self.read_all(items, call)?;
                let value = self.heap.set(&items);
                self.define(*dst, value, call)
            }
            Stmt::MakeObject { dst, entries } => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| Ok((self.read(*key, call)?, self.read(*value, call)?)))
                    .collect::<Result<Vec<_>, Error>>()?;
                let value = self.heap.object(&entries);
                self.define(*dst, value, call)
            }
            Stmt::Push { array, item } => {
                let (array, item) = (self.read(*array, call)?, self.read(*item, call)?);
                self.heap.array_push(array, item);
                Ok(true)
            }
            Stmt::Add { set, item } => {
                let (set, item) = (self.read(*set, call)?, self.read(*item, call)?);
                self.heap.set_add(set, item);
                Ok(true)
            }
            Stmt::AddNew { set, item } => {
                let (set, item) = (self.read(*set, call)?, self.read(*item, call)?);
                Ok(self.heap.set_add(set, item))
            }
            Stmt::Insert {
                object,
                path,
                value,
                site,
            } => {
                let (parent, last) = self.parent(*object, path, *site, call)?;
                let value = self.read(*value, call)?;
                if self.heap.object_insert(parent, last, value) {
                    Ok(true)
                } else {
                    Err(Error::Conflict(*site))
                }
            }
            Stmt::AddAt {
                object,
                path,
                item,
                site,
            } => {
                let (parent, last) = self.parent(*object, path, *site, call)?;
                let set = self.child(parent, last, Kind::Set, *site)?;
                let item = self.read(*item, call)?;
                self.heap.set_add(set, item);
                Ok(true)
            }
            _ => Err(Error::Invalid("statement")),
        }
    }

    /// The object below all keys but the last, and the last key.
    fn parent(
        &mut self,
        object: Operand,
        path: &[Operand],
        site: SiteId,
        call: &Call,
    ) -> Result<(Value, Value), Error> {
        let keys = self.read_all(path, call)?;
        let (last, keys) = keys.split_last().ok_or(Error::Invalid("path"))?;
        let mut at = self.read(object, call)?;
        for key in keys {
            at = self.child(at, *key, Kind::Object, site)?;
        }
        Ok((at, *last))
    }

    /// The collection that is being built below a key.
    fn child(
        &mut self,
        parent: Value,
        key: Value,
        kind: Kind,
        site: SiteId,
    ) -> Result<Value, Error> {
        let present = self.heap.dot(parent, key);
        if present.is_defined() {
            let ours = present.is_cell() && self.heap.load(present.0) & PARTIAL != 0;
            return if ours && self.heap.kind(present) == kind {
                Ok(present)
            } else {
                Err(Error::Conflict(site))
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
            Err(Error::Conflict(site))
        }
    }

    fn builtin(
        &mut self,
        builtin: BuiltinId,
        args: &[Value],
        site: SiteId,
    ) -> Result<Value, Error> {
        let outcome = builtins::call(self.heap, builtin, args)
            .or_else(|| self.host.and_then(|host| host(self.heap, builtin, args)));
        match outcome {
            None => Err(Error::Invalid("builtin of the host")),
            Some(Ok(value)) => Ok(value),
            Some(Err(_)) if !self.strict => Ok(Value::UNDEFINED),
            Some(Err(error)) => Err(Error::Builtin {
                site,
                is_type: error.kind == ErrorKind::Type,
                message: error.message,
            }),
        }
    }

    fn holds(&mut self, op: CompareOp, a: Operand, b: Operand, call: &Call) -> Result<bool, Error> {
        let (a, b) = (self.read(a, call)?, self.read(b, call)?);
        Ok(match op {
            CompareOp::Equal => self.heap.equal(a, b),
            CompareOp::NotEqual => !self.heap.equal(a, b),
            CompareOp::Less => self.heap.compare(a, b) == Ordering::Less,
            CompareOp::LessEqual => self.heap.compare(a, b) != Ordering::Greater,
            CompareOp::Greater => self.heap.compare(a, b) == Ordering::Greater,
            CompareOp::GreaterEqual => self.heap.compare(a, b) != Ordering::Less,
        })
    }

    fn apply(&mut self, change: &Override, call: &Call) -> Result<(), Error> {
        match change {
            Override::Input { path, value } => {
                self.state.input = self.patched(self.state.input, path, *value, call)?;
            }
            Override::Data { path, value } => {
                self.state.data = self.patched(self.state.data, path, *value, call)?;
            }
            Override::Slot { slot, value } => {
                *self.slot(*slot)? = self.read(*value, call)?;
            }
            Override::ClearSlot { slot } => *self.slot(*slot)? = Value::UNDEFINED,
            Override::PatchSlot { slot, path, value } => {
                let present = *self.slot(*slot)?;
                if present.is_defined() {
                    *self.slot(*slot)? = self.patched(present, path, *value, call)?;
                }
            }
        }
        Ok(())
    }

    fn patched(
        &mut self,
        document: Value,
        path: &[ConstId],
        value: Operand,
        call: &Call,
    ) -> Result<Value, Error> {
        let value = self.read(value, call)?;
        if path.is_empty() {
            return Ok(value);
        }
        let keys = path
            .iter()
            .map(|key| self.constant(*key))
            .collect::<Result<Vec<Value>, Error>>()?;
        let keys = self.heap.array(&keys);
        Ok(self.heap.patch(document, keys, value))
    }

    fn slot(&mut self, slot: SlotId) -> Result<&mut Value, Error> {
        self.state
            .slots
            .get_mut(slot.index())
            .ok_or(Error::Invalid("override slot"))
    }

    fn constant(&self, id: ConstId) -> Result<Value, Error> {
        self.consts
            .get(id.index())
            .copied()
            .ok_or(Error::Invalid("constant"))
    }

    fn read(&self, operand: Operand, call: &Call) -> Result<Value, Error> {
        match operand {
            Operand::Const(id) => self.constant(id),
            Operand::Local(local) => call
                .locals
                .get(local.index())
                .copied()
                .ok_or(Error::Invalid("local")),
        }
    }

    fn read_all(&self, operands: &[Operand], call: &Call) -> Result<Vec<Value>, Error> {
        operands
            .iter()
            .map(|operand| self.read(*operand, call))
            .collect()
    }

    fn write(&self, local: Local, value: Value, call: &mut Call) -> Result<(), Error> {
        let local = call
            .locals
            .get_mut(local.index())
            .ok_or(Error::Invalid("local"))?;
        *local = value;
        Ok(())
    }

    /// Sets a local; whether the value is defined.
    fn define(&self, local: Local, value: Value, call: &mut Call) -> Result<bool, Error> {
        self.write(local, value, call)?;
        Ok(value.is_defined())
    }
}

/// How a statement ends that never fails.
fn caught(flow: Flow) -> Flow {
    match flow {
        Flow::Failed => Flow::Completed,
        other => other,
    }
}
