//! One policy module, linked with the runtime in a store of its own.

mod failure;
mod host;

use std::sync::Arc;

use kpol_abi::names;
use kpol_runtime::{Heap, Value};
use wasmtime::{Extern, Memory, MemoryType, Module, Store, TypedFunc};

pub(crate) use self::{
    failure::{BuiltinFailure, describe_trap, timeout},
    host::{State, TEST_CASE, new_store},
};
use self::{
    failure::{describe, raised},
    host::{Ready, host_import, text_at},
};
use crate::{
    error::EvalError,
    limits::Limits,
    policy::{EntryId, Policy},
    ticker,
};

/// A linked instance.
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
    /// The ticks that the present input has taken so far.
    used: u64,
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
        let mut store = new_store(
            &engine,
            Arc::clone(&policy.inner.declared),
            Arc::clone(&policy.inner.sites),
            limits,
        );
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
            used: 0,
            broken: false,
            memory,
            store,
        };
        instance.timed(|this| this.call(&guest.init, u32::from(strict)))?;
        Ok(instance)
    }

    /// Starts the time of a new input.
    pub(crate) fn restart_clock(&mut self) {
        self.used = 0;
        self.store.data_mut().printed.clear();
        self.store.data_mut().cases.clear();
        self.store.data_mut().noted_bytes = 0;
        self.store.data_mut().answers.clear();
    }

    /// Runs `f`, counting its time.
    pub(crate) fn timed<R>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<R, EvalError>,
    ) -> Result<R, EvalError> {
        let left = ticker::ticks(self.limits.timeout).saturating_sub(self.used);
        if left == 0 {
            return Err(timeout(self.limits));
        }
        self.store.set_epoch_deadline(left);
        let engine = self.policy.inner.engine.clone();
        let running = engine.inner.ticker.run();
        let started = running.ticks();
        let result = f(self);
        self.used = self
            .used
            .saturating_add(running.ticks().saturating_sub(started));
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

    pub(crate) fn cases(&self) -> &[String] {
        &self.store.data().cases
    }

    /// A word of the control block.
    pub(crate) fn control(&mut self, offset: u32) -> u32 {
        self.heap().control(offset)
    }
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
    let to_term = runtime.get_typed_func(&mut *store, names::guest::TO_TERM)?;
    store.data_mut().ready = Some(Ready {
        memory,
        reserve: reserve.clone(),
        to_json: to_json.clone(),
        to_term,
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
