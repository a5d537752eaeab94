//! Policies from other tool chains: modules that check one document each, and want nothing from the host.
//!
//! A module exports `memory`, `kpol_policy_abi`, `alloc`, `validate` and `free`, `configure` where it has settings, and
//! imports nothing: what a module that is a waPC guest as well imports from `wapc` is there, and ends a check that
//! calls it. Documents, settings and answers are JSON. Whatever else a module does is an error, never a pass.

use std::sync::Arc;

use kpol_input::{Path, Segment};
use serde_json::Value;
use thiserror::Error;
use wasmtime::{ExternType, Func, ImportType, Instance, Memory, Module, Store, TypedFunc};

use crate::{
    engine::Engine,
    error::{EvalError, LoadError},
    instance::{State, describe_trap, new_store},
    limits::Limits,
};

/// The version of the modules' ABI.
const ABI_VERSION: i32 = 1;

/// What a module exports to say which version it has.
const ABI: &str = "kpol_policy_abi";
/// What a module exports that has settings.
const CONFIGURE: &str = "configure";
/// What waPC guests import from.
const WAPC: &str = "wapc";

/// A policy module of another tool chain. Cheap to clone.
#[derive(Clone)]
pub struct ForeignPolicy {
    engine: Engine,
    module: Module,
    /// A JSON text; none where there are none.
    settings: Option<Arc<str>>,
}

impl std::fmt::Debug for ForeignPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ForeignPolicy").finish_non_exhaustive()
    }
}

/// One thing that a module found wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The message.
    pub msg: String,
    /// The way from the document's root to the place at fault; empty for the document itself.
    pub path: Path,
}

/// What is wrong with an answer.
#[derive(Debug, Error)]
enum Malformed {
    #[error("the module's answer is not JSON")]
    Json,
    #[error("{0}")]
    Refused(String),
    #[error("the module's answer is no array of findings")]
    Shape,
    #[error("the module returned a bad address")]
    Address,
}

impl ForeignPolicy {
    /// Checks and compiles a module. None of it runs.
    ///
    /// # Errors
    /// Where it is invalid, imports anything, or lacks an export.
    pub fn load(engine: &Engine, wasm: &[u8]) -> Result<ForeignPolicy, LoadError> {
        let module = engine.compile(wasm)?;
        let of_wapc = |import: &ImportType<'_>| {
            import.module() == WAPC && matches!(import.ty(), ExternType::Func(_))
        };
        if let Some(import) = module.imports().find(|import| !of_wapc(import)) {
            return Err(LoadError::UnknownImport {
                module: import.module().to_owned(),
                name: import.name().to_owned(),
            });
        }
        let missing = |name: &str, expected| LoadError::MissingExport {
            name: name.to_owned(),
            expected,
        };
        let memory = module.get_export("memory").filter(|e| e.memory().is_some());
        if memory.is_none() {
            return Err(missing("memory", "a memory"));
        }
        for (name, params, results, expected) in [
            (ABI, "", "i", "a function `() -> i32`"),
            ("alloc", "i", "i", "a function `(i32) -> i32`"),
            ("validate", "ii", "l", "a function `(i32, i32) -> i64`"),
            ("free", "ii", "", "a function `(i32, i32)`"),
        ] {
            if !crate::policy::exports_function(&module, name, params, results) {
                return Err(missing(name, expected));
            }
        }
        if module.get_export(CONFIGURE).is_some()
            && !crate::policy::exports_function(&module, CONFIGURE, "ii", "l")
        {
            return Err(missing(CONFIGURE, "a function `(i32, i32) -> i64`"));
        }
        Ok(ForeignPolicy {
            engine: engine.clone(),
            module,
            settings: None,
        })
    }

    /// Whether a module says that it is one. Nothing else of it is looked at.
    #[must_use]
    pub fn is_one(wasm: &[u8]) -> bool {
        crate::policy::export_names(wasm).any(|name| name == ABI)
    }

    /// Whether it takes settings.
    #[must_use]
    pub fn is_configurable(&self) -> bool {
        self.module.get_export(CONFIGURE).is_some()
    }

    /// Gives it settings, a JSON text, which it reads before the first document. Without them a module that takes some
    /// reads `null`.
    ///
    /// # Errors
    /// What the module finds wrong with them; or where it takes none.
    pub fn configure(&mut self, settings: &str, limits: Limits) -> Result<(), EvalError> {
        if !self.is_configurable() {
            return Err(EvalError::internal("the module takes no settings"));
        }
        self.settings = Some(settings.into());
        let _clock = self.engine.inner.ticker.run();
        Running::start(self, limits).map(drop)
    }

    /// An instance to check documents with, for one thread.
    #[must_use]
    pub fn checker(&self, limits: Limits) -> Checker {
        Checker {
            policy: self.clone(),
            limits,
            running: None,
        }
    }

    /// Checks one document, given as JSON, in an instance of its own.
    ///
    /// # Errors
    /// Where a limit was hit, the module trapped, or its answer is none.
    pub fn validate(&self, document: &str, limits: Limits) -> Result<Vec<Rejection>, EvalError> {
        self.checker(limits).validate(document)
    }
}

