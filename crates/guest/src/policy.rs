//! What compiled policies call: the functions of [`kpol_abi::imports`], under their names there.

extern crate alloc;

use alloc::string::String;
use core::cmp::Ordering;

use kpol_abi::layout::control;
use kpol_runtime::{Kind, Value, json};

use crate::{
    calls::{print_line, run_builtin},
    heap,
};

#[unsafe(export_name = "eq")]
extern "C" fn equal(a: Value, b: Value) -> u32 {
    u32::from(heap().equal(a, b))
}

#[unsafe(export_name = "cmp")]
extern "C" fn compare(a: Value, b: Value) -> i32 {
    match heap().compare(a, b) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

#[unsafe(export_name = "dot")]
extern "C" fn dot(src: Value, key: Value) -> Value {
    heap().dot(src, key)
}

#[unsafe(export_name = "dot_str")]
extern "C" fn dot_string(src: Value, key: Value) -> Value {
    heap().dot_string(src, key)
}

#[unsafe(export_name = "iterate")]
extern "C" fn iterate(src: Value) -> Value {
    let mut heap = heap();
    match heap.kind(src) {
        Kind::Array => src,
        Kind::Set | Kind::Object => {
            heap.sort(src);
            src
        }
        _ => Value::UNDEFINED,
    }
}

#[unsafe(export_name = "array_new")]
extern "C" fn array_new(capacity: u32) -> Value {
    heap().array_new(capacity)
}

#[unsafe(export_name = "array_push")]
extern "C" fn array_push(array: Value, item: Value) {
    heap().array_push(array, item);
}

#[unsafe(export_name = "set_new")]
extern "C" fn set_new() -> Value {
    heap().set_new()
}

#[unsafe(export_name = "set_add")]
extern "C" fn set_add(set: Value, item: Value) -> u32 {
    u32::from(heap().set_add(set, item))
}

#[unsafe(export_name = "object_new")]
extern "C" fn object_new() -> Value {
    heap().object_new()
}

#[unsafe(export_name = "object_insert")]
extern "C" fn object_insert(object: Value, key: Value, value: Value) -> u32 {
    u32::from(heap().object_insert(object, key, value))
}

#[unsafe(export_name = "object_set")]
extern "C" fn object_set(object: Value, key: Value, value: Value) {
    heap().object_set(object, key, value);
}

#[unsafe(export_name = "merge")]
extern "C" fn merge(object: Value, other: Value) -> Value {
    heap().merge(object, other)
}

#[unsafe(export_name = "patch")]
extern "C" fn patch(document: Value, path: Value, value: Value) -> Value {
    heap().patch(document, path, value)
}

#[unsafe(export_name = "builtin0")]
extern "C" fn builtin0(builtin: u32, site: u32) -> Value {
    run_builtin(builtin, site, &[])
}

#[unsafe(export_name = "builtin1")]
extern "C" fn builtin1(builtin: u32, site: u32, a: Value) -> Value {
    run_builtin(builtin, site, &[a])
}

#[unsafe(export_name = "builtin2")]
extern "C" fn builtin2(builtin: u32, site: u32, a: Value, b: Value) -> Value {
    run_builtin(builtin, site, &[a, b])
}

#[unsafe(export_name = "builtin3")]
extern "C" fn builtin3(builtin: u32, site: u32, a: Value, b: Value, c: Value) -> Value {
    run_builtin(builtin, site, &[a, b, c])
}

#[unsafe(export_name = "builtin4")]
extern "C" fn builtin4(builtin: u32, site: u32, a: Value, b: Value, c: Value, d: Value) -> Value {
    run_builtin(builtin, site, &[a, b, c, d])
}

#[unsafe(export_name = "words")]
extern "C" fn words(words: u32) -> u32 {
    heap().alloc_zeroed(words)
}

#[unsafe(export_name = "narrow")]
extern "C" fn narrow(slot: u32, source: Value, path: Value, on: Value) -> Value {
    heap().narrow(slot, source, path, on)
}

#[unsafe(export_name = "memo")]
extern "C" fn memo(slot: u32, a: Value, b: Value, c: Value, d: Value) -> u32 {
    heap().memo(slot, [a, b, c, d])
}

#[unsafe(export_name = "trace")]
extern "C" fn trace(site: u32, value: Value, slots: u32) -> u32 {
    heap().trace(site, value, slots)
}

#[unsafe(export_name = "fail")]
extern "C" fn fail(kind: u32, site: u32) {
    let mut heap = heap();
    heap.set_control(control::ERROR_SITE, site);
    heap.fail(kind, "");
}

#[unsafe(export_name = "print")]
extern "C" fn print(site: u32, values: Value) {
    let mut heap = heap();
    let mut line = String::new();
    for (i, holder) in heap.items(values).into_iter().enumerate() {
        if i > 0 {
            line.push(' ');
        }
        let value = heap.item(holder, 0);
        match heap.kind(value) {
            Kind::Undefined => line.push_str("<undefined>"),
            Kind::String => line.push_str(heap.text(value)),
            _ => json::rego_text(&mut heap, value, &mut line),
        }
    }
    print_line(&line, site);
}
