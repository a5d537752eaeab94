//! The two tables of interned strings.
//!
//! Both are open-addressing tables in linear memory, named by three words of the control block: address, capacity
//! in slots (a power of two, or 0) and the number of strings. A slot is the word of a string's cell, or 0. The
//! fixed table holds what lives as long as the policy; the other one is dropped with the arena's contents.

use kpol_abi::layout::{HEADER, control};

use super::Value;
use crate::heap::Heap;

/// Where the words of a table lie in the control block.
#[derive(Clone, Copy)]
struct Table {
    address: u32,
    capacity: u32,
    len: u32,
}

const FIXED: Table = Table {
    address: control::FIXED_TABLE,
    capacity: control::FIXED_CAPACITY,
    len: control::FIXED_LEN,
};
const ARENA: Table = Table {
    address: control::TABLE,
    capacity: control::TABLE_CAPACITY,
    len: control::TABLE_LEN,
};
/// The capacity of the smallest table.
pub(super) const MIN_CAPACITY: u32 = 64;

impl Heap<'_> {
    /// The string with this text and hash, made if there is none.
    pub(super) fn intern(&mut self, text: &str, hash: u32) -> Value {
        if let Some(found) = self.find_interned(text, hash) {
            return found;
        }
        if (self.control(ARENA.len) + 1).saturating_mul(4)
            > self.control(ARENA.capacity).saturating_mul(3)
        {
            let capacity = self
                .control(ARENA.capacity)
                .saturating_mul(2)
                .max(MIN_CAPACITY);
            #[cfg(not(feature = "portable"))]
            self.grow_table(capacity);
            #[cfg(feature = "portable")]
            self.add_level(capacity);
        }
        let cell = self.new_string_cell(text, hash);
        let (table, capacity) = (self.control(ARENA.address), self.control(ARENA.capacity));
        let slot = self.put(table, capacity, cell);
        #[cfg(feature = "portable")]
        self.log(slot, cell);
        #[cfg(not(feature = "portable"))]
        let _ = slot;
        self.set_control(ARENA.len, self.control(ARENA.len) + 1);
        cell
    }

    /// The string with this text and hash, if there is one.
    pub(super) fn find_interned(&self, text: &str, hash: u32) -> Option<Value> {
        self.probe(FIXED, text, hash)
            .or_else(|| self.probe(ARENA, text, hash))
    }

    fn probe(&self, table: Table, text: &str, hash: u32) -> Option<Value> {
        let capacity = self.control(table.capacity);
        if capacity == 0 {
            return None;
        }
        let at = self.control(table.address);
        let mut slot = hash & (capacity - 1);
        // At most one turn: a window onto a guest's memory is not trusted to have a free slot.
        for _ in 0..capacity {
            let word = self.load(at.wrapping_add(4 * slot));
            if word == 0 {
                return None;
            }
            let cell = Value(word);
            if self.string_hash(cell) == hash
                && self.cell_len(cell) as usize == text.len()
                && self.read(word.wrapping_add(HEADER), text.len() as u32) == text.as_bytes()
            {
                return Some(cell);
            }
            slot = (slot + 1) & (capacity - 1);
        }
        None
    }

    /// Puts a cell that is not there yet into a table with a free slot, and returns the slot's address.
    pub(super) fn put(&mut self, table: u32, capacity: u32, cell: Value) -> u32 {
        let mut slot = self.string_hash(cell) & (capacity - 1);
        for _ in 0..capacity {
            let at = table.wrapping_add(4 * slot);
            if self.load(at) == 0 {
                self.store(at, cell.0);
                return at;
            }
            slot = (slot + 1) & (capacity - 1);
        }
        table
    }
}

#[cfg(not(feature = "portable"))]
impl Heap<'_> {
    /// Makes room for `strings` more strings in the table that leaves with the arena's contents.
    pub fn reserve_strings(&mut self, strings: u32) {
        let wanted = self.control(ARENA.len).saturating_add(strings);
        let capacity = (wanted.saturating_mul(4) / 3 + 1)
            .max(MIN_CAPACITY)
            .checked_next_power_of_two()
            .unwrap_or(1 << 31);
        if capacity > self.control(ARENA.capacity) {
            self.grow_table(capacity);
        }
    }

    /// Keeps all that was allocated so far: its strings move to the fixed table, and [`Heap::reset`] returns to
    /// this point.
    pub fn seal(&mut self) {
        let len = self.control(FIXED.len) + self.control(ARENA.len);
        let capacity = (len.saturating_mul(2))
            .max(MIN_CAPACITY)
            .checked_next_power_of_two()
            .unwrap_or(1 << 31);
        let at = self.alloc_zeroed(capacity);
        self.copy_table(FIXED, at, capacity);
        self.copy_table(ARENA, at, capacity);
        self.set_control(FIXED.address, at);
        self.set_control(FIXED.capacity, capacity);
        self.set_control(FIXED.len, len);
        self.clear_table();
        self.mark();
    }

    /// Drops all that was allocated since [`Heap::seal`], and the pending error and trace.
    pub fn reset(&mut self) {
        self.clear_table();
        self.set_control(control::ERROR_KIND, 0);
        self.set_control(control::TRACE_HEAD, 0);
        self.set_control(control::TRACE_TAIL, 0);
        self.rewind();
    }

    fn clear_table(&mut self) {
        // The table itself lies in the arena.
        self.set_control(ARENA.address, 0);
        self.set_control(ARENA.capacity, 0);
        self.set_control(ARENA.len, 0);
    }

    fn grow_table(&mut self, capacity: u32) {
        let at = self.alloc_zeroed(capacity);
        self.copy_table(ARENA, at, capacity);
        self.set_control(ARENA.address, at);
        self.set_control(ARENA.capacity, capacity);
    }

    fn copy_table(&mut self, from: Table, to: u32, capacity: u32) {
        let old = self.control(from.address);
        for slot in 0..self.control(from.capacity) {
            let word = self.load(old.wrapping_add(4 * slot));
            if word != 0 {
                self.put(to, capacity, Value(word));
            }
        }
    }
}
