//! What an evaluation may use.

use std::time::Duration;

use wasmtime::ResourceLimiter;

/// What the evaluation of one input may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time spent inside of a policy, over all entrypoints of one input. Checked about every ten milliseconds.
    pub timeout: Duration,
    /// The size that a module's memory may reach, in bytes.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            timeout: Duration::from_secs(10),
            memory: 512 << 20,
        }
    }
}

/// The most entries that tables may have: those of the runtime's indirect calls are a few hundred.
const MAX_TABLE: usize = 100_000;

/// Holds a module to its memory limit.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory: usize,
    /// Whether it has refused memory since this was last cleared.
    pub(crate) refused: bool,
}

impl Limiter {
    pub(crate) fn new(limits: Limits) -> Limiter {
        Limiter {
            memory: usize::try_from(limits.memory).unwrap_or(usize::MAX),
            refused: false,
        }
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let granted = desired <= self.memory;
        self.refused |= !granted;
        Ok(granted)
    }

    fn table_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= MAX_TABLE)
    }
}
