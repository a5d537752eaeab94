//! Where in a document a value comes from that is not part of it: policies copy objects with something added or left
//! out (`object.union`, `json.patch`), and collect names.

use kpol_input::{Document, Kind as NodeKind, NodeId};
use kpol_runtime::{Heap, Kind, Value};

use crate::lower::Places;

/// More members than this are not compared.
const MEMBERS: u32 = 1000;

/// The object of the document that an object in memory is a copy of: the one with the most equal members, at least two
/// of them or a container, and at least half of its own; the first of several.
pub(crate) fn of_object(
    heap: &Heap<'_>,
    places: &Places,
    document: &Document,
    value: Value,
) -> Option<NodeId> {
    if heap.kind(value) != Kind::Object {
        return None;
    }
    let members: Vec<(Value, Value)> = (0..heap.len(value).min(MEMBERS))
        .map(|i| heap.entry(value, i))
        .filter(|(key, _)| heap.is_string(*key))
        .collect();
    let root = document.root();
    let mut best: Option<(u32, NodeId)> = None;
    for (node, kind, _) in document.walk(root) {
        let NodeKind::Object(len) = kind else {
            continue;
        };
        let (mut equal, mut shared) = (0, false);
        for (key, child) in document.members(node).take(MEMBERS as usize) {
            let Some(key) = document.str(key) else {
                continue;
            };
            let found = members.iter().find(|(name, _)| heap.text(*name) == key);
            let Some((_, member)) = found else { continue };
            if places.node(member.0).is_some() {
                let same = places.node(member.0) == Some(child);
                equal += u32::from(same);
                shared |= same;
            } else {
                equal += u32::from(same_scalar(heap, document, child, *member));
            }
        }
        let likely = (shared || equal >= 2) && equal * 2 >= len;
        if likely && best.is_none_or(|(most, _)| equal > most) {
            best = Some((equal, node));
        }
    }
    best.map(|(_, node)| node)
}

fn same_scalar(heap: &Heap<'_>, document: &Document, node: NodeId, value: Value) -> bool {
    match document.kind(node) {
        NodeKind::Null => value == Value::NULL,
        NodeKind::Bool(true) => value == Value::TRUE,
        NodeKind::Bool(false) => value == Value::FALSE,
        NodeKind::Integer(number) => heap.as_i64(value) == Some(number),
        NodeKind::String(text) => heap.is_string(value) && heap.text(value) == text,
        NodeKind::Number(_) | NodeKind::Array(_) | NodeKind::Object(_) => false,
    }
}

/// The object whose `name` a string is: an item of a list, of the one that lies least deep where several have the name.
/// None where several lie equally deep.
pub(crate) fn of_name(document: &Document, name: &str) -> Option<NodeId> {
    let mut best: Option<(usize, NodeId)> = None;
    let mut several = false;
    // Open containers: the id behind each, and whether it is an array.
    let mut open: Vec<(u32, bool)> = Vec::new();
    for (node, kind, after) in document.walk(document.root()) {
        while open.last().is_some_and(|(end, _)| *end <= node.0) {
            open.pop();
        }
        let is_item = open.last().is_some_and(|(_, array)| *array);
        match kind {
            NodeKind::Object(_) => {
                let named = is_item
                    && document.get(node, "name").and_then(|n| document.str(n)) == Some(name);
                if named {
                    let depth = open.len();
                    match best {
                        Some((least, _)) if least < depth => {}
                        Some((least, _)) if least == depth => several = true,
                        _ => {
                            best = Some((depth, node));
                            several = false;
                        }
                    }
                }
                open.push((after, false));
            }
            NodeKind::Array(_) => open.push((after, true)),
            _ => {}
        }
    }
    best.filter(|_| !several).map(|(_, node)| node)
}
