//! Portable modules: a compiled policy and the runtime in one WebAssembly module with OPA's ABI 1.3, for the SDKs of
//! OPA and for any other host of its modules.
//!
//! ```text
//! Artifact + portable guest ─ link ─► one module ─ bundle ─► bundle.tar.gz
//! ```
//! The guest is the crate `kpol-guest` with its feature `portable`, built by this crate's build script. It is linked
//! with relocations, so that a module has only those of its functions and data that the policy needs.
#![forbid(unsafe_code)]

pub mod bundle;
mod emit;
mod info;
mod link;
mod names;
mod object;
mod policy;

use kpol_compiler::artifact::Artifact;

use crate::info::Builtins;
use crate::link::Input;
use crate::object::Object;
use crate::policy::Module;

/// The guest, with relocations.
static GUEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/portable.wasm"));

/// How to build a portable module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// A builtin's error ends the evaluation: `opa_abort` gets its place, code and text. Otherwise such a call is
    /// undefined.
    pub strict_builtin_errors: bool,
    /// Calls of `print` are kept, and import `opa_println`.
    pub print: bool,
}

/// Why no portable module could be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PortableError {
    /// The policy is no module of this compiler.
    #[error("the policy cannot be linked: {0}")]
    Policy(&'static str),
    /// A damaged module.
    #[error("the policy is no valid module")]
    Module(#[from] wasmparser::Error),
    /// A builtin that there is not.
    #[error("the policy calls `{0}`, which is no builtin")]
    Builtin(String),
    /// Something exceeds what a module may hold.
    #[error("{0} too big for a WebAssembly module")]
    TooBig(&'static str),
    /// A bug in kpol: its runtime is not what the linker expects.
    #[error("internal error: the runtime cannot be linked: {0}")]
    Guest(&'static str),
}

/// Links a policy with the runtime. The same policy and options give the same bytes.
///
/// The artifact should have been compiled without traces (`plan::Options::trace`), which nobody would read. Its
/// entrypoints keep their numbers; the module names them `a/b` (an entrypoint of a query keeps its name). Builtins
/// that the runtime does not have, and those that depend on time or chance, are asked of the module's host.
///
/// # Errors
/// Where the artifact is no policy of this compiler, or does not fit a module.
pub fn build(artifact: &Artifact, options: &Options) -> Result<Vec<u8>, PortableError> {
    let input = Input {
        guest: Object::parse(GUEST)?,
        policy: Module::parse(&artifact.wasm)?,
        builtins: Builtins::of(&artifact.description)?,
        entrypoints: artifact.description.entrypoints.len(),
        options: *options,
    };
    let image = info::image(
        input.policy.image,
        &artifact.description,
        &input.builtins,
        options,
    );
    let plan = link::plan(&input)?;
    emit::emit(&input, &plan, &artifact.wasm, &image)
}

/// The builtins that a module asks its host for, by the numbers that it calls them by.
///
/// # Errors
/// Where the artifact calls what is no builtin.
pub fn host_builtins(artifact: &Artifact) -> Result<Vec<String>, PortableError> {
    let builtins = Builtins::of(&artifact.description)?;
    let names = builtins.host.into_iter().map(|builtin| builtin.name);
    Ok(names.collect())
}

/// The name of an entrypoint in a module: `main/deny` for `data.main.deny`.
#[must_use]
pub fn entrypoint(name: &str) -> String {
    names::path(name)
}
