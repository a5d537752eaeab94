//! Lays documents out in a module's memory, in value form.
//!
//! Room is reserved first, so nothing moves while it is written. Containers are written after their content, so
//! the addresses of an input's containers go up in the order in which they are written: the side table from
//! address to node is sorted as it grows.

use std::collections::BTreeMap;

use kpol_input::{Bounds, Document, Kind, NodeId};
use kpol_runtime::{Heap, Value};

use crate::data::{Data, Tree};

/// Which node each container in memory came from.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// Sorted by address.
    containers: Vec<(u32, NodeId)>,
}

impl Places {
    pub(crate) fn node(&self, container: u32) -> Option<NodeId> {
        let at = self
            .containers
            .binary_search_by_key(&container, |(address, _)| *address);
        at.ok()
            .and_then(|at| self.containers.get(at))
            .map(|(_, node)| *node)
    }

    pub(crate) fn clear(&mut self) {
        self.containers.clear();
    }
}

/// The most bytes that a document with these bounds takes, its strings' tables aside; none where no memory is
/// that large.
pub(crate) fn size(bounds: &Bounds) -> Option<u32> {
    let word = |n: u32| u64::from(n);
    // A header and its rounding for each node; an item or an entry with its share of a hash index (at most four
    // slots, for capacities are powers of two); the index's own word.
    let bytes = 24 * word(bounds.nodes)
        + bounds.string_bytes
        + bounds.number_bytes
        + 24 * word(bounds.children)
        + 8 * word(bounds.objects)
        + 64;
    u32::try_from(bytes).ok()
}

/// Reusable working memory of [`document`].
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    values: Vec<Value>,
    open: Vec<Open>,
    entries: Vec<(Value, Value)>,
}

/// A container whose content is being written.
#[derive(Debug)]
struct Open {
    node: NodeId,
    end: u32,
    /// Where its content begins among the values.
    base: usize,
    object: bool,
}

/// Writes a document; its containers are noted in `places`.
pub(crate) fn document(
    heap: &mut Heap<'_>,
    scratch: &mut Scratch,
    places: &mut Places,
    from: &Document,
) -> Value {
    part(heap, scratch, Some(places), from, from.root())
}

/// Strings that most documents have: they stay in memory from one input to the next, so that laying them out is to find
/// them.
const COMMON: &[&str] = &[
    "ALL",
    "Always",
    "ClusterIP",
    "DaemonSet",
    "Deployment",
    "IfNotPresent",
    "Job",
    "Namespace",
    "Pod",
    "RuntimeDefault",
    "Service",
    "StatefulSet",
    "TCP",
    "allowPrivilegeEscalation",
    "annotations",
    "apiGroup",
    "apiGroups",
    "apiVersion",
    "app",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/name",
    "app.kubernetes.io/version",
    "apps/v1",
    "args",
    "automountServiceAccountToken",
    "batch/v1",
    "capabilities",
    "command",
    "configMap",
    "configMapKeyRef",
    "configMapRef",
    "containerPort",
    "containers",
    "cpu",
    "creationTimestamp",
    "data",
    "default",
    "drop",
    "emptyDir",
    "env",
    "envFrom",
    "failureThreshold",
    "group",
    "hostPath",
    "httpGet",
    "image",
    "imagePullPolicy",
    "initContainers",
    "initialDelaySeconds",
    "key",
    "kind",
    "labels",
    "limits",
    "livenessProbe",
    "matchLabels",
    "memory",
    "metadata",
    "mountPath",
    "name",
    "namespace",
    "object",
    "path",
    "periodSeconds",
    "port",
    "ports",
    "protocol",
    "rbac.authorization.k8s.io/v1",
    "readOnly",
    "readOnlyRootFilesystem",
    "readinessProbe",
    "replicas",
    "requests",
    "resources",
    "restartPolicy",
    "roleRef",
    "rules",
    "runAsNonRoot",
    "runAsUser",
    "seccompProfile",
    "secretKeyRef",
    "secretName",
    "securityContext",
    "selector",
    "serviceAccountName",
    "spec",
    "status",
    "strategy",
    "subjects",
    "targetPort",
    "template",
    "timeoutSeconds",
    "type",
    "uid",
    "v1",
    "value",
    "valueFrom",
    "verbs",
    "version",
    "volumeMounts",
    "volumes",
];

/// What [`common`] needs.
pub(crate) fn common_bounds() -> Bounds {
    Bounds {
        nodes: COMMON.len() as u32,
        strings: COMMON.len() as u32,
        string_bytes: COMMON.iter().map(|text| text.len() as u64).sum(),
        ..Bounds::default()
    }
}

/// Writes the strings that most documents have.
pub(crate) fn common(heap: &mut Heap<'_>) {
    for text in COMMON {
        heap.string(text);
    }
}

/// Writes base data.
pub(crate) fn data(heap: &mut Heap<'_>, scratch: &mut Scratch, data: &Data) -> Value {
    members(heap, scratch, data.members())
}

