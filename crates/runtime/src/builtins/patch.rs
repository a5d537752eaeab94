//! `json.patch`: RFC 6902 on any value. A path may also go through sets, whose members are their own keys.

use alloc::{format, vec::Vec};

use super::{
    BuiltinError, Outcome, Table,
    operand::{array, at, plain_int},
    paths::path,
    rego_text::write,
};
use crate::{Heap, Kind, Value, value::MAX_DEPTH};

pub(super) const TABLE: Table = &[("json.patch", patch)];

fn failed(message: &str) -> BuiltinError {
    BuiltinError::failed(message)
}

fn patch(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let operations = array(heap, args, 2)?;
    let mut document = at(args, 1);
    for operation in heap.items(operations) {
        document = apply(heap, document, operation)?;
    }
    Ok(document)
}

fn attribute(heap: &Heap<'_>, operation: Value, name: &str) -> Result<Value, BuiltinError> {
    let v = heap.object_get_text(operation, name);
    if v.is_defined() {
        Ok(v)
    } else {
        Err(BuiltinError::failed(format!(
            "missing required attribute '{name}'"
        )))
    }
}

fn apply(heap: &mut Heap<'_>, document: Value, operation: Value) -> Outcome {
    if heap.kind(operation) != Kind::Object {
        return Err(failed(
            "must be an array of JSON-Patch objects, but at least one element is not an object",
        ));
    }
    let to = attribute(heap, operation, "path")?;
    let op = attribute(heap, operation, "op")?;
    if heap.kind(op) != Kind::String {
        return Err(BuiltinError::failed(format!(
            "attribute 'op' must be a string but found: {}",
            heap.kind(op).name()
        )));
    }
    let to = path(heap, to)?;
    match heap.text(op) {
        "add" => {
            let value = attribute(heap, operation, "value")?;
            edit(heap, document, &to, Edit::Insert(value), 0)
        }
        "remove" => edit(heap, document, &to, Edit::Delete, 0),
        "replace" => {
            let without = edit(heap, document, &to, Edit::Delete, 0)?;
            let value = attribute(heap, operation, "value")?;
            edit(heap, without, &to, Edit::Insert(value), 0)
        }
        "move" => {
            let from = attribute(heap, operation, "from")?;
            let from = path(heap, from)?;
            let value = find(heap, document, &from)?;
            let without = edit(heap, document, &from, Edit::Delete, 0)?;
            edit(heap, without, &to, Edit::Insert(value), 0)
        }
        "copy" => {
            let from = attribute(heap, operation, "from")?;
            let from = path(heap, from)?;
            let value = find(heap, document, &from)?;
            edit(heap, document, &to, Edit::Insert(value), 0)
        }
        "test" => {
            let found = find(heap, document, &to)?;
            let value = attribute(heap, operation, "value")?;
            if heap.equal(found, value) {
                return Ok(document);
            }
            let (value, found) = (write(heap, value), write(heap, found));
            Err(BuiltinError::failed(format!(
                "value from EditTree != patch value.\n\nExpected: {value}\n\nFound: {found}"
            )))
        }
        other => Err(BuiltinError::failed(format!("unrecognized op: '{other}'"))),
    }
}

#[derive(Clone, Copy)]
enum Edit {
    Insert(Value),
    Delete,
}

/// A copy of a value with an edit at a path. Undefined stands for a document that was removed as a whole.
fn edit(heap: &mut Heap<'_>, node: Value, path: &[Value], change: Edit, depth: u32) -> Outcome {
    let Some((key, rest)) = path.split_first() else {
        return match change {
            Edit::Insert(value) => Ok(value),
            Edit::Delete if node.is_defined() => Ok(Value::UNDEFINED),
            Edit::Delete => Err(failed("deleted node encountered during delete operation")),
        };
    };
    if depth > MAX_DEPTH {
        return Err(failed("path too long"));
    }
    if rest.is_empty() {
        return match change {
            Edit::Insert(value) => insert(heap, node, *key, value),
            Edit::Delete => delete(heap, node, *key),
        };
    }
    let child = step(heap, node, *key)?;
    let changed = edit(heap, child, rest, change, depth + 1)?;
    match heap.kind(node) {
        Kind::Object => {
            let entries = heap.entries(node);
            let out = heap.object(&entries);
            heap.object_set(out, *key, changed);
            Ok(out)
        }
        Kind::Set => {
            let mut members = heap.items(node);
            members.retain(|v| !heap.equal(*v, child));
            members.push(changed);
            Ok(heap.set(&members))
        }
        _ => {
            let mut items = heap.items(node);
            let i = index(heap, *key, items.len())?;
            if let Some(slot) = usize::try_from(i).ok().and_then(|i| items.get_mut(i)) {
                *slot = changed;
            }
            Ok(heap.array(&items))
        }
    }
}

/// The value at a path.
fn find(heap: &mut Heap<'_>, node: Value, path: &[Value]) -> Outcome {
    let mut here = node;
    for key in path {
        here = step(heap, here, *key)?;
    }
    Ok(here)
}

