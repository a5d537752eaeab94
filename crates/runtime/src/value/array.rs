//! Arrays.

use kpol_abi::layout::{CAPACITY, HEADER, ITEMS, LEN, TAG_ARRAY};

use super::{Kind, Value};
use crate::heap::{Heap, align};

impl Heap<'_> {
    /// An empty array with room for `capacity` items.
    pub fn array_new(&mut self, capacity: u32) -> Value {
        let at = self.alloc_cell([TAG_ARRAY, 0, 0, capacity], capacity.saturating_mul(4));
        self.store(at + ITEMS, at + HEADER);
        Value(at)
    }

    /// An array of these items, in room of exactly their size.
    pub fn array(&mut self, items: &[Value]) -> Value {
        let array = self.array_new(items.len() as u32);
        for (i, item) in (0u32..).zip(items) {
            self.store((array.0 + HEADER).wrapping_add(4 * i), item.0);
        }
        self.store(array.0 + LEN, items.len() as u32);
        array
    }

    /// Appends an item. The array must be one that no one else has seen yet; anything else is left alone.
    pub fn array_push(&mut self, array: Value, item: Value) {
        if self.kind(array) != Kind::Array {
            return;
        }
        let (len, capacity) = (self.cell_len(array), self.load(array.0 + CAPACITY));
        let mut items = self.cell_items(array);
        if len >= capacity {
            let grown = capacity.saturating_mul(2).max(4);
            let moved = self.regrow(items, align(4 * capacity), 4 * len, grown.saturating_mul(4));
            items = moved;
            self.store(array.0 + ITEMS, items);
            self.store(array.0 + CAPACITY, grown);
        }
        self.store(items.wrapping_add(4 * len), item.0);
        self.store(array.0 + LEN, len + 1);
    }

    /// The item at `index`, which counts in the range of the array, or undefined.
    pub(super) fn array_at(&self, array: Value, index: u32) -> Value {
        if index < self.cell_len(array) {
            Value(self.load(self.cell_items(array).wrapping_add(4 * index)))
        } else {
            Value::UNDEFINED
        }
    }
}
