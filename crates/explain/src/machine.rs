//! The evaluator: its state, limits and documents.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use kpol_abi::layout::control;
use kpol_builtins::{BuiltinError, HostBuiltins};
use kpol_compiler::codegen::lay_out;
use kpol_compiler::hir::{Callee, LocalInfo, Node, Program, Rule, RuleId, RuleKind};
use kpol_compiler::ir::Const;
use kpol_input::{Document, NodeId};
use kpol_runtime::{Heap, Value, json};

use crate::error::Error;
use crate::layout::{self, Places};
use crate::record::Recorder;

pub(crate) type Res<T = Flow> = Result<T, Error>;

/// What happens after one way to hold: look for the next one, or end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Next,
    Stop,
}

/// A value, and the node of the input that it came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Val {
    pub(crate) value: Value,
    pub(crate) at: Option<NodeId>,
}

impl Val {
    pub(crate) const UNDEFINED: Val = Val::of(Value::UNDEFINED);

    pub(crate) const fn of(value: Value) -> Val {
        Val { value, at: None }
    }
}

/// The locals of a clause; what is undefined is unbound.
pub(crate) struct Env<'p> {
    pub(crate) vals: Vec<Val>,
    pub(crate) infos: &'p [LocalInfo],
}

impl<'p> Env<'p> {
    pub(crate) fn new(infos: &'p [LocalInfo]) -> Env<'p> {
        Env {
            vals: vec![Val::UNDEFINED; infos.len()],
            infos,
        }
    }
}

/// What an evaluation works on.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The input document, if there is one.
    pub input: Option<&'a Document>,
    /// Base data, as a JSON object.
    pub data: &'a str,
    /// The builtins of the host.
    pub builtins: &'a dyn HostBuiltins,
    /// The time that the policy sees, in nanoseconds since 1970.
    pub now_ns: i64,
    /// The seed of random numbers.
    pub seed: u64,
    /// How long it may take.
    pub timeout: Duration,
    /// How much memory it may take.
    pub memory: u64,
    /// Whether a failed builtin ends the evaluation.
    pub strict: bool,
}

/// What `with` replaces.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) input: Val,
    pub(crate) data: Value,
    /// Paths of `data` that are replaced, rules included.
    pub(crate) replaced: Rc<Vec<(Vec<String>, Value)>>,
    pub(crate) callees: Rc<HashMap<Callee, Replacement>>,
    /// Which memos count.
    pub(crate) frame: u32,
}

/// What a function is replaced by.
#[derive(Clone, Copy)]
pub(crate) enum Replacement {
    Value(Value),
    Callee(Callee),
}

#[derive(Clone, Copy)]
pub(crate) enum Memo {
    Running,
    Done(Value),
}

pub(crate) type CallKey = (u32, RuleId, Vec<u32>);

pub(crate) struct Machine<'p> {
    pub(crate) program: &'p Program,
    pub(crate) heap: Heap<'static>,
    pub(crate) places: Places,
    pub(crate) state: State,
    pub(crate) recorder: Recorder,
    /// The input, for places of scalars.
    pub(crate) document: Option<&'p Document>,
    /// Where the last ref that is undefined ended.
    pub(crate) dead_end: Option<NodeId>,
    pub(crate) frames: u32,
    pub(crate) rules: HashMap<(u32, RuleId), Memo>,
    pub(crate) calls: HashMap<CallKey, Value>,
    pub(crate) documents: HashMap<(u32, Vec<String>), Value>,
    pub(crate) consts: HashMap<usize, Value>,
    pub(crate) answers: HashMap<(u32, String), Result<Option<String>, BuiltinError>>,
    pub(crate) builtins: &'p dyn HostBuiltins,
    pub(crate) now_ns: i64,
    pub(crate) strict: bool,
    pub(crate) deadline: Option<Instant>,
    pub(crate) steps: u32,
    pub(crate) depth: u32,
}

/// How deep rules may call each other at run time.
pub(crate) const MAX_DEPTH: u32 = 2_000;
/// The stack that one step may need.
const RED_ZONE: usize = 256 << 10;
/// The stack that is added where less is left.
const STACK: usize = 4 << 20;

impl<'p> Machine<'p> {
    pub(crate) fn new(program: &'p Program, inputs: &Inputs<'p>, record: bool) -> Res<Self> {
        let mut heap = Heap::with_limit(u32::try_from(inputs.memory).unwrap_or(1 << 31));
        heap.set_control(control::STRICT, u32::from(inputs.strict));
        heap.set_control(control::NOW, inputs.now_ns as u32);
        heap.set_control(control::NOW + 4, (inputs.now_ns >> 32) as u32);
        heap.set_control(control::SEED, inputs.seed as u32);
        heap.set_control(control::SEED + 4, (inputs.seed >> 32) as u32);
        let mut places = Places::default();
        let data = json::parse(&mut heap, inputs.data)
            .map_err(|_| Error::Internal("the data is no JSON"))?;
        let input = match inputs.input {
            None => Val::UNDEFINED,
            Some(document) => Val {
                value: layout::document(&mut heap, &mut places, document),
                at: Some(document.root()),
            },
        };
        Ok(Machine {
            program,
            heap,
            places,
            state: State {
                input,
                data,
                replaced: Rc::default(),
                callees: Rc::default(),
                frame: 0,
            },
            recorder: Recorder::new(record),
            document: inputs.input,
            dead_end: None,
            frames: 0,
            rules: HashMap::new(),
            calls: HashMap::new(),
            documents: HashMap::new(),
            consts: HashMap::new(),
            answers: HashMap::new(),
            builtins: inputs.builtins,
            now_ns: inputs.now_ns,
            strict: inputs.strict,
            deadline: Instant::now().checked_add(inputs.timeout),
            steps: 0,
            depth: 0,
        })
    }

