//! `json.filter` and `json.remove`: documents by paths. The paths become a tree, which is walked with the document.

use alloc::{string::ToString, vec::Vec};

use super::{
    BuiltinError, Outcome, Table,
    operand::{at, object, type_error, wrong},
};
use crate::{Heap, Kind, Value, value::MAX_DEPTH};

pub(super) const TABLE: Table = &[("json.filter", filter), ("json.remove", remove)];

/// A path's keys: the parts of a JSON pointer, or the items of an array.
pub(super) fn path(heap: &mut Heap<'_>, v: Value) -> Result<Vec<Value>, BuiltinError> {
    match heap.kind(v) {
        Kind::String => {
            let text = heap.text(v);
            if text.is_empty() {
                return Ok(Vec::new());
            }
            let parts: Vec<_> = text
                .trim_start_matches('/')
                .split('/')
                .map(|part| part.replace("~1", "/").replace("~0", "~"))
                .collect();
            Ok(parts.iter().map(|part| heap.string(part)).collect())
        }
        Kind::Array => Ok(heap.items(v)),
        _ => {
            let got = heap.kind(v).name();
            Err(wrong(
                2,
                &alloc::format!(
                    "must be one of {{set, array}} containing string paths or array of path segments but got {got}"
                ),
            ))
        }
    }
}

/// The paths of the second operand as a tree of objects; `null` is the end of a path.
fn tree(heap: &mut Heap<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let v = at(args, 2);
    if !matches!(heap.kind(v), Kind::Array | Kind::Set) {
        return Err(type_error(heap, 2, v, &["set", "array"]));
    }
    let mut paths = Vec::new();
    for p in heap.items(v) {
        paths.push(path(heap, p)?);
    }
    let root = heap.object_new();
    for keys in paths {
        let mut node = root;
        let Some((last, parents)) = keys.split_last() else {
            continue;
        };
        for k in parents.iter().take(MAX_DEPTH as usize) {
            let child = heap.object_get(node, *k);
            node = match heap.kind(child) {
                // A shorter path is in force already.
                Kind::Null => Value::NULL,
                Kind::Object => child,
                _ => {
                    let fresh = heap.object_new();
                    heap.object_set(node, *k, fresh);
                    fresh
                }
            };
            if node == Value::NULL {
                break;
            }
        }
        if node != Value::NULL {
            heap.object_set(node, *last, Value::NULL);
        }
    }
    Ok(root)
}

/// The part of a tree for an array's item: paths hold its number as text.
fn at_index(heap: &mut Heap<'_>, tree: Value, i: usize) -> Value {
    match heap.find_string(&i.to_string()) {
        Some(key) => heap.object_get(tree, key),
        None => Value::UNDEFINED,
    }
}

fn filter(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let o = object(heap, args, 1)?;
    let tree = tree(heap, args)?;
    Ok(filtered(heap, o, tree, 0))
}

fn filtered(heap: &mut Heap<'_>, v: Value, tree: Value, depth: u32) -> Value {
    if heap.kind(tree) != Kind::Object || depth > MAX_DEPTH {
        return v;
    }
    match heap.kind(v) {
        Kind::Array => {
            let mut kept = Vec::new();
            for (i, item) in heap.items(v).into_iter().enumerate() {
                let branch = at_index(heap, tree, i);
                if branch.is_defined() {
                    kept.push(filtered(heap, item, branch, depth + 1));
                }
            }
            heap.array(&kept)
        }
        Kind::Set => {
            let mut kept = Vec::new();
            for item in heap.items(v) {
                let branch = heap.object_get(tree, item);
                if branch.is_defined() {
                    kept.push(filtered(heap, item, branch, depth + 1));
                }
            }
            heap.set(&kept)
        }
        Kind::Object => {
            let mut kept = Vec::new();
            for (k, branch) in heap.entries(tree) {
                let value = heap.object_get(v, k);
                if value.is_defined() {
                    kept.push((k, filtered(heap, value, branch, depth + 1)));
                }
            }
            heap.object(&kept)
        }
        _ => v,
    }
}

fn remove(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let o = object(heap, args, 1)?;
    let tree = tree(heap, args)?;
    Ok(removed(heap, o, tree, 0))
}

/// A value without what the tree names; undefined where that is all of it.
fn removed(heap: &mut Heap<'_>, v: Value, tree: Value, depth: u32) -> Value {
    match heap.kind(tree) {
        Kind::Null => return Value::UNDEFINED,
        Kind::Object if depth <= MAX_DEPTH => {}
        _ => return v,
    }
    match heap.kind(v) {
        Kind::Array => {
            let mut kept = Vec::new();
            for (i, item) in heap.items(v).into_iter().enumerate() {
                let branch = at_index(heap, tree, i);
                kept.push(removed(heap, item, branch, depth + 1));
            }
            kept.retain(|v| v.is_defined());
            heap.array(&kept)
        }
        Kind::Set => {
            let mut kept = Vec::new();
            for item in heap.items(v) {
                let branch = heap.object_get(tree, item);
                kept.push(removed(heap, item, branch, depth + 1));
            }
            kept.retain(|v| v.is_defined());
            heap.set(&kept)
        }
        Kind::Object => {
            let mut kept = Vec::new();
            for (k, value) in heap.entries(v) {
                let branch = heap.object_get(tree, k);
                kept.push((k, removed(heap, value, branch, depth + 1)));
            }
            kept.retain(|(_, v)| v.is_defined());
            heap.object(&kept)
        }
        _ => v,
    }
}
