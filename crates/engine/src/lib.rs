//! The host: loads compiled policies, links them with the runtime, and evaluates them in a sandbox.
//!
//! ```text
//! Artifact ─ Engine::load ─► Policy ─ Policy::evaluator ─► Evaluator ─ evaluate ─► Answer
//! ```
//! One [`Engine`] a process, one [`Evaluator`] a worker thread. An evaluation always has a time limit, a memory
//! limit and a stack limit ([`Limits`]); whatever a module does, the host gets an [`EvalError`] and goes on.
//!
//! Modules of other tool chains run under the same limits: those of OPA's Wasm ABI as [`OpaModule`], those of this
//! project's small ABI as [`ForeignPolicy`], Kubewarden's as [`GuestModule`].

mod answer;
mod answers;
mod cache;
mod config;
mod data;
mod engine;
mod error;
mod evaluator;
mod foreign;
mod guest;
mod instance;
mod limits;
mod lower;
mod opa;
mod origin;
mod place;
mod policy;
mod precompiled;
#[cfg(test)]
mod testing;
mod ticker;
mod wapc;
mod yaml;

pub use kpol_builtins::{
    BuiltinError, HostBuiltins, HostCall, NoBuiltins, Options as BuiltinOptions, Standard,
};
pub use kpol_compiler::artifact::Role;

pub use crate::answer::{Answer, Trace, Yield};
pub use crate::config::MAX_WASM_STACK;
pub use crate::data::{Data, DataError};
pub use crate::engine::{CompileMode, Engine, EngineOptions, standard_builtins};
pub use crate::error::{EngineError, EvalError, EvalErrorKind, LoadError, SourceSite};
pub use crate::evaluator::{Evaluator, Printed};
pub use crate::foreign::{Checker, ForeignPolicy, Rejection};
pub use crate::limits::Limits;
pub use crate::opa::{OpaEvaluator, OpaInput, OpaModule};
pub use crate::place::{Candidate, place};
pub use crate::policy::{EntryId, Policy};
pub use crate::precompiled::Precompiled;
pub use crate::wapc::{
    Capabilities, CapabilityCall, CapabilityError, GuestModule, GuestOutcome, GuestProtocol,
};
pub use crate::yaml::yaml_of;
