//! One running module, in a store of its own.

use std::sync::Arc;

use serde_json::{Map, Value};
use wasmtime::{Instance, Memory, Store, TypedFunc, WasmParams, WasmResults};

use super::{
    ABI_MAJOR, ABI_MINOR, Inner, MEMORY, ONE_SHOT, abort,
    builtins::Scene,
    evaluator::OpaInput,
    host::{self, Ready, State, Stop},
};
use crate::{
    answers::Answers,
    engine::Engine,
    error::EvalError,
    instance::{BuiltinFailure, describe_trap, timeout},
    limits::{Limiter, Limits},
    ticker,
};

/// The size of a page of memory.
const PAGE: u64 = 1 << 16;

/// The format of results that `opa_eval` shall write: JSON.
const JSON: u32 = 0;

/// A linked module with its data.
pub(super) struct Running {
    engine: Engine,
    limits: Limits,
    store: Store<State>,
    functions: Functions,
    version: (i32, i32),
    /// The address of the data's value, 0 where there is none.
    data: u32,
    /// Where the heap begins that an evaluation may use; what lies below stays.
    base: u32,
    /// The ticks that the present input has taken so far.
    used: u64,
}

/// `opa_eval`: reserved, entrypoint, data, address and length of the input, heap, format.
type OneShot = TypedFunc<(u32, u32, u32, u32, u32, u32, u32), u32>;

#[derive(Clone)]
struct Functions {
    memory: Memory,
    entrypoints: TypedFunc<(), u32>,
    builtins: TypedFunc<(), u32>,
    malloc: TypedFunc<u32, u32>,
    json_parse: TypedFunc<(u32, u32), u32>,
    json_dump: TypedFunc<u32, u32>,
    value_parse: TypedFunc<(u32, u32), u32>,
    heap_get: TypedFunc<(), u32>,
    heap_set: TypedFunc<u32, ()>,
    /// The call that modules have since ABI 1.2.
    one_shot: Option<OneShot>,
    steps: Steps,
}

/// The calls of ABI 1.0.
#[derive(Clone)]
struct Steps {
    new: TypedFunc<(), u32>,
    set_input: TypedFunc<(u32, u32), ()>,
    set_data: TypedFunc<(u32, u32), ()>,
    set_entrypoint: TypedFunc<(u32, u32), ()>,
    eval: TypedFunc<u32, u32>,
    result: TypedFunc<u32, u32>,
}

impl Running {
    /// Links a module. It has no data yet.
    pub(super) fn start(module: &Inner, limits: Limits) -> Result<Running, EvalError> {
        let engine = module.engine.clone();
        let state = State {
            limiter: Limiter::new(limits),
            ready: None,
            table: Arc::clone(&module.table),
            host: Arc::clone(&engine.inner.builtins),
            scene: Scene {
                strict: false,
                now: 0,
                seed: 0,
                heap: u32::try_from(limits.memory).unwrap_or(u32::MAX),
            },
            answers: Answers::default(),
            remembered: None,
            printed: Vec::new(),
            printed_bytes: 0,
        };
        let mut store = Store::new(&engine.inner.wasmtime, state);
        store.limiter(|state| &mut state.limiter);
        store.set_epoch_deadline(ticker::ticks(limits.timeout));
        let linked = {
            let _clock = engine.inner.ticker.run();
            link(&mut store, module)
        };
        match linked {
            Ok((functions, version)) => Ok(Running {
                engine,
                limits,
                store,
                functions,
                version,
                data: 0,
                base: 0,
                used: 0,
            }),
            Err(error) => Err(describe(&store, limits, &error)),
        }
    }

    pub(super) fn version(&self) -> (i32, i32) {
        self.version
    }

    /// Starts the evaluation of an input that has taken some ticks already.
    pub(super) fn begin(&mut self, scene: Scene, used: u64) {
        self.used = used;
        self.store.data_mut().begin(scene);
    }

    pub(super) fn used(&self) -> u64 {
        self.used
    }

    pub(super) fn state(&self) -> &State {
        self.store.data()
    }

