//! `object.*`.

use alloc::{vec, vec::Vec};

use super::{
    BuiltinError, Outcome, Table,
    operand::{array, at, element_error, object, type_error},
};
use crate::{Heap, Kind, Value, value::MAX_DEPTH};

pub(super) const TABLE: Table = &[
    ("object.filter", filter),
    ("object.get", get),
    ("object.keys", keys),
    ("object.remove", remove),
    ("object.subset", subset),
    ("object.union", union),
    ("object.union_n", union_n),
];

fn get(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let o = object(heap, args, 1)?;
    let (key, default) = (at(args, 2), at(args, 3));
    let found = if heap.kind(key) == Kind::Array {
        let mut here = o;
        for i in 0..heap.len(key) {
            here = heap.dot(here, heap.item(key, i));
            if !here.is_defined() {
                break;
            }
        }
        here
    } else {
        heap.object_get(o, key)
    };
    Ok(if found.is_defined() { found } else { default })
}

fn keys(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let o = object(heap, args, 1)?;
    let keys: Vec<Value> = heap.entries(o).into_iter().map(|(k, _)| k).collect();
    Ok(heap.set(&keys))
}

/// The second operand of `filter` and `remove` as a set.
fn key_set(heap: &mut Heap<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let v = at(args, 2);
    match heap.kind(v) {
        Kind::Set => Ok(v),
        Kind::Array => {
            let items = heap.items(v);
            Ok(heap.set(&items))
        }
        Kind::Object => {
            let keys: Vec<Value> = heap.entries(v).into_iter().map(|(k, _)| k).collect();
            Ok(heap.set(&keys))
        }
        _ => Err(type_error(heap, 2, v, &["object", "set", "array"])),
    }
}

fn chosen(heap: &mut Heap<'_>, args: &[Value], keep: bool) -> Outcome {
    let o = object(heap, args, 1)?;
    let keys = key_set(heap, args)?;
    let mut entries = heap.entries(o);
    entries.retain(|(k, _)| heap.set_contains(keys, *k) == keep);
    Ok(heap.object(&entries))
}

fn filter(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    chosen(heap, args, true)
}

fn remove(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    chosen(heap, args, false)
}

fn union(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let a = object(heap, args, 1)?;
    let b = object(heap, args, 2)?;
    Ok(merged(heap, a, b, 0))
}

/// `a` overwritten by `b`; where both hold an object, the two are merged.
fn merged(heap: &mut Heap<'_>, a: Value, b: Value, depth: u32) -> Value {
    if heap.len(a) == 0 || depth > MAX_DEPTH {
        return b;
    }
    if heap.len(b) == 0 {
        return a;
    }
    let entries = heap.entries(a);
    let out = heap.object(&entries);
    for (k, new) in heap.entries(b) {
        let old = heap.object_get(out, k);
        let value = if heap.kind(old) == Kind::Object && heap.kind(new) == Kind::Object {
            merged(heap, old, new, depth + 1)
        } else {
            new
        };
        heap.object_set(out, k, value);
    }
    out
}

fn union_n(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let list = array(heap, args, 1)?;
    let objects = heap.items(list);
    if let Some(v) = objects.iter().find(|v| heap.kind(**v) != Kind::Object) {
        return Err(element_error(heap, 1, list, *v, "object"));
    }
    let mut out = heap.object_new();
    for o in objects {
        out = merged(heap, out, o, 0);
    }
    Ok(out)
}

fn subset(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let (whole, part) = (at(args, 1), at(args, 2));
    let holds = match (heap.kind(whole), heap.kind(part)) {
        (Kind::Object, Kind::Object) => object_subset(heap, whole, part),
        (Kind::Set, Kind::Set) => set_subset(heap, whole, part),
        (Kind::Array, Kind::Array) => array_subset(heap, whole, part),
        (Kind::Array, Kind::Set) => array_holds_set(heap, whole, part),
        _ => {
            return Err(BuiltinError::operand(
                "both arguments object.subset must be of the same type or array and set",
            ));
        }
    };
    Ok(Value::boolean(holds))
}

fn object_subset(heap: &mut Heap<'_>, whole: Value, part: Value) -> bool {
    let mut pairs = vec![(whole, part)];
    while let Some((whole, part)) = pairs.pop() {
        for (k, sub) in heap.entries(part) {
            let sup = heap.object_get(whole, k);
            if !sup.is_defined() {
                return false;
            }
            if heap.equal(sup, sub) {
                continue;
            }
            let holds = match (heap.kind(sup), heap.kind(sub)) {
                (Kind::Object, Kind::Object) => {
                    pairs.push((sup, sub));
                    true
                }
                (Kind::Set, Kind::Set) => set_subset(heap, sup, sub),
                (Kind::Array, Kind::Array) => array_subset(heap, sup, sub),
                _ => false,
            };
            if !holds {
                return false;
            }
        }
    }
    true
}

fn set_subset(heap: &mut Heap<'_>, whole: Value, part: Value) -> bool {
    let members = heap.items(part);
    members.into_iter().all(|v| heap.set_contains(whole, v))
}

/// Whether the items of an array stand side by side in another.
fn array_subset(heap: &mut Heap<'_>, whole: Value, part: Value) -> bool {
    let (whole, part) = (heap.items(whole), heap.items(part));
    part.is_empty()
        || whole
            .windows(part.len())
            .any(|w| w.iter().zip(&part).all(|(a, b)| heap.equal(*a, *b)))
}

/// Whether an array holds all members of a set. OPA counts, so that an item twice in the array counts twice.
fn array_holds_set(heap: &mut Heap<'_>, whole: Value, part: Value) -> bool {
    let mut unmatched = i64::from(heap.len(part));
    for v in heap.items(whole) {
        if heap.set_contains(part, v) {
            unmatched -= 1;
        }
        if unmatched == 0 {
            return true;
        }
    }
    false
}
