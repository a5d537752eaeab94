//! The engine: wasmtime, the runtime module and the cache of compiled code.

use std::{path::PathBuf, sync::Arc};

use kpol_builtins::{EXTENSIONS, HostBuiltins, Standard};
use kpol_compiler::builtins::{Declared, Registry};
use wasmtime::{Module, OptLevel};

use crate::{
    cache::Cache,
    config::config,
    error::{EngineError, LoadError},
    guest,
    precompiled::Precompiled,
    ticker::Ticker,
};

/// How much work goes into compiling policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CompileMode {
    /// Quick to compile: for runs that evaluate a policy a few times.
    #[default]
    Fast,
    /// Quick to run: for servers, benches and large inventories.
    Optimized,
}

impl CompileMode {
    const fn opt_level(self) -> OptLevel {
        match self {
            CompileMode::Fast => OptLevel::None,
            CompileMode::Optimized => OptLevel::Speed,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            CompileMode::Fast => "fast",
            CompileMode::Optimized => "optimized",
        }
    }
}

/// The builtins that policies may call where the host is [`Standard`].
#[must_use]
pub fn standard_builtins() -> Registry {
    Registry::default()
        .with(EXTENSIONS.iter().map(Declared::from))
        .unwrap_or_default()
}

/// What an engine is made from.
#[derive(Clone)]
pub struct EngineOptions {
    /// How policies are compiled.
    pub mode: CompileMode,
    /// The folder of compiled code; none for no cache. It is made, for this user alone, if it is missing. A folder
    /// that others can write to is not used.
    pub cache: Option<PathBuf>,
    /// Builtin functions that the runtime does not have.
    pub builtins: Arc<dyn HostBuiltins>,
    /// A module that need not be compiled.
    pub precompiled: Option<Precompiled>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        EngineOptions {
            mode: CompileMode::default(),
            cache: None,
            builtins: Arc::new(Standard::default()),
            precompiled: None,
        }
    }
}

impl std::fmt::Debug for EngineOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EngineOptions")
            .field("mode", &self.mode)
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}

/// Loads and runs policies. Cheap to clone; one is enough for a process.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

pub(crate) struct Inner {
    pub(crate) wasmtime: wasmtime::Engine,
    pub(crate) guest: Module,
    pub(crate) ticker: Ticker,
    pub(crate) builtins: Arc<dyn HostBuiltins>,
    cache: Option<Cache>,
    precompiled: Option<Precompiled>,
}

impl Engine {
    /// Starts an engine.
    ///
    /// # Errors
    /// Where wasmtime or a thread does not start on this host.
    pub fn new(options: EngineOptions) -> Result<Engine, EngineError> {
        let wasmtime = config(options.mode.opt_level(), None)
            .and_then(|config| wasmtime::Engine::new(&config))
            .map_err(EngineError::Wasmtime)?;
        let (guest, _) = guest::load(&wasmtime).map_err(EngineError::Wasmtime)?;
        let ticker = Ticker::start(&wasmtime).map_err(EngineError::Ticker)?;
        let cache = options
            .cache
            .as_deref()
            .and_then(|folder| Cache::open(folder, &wasmtime, options.mode.name()));
        Ok(Engine {
            inner: Arc::new(Inner {
                wasmtime,
                guest,
                ticker,
                builtins: options.builtins,
                cache,
                precompiled: options.precompiled,
            }),
        })
    }

    /// The runtime as WebAssembly, for linking a module that needs no host of ours.
    #[must_use]
    pub fn runtime_wasm() -> &'static [u8] {
        guest::WASM
    }

    /// What was kept in the cache under a name, which is to tell it from all else that could have been kept.
    #[must_use]
    pub fn kept(&self, name: &[u8]) -> Option<Vec<u8>> {
        let cache = self.inner.cache.as_ref()?;
        cache.read(&cache.named(name))
    }

    /// Keeps bytes in the cache, if there is one.
    pub fn keep(&self, name: &[u8], bytes: &[u8]) {
        if let Some(cache) = &self.inner.cache {
            cache.store_bytes(&cache.named(name), bytes);
        }
    }

    /// Compiles a module, or takes it from what was compiled before.
    pub(crate) fn compile(&self, wasm: &[u8]) -> Result<Module, LoadError> {
        let engine = &self.inner.wasmtime;
        let precompiled = self.inner.precompiled.as_ref();
        if let Some(module) = precompiled.and_then(|known| known.load(engine, wasm)) {
            return Ok(module);
        }
        let Some(cache) = &self.inner.cache else {
            return Module::new(engine, wasm).map_err(LoadError::Invalid);
        };
        let key = cache.key(wasm);
        if let Some(module) = cache.load(engine, &key) {
            return Ok(module);
        }
        let module = Module::new(engine, wasm).map_err(LoadError::Invalid)?;
        cache.store(&key, &module);
        Ok(module)
    }
}
