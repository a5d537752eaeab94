//! What an evaluation that ended early means.

use kpol_abi::layout::{control, error_kind};
use kpol_runtime::{
    Heap,
    builtins::{BuiltinError, ErrorKind},
};
use wasmtime::{AsContextMut, Memory, Store, Trap};

use super::host::State;
use crate::{
    error::{EvalError, EvalErrorKind, SourceSite},
    limits::Limits,
    policy::Policy,
};

/// The most bytes of an error's message.
const MAX_MESSAGE: u32 = 1 << 16;

/// A builtin of the host failed in strict mode.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.message)]
pub(crate) struct BuiltinFailure(pub(crate) BuiltinError);

impl BuiltinFailure {
    /// The error that a strict evaluation ends with.
    pub(crate) fn raised(&self, site: Option<SourceSite>) -> EvalError {
        EvalError {
            kind: match self.0.kind {
                ErrorKind::Type => EvalErrorKind::Type,
                ErrorKind::Builtin | ErrorKind::Elsewhere => EvalErrorKind::Builtin,
            },
            message: self.0.message.clone(),
            site,
        }
    }
}

/// What an error of wasmtime means.
pub(super) fn describe(
    store: &mut Store<State>,
    memory: Option<Memory>,
    policy: &Policy,
    limits: Limits,
    error: &wasmtime::Error,
) -> EvalError {
    if let Some(failed) = error.downcast_ref::<BuiltinFailure>() {
        let site = memory.and_then(|memory| {
            let heap = Heap::over(memory.data_mut(store.as_context_mut()));
            policy
                .inner
                .site(heap.control(control::ERROR_SITE))
                .cloned()
        });
        return failed.raised(site);
    }
    let refused = store.data().limiter.refused;
    if let (Some(Trap::UnreachableCodeReached), Some(memory)) = (error.downcast_ref(), memory)
        && let Some(raised) = raised(memory.data_mut(store.as_context_mut()), policy, refused)
    {
        return raised;
    }
    describe_trap(refused, limits, error)
}

/// What an error of wasmtime means in a module that says nothing about it. `refused` says whether it was refused
/// memory.
pub(crate) fn describe_trap(refused: bool, limits: Limits, error: &wasmtime::Error) -> EvalError {
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => timeout(limits),
        Some(Trap::StackOverflow) => EvalError::new(
            EvalErrorKind::Stack,
            "the stack limit is exceeded: calls or values are nested too deeply",
        ),
        _ if refused => EvalError::memory(),
        _ => EvalError::internal(trace_text(error)),
    }
}

/// The error that the control block holds: raised by the module, or remembered from a builtin.
pub(super) fn raised(memory: &mut [u8], policy: &Policy, refused: bool) -> Option<EvalError> {
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

/// The time limit was hit.
pub(crate) fn timeout(limits: Limits) -> EvalError {
    let message = format!("the time limit of {:?} is exceeded", limits.timeout);
    EvalError::new(EvalErrorKind::Timeout, message)
}
