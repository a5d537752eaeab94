//! The one configuration of wasmtime, shared by the build script (which precompiles the runtime) and the engine
//! (which loads it): what the two disagree on would make wasmtime refuse the precompiled code.

use std::num::NonZeroUsize;

use wasmtime::{Config, OptLevel};

/// The stack that WebAssembly code may use, in bytes. A thread that evaluates needs at least twice as much.
pub const MAX_WASM_STACK: usize = 1 << 20;

/// The configuration. `target` is a triple to compile for with its baseline CPU features, or none for this host
/// with all that it has.
///
/// # Errors
/// Where wasmtime does not know the target.
pub(crate) fn config(opt: OptLevel, target: Option<&str>) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    if let Some(triple) = target {
        config.target(triple)?;
    }
    config
        .cranelift_opt_level(opt)
        .epoch_interruption(true)
        .max_wasm_stack(MAX_WASM_STACK)
        // The whole 32-bit address space is reserved, so that no access needs a bounds check.
        .memory_reservation(1 << 32)
        .memory_guard_size(32 << 20)
        .memory_init_cow(true)
        // Functions have names; offsets into them would only make the code larger.
        .generate_address_map(false)
        .wasm_backtrace_max_frames(NonZeroUsize::new(8))
        // What neither the runtime nor a policy needs, and a hostile module shall not get.
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        .wasm_multi_memory(false);
    Ok(config)
}
