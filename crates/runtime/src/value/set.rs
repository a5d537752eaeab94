//! Sets.

use alloc::vec::Vec;

use kpol_abi::layout::{HEADER, INDEX, ITEMS, LEN, SORTED, TAG_SET};

use super::{Kind, Value, index::SCANNED};
use crate::heap::{Heap, align};

const STRIDE: u32 = 4;

impl Heap<'_> {
    /// An empty set that members can be added to.
    pub fn set_new(&mut self) -> Value {
        Value(self.alloc_cell([TAG_SET | SORTED, 0, 0, 0], 0))
    }

    /// The set of these values, of which some may be equal.
    pub fn set(&mut self, items: &[Value]) -> Value {
        let set = self.set_new();
        for item in items {
            self.set_add(set, *item);
        }
        set
    }

    /// Adds a member; whether it is new. The set must be one that no one else has seen yet.
    pub fn set_add(&mut self, set: Value, item: Value) -> bool {
        if self.kind(set) != Kind::Set || self.find(set, STRIDE, item).is_some() {
            return false;
        }
        let at = self.make_room(set, STRIDE);
        self.store(at, item.0);
        self.added(set, STRIDE);
        true
    }

    /// Whether the set has a member equal to `item`.
    #[must_use]
    pub fn set_contains(&self, set: Value, item: Value) -> bool {
        self.set_get(set, item).is_defined()
    }

    /// The member that is equal to `item` (numbers may be spelled differently), or undefined.
    #[must_use]
    pub fn set_get(&self, set: Value, item: Value) -> Value {
        if self.kind(set) != Kind::Set {
            return Value::UNDEFINED;
        }
        match self.find(set, STRIDE, item) {
            Some(i) => self.key_at(set, STRIDE, i),
            None => Value::UNDEFINED,
        }
    }

    /// The set of values known to be unequal, in room of exactly their size, in order. Sorts `items`.
    pub fn set_from_unique(&mut self, items: &mut [Value]) -> Value {
        self.sort_values(items);
        let len = items.len() as u32;
        let body = align(len.saturating_mul(4));
        let at = self.alloc_cell(
            [TAG_SET | SORTED, len, 0, 0],
            body.saturating_add(super::index_size(len)),
        );
        self.store(at + ITEMS, at + HEADER);
        for (i, item) in (0u32..).zip(&*items) {
            self.store((at + HEADER).wrapping_add(4 * i), item.0);
        }
        self.lay_index(Value(at), STRIDE, at + HEADER + body);
        Value(at)
    }

    pub(super) fn sort_set(&mut self, set: Value) {
        let flags = self.load(set.0);
        if flags & SORTED != 0 {
            return;
        }
        let (len, items) = (self.load(set.0 + LEN), self.cell_items(set));
        let mut members: Vec<Value> = (0..len)
            .map(|i| Value(self.load(items.wrapping_add(4 * i))))
            .collect();
        self.sort_values(&mut members);
        for (i, member) in (0u32..).zip(&members) {
            self.store(items.wrapping_add(4 * i), member.0);
        }
        self.store(set.0, flags | SORTED);
        self.rebuild_index(set, STRIDE);
    }

    /// Lays the index of a cell with more than [`SCANNED`] items into zeroed or unspecified room at `at`.
    pub(super) fn lay_index(&mut self, cell: Value, stride: u32, at: u32) {
        let len = self.cell_len(cell);
        if len > SCANNED {
            self.store(at, super::index::slots(len));
            self.store(cell.0 + INDEX, at);
            self.rebuild_index(cell, stride);
        }
    }
}