    /// Runs `f`, counting its time.
    pub(super) fn timed<R>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<R, EvalError>,
    ) -> Result<R, EvalError> {
        let left = ticker::ticks(self.limits.timeout).saturating_sub(self.used);
        if left == 0 {
            return Err(timeout(self.limits));
        }
        self.store.set_epoch_deadline(left);
        let engine = self.engine.clone();
        let clock = engine.inner.ticker.run();
        let started = clock.ticks();
        let result = f(self);
        let taken = clock.ticks().saturating_sub(started);
        self.used = self.used.saturating_add(taken);
        result
    }

    fn call<P: WasmParams, R: WasmResults>(
        &mut self,
        function: &TypedFunc<P, R>,
        params: P,
    ) -> Result<R, EvalError> {
        let result = function.call(&mut self.store, params);
        result.map_err(|error| describe(&self.store, self.limits, &error))
    }

    /// The names of the entrypoints, with their numbers.
    pub(super) fn entrypoints(&mut self) -> Result<Vec<(String, u32)>, EvalError> {
        let function = self.functions.entrypoints.clone();
        self.numbers(&function)
    }

    /// The names of the builtins that the host shall have, with their numbers.
    pub(super) fn builtins(&mut self) -> Result<Vec<(String, u32)>, EvalError> {
        let function = self.functions.builtins.clone();
        self.numbers(&function)
    }

    fn numbers(&mut self, function: &TypedFunc<(), u32>) -> Result<Vec<(String, u32)>, EvalError> {
        let value = self.call(function, ())?;
        let functions = self.functions.clone();
        let at = self.call(&functions.json_dump, value)?;
        let object: Map<String, Value> = serde_json::from_str(self.text(at)?)
            .map_err(|_| EvalError::internal("the module lists no names"))?;
        let entry =
            |(name, number): (String, Value)| Some((name, u32::try_from(number.as_u64()?).ok()?));
        let names: Option<Vec<_>> = object.into_iter().map(entry).collect();
        names.ok_or_else(|| EvalError::internal("the module lists names without numbers"))
    }

    /// Makes a JSON text the data of all evaluations that follow. Only once for an instance.
    pub(super) fn set_data(&mut self, json: &str) -> Result<(), EvalError> {
        let functions = self.functions.clone();
        let (at, len) = self.store_text(json)?;
        self.data = self.call(&functions.json_parse, (at, len))?;
        if self.data == 0 {
            return Err(EvalError::internal("the module cannot read the data"));
        }
        self.base = self.call(&functions.heap_get, ())?;
        Ok(())
    }

    /// Evaluates an entrypoint. The result is a JSON text.
    pub(super) fn evaluate(&mut self, entry: u32, input: &OpaInput) -> Result<String, EvalError> {
        let functions = self.functions.clone();
        let at = match (&functions.one_shot, input) {
            (Some(function), OpaInput::Json(text)) => self.in_one_go(function, entry, text)?,
            (Some(function), OpaInput::None) => self.in_one_go(function, entry, "")?,
            _ => {
                let result = self.in_steps(&functions, entry, input)?;
                self.call(&functions.json_dump, result)?
            }
        };
        self.text(at).map(str::to_owned)
    }

    /// One call; the input's text lies where the heap begins, and the heap behind it.
    fn in_one_go(&mut self, function: &OneShot, entry: u32, input: &str) -> Result<u32, EvalError> {
        // A module takes what it cannot read for no input at all.
        if !input.is_empty() && serde_json::from_str::<serde::de::IgnoredAny>(input).is_err() {
            return Err(EvalError::internal("the input is not JSON"));
        }
        let (data, base) = (self.data, self.base);
        let len = u32::try_from(input.len()).map_err(|_| EvalError::memory())?;
        let end = base
            .checked_add(len)
            .and_then(|end| end.checked_next_multiple_of(8));
        let end = end.ok_or_else(EvalError::memory)?;
        self.make_room(end)?;
        self.write(base, input)?;
        let at = if len == 0 { 0 } else { base };
        self.call(function, (0, entry, data, at, len, end, JSON))
    }

    fn in_steps(
        &mut self,
        functions: &Functions,
        entry: u32,
        input: &OpaInput,
    ) -> Result<u32, EvalError> {
        let (steps, data, base) = (&functions.steps, self.data, self.base);
        self.call(&functions.heap_set, base)?;
        let parsed = match input {
            OpaInput::None => None,
            OpaInput::Json(text) => Some((text, &functions.json_parse)),
            OpaInput::Term(text) => Some((text, &functions.value_parse)),
        };
        let mut value = 0;
        if let Some((text, parse)) = parsed {
            let text = self.store_text(text)?;
            value = self.call(parse, text)?;
            if value == 0 {
                return Err(EvalError::internal("the module cannot read the input"));
            }
        }
        let context = self.call(&steps.new, ())?;
        self.call(&steps.set_data, (context, data))?;
        if value != 0 {
            self.call(&steps.set_input, (context, value))?;
        }
        self.call(&steps.set_entrypoint, (context, entry))?;
        let code = self.call(&steps.eval, context)?;
        if code != 0 {
            let message = format!("the module ended with code {code}");
            return Err(EvalError::internal(message));
        }
        self.call(&steps.result, context)
    }

    /// Copies a text into the module.
    fn store_text(&mut self, text: &str) -> Result<(u32, u32), EvalError> {
        let len = u32::try_from(text.len()).map_err(|_| EvalError::memory())?;
        let malloc = self.functions.malloc.clone();
        let at = self.call(&malloc, len)?;
        self.write(at, text)?;
        Ok((at, len))
    }

    fn write(&mut self, at: u32, text: &str) -> Result<(), EvalError> {
        let memory = self.functions.memory;
        memory
            .write(&mut self.store, at as usize, text.as_bytes())
            .map_err(|_| bad_address())
    }

    /// Makes the memory reach up to an address.
    fn make_room(&mut self, end: u32) -> Result<(), EvalError> {
        let memory = self.functions.memory;
        let size = memory.data_size(&self.store) as u64;
        let missing = u64::from(end).saturating_sub(size).div_ceil(PAGE);
        if missing > 0 {
            let grown = memory.grow(&mut self.store, missing);
            grown.map_err(|_| EvalError::memory())?;
        }
        Ok(())
    }

    fn text(&self, at: u32) -> Result<&str, EvalError> {
        text_at(self.functions.memory.data(&self.store), at).ok_or_else(bad_address)
    }
}

