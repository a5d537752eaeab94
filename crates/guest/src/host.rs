//! What the host calls, and what it provides.

extern crate alloc;

use alloc::string::String;

use kpol_abi::layout::{CONTROL, control};
use kpol_runtime::{Heap, Value, json};

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    /// Runs a builtin that the guest does not have. The arguments are `argc` words at `argv`.
    #[link_name = "host_builtin"]
    safe fn host_builtin(builtin: u32, argc: u32, argv: *const Value) -> Value;

    /// Takes a line of `print`.
    #[link_name = "host_print"]
    safe fn host_print(address: *const u8, length: u32, site: u32);
}

pub(crate) fn call_builtin(builtin: u32, args: &[Value]) -> Value {
    host_builtin(builtin, args.len() as u32, args.as_ptr())
}

pub(crate) fn print_line(line: &str, site: u32) {
    host_print(line.as_ptr(), line.len() as u32, site);
}

unsafe extern "C" {
    /// Set by the linker: the end of the module's stack and statics.
    static __heap_base: u8;
}

fn statics_end() -> u32 {
    (&raw const __heap_base) as u32
}

/// The heap of the current call.
pub(crate) fn heap() -> Heap<'static> {
    // SAFETY: an export makes one heap and passes it down. Where the host calls back in, the outer call holds no
    // reference into the heap.
    unsafe { Heap::attach() }
}

#[unsafe(export_name = "kpol_init")]
extern "C" fn init(strict: u32) {
    // Where the linker put too much below the control block, nothing may run.
    if statics_end() > CONTROL {
        core::arch::wasm32::unreachable();
    }
    let mut heap = heap();
    heap.set_control(control::STRICT, strict);
    heap.init_arena();
    heap.reset();
}

#[unsafe(export_name = "kpol_reserve")]
extern "C" fn reserve(bytes: u32, strings: u32) {
    let mut heap = heap();
    heap.reserve_strings(strings);
    heap.reserve(bytes);
}

#[unsafe(export_name = "kpol_seal")]
extern "C" fn seal() {
    heap().seal();
}

#[unsafe(export_name = "kpol_reset")]
extern "C" fn reset() {
    heap().reset();
}

#[unsafe(export_name = "kpol_to_json")]
extern "C" fn to_json(value: Value) -> u32 {
    written(value, json::write)
}

#[unsafe(export_name = "kpol_to_term")]
extern "C" fn to_term(value: Value) -> u32 {
    written(value, json::write_term)
}

/// A value's text in the arena: the address of its address and length.
fn written(value: Value, write: fn(&mut Heap<'_>, Value, &mut String)) -> u32 {
    let mut heap = heap();
    let mut text = String::new();
    write(&mut heap, value, &mut text);
    let (header, len) = (heap.alloc(8), text.len() as u32);
    let at = heap.alloc(len);
    heap.write(at, text.as_bytes());
    heap.store(header, at);
    heap.store(header + 4, len);
    header
}