/// Checks documents with a [`ForeignPolicy`], one after the other. After an error it starts afresh.
pub struct Checker {
    policy: ForeignPolicy,
    limits: Limits,
    running: Option<Running>,
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checker")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

struct Running {
    store: Store<State>,
    instance: Instance,
    memory: Memory,
    alloc: TypedFunc<u32, u32>,
    validate: TypedFunc<(u32, u32), u64>,
    free: TypedFunc<(u32, u32), ()>,
}

impl Checker {
    /// Checks one document, given as JSON.
    ///
    /// # Errors
    /// Where a limit was hit, the module trapped, or its answer is none.
    pub fn validate(&mut self, document: &str) -> Result<Vec<Rejection>, EvalError> {
        let engine = self.policy.engine.clone();
        let _clock = engine.inner.ticker.run();
        // Put back only where all went well.
        let mut running = match self.running.take() {
            Some(running) => running,
            None => Running::start(&self.policy, self.limits)?,
        };
        running
            .store
            .set_epoch_deadline(crate::ticker::ticks(self.limits.timeout));
        let validate = running.validate.clone();
        let answer = running.exchange(&validate, document.as_bytes(), self.limits)?;
        let rejections = parse(&answer).map_err(|e| EvalError::internal(e.to_string()))?;
        self.running = Some(running);
        Ok(rejections)
    }
}

impl Running {
    fn start(policy: &ForeignPolicy, limits: Limits) -> Result<Running, EvalError> {
        let mut store = new_store(&policy.engine, Arc::default(), Arc::default(), limits);
        let started = Running::link(&mut store, &policy.module);
        match started {
            Ok((instance, memory, version, alloc, validate, free)) if version == ABI_VERSION => {
                let mut running = Running {
                    store,
                    instance,
                    memory,
                    alloc,
                    validate,
                    free,
                };
                if policy.is_configurable() {
                    running.configure(policy.settings.as_deref().unwrap_or("null"), limits)?;
                }
                Ok(running)
            }
            Ok((_, _, version, ..)) => Err(EvalError::internal(format!(
                "the module has ABI version {version}, not {ABI_VERSION}"
            ))),
            Err(error) => Err(describe_trap(store.data().limiter.refused, limits, &error)),
        }
    }

