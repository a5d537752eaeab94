//! A compiled policy, checked and ready to run.

use std::sync::Arc;

use kpol_abi::{imports::RuntimeFn, names};
use kpol_compiler::{
    artifact::{self, Artifact, TraceSlot},
    builtins::Declared,
};
use wasmtime::{ExternType, FuncType, Module, ValType};

use crate::{
    engine::Engine,
    error::{EvalError, LoadError, SourceSite},
    evaluator::Evaluator,
    instance::TEST_CASE,
    limits::Limits,
};

/// The number of one of a policy's entrypoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(pub u32);

impl EntryId {
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A loaded policy. Cheap to clone, and shared by all workers.
#[derive(Clone)]
pub struct Policy {
    pub(crate) inner: Arc<Inner>,
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policy")
            .field("entrypoints", &self.inner.entries)
            .finish_non_exhaustive()
    }
}

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) module: Module,
    pub(crate) entries: Vec<String>,
    pub(crate) sites: Arc<[SourceSite]>,
    pub(crate) traces: Vec<TraceSite>,
    /// The address of the marks of coverage, and how many there are.
    pub(crate) cover: (u32, usize),
    /// Whether it calls a builtin whose result may depend on the time or on chance.
    pub(crate) volatile: bool,
    /// The builtins that are not in the standard table, by number.
    pub(crate) declared: Arc<[Declared]>,
}

/// A place at which a rule yields a value.
#[derive(Debug, Clone)]
pub(crate) struct TraceSite {
    pub(crate) rule: String,
    pub(crate) site: SourceSite,
    pub(crate) slots: Vec<TraceSlot>,
}

impl Inner {
    pub(crate) fn site(&self, index: u32) -> Option<&SourceSite> {
        self.sites.get(index as usize)
    }
}

impl Policy {
    /// The names of the entrypoints, in the order of their numbers.
    pub fn entrypoints(&self) -> impl Iterator<Item = (EntryId, &str)> {
        (0..)
            .map(EntryId)
            .zip(self.inner.entries.iter().map(String::as_str))
    }

    /// The entrypoint of that name (`data.main.deny`).
    #[must_use]
    pub fn entrypoint(&self, name: &str) -> Option<EntryId> {
        self.entrypoints()
            .find(|(_, n)| *n == name)
            .map(|(id, _)| id)
    }

    /// An instance to evaluate with, for one thread.
    ///
    /// # Errors
    /// Where the limits do not even allow an empty evaluation.
    pub fn evaluator(&self, limits: Limits) -> Result<Evaluator, EvalError> {
        Evaluator::new(self.clone(), limits)
    }
}

impl Engine {
    /// Checks a compiled policy, without running any of it, and makes it ready to run.
    ///
    /// # Errors
    /// Where the module is invalid, was made for another version, or wants what the engine does not have.
    pub fn load(&self, artifact: &Artifact) -> Result<Policy, LoadError> {
        let description = &artifact.description;
        if description.abi != names::ABI_VERSION {
            return Err(LoadError::Version {
                found: description.abi,
                expected: names::ABI_VERSION,
            });
        }
        for name in &description.builtins {
            let inside = kpol_abi::builtins::by_name(name)
                .is_some_and(|id| kpol_runtime::builtins::implementation(id).is_some());
            if !inside && name != TEST_CASE && !self.inner.builtins.has(name) {
                return Err(LoadError::UnknownBuiltin { name: name.clone() });
            }
        }
        let module = self.compile(&artifact.wasm)?;
        check_imports(&module, &self.inner.guest)?;
        check_exports(&module, description.entrypoints.len())?;
        let site = |place: &artifact::Place, what: &str| SourceSite {
            file: (place.source)
                .and_then(|source| description.sources.get(source as usize))
                .cloned()
                .unwrap_or_default(),
            line: place.line,
            column: place.column,
            what: what.to_owned(),
        };
        Ok(Policy {
            inner: Arc::new(Inner {
                engine: self.clone(),
                module,
                entries: description.entrypoints.clone(),
                // Builtins of the host may look at the time whatever the table says: certificates expire.
                volatile: !description.declared.is_empty()
                    || description.builtins.iter().any(|name| {
                        kpol_abi::builtins::by_name(name).is_none_or(|id| {
                            kpol_runtime::builtins::implementation(id).is_none()
                                || id.get().is_some_and(|builtin| builtin.nondeterministic)
                        })
                    }),
                declared: description.declared.iter().cloned().collect(),
                cover: (description.cover_at, description.cover.len()),
                sites: description
                    .sites
                    .iter()
                    .map(|s| site(&s.place, &s.what))
                    .collect(),
                traces: description
                    .trace_sites
                    .iter()
                    .map(|t| TraceSite {
                        rule: t.rule.clone(),
                        site: site(&t.place, &t.rule),
                        slots: t.slots.clone(),
                    })
                    .collect(),
            }),
        })
    }
}

fn check_imports(module: &Module, guest: &Module) -> Result<(), LoadError> {
    for import in module.imports() {
        let known = match import.ty() {
            ExternType::Memory(memory) => {
                import.name() == names::MEMORY && memory.maximum().is_none() && !memory.is_64()
            }
            ExternType::Func(wanted) => {
                let ours = RuntimeFn::ALL.iter().any(|f| f.name() == import.name());
                let found = guest.get_export(import.name());
                ours && import.module() == names::RUNTIME
                    && found
                        .and_then(|f| f.func().cloned())
                        .is_some_and(|f| f.matches(&wanted))
            }
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

fn check_exports(module: &Module, entries: usize) -> Result<(), LoadError> {
    let missing = |name: &str, expected| LoadError::MissingExport {
        name: name.to_owned(),
        expected,
    };
    if !exports_function(module, names::BEGIN, "ii", "") {
        return Err(missing(names::BEGIN, "a function `(i32, i32)`"));
    }
    for i in 0..entries {
        let name = format!("{}{i}", names::ENTRY_PREFIX);
        if !exports_function(module, &name, "", "i") {
            return Err(missing(&name, "a function `() -> i32`"));
        }
    }
    Ok(())
}

/// Whether a module exports a function of that type: `i` stands for `i32`, `l` for `i64`.
pub(crate) fn exports_function(module: &Module, name: &str, params: &str, results: &str) -> bool {
    let types = |letters: &str| {
        let types = letters.bytes().map(|b| {
            if b == b'l' {
                ValType::I64
            } else {
                ValType::I32
            }
        });
        types.collect::<Vec<_>>()
    };
    let wanted = FuncType::new(module.engine(), types(params), types(results));
    match module.get_export(name) {
        Some(ExternType::Func(found)) => found.matches(&wanted),
        _ => false,
    }
}

/// The names of a module's exports, as far as they can be read. Nothing else of it is looked at.
pub(crate) fn export_names(wasm: &[u8]) -> impl Iterator<Item = &str> {
    wasmparser::Parser::new(0)
        .parse_all(wasm)
        .map_while(Result::ok)
        .filter_map(|payload| match payload {
            wasmparser::Payload::ExportSection(exports) => Some(exports),
            _ => None,
        })
        .flat_map(|exports| exports.into_iter().map_while(Result::ok))
        .map(|export| export.name)
}
