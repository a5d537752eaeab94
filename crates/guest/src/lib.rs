//! The runtime as a WebAssembly module: the functions that compiled policies import, and those that the host calls.
//! Built by two build scripts (see `build/guest.rs`), for two hosts:
//!
//! * for the engine. The module imports `env.memory`. Its stack comes first, its statics behind it; both end below the
//!   control block. Everything else in memory is the policy's and the arena's, except what the allocator asks the host
//!   for. An evaluation that ends early traps. What Rust had allocated by then is lost, so the host drops the instance.
//! * with the feature `portable`, for the linker that makes portable modules: see [`portable`].
#![cfg(target_arch = "wasm32")]
#![no_std]

#[cfg(not(feature = "portable"))]
mod calls;
#[cfg(not(feature = "portable"))]
mod host;
mod policy;
#[cfg(feature = "portable")]
mod portable;

use kpol_runtime::Heap;
#[cfg(feature = "portable")]
use portable::calls;

/// The heap of the current call.
pub(crate) fn heap() -> Heap<'static> {
    // SAFETY: an export makes one heap and passes it down. Where the host calls back in, the outer call holds no
    // reference into the heap.
    unsafe { Heap::attach() }
}

#[cfg(not(feature = "portable"))]
mod engine {
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
}
