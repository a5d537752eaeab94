//! IR to WebAssembly.
//!
//! Each function of the policy becomes one function of the module, each block a block, each failing statement a
//! branch. Constants lie in the module's only data segment in value form, behind the control block that the guest
//! runtime shares with it: nothing is parsed or interpreted when the policy runs.
//!
//! ```text
//! ir::Policy ─ verify ─► constants ─► functions ─► module ─► Artifact
//! ```
//! The same policy gives the same bytes.

mod build;
mod builtin;
mod clauses;
mod code;
mod compare;
mod constants;
mod function;
mod helpers;
mod module;
mod scan;
mod switch;
mod with;

use kpol_diagnostics::SourceMap;

use crate::artifact::{Artifact, Description};
use crate::ir::Policy;
use crate::ir::verify::{VerifyError, verify};

pub use constants::lay_out;
pub use function::NO_SITE;

/// The most locals of a function that engines accept.
const MAX_LOCALS: u32 = 50_000;

/// Why no code could be generated.
#[derive(Debug, thiserror::Error)]
pub enum CodegenError {
    /// The policy breaks a rule of the IR: a bug in an earlier stage.
    #[error("invalid plan: {0}")]
    Verify(#[from] VerifyError),
    /// An id that nothing belongs to.
    #[error("there is no {0} {1}")]
    Missing(&'static str, u32),
    /// Something exceeds what a module may hold.
    #[error("{0} too big for a WebAssembly module")]
    TooBig(&'static str),
    /// A constant that is no number.
    #[error("`{0}` is no number")]
    Number(String),
    /// `Complete` with nothing to complete.
    #[error("nothing to complete")]
    Complete,
    /// A bug in code generation itself.
    #[error("internal error: {0}")]
    Internal(&'static str),
    /// The description could not be written.
    #[error("cannot describe the policy")]
    Describe(#[source] serde_json::Error),
}

/// Generates the module of a policy without positions in lines and columns.
///
/// # Errors
/// Where the policy breaks a rule of the IR, or does not fit a module.
pub fn emit(policy: &Policy) -> Result<Artifact, CodegenError> {
    emit_with(policy, &SourceMap::new())
}

/// Generates the module of a policy. `sources` are the texts that its spans point into.
///
/// # Errors
/// Where the policy breaks a rule of the IR, or does not fit a module.
pub fn emit_with(policy: &Policy, sources: &SourceMap) -> Result<Artifact, CodegenError> {
    verify(policy)?;
    let constants = constants::Constants::build(policy)?;
    let shared = function::Shared {
        constants: &constants,
        memo_slots: policy.memo_slots,
        override_slots: policy.override_slots,
    };
    let mut tables = module::Tables::default();
    let funcs = policy
        .funcs
        .iter()
        .map(|func| {
            let code = function::emit(func, &shared, &mut tables)?;
            Ok(module::Defined::new(func.name.clone(), func.params, code))
        })
        .collect::<Result<Vec<_>, CodegenError>>()?;
    let mut description = Description::new(policy, sources, &tables.builtins);
    description.cover_at = constants.cover;
    let json = serde_json::to_vec(&description).map_err(CodegenError::Describe)?;
    let wasm = module::assemble(module::Parts {
        policy,
        constants: &constants,
        tables,
        funcs,
        description: &json,
    })?;
    Ok(Artifact { wasm, description })
}
