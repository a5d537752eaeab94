//! What sets and objects share: items that begin with a key, found by a scan or by a hash index.
//!
//! Up to [`SCANNED`] items a scan is quicker than a hash. Above, the cell's index word is the address of a region:
//! a word with the capacity (a power of two), then as many slots. A slot is the number of an item plus 1, or 0.
//!
//! INVARIANT (capacity): the room for items follows from their number ([`room`]) in a cell that is still being
//! built, and so does the index's capacity. Cells made from a known number of items have no spare room, so only
//! what `*_new` made may be added to.

use kpol_abi::layout::{HEADER, INDEX, ITEMS, LEN, SORTED};

use super::Value;
use crate::heap::{Heap, align};

/// The most items of a set or object that has no index.
pub const SCANNED: u32 = 8;

/// The number of items that a set or object with `len` items has room for while it is built.
pub(super) const fn room(len: u32) -> u32 {
    if len == 0 {
        0
    } else if len <= 4 {
        4
    } else if len > 1 << 28 {
        1 << 29
    } else {
        len.next_power_of_two()
    }
}

/// The capacity of the index over `len` items, in slots.
pub(super) const fn slots(len: u32) -> u32 {
    if len <= SCANNED { 0 } else { 2 * room(len) }
}

/// The size in bytes of the index over `len` items, which is 0 up to [`SCANNED`].
#[must_use]
pub const fn index_size(len: u32) -> u32 {
    if len <= SCANNED {
        0
    } else {
        align(4 + 4 * slots(len))
    }
}

/// The size in bytes of an array's cell with exactly `len` items.
#[must_use]
pub const fn array_size(len: u32) -> u32 {
    align(HEADER.saturating_add(len.saturating_mul(4)))
}

/// The size in bytes of a set's cell made of exactly `len` members, its index included.
#[must_use]
pub const fn set_size(len: u32) -> u32 {
    array_size(len).saturating_add(index_size(len))
}

/// The size in bytes of an object's cell made of exactly `len` entries, its index included.
#[must_use]
pub const fn object_size(len: u32) -> u32 {
    HEADER
        .saturating_add(len.saturating_mul(8))
        .saturating_add(index_size(len))
}

/// The size in bytes of the cell of a string with `len` bytes, or of a decimal with a spelling as long. An integer's
/// cell is as large as an empty string's.
#[must_use]
pub const fn string_size(len: u32) -> u32 {
    align(HEADER.saturating_add(len))
}

