//! The evaluator: its state, rules and functions.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use kpol_abi::builtins::BuiltinId;
use kpol_abi::layout::{PARTIAL, control};
use kpol_builtins::{BuiltinError, HostBuiltins, HostCall};
use kpol_compiler::builtins::Entry;
use kpol_compiler::codegen::lay_out;
use kpol_compiler::hir::{
    Branch, Callee, Clause, LocalInfo, Node, Program, Rule, RuleId, RuleKind, Term, TermKind,
};
use kpol_compiler::ir::Const;
use kpol_diagnostics::Span;
use kpol_input::{Document, NodeId};
use kpol_runtime::builtins::{self, ErrorKind};
use kpol_runtime::{Heap, Kind, Value, json};

use crate::error::Error;
use crate::layout::{self, Places};
use crate::record::{self, Recorder};

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
enum Memo {
    Running,
    Done(Value),
}

type CallKey = (u32, RuleId, Vec<u32>);

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
    frames: u32,
    rules: HashMap<(u32, RuleId), Memo>,
    calls: HashMap<CallKey, Value>,
    documents: HashMap<(u32, Vec<String>), Value>,
    consts: HashMap<usize, Value>,
    answers: HashMap<(u32, String), Result<Option<String>, BuiltinError>>,
    builtins: &'p dyn HostBuiltins,
    now_ns: i64,
    strict: bool,
    deadline: Option<Instant>,
    steps: u32,
    depth: u32,
}

/// How deep rules may call each other at run time.
const MAX_DEPTH: u32 = 2_000;
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
    fn function(&mut self, id: RuleId, args: &[Val]) -> Res<Value> {
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
        yields: &mut dyn FnMut(&mut Self, usize, &[Value], Value) -> Res,
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
                let begun = this.recorder.begin(record::Kind::Branch(at));
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

    /// Calls whatever the callee is at that moment.
    pub(crate) fn call(&mut self, callee: Callee, args: &[Val], span: Span) -> Res<Value> {
        match self.state.callees.get(&callee).copied() {
            Some(Replacement::Value(value)) => Ok(value),
            Some(Replacement::Callee(by)) => {
                // Inside of a replacement, nothing is replaced: it may call what it stands for.
                let frame = self.fresh_frame();
                let inner = State {
                    callees: Rc::default(),
                    frame,
                    ..self.state.clone()
                };
                let saved = std::mem::replace(&mut self.state, inner);
                let value = self.original(by, args, span);
                self.state = saved;
                value
            }
            None => self.original(callee, args, span),
        }
    }

    fn original(&mut self, callee: Callee, args: &[Val], span: Span) -> Res<Value> {
        match callee {
            Callee::Function(id) => self.function(id, args),
            Callee::Builtin(id) => {
                let args: Vec<Value> = args.iter().map(|arg| arg.value).collect();
                self.builtin(id, &args, span)
            }
        }
    }

    pub(crate) fn builtin(&mut self, id: BuiltinId, args: &[Value], span: Span) -> Res<Value> {
        self.step()?;
        let name = self.program.builtins.get(id).map_or("", Entry::name);
        if name == "internal.test_case" {
            return Ok(Value::TRUE);
        }
        if name == "trace"
            && let [note] = args
        {
            self.recorder.note(record::Kind::Note(*note));
        }
        let outcome = match builtins::call(&mut self.heap, id, args) {
            Some(outcome) => outcome,
            None => self.host(id, name, args),
        };
        if self.heap.exhausted() {
            return Err(Error::Limit("memory"));
        }
        match outcome {
            Ok(value) => Ok(value),
            Err(error) if self.strict => Err(Error::Builtin {
                span,
                is_type: error.kind == ErrorKind::Type,
                message: error.message,
            }),
            Err(error) => {
                let message = error.message;
                self.recorder.note(record::Kind::Failure { span, message });
                Ok(Value::UNDEFINED)
            }
        }
    }

    fn host(&mut self, id: BuiltinId, name: &str, args: &[Value]) -> Result<Value, BuiltinError> {
        let mut text = String::from("[");
        for (at, arg) in args.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            json::write_term(&mut self.heap, *arg, &mut text);
        }
        text.push(']');
        let entry = self.program.builtins.get(id);
        let stays = entry.is_some_and(Entry::is_nondeterministic);
        let key = (id.0, text);
        let answer = match self.answers.get(&key) {
            Some(answer) => answer.clone(),
            None => {
                let answer = self.builtins.call(&HostCall {
                    name,
                    args: &key.1,
                    now_ns: self.now_ns,
                });
                if stays {
                    self.answers.insert(key, answer.clone());
                }
                answer
            }
        };
        match answer {
            Ok(None) => Ok(Value::UNDEFINED),
            Ok(Some(text)) => json::parse_term(&mut self.heap, &text).map_err(|_| {
                BuiltinError::failed(format!("{name}: the host's result is no value"))
            }),
            Err(error) => Err(BuiltinError {
                message: format!("{name}: {}", error.message),
                ..error
            }),
        }
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

/// What a conflict between two values of one key is called.
pub(crate) const UNIQUE_KEYS: &str = "object keys must be unique";

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