    /// Counts a step, and ends what takes too long or too much.
    pub(crate) fn step(&mut self) -> Res<()> {
        if self.heap.exhausted() {
            return Err(Error::Limit("memory"));
        }
        self.steps = self.steps.wrapping_add(1);
        if self.steps.is_multiple_of(256)
            && self
                .deadline
                .is_some_and(|deadline| Instant::now() > deadline)
        {
            return Err(Error::Limit("time"));
        }
        Ok(())
    }

    /// Runs something that may go deeper, with room on the stack for it.
    pub(crate) fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        stacker::maybe_grow(RED_ZONE, STACK, || f(self))
    }

    pub(crate) fn rule_of(&self, id: RuleId) -> Res<&'p Rule> {
        (self.program.rules.get(id.0 as usize)).ok_or(Error::Internal("no such rule"))
    }

    pub(crate) fn node_at(&self, path: &[String]) -> Option<&'p Node> {
        (path.iter()).try_fold(&self.program.tree, |node, key| node.children.get(key))
    }

    pub(crate) fn fresh_frame(&mut self) -> u32 {
        self.frames = self.frames.wrapping_add(1);
        self.frames
    }

    /// A constant's value; each is laid out once.
    pub(crate) fn constant(&mut self, constant: &'p Const) -> Res<Value> {
        match constant {
            Const::Null => return Ok(Value::NULL),
            Const::Bool(value) => return Ok(Value::boolean(*value)),
            Const::String(text) => return Ok(self.heap.string(text)),
            _ => {}
        }
        let key = std::ptr::from_ref(constant) as usize;
        if let Some(value) = self.consts.get(&key) {
            return Ok(*value);
        }
        let value = self.made(constant)?;
        self.consts.insert(key, value);
        Ok(value)
    }

    /// The same for a constant that does not stay.
    pub(crate) fn made(&mut self, constant: &Const) -> Res<Value> {
        lay_out(&mut self.heap, constant).map_err(|_| Error::Internal("constant"))
    }

    /// The whole document at a path: a rule's value, or the merged package.
    pub(crate) fn document(&mut self, path: &[String]) -> Res<Value> {
        let node = self.node_at(path);
        if let Some(id) = node.and_then(|node| node.rule)
            && !matches!(self.rule_of(id)?.kind, RuleKind::Function(_))
        {
            return self.rule(id);
        }
        if let Some(value) = self.replaced(path) {
            return Ok(value);
        }
        let key = (self.state.frame, path.to_vec());
        if let Some(value) = self.documents.get(&key) {
            return Ok(*value);
        }
        let mut rules = Value::UNDEFINED;
        if let Some(node) = node {
            rules = self.heap.object_new();
            for (name, child) in &node.children {
                if !self.has_value(child) {
                    continue;
                }
                let mut below = path.to_vec();
                below.push(name.clone());
                let value = self.deeper(|this| this.document(&below))?;
                if value.is_defined() {
                    let name = self.heap.string(name);
                    self.heap.object_insert(rules, name, value);
                }
            }
        }
        let base = self.base(path);
        let merged = self.heap.merge(base, rules);
        self.documents.insert(key, merged);
        Ok(merged)
    }

    /// The base document at a path.
    pub(crate) fn base(&mut self, path: &[String]) -> Value {
        let mut at = self.state.data;
        for key in path {
            let key = self.heap.string(key);
            at = self.heap.dot(at, key);
        }
        at
    }

    /// What replaces the document at a path, if something does: undefined where that has nothing there.
    pub(crate) fn replaced(&mut self, path: &[String]) -> Option<Value> {
        let all = Rc::clone(&self.state.replaced);
        let (prefix, value) = (all.iter())
            .filter(|(prefix, _)| path.starts_with(prefix))
            .max_by_key(|(prefix, _)| prefix.len())?;
        let mut at = *value;
        for key in path.get(prefix.len()..).unwrap_or_default() {
            let key = self.heap.string(key);
            at = self.heap.dot(at, key);
        }
        Some(at)
    }

    /// Whether a node has a value: a function has none, but what it stands in is an object.
    pub(crate) fn has_value(&self, node: &Node) -> bool {
        node.package
            || !node.children.is_empty()
            || node
                .rule
                .and_then(|id| self.rule_of(id).ok())
                .is_some_and(|rule| !matches!(rule.kind, RuleKind::Function(_)))
    }
}
