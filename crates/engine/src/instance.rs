//! One policy module, linked with the runtime in a store of its own.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use kpol_abi::{
    builtins::BuiltinId,
    layout::{control, error_kind},
    names,
};
use kpol_runtime::{Heap, Value, json};
use wasmtime::{
    AsContextMut, Caller, Extern, Func, Memory, MemoryType, Module, Store, Trap, TypedFunc,
};

use crate::{
    builtins::HostBuiltins,
    engine::Engine,
    error::{EvalError, EvalErrorKind},
    limits::{Limiter, Limits},
    policy::{EntryId, Policy},
    ticker,
};

/// The most bytes of printed text that are kept for one input.
const MAX_PRINTED: usize = 1 << 20;

/// The most arguments of a builtin.
const MAX_ARGS: u32 = 64;
/// The most bytes of an error's message.
const MAX_MESSAGE: u32 = 1 << 16;

/// What host functions see.
pub(crate) struct State {
    limiter: Limiter,
    ready: Option<Ready>,
    builtins: Arc<dyn HostBuiltins>,
    /// Lines of `print`: site and text.
    pub(crate) printed: Vec<(u32, String)>,
    printed_bytes: usize,
}

/// What host functions use of the instance that calls them.
#[derive(Clone)]
struct Ready {
    memory: Memory,
    reserve: TypedFunc<(u32, u32), ()>,
    to_json: TypedFunc<u32, u32>,
}

/// A builtin of the host failed in strict mode.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct BuiltinFailure(String);

pub(crate) struct Instance {
    store: Store<State>,
    memory: Memory,
    begin: TypedFunc<(u32, u32), ()>,
    entries: Vec<TypedFunc<(), u32>>,
    reserve: TypedFunc<(u32, u32), ()>,
    seal: TypedFunc<(), ()>,
    reset: TypedFunc<(), ()>,
    to_json: TypedFunc<u32, u32>,
    iterate: TypedFunc<u32, u32>,
    policy: Policy,
    limits: Limits,
    used: Duration,
    /// Whether a call ended in the middle: nothing in the memory can be relied on any more.
    pub(crate) broken: bool,
}

impl Instance {
    /// Links and prepares an instance.
    pub(crate) fn new(
        policy: &Policy,
        limits: Limits,
        strict: bool,
    ) -> Result<Instance, EvalError> {
        let engine = policy.inner.engine.clone();
        let mut store = new_store(&engine, limits);
        let _running = engine.inner.ticker.run();
        let linked = link(
            &mut store,
            &engine.inner.guest,
            &policy.inner.module,
            policy.inner.entries.len(),
        );
        let Linked {
            memory,
            guest,
            policy: exports,
        } = match linked {
            Ok(linked) => linked,
            Err(error) => return Err(describe(&mut store, None, policy, limits, &error)),
        };
        let mut instance = Instance {
            begin: exports.begin,
            entries: exports.entries,
            reserve: guest.reserve,
            seal: guest.seal,
            reset: guest.reset,
            to_json: guest.to_json,
            iterate: guest.iterate,
            policy: policy.clone(),
            limits,
            used: Duration::ZERO,
            broken: false,
            memory,
            store,
        };
        instance.timed(|this| this.call(&guest.init, u32::from(strict)))?;
        Ok(instance)
    }

    /// Starts the time of a new input.
    pub(crate) fn restart_clock(&mut self) {
        self.used = Duration::ZERO;
        self.store.data_mut().printed.clear();
        self.store.data_mut().printed_bytes = 0;
    }

