//! The built-in library as machine code, compiled with this program.

use kpol_engine::Precompiled;

/// The module of the library.
const WASM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/library.wasm"));
/// Its machine code for the target's baseline CPU; empty where it could not be precompiled.
const CODE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/library.cwasm"));

/// The library, for engines: `EngineOptions::precompiled`.
#[must_use]
pub const fn library() -> Precompiled {
    // SAFETY: the bytes are the ones that this crate's build script got from `Engine::precompile_module` for that
    // module, unchanged.
    unsafe { Precompiled::new(WASM, CODE) }
}