impl Heap<'_> {
    pub(super) fn key_at(&self, cell: Value, stride: u32, i: u32) -> Value {
        Value(self.load(self.cell_items(cell).wrapping_add(stride.wrapping_mul(i))))
    }

    /// The number of the item with this key.
    pub(super) fn find(&self, cell: Value, stride: u32, key: Value) -> Option<u32> {
        if self.identity_is_equality(key) {
            return self.find_same(cell, stride, key);
        }
        let index = self.load(cell.0 + INDEX);
        if index != 0 {
            return self.probe_index(cell, stride, index, self.hash(key), |other| {
                other == key || self.equal(key, other)
            });
        }
        let len = self.cell_len(cell);
        let other_spelling = |i: &u32| {
            let other = self.key_at(cell, stride, *i);
            (key.is_cell() || other.is_cell()) && self.equal(key, other)
        };
        self.scan(cell, stride, key)
            .or_else(|| (0..len).find(other_spelling))
    }

    /// The number of the item whose key is this very word. The key is none of the values that another word may be
    /// equal to: it is no number and no collection.
    pub(super) fn find_same(&self, cell: Value, stride: u32, key: Value) -> Option<u32> {
        let index = self.load(cell.0 + INDEX);
        if index == 0 {
            self.scan(cell, stride, key)
        } else {
            self.probe_index(cell, stride, index, self.hash(key), |other| other == key)
        }
    }

    /// Whether only the same word can be equal.
    fn identity_is_equality(&self, v: Value) -> bool {
        if v.is_cell() {
            self.is_string(v)
        } else {
            v.as_small().is_none()
        }
    }

    fn scan(&self, cell: Value, stride: u32, key: Value) -> Option<u32> {
        let mut at = self.cell_items(cell);
        for i in 0..self.cell_len(cell) {
            if self.load(at) == key.0 {
                return Some(i);
            }
            at = at.wrapping_add(stride);
        }
        None
    }

    fn probe_index(
        &self,
        cell: Value,
        stride: u32,
        index: u32,
        hash: u32,
        is_key: impl Fn(Value) -> bool,
    ) -> Option<u32> {
        let capacity = self.load(index);
        let (len, items) = (self.cell_len(cell), self.cell_items(cell));
        let mut slot = hash & capacity.wrapping_sub(1);
        for _ in 0..capacity {
            let found = self.load(index.wrapping_add(4 + 4 * slot));
            if found == 0 || found > len {
                return None;
            }
            let other = self.load(items.wrapping_add(stride.wrapping_mul(found - 1)));
            if is_key(Value(other)) {
                return Some(found - 1);
            }
            slot = (slot + 1) & (capacity - 1);
        }
        None
    }

    /// Makes room for one more item behind the last, and returns the address of that item. The caller writes it,
    /// then calls [`Heap::added`].
    pub(super) fn make_room(&mut self, cell: Value, stride: u32) -> u32 {
        let len = self.cell_len(cell);
        let mut items = self.cell_items(cell);
        let held = room(len);
        if len == held {
            let wanted = room(len + 1);
            items = self.regrow(
                items,
                align(stride.saturating_mul(held)),
                stride.saturating_mul(len),
                stride.saturating_mul(wanted),
            );
            self.store(cell.0 + ITEMS, items);
            if wanted > SCANNED {
                let index = self.alloc_index(wanted);
                self.store(cell.0 + INDEX, index);
                self.fill_index(cell, stride);
            }
        }
        items.wrapping_add(stride.wrapping_mul(len))
    }

    /// Counts the item that was written behind the last one, and keeps index and flag true.
    pub(super) fn added(&mut self, cell: Value, stride: u32) {
        let len = self.cell_len(cell);
        let key = self.key_at(cell, stride, len);
        self.store(cell.0 + LEN, len + 1);
        let index = self.load(cell.0 + INDEX);
        if index != 0 {
            let hash = self.hash(key);
            self.put_slot(index, hash, len + 1);
        }
        let flags = self.load(cell.0);
        if len > 0 && flags & SORTED != 0 {
            let last = self.key_at(cell, stride, len - 1);
            if self.compare(last, key).is_gt() {
                self.store(cell.0, flags & !SORTED);
            }
        }
    }

    pub(super) fn alloc_index(&mut self, len: u32) -> u32 {
        let capacity = slots(len);
        let index = self.alloc_zeroed(1 + capacity);
        self.store(index, capacity);
        index
    }

    /// Fills an empty index.
    pub(super) fn fill_index(&mut self, cell: Value, stride: u32) {
        let index = self.load(cell.0 + INDEX);
        for i in 0..self.cell_len(cell) {
            let hash = self.hash(self.key_at(cell, stride, i));
            self.put_slot(index, hash, i + 1);
        }
    }

    /// Empties and fills the index after items moved.
    pub(super) fn rebuild_index(&mut self, cell: Value, stride: u32) {
        let index = self.load(cell.0 + INDEX);
        if index != 0 {
            let capacity = self.load(index);
            self.fill(index + 4, capacity.saturating_mul(4), 0);
            self.fill_index(cell, stride);
        }
    }

    fn put_slot(&mut self, index: u32, hash: u32, number: u32) {
        let capacity = self.load(index);
        let mut slot = hash & capacity.wrapping_sub(1);
        for _ in 0..capacity {
            let at = index.wrapping_add(4 + 4 * slot);
            if self.load(at) == 0 {
                self.store(at, number);
                return;
            }
            slot = (slot + 1) & (capacity - 1);
        }
    }
}