    /// Runs `f`, counting its time.
    pub(crate) fn timed<R>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<R, EvalError>,
    ) -> Result<R, EvalError> {
        let left = self.limits.timeout.saturating_sub(self.used);
        if left.is_zero() {
            return Err(timeout(self.limits));
        }
        self.store.set_epoch_deadline(ticker::ticks(left));
        let engine = self.policy.inner.engine.clone();
        let running = engine.inner.ticker.run();
        let started = Instant::now();
        let result = f(self);
        self.used = self.used.saturating_add(started.elapsed());
        drop(running);
        result
    }

    fn call<P, R>(&mut self, function: &TypedFunc<P, R>, params: P) -> Result<R, EvalError>
    where
        P: wasmtime::WasmParams,
        R: wasmtime::WasmResults,
    {
        if self.broken {
            return Err(EvalError::internal(
                "the instance cannot be used after an error",
            ));
        }
        self.store.data_mut().limiter.refused = false;
        function.call(&mut self.store, params).map_err(|error| {
            self.broken = true;
            describe(
                &mut self.store,
                Some(self.memory),
                &self.policy,
                self.limits,
                &error,
            )
        })
    }

    pub(crate) fn reserve(&mut self, bytes: u32, strings: u32) -> Result<(), EvalError> {
        let function = self.reserve.clone();
        self.call(&function, (bytes, strings))
    }

    pub(crate) fn seal(&mut self) -> Result<(), EvalError> {
        let function = self.seal.clone();
        self.call(&function, ())
    }

    pub(crate) fn reset(&mut self) -> Result<(), EvalError> {
        let function = self.reset.clone();
        self.call(&function, ())
    }

    pub(crate) fn begin(&mut self, input: Value, data: Value) -> Result<(), EvalError> {
        let function = self.begin.clone();
        self.call(&function, (input.0, data.0))
    }

    pub(crate) fn entry(&mut self, entry: EntryId) -> Result<Value, EvalError> {
        match self.entries.get(entry.index()).cloned() {
            Some(function) => self.call(&function, ()).map(Value),
            None => Err(EvalError::internal("no such entrypoint")),
        }
    }

    /// The value's JSON, written inside of the sandbox, where its limits hold.
    pub(crate) fn json_of(&mut self, value: Value) -> Result<String, EvalError> {
        let function = self.to_json.clone();
        let at = self.call(&function, value.0)?;
        text_at(&self.heap(), at)
            .map(str::to_owned)
            .ok_or_else(|| EvalError::internal("the module returned a bad address"))
    }

    /// Puts a collection's items in order; undefined for anything else.
    pub(crate) fn iterate(&mut self, value: Value) -> Result<Value, EvalError> {
        let function = self.iterate.clone();
        self.call(&function, value.0).map(Value)
    }

    /// The memory as values.
    pub(crate) fn heap(&mut self) -> Heap<'_> {
        Heap::over(self.memory.data_mut(&mut self.store))
    }

    /// The error of a builtin that made a call undefined, the first since the input was set.
    pub(crate) fn remembered(&mut self) -> Option<EvalError> {
        raised(self.memory.data_mut(&mut self.store), &self.policy, false)
    }

    pub(crate) fn memory_size(&self) -> usize {
        self.memory.data_size(&self.store)
    }

    pub(crate) fn printed(&self) -> &[(u32, String)] {
        &self.store.data().printed
    }

    pub(crate) fn set_control(&mut self, offset: u32, word: u32) {
        self.heap().set_control(offset, word);
    }
}

fn timeout(limits: Limits) -> EvalError {
    let message = format!("the time limit of {:?} is exceeded", limits.timeout);
    EvalError::new(EvalErrorKind::Timeout, message)
}

pub(crate) fn new_store(engine: &Engine, limits: Limits) -> Store<State> {
    let state = State {
        limiter: Limiter::new(limits),
        ready: None,
        builtins: Arc::clone(&engine.inner.builtins),
        printed: Vec::new(),
        printed_bytes: 0,
    };
    let mut store = Store::new(&engine.inner.wasmtime, state);
    store.limiter(|state| &mut state.limiter);
    store.set_epoch_deadline(ticker::ticks(limits.timeout));
    store
}

struct GuestFunctions {
    init: TypedFunc<u32, ()>,
    reserve: TypedFunc<(u32, u32), ()>,
    seal: TypedFunc<(), ()>,
    reset: TypedFunc<(), ()>,
    to_json: TypedFunc<u32, u32>,
    iterate: TypedFunc<u32, u32>,
}

struct PolicyFunctions {
    begin: TypedFunc<(u32, u32), ()>,
    entries: Vec<TypedFunc<(), u32>>,
}

struct Linked {
    memory: Memory,
    guest: GuestFunctions,
    policy: PolicyFunctions,
}

