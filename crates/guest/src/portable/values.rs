//! Values that the host reads, writes and changes.

extern crate alloc;

use alloc::string::String;

use kpol_runtime::{Heap, Kind, Value, json};

use super::memory::malloc;
use crate::heap;

/// The codes that changes of documents return.
const OK: u32 = 0;
const INVALID_TYPE: u32 = 2;
const INVALID_PATH: u32 = 3;

type Parse = fn(&mut Heap<'_>, &str) -> Result<Value, json::Error>;

/// The value of a text, or undefined where it has none.
pub(super) fn parsed(at: u32, len: u32, parse: Parse) -> Value {
    let mut heap = heap();
    let text = heap.read(at, len);
    // What the parser allocates does not overlap the text, so the text may be borrowed apart from the heap.
    // SAFETY: the text stays as it is while it is parsed: the host wrote it below the heap pointer.
    let text = unsafe { core::slice::from_raw_parts(text.as_ptr(), text.len()) };
    core::str::from_utf8(text)
        .ok()
        .and_then(|text| parse(&mut heap, text).ok())
        .unwrap_or(Value::UNDEFINED)
}

/// The text of a value with a zero byte behind it, in a block that the host may free.
pub(super) fn written(value: Value, write: fn(&mut Heap<'_>, Value, &mut String)) -> u32 {
    let mut text = String::new();
    write(&mut heap(), value, &mut text);
    text.push('\0');
    let at = malloc(text.len() as u32);
    heap().write(at, text.as_bytes());
    at
}

#[unsafe(export_name = "opa_json_parse")]
extern "C" fn json_parse(at: u32, len: u32) -> Value {
    parsed(at, len, json::parse)
}

#[unsafe(export_name = "opa_value_parse")]
extern "C" fn value_parse(at: u32, len: u32) -> Value {
    parsed(at, len, json::parse_term)
}

#[unsafe(export_name = "opa_json_dump")]
extern "C" fn json_dump(value: Value) -> u32 {
    written(value, json::write)
}

#[unsafe(export_name = "opa_value_dump")]
extern "C" fn value_dump(value: Value) -> u32 {
    written(value, json::write_term)
}

/// Values share their parts, and leave with the heap.
#[unsafe(export_name = "opa_value_free")]
extern "C" fn value_free(_: Value) {}

/// Whether the path is an array of strings, and not empty.
fn is_path(heap: &Heap<'_>, path: Value) -> bool {
    heap.kind(path) == Kind::Array
        && heap.len(path) > 0
        && (0..heap.len(path)).all(|i| heap.kind(heap.item(path, i)) == Kind::String)
}

/// Puts another value, or none, at a key of an object, in place.
fn change(heap: &mut Heap<'_>, object: Value, key: Value, value: Value) {
    let mut entries = heap.entries(object);
    entries.retain(|(k, _)| *k != key);
    if value.is_defined() {
        entries.push((key, value));
    }
    // The cell stays where it is, and gets the header of a new one.
    let changed = heap.object_from_entries(&mut entries);
    for offset in [0, 4, 8, 12] {
        let word = heap.load(changed.0 + offset);
        heap.store(object.0 + offset, word);
    }
}

#[unsafe(export_name = "opa_value_add_path")]
extern "C" fn add_path(document: Value, path: Value, value: Value) -> u32 {
    let mut heap = heap();
    if !is_path(&heap, path) {
        return INVALID_PATH;
    }
    let last = heap.len(path) - 1;
    let mut at = document;
    for i in 0..last {
        let key = heap.item(path, i);
        let mut below = heap.dot(at, key);
        if !below.is_defined() {
            if heap.kind(at) != Kind::Object {
                return INVALID_TYPE;
            }
            below = heap.object_new();
            change(&mut heap, at, key, below);
        }
        at = below;
    }
    if heap.kind(at) != Kind::Object {
        return INVALID_TYPE;
    }
    let key = heap.item(path, last);
    change(&mut heap, at, key, value);
    OK
}

#[unsafe(export_name = "opa_value_remove_path")]
extern "C" fn remove_path(document: Value, path: Value) -> u32 {
    let mut heap = heap();
    if !is_path(&heap, path) {
        return INVALID_PATH;
    }
    let last = heap.len(path) - 1;
    let mut at = document;
    for i in 0..last {
        let key = heap.item(path, i);
        at = heap.dot(at, key);
    }
    // What is not there need not be removed.
    if heap.kind(at) == Kind::Object {
        let key = heap.item(path, last);
        change(&mut heap, at, key, Value::UNDEFINED);
    }
    OK
}