// The depth is bounded: merging refuses what is deeper.
fn members(heap: &mut Heap<'_>, scratch: &mut Scratch, from: &BTreeMap<String, Tree>) -> Value {
    let mut entries = Vec::with_capacity(from.len());
    for (key, tree) in from {
        let key = heap.string(key);
        let value = match tree {
            Tree::Object(inner) => members(heap, scratch, inner),
            Tree::Node(document, node) => part(heap, scratch, None, document, *node),
        };
        entries.push((key, value));
    }
    heap.object_from_entries(&mut entries)
}

/// Without recursion: documents may be nested as deep as their reader allows.
fn part(
    heap: &mut Heap<'_>,
    scratch: &mut Scratch,
    mut places: Option<&mut Places>,
    from: &Document,
    root: NodeId,
) -> Value {
    scratch.values.clear();
    scratch.open.clear();
    for (node, kind, after) in from.walk(root) {
        let value = match kind {
            Kind::Null => Value::NULL,
            Kind::Bool(b) => Value::boolean(b),
            Kind::Integer(n) => heap.integer(n),
            // The reader gives numbers in JSON's notation.
            Kind::Number(text) => heap.number(text).unwrap_or(Value::NULL),
            Kind::String(text) => heap.string(text),
            kind @ (Kind::Array(_) | Kind::Object(_)) => {
                scratch.open.push(Open {
                    node,
                    end: after,
                    base: scratch.values.len(),
                    object: matches!(kind, Kind::Object(_)),
                });
                close(heap, scratch, &mut places, node.0 + 1);
                continue;
            }
        };
        scratch.values.push(value);
        close(heap, scratch, &mut places, node.0 + 1);
    }
    scratch.values.pop().unwrap_or(Value::NULL)
}

/// Writes the containers that end before node `next`.
fn close(heap: &mut Heap<'_>, scratch: &mut Scratch, places: &mut Option<&mut Places>, next: u32) {
    while let Some(open) = scratch.open.pop_if(|open| open.end <= next) {
        let content = scratch.values.get(open.base..).unwrap_or_default();
        let value = if open.object {
            scratch.entries.clear();
            let pairs = content.chunks_exact(2).filter_map(|pair| match pair {
                [key, value] => Some((*key, *value)),
                _ => None,
            });
            scratch.entries.extend(pairs);
            heap.object_from_entries(&mut scratch.entries)
        } else {
            heap.array(content)
        };
        scratch.values.truncate(open.base);
        scratch.values.push(value);
        if let Some(places) = places {
            places.containers.push((value.0, open.node));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use kpol_abi::layout::control;
    use kpol_runtime::json;

    use super::*;
    use crate::testing::parse;

    /// Lays a text out; its JSON, the bytes used and the bytes that are reserved for it.
    fn lay_out(text: &str) -> (String, u32, u32) {
        let document = parse(text);
        let bounds = document.bounds();
        let mut heap = Heap::new();
        heap.reserve_strings(bounds.strings);
        let before = heap.control(control::ARENA_NEXT);
        let mut places = Places::default();
        let value = super::document(&mut heap, &mut Scratch::default(), &mut places, &document);
        let used = heap.control(control::ARENA_NEXT) - before;
        for pair in places.containers.windows(2) {
            assert!(pair[0].0 < pair[1].0);
        }
        let mut out = String::new();
        json::write(&mut heap, value, &mut out);
        (out, used, size(&bounds).unwrap())
    }

    #[test]
    fn values_are_those_of_the_text_and_fit_their_room() {
        let wide = |n: usize| {
            let members: Vec<String> = (10_000..10_000 + n)
                .map(|i| format!("\"{i}\":{}", i % 7))
                .collect();
            format!("{{{}}}", members.join(","))
        };
        let many = |n: usize| format!("[{}]", vec!["{}"; n].join(","));
        let mut texts: Vec<String> = [
            "null",
            "0",
            "[]",
            "{}",
            "\"\"",
            "\"abcdefg\"",
            "9223372036854775807",
            "1.50",
        ]
        .map(str::to_owned)
        .into();
        texts.extend((1..40).map(wide));
        texts.extend([64, 65, 127, 129, 1000, 1025].map(wide));
        texts.extend([1, 2, 3, 8, 9, 100].map(many));
        texts.push(format!("{}{}", "[".repeat(500), "]".repeat(500)));
        texts.push("{\"a\":[1,{\"b\":\"c\"},\"c\"],\"d\":{\"e\":{}}}".to_owned());
        for text in texts {
            let (json, used, room) = lay_out(&text);
            assert_eq!(json, text);
            assert!(used <= room, "{used} > {room}: {text}");
        }
    }

    #[test]
    fn containers_lead_back_to_their_nodes() {
        let document = parse("{\"a\":[[],{}]}");
        let mut heap = Heap::new();
        let mut places = Places::default();
        let value = super::document(&mut heap, &mut Scratch::default(), &mut places, &document);
        let list = heap.object_get_text(value, "a");
        let paths: Vec<_> = [value, list, heap.item(list, 0), heap.item(list, 1)]
            .map(|v| places.node(v.0).map(|node| document.path(node).to_string()))
            .into();
        let expected = ["", "a", "a[0]", "a[1]"].map(|path| Some(path.to_owned()));
        assert_eq!(paths, expected);
        assert_eq!(places.node(8), None);
    }
}
