//! Policy modules that speak waPC, or read standard input and write standard output, as Kubewarden's do.
//!
//! Both get a payload and answer with bytes. What they may import is fixed: `wapc`, a `wasi_snapshot_preview1` in which
//! there are no files and no network ([`wasi`]), and the call of the host's capabilities, which [`Capabilities`]
//! decides about. Each call has an instance of its own: nothing of one document is left for the next one.

mod functions;
mod memory;
mod running;
mod wasi;

use std::sync::Arc;

use wasmtime::{ExternType, Module};

pub use self::functions::{Capabilities, CapabilityCall, CapabilityError};
use crate::{
    engine::Engine,
    error::{EvalError, LoadError},
    limits::Limits,
    policy::exports_function,
};

/// The module that waPC's host functions are imported from.
const WAPC: &str = "wapc";
/// The module that WASI's functions are imported from.
const WASI: &str = "wasi_snapshot_preview1";
/// The modules that commands import the call of a capability from: the function is `call`.
const HOSTS: [&str; 2] = ["host", "kubewarden:javy/host"];
const MEMORY: &str = "memory";
const GUEST_CALL: &str = "__guest_call";
/// The entry of a command.
const START: &str = "_start";

/// How a module is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuestProtocol {
    /// waPC: `__guest_call` with the name of an operation.
    Wapc,
    /// A command of WASI: the operation is its argument, the payload its standard input.
    Command,
}

/// A module that answers calls. Cheap to clone, and shared by all workers.
#[derive(Clone)]
pub struct GuestModule {
    engine: Engine,
    module: Module,
    protocol: GuestProtocol,
}

impl std::fmt::Debug for GuestModule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuestModule")
            .field("protocol", &self.protocol)
            .finish_non_exhaustive()
    }
}

/// What a call left, whether or not it came to an answer.
#[derive(Debug)]
pub struct GuestOutcome {
    /// The answer's bytes.
    pub answer: Result<Vec<u8>, EvalError>,
    /// What the module logged, line by line, as far as there was room for it.
    pub log: Vec<String>,
    /// The capabilities that it asked for and was denied, with the reason: what it answered all the same says nothing.
    pub denied: Vec<String>,
}

impl GuestModule {
    /// The protocol that a module speaks, by its imports and exports; none where it speaks neither.
    #[must_use]
    pub fn protocol_of(wasm: &[u8]) -> Option<GuestProtocol> {
        let (mut wapc, mut wasi, mut start) = (false, false, false);
        for payload in wasmparser::Parser::new(0).parse_all(wasm) {
            match payload.ok()? {
                wasmparser::Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let module = import.ok()?.module;
                        wapc |= module == WAPC;
                        wasi |= module == WASI || HOSTS.contains(&module);
                    }
                }
                wasmparser::Payload::ExportSection(exports) => {
                    for export in exports {
                        let name = export.ok()?.name;
                        wapc |= name == GUEST_CALL;
                        start |= name == START;
                    }
                }
                _ => {}
            }
        }
        match (wapc, wasi && start) {
            (true, _) => Some(GuestProtocol::Wapc),
            (false, true) => Some(GuestProtocol::Command),
            (false, false) => None,
        }
    }

    /// Checks and compiles a module. None of it runs.
    ///
    /// # Errors
    /// Where it is invalid, imports what there is not, or lacks an export.
    pub fn load(
        engine: &Engine,
        wasm: &[u8],
        protocol: GuestProtocol,
    ) -> Result<GuestModule, LoadError> {
        let module = engine.compile(wasm)?;
        for import in module.imports() {
            let known = match import.ty() {
                ExternType::Func(wanted) => functions::offers(
                    module.engine(),
                    import.module(),
                    import.name(),
                    &wanted,
                    protocol,
                ),
                _ => false,
            };
            if !known {
                return Err(LoadError::UnknownImport {
                    module: import.module().to_owned(),
                    name: import.name().to_owned(),
                });
            }
        }
        let missing = |name: &str, expected| LoadError::MissingExport {
            name: name.to_owned(),
            expected,
        };
        let memory = module.get_export(MEMORY).and_then(|e| e.memory().cloned());
        if memory.is_none_or(|memory| memory.is_64() || memory.is_shared()) {
            return Err(missing(MEMORY, "a memory"));
        }
        match protocol {
            GuestProtocol::Wapc if !exports_function(&module, GUEST_CALL, "ii", "i") => {
                Err(missing(GUEST_CALL, "a function `(i32, i32) -> i32`"))
            }
            GuestProtocol::Command if !exports_function(&module, START, "", "") => {
                Err(missing(START, "a function `()`"))
            }
            _ => Ok(GuestModule {
                engine: engine.clone(),
                module,
                protocol,
            }),
        }
    }

    /// How it is called.
    #[must_use]
    pub fn protocol(&self) -> GuestProtocol {
        self.protocol
    }

    /// Calls an operation in a new instance.
    #[must_use]
    pub fn call(
        &self,
        operation: &str,
        payload: Vec<u8>,
        host: &Arc<dyn Capabilities>,
        limits: Limits,
    ) -> GuestOutcome {
        running::call(self, operation, payload, Arc::clone(host), limits)
    }
}
