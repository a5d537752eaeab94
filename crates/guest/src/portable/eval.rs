//! Evaluations.

use kpol_abi::layout::portable::info::{BUILTINS_JSON, ENTRYPOINTS, ENTRYPOINTS_JSON};
use kpol_runtime::{Value, json};

use super::{abort, calls, info, memory, values};
use crate::heap;

#[link(wasm_import_module = "policy")]
unsafe extern "C" {
    /// Sets both documents, and takes a memo frame.
    #[link_name = "begin"]
    safe fn policy_begin(input: Value, data: Value);
    /// The value of an entrypoint, by its number.
    #[link_name = "entry"]
    safe fn policy_entry(entrypoint: u32) -> Value;
}

// A context: four words.
const INPUT: u32 = 0;
const DATA: u32 = 4;
const ENTRYPOINT: u32 = 8;
const RESULT: u32 = 12;

#[unsafe(export_name = "opa_eval_ctx_new")]
extern "C" fn ctx_new() -> u32 {
    heap().alloc_zeroed(4)
}

#[unsafe(export_name = "opa_eval_ctx_set_input")]
extern "C" fn set_input(ctx: u32, input: Value) {
    heap().store(ctx + INPUT, input.0);
}

#[unsafe(export_name = "opa_eval_ctx_set_data")]
extern "C" fn set_data(ctx: u32, data: Value) {
    heap().store(ctx + DATA, data.0);
}

#[unsafe(export_name = "opa_eval_ctx_set_entrypoint")]
extern "C" fn set_entrypoint(ctx: u32, entrypoint: u32) {
    heap().store(ctx + ENTRYPOINT, entrypoint);
}

#[unsafe(export_name = "opa_eval_ctx_get_result")]
extern "C" fn get_result(ctx: u32) -> u32 {
    heap().load(ctx + RESULT)
}

#[unsafe(export_name = "eval")]
extern "C" fn eval(ctx: u32) -> u32 {
    let mut heap = heap();
    heap.keep_strings();
    let result = run(
        heap.load(ctx + ENTRYPOINT),
        Value(heap.load(ctx + INPUT)),
        Value(heap.load(ctx + DATA)),
    );
    heap.store(ctx + RESULT, result.0);
    0
}

/// One evaluation in one call: the host wrote the input's text somewhere, most often right at the heap pointer.
#[unsafe(export_name = "opa_eval")]
extern "C" fn eval_once(
    reserved: u32,
    entrypoint: u32,
    data: Value,
    input: u32,
    input_len: u32,
    heap_pointer: u32,
    format: u32,
) -> u32 {
    if reserved != 0 {
        abort(b"invalid reserved argument\0");
    }
    let mut heap = heap();
    heap.restore_strings();
    // Directly below the pointer, the input lies over what was there.
    let end = input.saturating_add(input_len);
    let over = input_len > 0 && end <= heap_pointer && heap_pointer - end < 16;
    heap.forget_strings_above(if over { input } else { heap_pointer });
    memory::reset(heap_pointer);
    heap.save_strings();
    let document = match input_len {
        0 => Value::UNDEFINED,
        _ => values::parsed(input, input_len, json::parse_term),
    };
    if input_len > 0 && !document.is_defined() {
        abort(b"the input is not valid JSON\0");
    }
    let result = run(entrypoint, document, data);
    let write = match format {
        0 => json::write,
        _ => json::write_term,
    };
    let text = values::written(result, write);
    // The host need not say when it is done with the heap: nothing of this may be found again.
    heap.restore_strings();
    text
}

/// The set of results: `{{"result": value}}`, or empty where the entrypoint is undefined.
fn run(entrypoint: u32, input: Value, data: Value) -> Value {
    let mut heap = heap();
    if entrypoint >= info::word(&heap, ENTRYPOINTS) {
        abort(b"invalid entrypoint id\0");
    }
    info::clear(&mut heap);
    calls::forget_answers();
    policy_begin(input, data);
    let value = policy_entry(entrypoint);
    let results = heap.set_new();
    if value.is_defined() {
        let key = heap.string("result");
        let row = heap.object_new();
        heap.object_set(row, key, value);
        heap.set_add(results, row);
    }
    results
}

/// The object of the host's builtins and their numbers.
#[unsafe(export_name = "builtins")]
extern "C" fn builtins() -> Value {
    described(BUILTINS_JSON)
}

/// The object of entrypoints and their numbers.
#[unsafe(export_name = "entrypoints")]
extern "C" fn entrypoints() -> Value {
    described(ENTRYPOINTS_JSON)
}

fn described(offset: u32) -> Value {
    let heap = heap();
    let (at, len) = (info::word(&heap, offset), info::word(&heap, offset + 4));
    values::parsed(at, len, json::parse)
}