/// Makes the memory, then the runtime, then the policy.
fn link(
    store: &mut Store<State>,
    guest: &Module,
    policy: &Module,
    entries: usize,
) -> wasmtime::Result<Linked> {
    let pages = memory_pages(guest).max(memory_pages(policy));
    let pages = u32::try_from(pages).unwrap_or(u32::MAX);
    let memory = Memory::new(&mut *store, MemoryType::new(pages, None))?;
    let mut imports = Vec::new();
    for import in guest.imports() {
        imports.push(host_import(store, memory, import.name())?);
    }
    let runtime = wasmtime::Instance::new(&mut *store, guest, &imports)?;
    imports.clear();
    for import in policy.imports() {
        let found = match import.name() {
            names::MEMORY => Some(Extern::from(memory)),
            name => runtime.get_export(&mut *store, name),
        };
        imports.push(
            found.ok_or_else(|| wasmtime::format_err!("unknown import `{}`", import.name()))?,
        );
    }
    let reserve = runtime.get_typed_func(&mut *store, names::guest::RESERVE)?;
    let to_json = runtime.get_typed_func(&mut *store, names::guest::TO_JSON)?;
    store.data_mut().ready = Some(Ready {
        memory,
        reserve: reserve.clone(),
        to_json: to_json.clone(),
    });
    let module = wasmtime::Instance::new(&mut *store, policy, &imports)?;
    let guest = GuestFunctions {
        init: runtime.get_typed_func(&mut *store, names::guest::INIT)?,
        reserve,
        seal: runtime.get_typed_func(&mut *store, names::guest::SEAL)?,
        reset: runtime.get_typed_func(&mut *store, names::guest::RESET)?,
        to_json,
        iterate: runtime
            .get_typed_func(&mut *store, kpol_abi::imports::RuntimeFn::Iterate.name())?,
    };
    let begin = module.get_typed_func(&mut *store, names::BEGIN)?;
    let entries = (0..entries)
        .map(|i| module.get_typed_func(&mut *store, &format!("{}{i}", names::ENTRY_PREFIX)))
        .collect::<wasmtime::Result<_>>()?;
    Ok(Linked {
        memory,
        guest,
        policy: PolicyFunctions { begin, entries },
    })
}

/// The pages that a module wants its imported memory to have at least.
pub(crate) fn memory_pages(module: &Module) -> u64 {
    let pages = module
        .imports()
        .filter_map(|i| i.ty().memory().map(MemoryType::minimum));
    pages.max().unwrap_or(0)
}

fn host_import(store: &mut Store<State>, memory: Memory, name: &str) -> wasmtime::Result<Extern> {
    match name {
        names::MEMORY => Ok(memory.into()),
        names::HOST_PRINT => Ok(Func::wrap(store, host_print).into()),
        names::HOST_BUILTIN => Ok(Func::wrap(store, host_builtin).into()),
        other => Err(wasmtime::format_err!(
            "the runtime imports `{other}`, which there is not"
        )),
    }
}

fn host_print(mut caller: Caller<'_, State>, address: u32, len: u32, site: u32) {
    let Some(Ready { memory, .. }) = caller.data().ready else {
        return;
    };
    let (bytes, state) = memory.data_and_store_mut(&mut caller);
    let left = MAX_PRINTED.saturating_sub(state.printed_bytes);
    let start = address as usize;
    let Some(line) = bytes.get(start..start.saturating_add(len as usize)) else {
        return;
    };
    if line.len() <= left {
        state.printed_bytes += line.len() + 16;
        state
            .printed
            .push((site, String::from_utf8_lossy(line).into_owned()));
    }
}

/// Arguments become JSON inside of the sandbox, where a value that unfolds to endless text meets the limits.
fn host_builtin(
    mut caller: Caller<'_, State>,
    builtin: u32,
    argc: u32,
    argv: u32,
) -> wasmtime::Result<u32> {
    let name = BuiltinId(builtin).get().map_or("", |b| b.name);
    let Some(ready) = caller.data().ready.clone() else {
        wasmtime::bail!("a builtin is called before the instance is ready");
    };
    let heap = Heap::over(ready.memory.data_mut(&mut caller));
    let strict = heap.control(control::STRICT) != 0;
    let values: Vec<u32> = (0..argc.min(MAX_ARGS))
        .map(|i| heap.load(argv.wrapping_add(4 * i)))
        .collect();
    drop(heap);
    let mut args = String::from("[");
    for (i, value) in values.into_iter().enumerate() {
        if i > 0 {
            args.push(',');
        }
        let at = ready.to_json.call(&mut caller, value)?;
        let heap = Heap::over(ready.memory.data_mut(&mut caller));
        let text = text_at(&heap, at).ok_or_else(|| wasmtime::format_err!("a bad address"))?;
        args.push_str(text);
    }
    args.push(']');
    let builtins = Arc::clone(&caller.data().builtins);
    match builtins.call(name, &args) {
        Ok(None) => Ok(0),
        Ok(Some(text)) => parse_result(&mut caller, &ready, &text).ok_or_else(|| {
            BuiltinFailure(format!(
                "{name}: the host's result is not JSON, or too large"
            ))
            .into()
        }),
        Err(message) if strict => Err(BuiltinFailure(format!("{name}: {message}")).into()),
        Err(message) => remember(&mut caller, &ready, &format!("{name}: {message}")).map(|()| 0),
    }
}