/// An array's index: a number, its text, or `-` for the place after the last item.
fn index(heap: &Heap<'_>, key: Value, len: usize) -> Result<i64, BuiltinError> {
    match heap.kind(key) {
        Kind::Number => {
            plain_int(heap, key).ok_or_else(|| failed("invalid number type for indexing"))
        }
        Kind::String => {
            let text = heap.text(key);
            if text == "-" {
                return Ok(i64::try_from(len).unwrap_or(i64::MAX));
            }
            let n = text_index(text).ok_or_else(|| failed("invalid string for indexing"))?;
            if text != "0" && text.starts_with('0') {
                return Err(failed("leading zeros are not allowed in JSON paths"));
            }
            Ok(n)
        }
        _ => Err(failed("invalid type for indexing")),
    }
}

/// An integer as OPA reads numbers: zeros may follow a decimal point.
fn text_index(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !fraction.bytes().all(|b| b == b'0') {
        return None;
    }
    if text.contains('.') && digits.is_empty() {
        return Some(0);
    }
    whole.parse().ok()
}

/// The child of a value under a key.
fn step(heap: &mut Heap<'_>, node: Value, key: Value) -> Outcome {
    let mut shown = key;
    let (child, what) = match heap.kind(node) {
        Kind::Object => (heap.object_get(node, key), "object"),
        Kind::Set if heap.set_contains(node, key) => (key, "set"),
        Kind::Set => (Value::UNDEFINED, "set"),
        Kind::Array => {
            let i = index(heap, key, heap.len(node) as usize)?;
            shown = heap.integer(i);
            let child = u32::try_from(i).map_or(Value::UNDEFINED, |i| heap.item(node, i));
            (child, "array")
        }
        Kind::Undefined => {
            return Err(failed(
                "nil value encountered where composite value was expected",
            ));
        }
        _ => {
            let at = write(heap, key);
            return Err(not_composite(heap, node, &format!(" for path {at}")));
        }
    };
    if child.is_defined() {
        return Ok(child);
    }
    let (key, node) = (write(heap, shown), write(heap, node));
    Err(BuiltinError::failed(format!(
        "path {key} does not exist in {what} term {node}"
    )))
}

fn not_composite(heap: &mut Heap<'_>, node: Value, place: &str) -> BuiltinError {
    let kind = match heap.kind(node) {
        Kind::Null => "Null",
        Kind::Boolean => "Boolean",
        Kind::Number => "Number",
        _ => "String",
    };
    let text = write(heap, node);
    BuiltinError::failed(format!(
        "expected composite type{place}, found value: {text} (type: ast.{kind})"
    ))
}

fn insert(heap: &mut Heap<'_>, node: Value, key: Value, value: Value) -> Outcome {
    match heap.kind(node) {
        Kind::Object => {
            let entries = heap.entries(node);
            let out = heap.object(&entries);
            heap.object_set(out, key, value);
            Ok(out)
        }
        Kind::Set => {
            if !heap.equal(key, value) {
                let (key, value) = (write(heap, key), write(heap, value));
                return Err(BuiltinError::failed(format!(
                    "set key {key} does not equal value to be inserted {value}"
                )));
            }
            let mut members = heap.items(node);
            members.push(value);
            Ok(heap.set(&members))
        }
        Kind::Array => {
            let mut items = heap.items(node);
            let i = index(heap, key, items.len())?;
            match usize::try_from(i) {
                Ok(i) if i <= items.len() => items.insert(i, value),
                _ => return Err(failed("index for array insertion out of bounds")),
            }
            Ok(heap.array(&items))
        }
        Kind::Undefined => Err(failed("deleted node encountered during insert operation")),
        _ => Err(not_composite(heap, node, "")),
    }
}

fn delete(heap: &mut Heap<'_>, node: Value, key: Value) -> Outcome {
    let missing = |heap: &mut Heap<'_>| {
        let key = write(heap, key);
        BuiltinError::failed(format!("cannot delete child key {key} that does not exist"))
    };
    match heap.kind(node) {
        Kind::Object => {
            if !heap.object_get(node, key).is_defined() {
                return Err(missing(heap));
            }
            let mut entries = heap.entries(node);
            entries.retain(|(k, _)| !heap.equal(*k, key));
            Ok(heap.object(&entries))
        }
        Kind::Set => {
            if !heap.set_contains(node, key) {
                return Err(missing(heap));
            }
            let mut members: Vec<Value> = heap.items(node);
            members.retain(|v| !heap.equal(*v, key));
            Ok(heap.set(&members))
        }
        Kind::Array => {
            let mut items = heap.items(node);
            let i = index(heap, key, items.len())?;
            match usize::try_from(i) {
                Ok(i) if i < items.len() => {
                    items.remove(i);
                }
                _ => return Err(failed("index for array delete out of bounds")),
            }
            Ok(heap.array(&items))
        }
        Kind::Undefined => Err(failed("deleted node encountered during delete operation")),
        _ => Err(not_composite(heap, node, "")),
    }
}
