//! The runtime as a WebAssembly module: the functions that compiled policies import, and those that the host calls.
//!
//! Built by the engine's build script, from the workspace's root:
//!
//! ```text
//! CARGO_ENCODED_RUSTFLAGS="-Clink-arg=--import-memory\x1f-Clink-arg=--stack-first\x1f-Clink-arg=-zstack-size=1048576" \
//! CARGO_PROFILE_RELEASE_LTO=fat CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 CARGO_PROFILE_RELEASE_PANIC=abort \
//! cargo build --release --package kpol-guest --target wasm32-unknown-unknown
//! ```
//!
//! The module imports `env.memory`. Its stack comes first, its statics behind it; both end below the control block
//! (the engine's build script may check `__heap_base`, if it is exported). Everything else in memory is the policy's
//! and the arena's, except what the allocator asks the host for.
//!
//! An evaluation that ends early traps. What Rust had allocated by then is lost, so the host drops the instance.
#![cfg(target_arch = "wasm32")]
#![no_std]

mod host;
mod policy;

use dlmalloc::GlobalDlmalloc;
use kpol_abi::layout::{CONTROL, control, error_kind};

/// Rust's own allocations: buffers that live no longer than a call, and caches of compiled patterns.
#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

/// A panic is a bug in the runtime: the evaluation ends with an internal error.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    const MESSAGE: &str = "the runtime failed";
    for (offset, word) in [
        (control::ERROR_KIND, error_kind::INTERNAL),
        (control::ERROR_TEXT, MESSAGE.as_ptr() as u32),
        (control::ERROR_TEXT_LEN, MESSAGE.len() as u32),
    ] {
        // SAFETY: the control block is the runtime's, and no Rust object lies in it.
        unsafe { ((CONTROL + offset) as *mut u32).write(word) }
    }
    core::arch::wasm32::unreachable()
}
