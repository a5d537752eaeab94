//! Access to a module's memory, which is never trusted: each range is checked, and no count is larger than the memory.

use wasmtime::{Caller, Memory, StoreContext};

use super::functions::{State, Stop};

/// The memory of the module that calls.
pub(super) fn memory(caller: &mut Caller<'_, State>) -> Result<Memory, Stop> {
    caller
        .get_export(super::MEMORY)
        .and_then(wasmtime::Extern::into_memory)
        .ok_or(Stop::Contract("the module has no memory"))
}

/// Some of a module's bytes.
pub(super) fn bytes<'m, T: 'static>(
    memory: Memory,
    store: impl Into<StoreContext<'m, T>>,
    at: u32,
    len: u32,
) -> Option<&'m [u8]> {
    let start = at as usize;
    memory
        .data(store)
        .get(start..start.checked_add(len as usize)?)
}

/// The little-endian word at an address.
pub(super) fn word<'m, T: 'static>(
    memory: Memory,
    store: impl Into<StoreContext<'m, T>>,
    at: u32,
) -> Option<u32> {
    let four: [u8; 4] = bytes(memory, store, at, 4)?.try_into().ok()?;
    Some(u32::from_le_bytes(four))
}
