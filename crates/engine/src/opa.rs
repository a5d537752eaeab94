//! Modules that speak OPA's Wasm ABI: what `opa build -t wasm` makes, and portable modules of this compiler.
//!
//! ABI 1.0 and 1.1 evaluate by calls on a context, 1.2 and later by one call, `opa_eval`. Values inside of a module are
//! opaque: the host hands text in and gets text out, and follows no address further than to the end of a text.

mod abort;
mod builtins;
mod evaluator;
mod host;
mod instance;
mod print;

use std::sync::Arc;

use wasmtime::{ExternType, Module};

pub use self::evaluator::{OpaEvaluator, OpaInput};
use self::{builtins::Table, instance::Running};
use crate::{
    engine::Engine,
    error::{EvalError, LoadError},
    limits::Limits,
    policy::{EntryId, export_names, exports_function},
};

/// The name of the module that all imports come from.
const ENV: &str = "env";
const MEMORY: &str = "memory";
const ABI_MAJOR: &str = "opa_wasm_abi_version";
const ABI_MINOR: &str = "opa_wasm_abi_minor_version";
/// The call of ABI 1.2 that evaluates in one go.
const ONE_SHOT: &str = "opa_eval";

/// A policy module that speaks OPA's Wasm ABI. Cheap to clone, and shared by all workers.
#[derive(Clone)]
pub struct OpaModule {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for OpaModule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpaModule")
            .field("entrypoints", &self.inner.entries)
            .finish_non_exhaustive()
    }
}

struct Inner {
    engine: Engine,
    module: Module,
    /// Names and the module's numbers, in the order of the numbers.
    entries: Vec<(String, u32)>,
    table: Arc<Table>,
}

impl OpaModule {
    /// Checks and compiles a module, and asks it for its entrypoints and builtins: that much of it runs, under the
    /// usual limits.
    ///
    /// # Errors
    /// Where it is invalid, does not follow the ABI, or calls a builtin that nobody has.
    pub fn load(engine: &Engine, wasm: &[u8]) -> Result<OpaModule, LoadError> {
        let module = engine.compile(wasm)?;
        check_imports(&module)?;
        check_exports(&module)?;
        let mut inner = Inner {
            engine: engine.clone(),
            module,
            entries: Vec::new(),
            table: Arc::default(),
        };
        let mut running = Running::start(&inner, Limits::default()).map_err(LoadError::Start)?;
        let (major, minor) = running.version();
        if major != 1 || minor < 0 {
            return Err(LoadError::OpaVersion { major, minor });
        }
        if minor >= 2 && !exports_function(&inner.module, ONE_SHOT, "iiiiiii", "i") {
            return Err(LoadError::MissingExport {
                name: ONE_SHOT.to_owned(),
                expected: "a function of seven `i32`s to `i32`",
            });
        }
        let (entries, builtins) = running
            .timed(|running| Ok((running.entrypoints()?, running.builtins()?)))
            .map_err(LoadError::Start)?;
        inner.table = Arc::new(Table::new(builtins, &*engine.inner.builtins)?);
        inner.entries = entries;
        inner.entries.sort_by_key(|entry| entry.1);
        Ok(OpaModule {
            inner: Arc::new(inner),
        })
    }

    /// Whether a module says that it speaks OPA's ABI. Nothing else of it is looked at.
    #[must_use]
    pub fn is_one(wasm: &[u8]) -> bool {
        export_names(wasm).any(|name| name == ABI_MAJOR)
    }

    /// The names of the entrypoints, as the module has them (`main/deny`).
    pub fn entrypoints(&self) -> impl Iterator<Item = (EntryId, &str)> {
        let names = self.inner.entries.iter().map(|entry| entry.0.as_str());
        (0..).map(EntryId).zip(names)
    }

    /// The entrypoint of that name.
    #[must_use]
    pub fn entrypoint(&self, name: &str) -> Option<EntryId> {
        self.entrypoints()
            .find(|(_, n)| *n == name)
            .map(|(id, _)| id)
    }

    /// The names of the builtins that the module asks of its host.
    pub fn builtins(&self) -> impl Iterator<Item = &str> {
        self.inner.table.names()
    }

    /// An instance to evaluate with, for one thread.
    ///
    /// # Errors
    /// Where the limits do not even allow an empty evaluation.
    pub fn evaluator(&self, limits: Limits) -> Result<OpaEvaluator, EvalError> {
        OpaEvaluator::new(self.clone(), limits)
    }
}

fn check_imports(module: &Module) -> Result<(), LoadError> {
    for import in module.imports() {
        let known = import.module() == ENV
            && match import.ty() {
                ExternType::Memory(memory) => {
                    import.name() == MEMORY && !memory.is_64() && !memory.is_shared()
                }
                ExternType::Func(wanted) => host::offers(module.engine(), import.name(), &wanted),
                _ => false,
            };
        if !known {
            return Err(LoadError::UnknownImport {
                module: import.module().to_owned(),
                name: import.name().to_owned(),
            });
        }
    }
    Ok(())
}

fn check_exports(module: &Module) -> Result<(), LoadError> {
    let missing = |name: &str, expected| LoadError::MissingExport {
        name: name.to_owned(),
        expected,
    };
    for name in [ABI_MAJOR, ABI_MINOR] {
        let global = module.get_export(name);
        if global.is_none_or(|export| export.global().is_none_or(|g| !g.content().is_i32())) {
            return Err(missing(name, "a global `i32`"));
        }
    }
    let exported = module
        .get_export(MEMORY)
        .is_some_and(|e| e.memory().is_some());
    if !exported && !module.imports().any(|import| import.name() == MEMORY) {
        return Err(missing(MEMORY, "a memory"));
    }
    for (name, params, results, expected) in [
        ("entrypoints", "", "i", "a function `() -> i32`"),
        ("builtins", "", "i", "a function `() -> i32`"),
        ("eval", "i", "i", "a function `(i32) -> i32`"),
        ("opa_eval_ctx_new", "", "i", "a function `() -> i32`"),
        (
            "opa_eval_ctx_set_input",
            "ii",
            "",
            "a function `(i32, i32)`",
        ),
        ("opa_eval_ctx_set_data", "ii", "", "a function `(i32, i32)`"),
        (
            "opa_eval_ctx_set_entrypoint",
            "ii",
            "",
            "a function `(i32, i32)`",
        ),
        (
            "opa_eval_ctx_get_result",
            "i",
            "i",
            "a function `(i32) -> i32`",
        ),
        ("opa_malloc", "i", "i", "a function `(i32) -> i32`"),
        ("opa_free", "i", "", "a function `(i32)`"),
        (
            "opa_json_parse",
            "ii",
            "i",
            "a function `(i32, i32) -> i32`",
        ),
        ("opa_json_dump", "i", "i", "a function `(i32) -> i32`"),
        (
            "opa_value_parse",
            "ii",
            "i",
            "a function `(i32, i32) -> i32`",
        ),
        ("opa_value_dump", "i", "i", "a function `(i32) -> i32`"),
        ("opa_heap_ptr_get", "", "i", "a function `() -> i32`"),
        ("opa_heap_ptr_set", "i", "", "a function `(i32)`"),
    ] {
        if !exports_function(module, name, params, results) {
            return Err(missing(name, expected));
        }
    }
    Ok(())
}
