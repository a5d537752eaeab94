//! Documents as values on a native heap, with the way back from containers to nodes.

use std::collections::HashMap;

use kpol_input::{Document, Kind, NodeId};
use kpol_runtime::{Heap, Value};

/// Which node each container came from, by its address.
pub(crate) type Places = HashMap<u32, NodeId>;

/// A container whose content is being written.
struct Open {
    node: NodeId,
    end: u32,
    /// Where its content begins among the values.
    base: usize,
    object: bool,
}

/// Writes a document. Without recursion: it may be nested as deep as its reader allows.
pub(crate) fn document(heap: &mut Heap<'_>, places: &mut Places, from: &Document) -> Value {
    let mut values: Vec<Value> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for (node, kind, after) in from.walk(from.root()) {
        match kind {
            Kind::Null => values.push(Value::NULL),
            Kind::Bool(b) => values.push(Value::boolean(b)),
            Kind::Integer(n) => values.push(heap.integer(n)),
            Kind::Number(text) => values.push(heap.number(text).unwrap_or(Value::NULL)),
            Kind::String(text) => values.push(heap.string(text)),
            Kind::Array(_) | Kind::Object(_) => open.push(Open {
                node,
                end: after,
                base: values.len(),
                object: matches!(kind, Kind::Object(_)),
            }),
        }
        while let Some(done) = open.pop_if(|open| open.end <= node.0 + 1) {
            let content = values.split_off(done.base.min(values.len()));
            let value = if done.object {
                let mut entries: Vec<(Value, Value)> = content
                    .chunks_exact(2)
                    .filter_map(|pair| match pair {
                        [key, value] => Some((*key, *value)),
                        _ => None,
                    })
                    .collect();
                heap.object_from_entries(&mut entries)
            } else {
                heap.array(&content)
            };
            places.insert(value.0, done.node);
            values.push(value);
        }
    }
    values.pop().unwrap_or(Value::NULL)
}
