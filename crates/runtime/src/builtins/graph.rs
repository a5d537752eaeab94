//! `graph.reachable`, `graph.reachable_paths`, `walk`. All of them keep a stack of their own.

use alloc::{vec, vec::Vec};

use super::{
    BuiltinError, Outcome, Table,
    operand::{at, object, type_error},
};
use crate::{Heap, Kind, Value};

pub(super) const TABLE: Table = &[
    ("graph.reachable", reachable),
    ("graph.reachable_paths", reachable_paths),
    ("walk", walk),
];

/// The vertices that a search begins with.
fn start(heap: &mut Heap<'_>, args: &[Value]) -> Result<Vec<Value>, BuiltinError> {
    let v = at(args, 2);
    match heap.kind(v) {
        Kind::Array | Kind::Set => Ok(heap.items(v)),
        _ => Err(type_error(heap, 2, v, &["{array, set}"])),
    }
}

fn reachable(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let graph = object(heap, args, 1)?;
    let mut open = start(heap, args)?;
    let reached = heap.set_new();
    while let Some(node) = open.pop() {
        let edges = heap.object_get(graph, node);
        if edges.is_defined() && heap.set_add(reached, node) {
            open.extend(heap.items(edges));
        }
    }
    Ok(reached)
}

fn reachable_paths(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let graph = object(heap, args, 1)?;
    let found = heap.set_new();
    for node in start(heap, args)? {
        let edges = heap.object_get(graph, node);
        if !edges.is_defined() {
            continue;
        }
        let neighbours = heap.items(edges);
        if neighbours.is_empty() {
            let path = heap.array(&[node]);
            heap.set_add(found, path);
        }
        let mut open: Vec<(Value, Vec<Value>)> = Vec::new();
        open.extend(neighbours.into_iter().map(|n| (n, vec![node])));
        while let Some((here, mut path)) = open.pop() {
            extend(heap, graph, here, &mut path, found, &mut open);
        }
    }
    Ok(found)
}

/// Follows the edges of one vertex at the end of a path. A path ends at a vertex that the graph does not have, that
/// has no edges, or that would be in the path twice.
fn extend(
    heap: &mut Heap<'_>,
    graph: Value,
    here: Value,
    path: &mut Vec<Value>,
    found: Value,
    open: &mut Vec<(Value, Vec<Value>)>,
) {
    let edges = heap.object_get(graph, here);
    if edges.is_defined() {
        path.push(here);
    }
    let neighbours = heap.items(edges);
    if neighbours.is_empty() {
        let whole = heap.array(path);
        heap.set_add(found, whole);
    }
    for next in neighbours {
        if path.iter().any(|v| heap.equal(*v, next)) {
            let whole = heap.array(path);
            heap.set_add(found, whole);
        } else {
            open.push((next, path.clone()));
        }
    }
}

/// The value itself and all that is in it, each with its path, in the order of a walk.
fn walk(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let out = heap.array_new(0);
    let mut path: Vec<Value> = Vec::new();
    // A value with the number of keys above it, and its own key.
    let mut open = vec![(at(args, 1), 0usize, Value::UNDEFINED)];
    while let Some((v, depth, key)) = open.pop() {
        path.truncate(depth.saturating_sub(1));
        if key.is_defined() {
            path.push(key);
        }
        let at = heap.array(&path);
        let pair = heap.array(&[at, v]);
        heap.array_push(out, pair);
        match heap.kind(v) {
            Kind::Array => {
                for (i, item) in heap.items(v).into_iter().enumerate().rev() {
                    let key = heap.integer(i64::try_from(i).unwrap_or(i64::MAX));
                    open.push((item, depth + 1, key));
                }
            }
            Kind::Set => {
                for item in heap.items(v).into_iter().rev() {
                    open.push((item, depth + 1, item));
                }
            }
            Kind::Object => {
                for (k, item) in heap.entries(v).into_iter().rev() {
                    open.push((item, depth + 1, k));
                }
            }
            _ => {}
        }
    }
    Ok(out)
}