    #[expect(clippy::type_complexity, reason = "taken apart by its one caller")]
    fn link(
        store: &mut Store<State>,
        module: &Module,
    ) -> wasmtime::Result<(
        Instance,
        Memory,
        i32,
        TypedFunc<u32, u32>,
        TypedFunc<(u32, u32), u64>,
        TypedFunc<(u32, u32), ()>,
    )> {
        let mut imports = Vec::new();
        for import in module.imports() {
            if let ExternType::Func(wanted) = import.ty() {
                let refused = |_: wasmtime::Caller<'_, State>, _: &[_], _: &mut [_]| {
                    Err(wasmtime::format_err!("the module calls a function of waPC"))
                };
                imports.push(Func::new(&mut *store, wanted, refused).into());
            }
        }
        let instance = Instance::new(&mut *store, module, &imports)?;
        let memory = instance
            .get_memory(&mut *store, "memory")
            .ok_or_else(|| wasmtime::format_err!("there is no memory"))?;
        let version = instance
            .get_typed_func::<(), i32>(&mut *store, ABI)?
            .call(&mut *store, ())?;
        let alloc = instance.get_typed_func(&mut *store, "alloc")?;
        let validate = instance.get_typed_func(&mut *store, "validate")?;
        let free = instance.get_typed_func(&mut *store, "free")?;
        Ok((instance, memory, version, alloc, validate, free))
    }

    fn failed(&self, limits: Limits, error: &wasmtime::Error) -> EvalError {
        describe_trap(self.store.data().limiter.refused, limits, error)
    }

    /// Hands settings over. The answer is an array, as to a document without findings, or says what is wrong.
    fn configure(&mut self, settings: &str, limits: Limits) -> Result<(), EvalError> {
        let function = self.instance.get_typed_func(&mut self.store, CONFIGURE);
        let function = function.map_err(|error| self.failed(limits, &error))?;
        let answer = self.exchange(&function, settings.as_bytes(), limits)?;
        match parse(&answer) {
            Ok(_) => Ok(()),
            Err(Malformed::Refused(message)) => Err(EvalError::internal(message)),
            Err(error) => Err(EvalError::internal(error.to_string())),
        }
    }

    /// Calls a function that takes a text and gives one.
    fn exchange(
        &mut self,
        function: &TypedFunc<(u32, u32), u64>,
        document: &[u8],
        limits: Limits,
    ) -> Result<Vec<u8>, EvalError> {
        let len = u32::try_from(document.len()).map_err(|_| EvalError::memory())?;
        let at = self.alloc.call(&mut self.store, len);
        let at = at.map_err(|error| self.failed(limits, &error))?;
        let bad = || EvalError::internal(Malformed::Address.to_string());
        self.memory
            .write(&mut self.store, at as usize, document)
            .map_err(|_| bad())?;
        let packed = function.call(&mut self.store, (at, len));
        let packed = packed.map_err(|error| self.failed(limits, &error))?;
        let (at, len) = ((packed >> 32) as u32, packed as u32);
        let start = at as usize;
        let bytes = self
            .memory
            .data(&self.store)
            .get(start..start.saturating_add(len as usize));
        let answer = bytes.ok_or_else(bad)?.to_vec();
        let freed = self.free.call(&mut self.store, (at, len));
        freed.map_err(|error| self.failed(limits, &error))?;
        Ok(answer)
    }
}

fn parse(answer: &[u8]) -> Result<Vec<Rejection>, Malformed> {
    let items = match serde_json::from_slice(answer).map_err(|_| Malformed::Json)? {
        Value::Array(items) => items,
        Value::Object(fields) => {
            return Err(match fields.get("error").and_then(Value::as_str) {
                Some(message) => Malformed::Refused(message.to_owned()),
                None => Malformed::Shape,
            });
        }
        _ => return Err(Malformed::Shape),
    };
    items
        .iter()
        .map(|item| rejection(item).ok_or(Malformed::Shape))
        .collect()
}

fn rejection(item: &Value) -> Option<Rejection> {
    let path = match item.get("path") {
        None => Path::default(),
        Some(path) => Path(path.as_array()?.iter().map(step).collect::<Option<_>>()?),
    };
    Some(Rejection {
        msg: item.get("msg")?.as_str()?.to_owned(),
        path,
    })
}

fn step(step: &Value) -> Option<Segment> {
    match step {
        Value::String(key) => Some(Segment::Key(key.clone())),
        other => usize::try_from(other.as_u64()?).ok().map(Segment::Index),
    }
}
