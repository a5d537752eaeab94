//! Documents laid over one another: what `with` and the tree of `data` need.

use super::{Kind, MAX_DEPTH, Value};
use crate::heap::Heap;

impl Heap<'_> {
    /// `object` merged with `other`, deeply: a key of `object` wins unless both values are objects. Where one of
    /// them is undefined, the other. Neither operand is changed, but the result may share parts with both.
    pub fn merge(&mut self, object: Value, other: Value) -> Value {
        self.merge_at(object, other, 0)
    }

    fn merge_at(&mut self, object: Value, other: Value, depth: u32) -> Value {
        if !object.is_defined() {
            return other;
        }
        if object == other
            || self.kind(object) != Kind::Object
            || self.kind(other) != Kind::Object
            || self.cell_len(other) == 0
            || depth > MAX_DEPTH
        {
            return object;
        }
        if self.cell_len(object) == 0 {
            return other;
        }
        let merged = self.object_new();
        for i in 0..self.cell_len(object) {
            let (key, value) = self.entry(object, i);
            let below = self.object_get(other, key);
            let value = self.merge_at(value, below, depth + 1);
            self.object_set(merged, key, value);
        }
        for i in 0..self.cell_len(other) {
            let (key, value) = self.entry(other, i);
            if !self.object_get(object, key).is_defined() {
                self.object_set(merged, key, value);
            }
        }
        merged
    }

    /// A copy of `document` in which the value at `path` (an array of keys) is `value`. Parents that are missing or
    /// no objects become objects. `document` may be undefined.
    pub fn patch(&mut self, document: Value, path: Value, value: Value) -> Value {
        // From the document down, then the copies from the value up: no recursion over a path of any length.
        let keys = self.items(path);
        let mut parents = alloc::vec::Vec::with_capacity(keys.len());
        let mut parent = document;
        for key in &keys {
            parents.push(parent);
            parent = self.object_get(parent, *key);
        }
        let mut patched = value;
        for (key, parent) in keys.iter().zip(parents).rev() {
            let copy = self.object_new();
            for i in 0..self.len(parent) {
                let (k, v) = self.entry(parent, i);
                if k.is_defined() {
                    self.object_set(copy, k, v);
                }
            }
            self.object_set(copy, *key, patched);
            patched = copy;
        }
        patched
    }
}