fn bad_address() -> EvalError {
    EvalError::internal("the module returned a bad address")
}

/// The text that begins at an address and ends before a zero.
pub(super) fn text_at(memory: &[u8], at: u32) -> Option<&str> {
    let bytes = memory.get(at as usize..).filter(|_| at != 0)?;
    let len = bytes.iter().position(|b| *b == 0)?;
    std::str::from_utf8(bytes.get(..len)?).ok()
}

/// What an error of wasmtime means.
fn describe(store: &Store<State>, limits: Limits, error: &wasmtime::Error) -> EvalError {
    let refused = store.data().limiter.refused;
    if let Some(failed) = error.downcast_ref::<BuiltinFailure>() {
        return failed.raised(None);
    }
    match error.downcast_ref() {
        // What a module says when it finds no memory is of no help.
        Some(Stop::Memory) => EvalError::memory(),
        Some(Stop::Abort(_)) if refused => EvalError::memory(),
        Some(Stop::Abort(text)) => abort::error(text),
        Some(Stop::Contract(what)) => EvalError::internal(*what),
        None => describe_trap(refused, limits, error),
    }
}

fn link(store: &mut Store<State>, module: &Inner) -> wasmtime::Result<(Functions, (i32, i32))> {
    let mut imports = Vec::new();
    let mut imported = None;
    for import in module.module.imports() {
        imports.push(match import.ty().memory() {
            Some(wanted) => {
                let memory = Memory::new(&mut *store, wanted.clone())?;
                imported = Some(memory);
                memory.into()
            }
            None => host::import(store, import.name())
                .ok_or_else(|| wasmtime::format_err!("unknown import `{}`", import.name()))?,
        });
    }
    let instance = Instance::new(&mut *store, &module.module, &imports)?;
    let memory = instance
        .get_memory(&mut *store, MEMORY)
        .or(imported)
        .ok_or_else(|| wasmtime::format_err!("there is no memory"))?;
    let mut global = |name| {
        let global = instance.get_global(&mut *store, name);
        global
            .and_then(|global| global.get(&mut *store).i32())
            .unwrap_or(-1)
    };
    let version = (global(ABI_MAJOR), global(ABI_MINOR));
    let malloc = instance.get_typed_func(&mut *store, "opa_malloc")?;
    let free = instance.get_typed_func(&mut *store, "opa_free")?;
    let value_parse = instance.get_typed_func(&mut *store, "opa_value_parse")?;
    store.data_mut().ready = Some(Ready {
        memory,
        malloc: malloc.clone(),
        free,
        value_parse: value_parse.clone(),
        value_dump: instance.get_typed_func(&mut *store, "opa_value_dump")?,
    });
    let one_shot = match version {
        (1, 2..) => Some(instance.get_typed_func(&mut *store, ONE_SHOT)?),
        _ => None,
    };
    let functions = Functions {
        memory,
        entrypoints: instance.get_typed_func(&mut *store, "entrypoints")?,
        builtins: instance.get_typed_func(&mut *store, "builtins")?,
        malloc,
        json_parse: instance.get_typed_func(&mut *store, "opa_json_parse")?,
        json_dump: instance.get_typed_func(&mut *store, "opa_json_dump")?,
        value_parse,
        heap_get: instance.get_typed_func(&mut *store, "opa_heap_ptr_get")?,
        heap_set: instance.get_typed_func(&mut *store, "opa_heap_ptr_set")?,
        one_shot,
        steps: Steps {
            new: instance.get_typed_func(&mut *store, "opa_eval_ctx_new")?,
            set_input: instance.get_typed_func(&mut *store, "opa_eval_ctx_set_input")?,
            set_data: instance.get_typed_func(&mut *store, "opa_eval_ctx_set_data")?,
            set_entrypoint: instance.get_typed_func(&mut *store, "opa_eval_ctx_set_entrypoint")?,
            eval: instance.get_typed_func(&mut *store, "eval")?,
            result: instance.get_typed_func(&mut *store, "opa_eval_ctx_get_result")?,
        },
    };
    Ok((functions, version))
}
