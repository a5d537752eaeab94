//! Objects.

use alloc::vec::Vec;

use kpol_abi::layout::{HEADER, ITEMS, LEN, SORTED, TAG_OBJECT};

use super::{Kind, Value};
use crate::heap::Heap;

const STRIDE: u32 = 8;

impl Heap<'_> {
    /// An empty object that entries can be added to.
    pub fn object_new(&mut self) -> Value {
        Value(self.alloc_cell([TAG_OBJECT | SORTED, 0, 0, 0], 0))
    }

    /// The object of these entries; of entries with equal keys the last one counts.
    pub fn object(&mut self, entries: &[(Value, Value)]) -> Value {
        let object = self.object_new();
        for (key, value) in entries {
            self.object_set(object, *key, *value);
        }
        object
    }

    /// Inserts an entry. Where the key is present already, its value stays, and the answer is whether the two
    /// values are equal. The object must be one that no one else has seen yet.
    pub fn object_insert(&mut self, object: Value, key: Value, value: Value) -> bool {
        if self.kind(object) != Kind::Object {
            return false;
        }
        if let Some(i) = self.find(object, STRIDE, key) {
            let present = self.value_at(object, i);
            return self.equal(present, value);
        }
        self.add_entry(object, key, value);
        true
    }

    /// Inserts an entry, or replaces the value of the key. The object must be one that no one else has seen yet.
    pub fn object_set(&mut self, object: Value, key: Value, value: Value) {
        if self.kind(object) != Kind::Object {
            return;
        }
        if let Some(i) = self.find(object, STRIDE, key) {
            let at = self.cell_items(object).wrapping_add(8 * i + 4);
            self.store(at, value.0);
        } else {
            self.add_entry(object, key, value);
        }
    }

    /// The value of a key, or undefined where there is none or `object` is none.
    #[must_use]
    pub fn object_get(&self, object: Value, key: Value) -> Value {
        if !object.is_cell() || self.tag(object) != TAG_OBJECT {
            return Value::UNDEFINED;
        }
        match self.find(object, STRIDE, key) {
            Some(i) => self.value_at(object, i),
            None => Value::UNDEFINED,
        }
    }

    /// The value of a key given as text, or undefined.
    #[must_use]
    pub fn object_get_text(&self, object: Value, key: &str) -> Value {
        match self.find_string(key) {
            Some(key) => self.object_get(object, key),
            None => Value::UNDEFINED,
        }
    }

    /// The object of these entries, in room of exactly their size, in order; of entries with equal keys the last
    /// one counts. Sorts `entries`. This is how the host lays out input.
    pub fn object_from_entries(&mut self, entries: &mut Vec<(Value, Value)>) -> Value {
        self.sort_entries(entries);
        if entries.len() > 1 {
            self.keep_last(entries);
        }
        let len = entries.len() as u32;
        let body = len.saturating_mul(8);
        let at = self.alloc_cell(
            [TAG_OBJECT | SORTED, len, 0, 0],
            body.saturating_add(super::index_size(len)),
        );
        self.store(at + ITEMS, at + HEADER);
        for (i, (key, value)) in (0u32..).zip(&*entries) {
            self.store_all((at + HEADER).wrapping_add(8 * i), [key.0, value.0]);
        }
        self.lay_index(Value(at), STRIDE, at + HEADER + body);
        Value(at)
    }

    /// Of neighbours with equal keys in a sorted list, keeps the last.
    fn keep_last(&self, entries: &mut Vec<(Value, Value)>) {
        // `dedup_by` keeps the first of equal neighbours: that one takes the later value over.
        entries.dedup_by(|later, kept| {
            let equal = self.equal(later.0, kept.0);
            if equal {
                kept.1 = later.1;
            }
            equal
        });
    }

    pub(super) fn sort_object(&mut self, object: Value) {
        let flags = self.load(object.0);
        if flags & SORTED != 0 {
            return;
        }
        let (len, items) = (self.load(object.0 + LEN), self.cell_items(object));
        let mut entries: Vec<(Value, Value)> = (0..len)
            .map(|i| (self.key_at(object, STRIDE, i), self.value_at(object, i)))
            .collect();
        self.sort_entries(&mut entries);
        for (i, (key, value)) in (0u32..).zip(&entries) {
            self.store(items.wrapping_add(8 * i), key.0);
            self.store(items.wrapping_add(8 * i + 4), value.0);
        }
        self.store(object.0, flags | SORTED);
        self.rebuild_index(object, STRIDE);
    }

    pub(super) fn value_at(&self, object: Value, i: u32) -> Value {
        Value(self.load(self.cell_items(object).wrapping_add(8 * i + 4)))
    }

    fn add_entry(&mut self, object: Value, key: Value, value: Value) {
        let at = self.make_room(object, STRIDE);
        self.store(at, key.0);
        self.store(at + 4, value.0);
        self.added(object, STRIDE);
    }
}
