//! OPA's ABI 1.3: the guest of portable modules.
//!
//! It is no module by itself: the linker of `kpol-portable` joins it with a policy, whose functions it imports from
//! `policy`, and drops what the policy does not need. So each function stands for itself, and names of builtins, places
//! and entrypoints come from a block that the linker lays out ([`info`]).
//!
//! All of Rust's allocations lie in the arena, too ([`memory`]): the host sets the heap pointer back, and grows memory
//! as it likes. Nothing of them outlives an evaluation.

pub(crate) mod calls;
mod eval;
mod info;
mod memory;
mod values;

use kpol_abi::layout::{control, error_kind};

use crate::heap;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    /// Takes a text that ends with a zero byte. It does not return, but a host might.
    safe fn opa_abort(text: *const u8);
}

/// Ends the evaluation: the host gets a text that ends with a zero byte.
fn abort(text: &[u8]) -> ! {
    opa_abort(text.as_ptr());
    core::arch::wasm32::unreachable()
}

/// A panic is a bug in the runtime.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    abort(b"eval_internal_error: the runtime failed\0")
}

/// Called once, when an instance starts.
#[unsafe(export_name = "kpol_init")]
extern "C" fn init() {
    heap().init_arena();
}

/// What [`kpol_runtime::Heap::fail`] calls: puts the place and the code before the message.
#[unsafe(export_name = "kpol_fail")]
extern "C" fn fail(kind: u32, message: *const u8, len: u32) -> ! {
    if kind == error_kind::MEMORY {
        // There may be no memory for a text.
        abort(b"eval_memory_error: memory limit exceeded\0");
    }
    let heap = heap();
    let message = heap.read_text(message as u32, len);
    let site = heap.control(control::ERROR_SITE);
    let text = info::failure(&heap, kind, site, message);
    abort(text.as_bytes())
}