/// Leaves a builtin error where the host looks for it: a call that is undefined because of it proves nothing.
fn remember(caller: &mut Caller<'_, State>, ready: &Ready, message: &str) -> wasmtime::Result<()> {
    let room = u32::try_from(message.len())?.saturating_add(16);
    ready.reserve.call(&mut *caller, (room, 0))?;
    let mut heap = Heap::over(ready.memory.data_mut(caller));
    let site = heap.control(control::ERROR_SITE);
    heap.record_error(error_kind::BUILTIN, site, message);
    Ok(())
}

fn parse_result(caller: &mut Caller<'_, State>, ready: &Ready, text: &str) -> Option<u32> {
    // Each value has at least one byte of text, and takes at most a header, its share of an index and slack.
    let len = u32::try_from(text.len()).ok()?;
    let bytes = len.checked_mul(48)?.checked_add(1 << 10)?;
    ready
        .reserve
        .call(&mut *caller, (bytes, len / 2 + 1))
        .ok()?;
    let mut heap = Heap::over(ready.memory.data_mut(caller));
    let value = json::parse(&mut heap, text).ok()?;
    (!heap.exhausted()).then_some(value.0)
}

/// The text that the two words at an address name.
fn text_at<'h>(heap: &'h Heap<'_>, at: u32) -> Option<&'h str> {
    let (address, len) = (heap.load(at), heap.load(at.wrapping_add(4)));
    let text = std::str::from_utf8(heap.read(address, len)).ok()?;
    (text.len() == len as usize && !heap.exhausted()).then_some(text)
}

/// What an error of wasmtime means.
fn describe(
    store: &mut Store<State>,
    memory: Option<Memory>,
    policy: &Policy,
    limits: Limits,
    error: &wasmtime::Error,
) -> EvalError {
    if let Some(BuiltinFailure(message)) = error.downcast_ref() {
        let site = memory.and_then(|memory| {
            let heap = Heap::over(memory.data_mut(store.as_context_mut()));
            policy
                .inner
                .site(heap.control(control::ERROR_SITE))
                .cloned()
        });
        return EvalError {
            kind: EvalErrorKind::Builtin,
            message: message.clone(),
            site,
        };
    }
    let refused = store.data().limiter.refused;
    if let (Some(Trap::UnreachableCodeReached), Some(memory)) = (error.downcast_ref(), memory)
        && let Some(raised) = raised(memory.data_mut(store.as_context_mut()), policy, refused)
    {
        return raised;
    }
    describe_trap(store, limits, error)
}

/// What an error of wasmtime means in a module that says nothing about it.
pub(crate) fn describe_trap(
    store: &Store<State>,
    limits: Limits,
    error: &wasmtime::Error,
) -> EvalError {
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => timeout(limits),
        Some(Trap::StackOverflow) => EvalError::new(
            EvalErrorKind::Stack,
            "the stack limit is exceeded: calls or values are nested too deeply",
        ),
        _ if store.data().limiter.refused => EvalError::memory(),
        _ => EvalError::internal(trace_text(error)),
    }
}

/// The error that the control block holds: raised by the module, or remembered from a builtin.
pub(crate) fn raised(memory: &mut [u8], policy: &Policy, refused: bool) -> Option<EvalError> {
    let heap = Heap::over(memory);
    let kind = match heap.control(control::ERROR_KIND) {
        error_kind::CONFLICT => EvalErrorKind::Conflict,
        error_kind::TYPE => EvalErrorKind::Type,
        error_kind::BUILTIN => EvalErrorKind::Builtin,
        // Rust's own allocations fail this way where the limit is hit.
        error_kind::INTERNAL if refused => return Some(EvalError::memory()),
        error_kind::INTERNAL => EvalErrorKind::Internal,
        error_kind::WITH_MERGE => EvalErrorKind::WithMerge,
        error_kind::MEMORY => return Some(EvalError::memory()),
        _ => return None,
    };
    let site = policy
        .inner
        .site(heap.control(control::ERROR_SITE))
        .cloned();
    let (at, len) = (
        heap.control(control::ERROR_TEXT),
        heap.control(control::ERROR_TEXT_LEN),
    );
    let text = heap.read(at, len.min(MAX_MESSAGE));
    let what = site.as_ref().map_or("a rule", |site| site.what.as_str());
    let message = match kind {
        _ if !text.is_empty() => String::from_utf8_lossy(text).into_owned(),
        EvalErrorKind::Conflict => what.to_owned(),
        EvalErrorKind::WithMerge => format!("`with` cannot replace a part of `{what}`"),
        _ => format!("`{what}` failed"),
    };
    Some(EvalError {
        kind,
        message,
        site,
    })
}

/// A trap with the functions that it happened in.
fn trace_text(error: &wasmtime::Error) -> String {
    format!("{error:#}").replace('\n', "; ")
}
