//! In what two values differ.

use kpol_runtime::{Heap, Kind, Value, json};
use serde::Serialize;

use crate::explanation::{Shown, short};

/// The most differences that are told.
const MAX_DIFFERENCES: usize = 20;
/// How deep values are compared part by part.
const MAX_DEPTH: usize = 64;

/// A part in which two values differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Keys from the values to the part, such as `.spec.containers[0]`; empty for the values themselves.
    pub path: String,
    /// The left value's part; none where it has none.
    pub left: Option<Shown>,
    /// The right value's part; none where it has none.
    pub right: Option<Shown>,
}

/// The parts in which two values differ, in order. Of sets, the members that only one of them has.
pub(crate) fn differences(heap: &mut Heap<'_>, left: Value, right: Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(heap, left, right, "", 0, &mut found);
    found
}

fn compare(
    heap: &mut Heap<'_>,
    left: Value,
    right: Value,
    path: &str,
    depth: usize,
    found: &mut Vec<Difference>,
) {
    if found.len() >= MAX_DIFFERENCES || heap.equal(left, right) {
        return;
    }
    match (heap.kind(left), heap.kind(right)) {
        (Kind::Object, Kind::Object) if depth < MAX_DEPTH => {
            let mut keys: Vec<Value> = heap.entries(left).into_iter().map(|(key, _)| key).collect();
            for (key, _) in heap.entries(right) {
                if !heap.object_get(left, key).is_defined() {
                    keys.push(key);
                }
            }
            for key in keys {
                let (a, b) = (heap.object_get(left, key), heap.object_get(right, key));
                let below = format!("{path}{}", key_text(heap, key));
                compare(heap, a, b, &below, depth + 1, found);
            }
        }
        (Kind::Array, Kind::Array) if depth < MAX_DEPTH => {
            for at in 0..heap.len(left).max(heap.len(right)) {
                let (a, b) = (heap.item(left, at), heap.item(right, at));
                compare(heap, a, b, &format!("{path}[{at}]"), depth + 1, found);
            }
        }
        (Kind::Set, Kind::Set) => {
            for item in heap.items(left) {
                if !heap.set_contains(right, item) {
                    push(heap, path, item, Value::UNDEFINED, found);
                }
            }
            for item in heap.items(right) {
                if !heap.set_contains(left, item) {
                    push(heap, path, Value::UNDEFINED, item, found);
                }
            }
        }
        _ => push(heap, path, left, right, found),
    }
}

fn push(heap: &mut Heap<'_>, path: &str, left: Value, right: Value, found: &mut Vec<Difference>) {
    if found.len() < MAX_DIFFERENCES {
        found.push(Difference {
            path: path.to_owned(),
            left: shown(heap, left),
            right: shown(heap, right),
        });
    }
}

fn shown(heap: &mut Heap<'_>, value: Value) -> Option<Shown> {
    value.is_defined().then(|| {
        let mut text = String::new();
        json::rego_text(heap, value, &mut text);
        Shown(short(&text))
    })
}

fn key_text(heap: &mut Heap<'_>, key: Value) -> String {
    if heap.is_string(key) {
        let text = heap.text(key);
        if kpol_compiler::names::is_identifier(text) {
            return format!(".{text}");
        }
    }
    let mut text = String::new();
    json::rego_text(heap, key, &mut text);
    format!("[{text}]")
}
