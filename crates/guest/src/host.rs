//! What the engine calls.

extern crate alloc;

use alloc::string::String;

use kpol_abi::layout::{CONTROL, control};
use kpol_runtime::{Heap, Value, json};

use crate::heap;

unsafe extern "C" {
    /// Set by the linker: the end of the module's stack and statics.
    static __heap_base: u8;
}

fn statics_end() -> u32 {
    (&raw const __heap_base) as u32
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
