//! The string table of portable modules, which follows the heap pointer of the host.
//!
//! The host sets the pointer back to any address that it once got, and overwrites what is above. Strings above must
//! leave the table then, those below must stay, and nothing above may be read. So the table keeps a log: for each
//! string, in the order of their addresses, where it ends and which slot it has. To forget the last string is to clear
//! its slot, for open addressing without deletions is undone in reverse order.
//!
//! A table that is full is followed by one of twice its capacity, a *level*: the old one stays as it is, for the
//! pointer may go back below the new one. The levels' addresses lie in the control block. Each level is the slots, then
//! the log: two words a string.
//!
//! Some hosts copy memory of one instance to another, and set the pointer behind it. So before a pointer is handed
//! out, an *anchor* is written below it: where the table is, for an instance that does not know.

use kpol_abi::layout::{control, error_kind, portable};

use super::{Value, index::string_size, table::MIN_CAPACITY};
use crate::heap::Heap;

const ANCHOR: u32 = 32;
const ANCHOR_MARK: u32 = 0x6c6f_706b;

/// The most strings in a table: a new level is made for one more.
const fn most(capacity: u32) -> u32 {
    capacity / 4 * 3
}

const fn level_size(capacity: u32) -> u32 {
    // The log's entries have two words.
    4 * capacity + 8 * most(capacity)
}

const fn capacity_of(level: u32) -> u32 {
    if level == 0 {
        0
    } else {
        MIN_CAPACITY << (level - 1)
    }
}

impl Heap<'_> {
    /// Puts a table of twice the capacity on top.
    pub(super) fn add_level(&mut self, capacity: u32) {
        let level = self.control(portable::LEVEL);
        if level >= portable::MAX_LEVELS {
            self.fail(error_kind::MEMORY, "too many strings");
            return;
        }
        let at = self.alloc(level_size(capacity));
        self.fill(at, 4 * capacity, 0);
        let (old, new) = (self.log_address(), at + 4 * capacity);
        for i in 0..self.control(control::TABLE_LEN) {
            let (end, slot) = (self.load(old + 8 * i), self.load(old + 8 * i + 4));
            let cell = Value(self.load(slot));
            let slot = self.put(at, capacity, cell);
            self.store(new + 8 * i, end);
            self.store(new + 8 * i + 4, slot);
        }
        self.set_control(portable::LEVELS + 4 * level, at);
        self.set_level(level + 1, at);
    }

    fn set_level(&mut self, level: u32, at: u32) {
        self.set_control(portable::LEVEL, level);
        self.set_control(control::TABLE, at);
        self.set_control(control::TABLE_CAPACITY, capacity_of(level));
    }

    fn log_address(&self) -> u32 {
        self.control(control::TABLE) + 4 * self.control(control::TABLE_CAPACITY)
    }

    /// Notes the slot of a string that is about to be counted.
    pub(super) fn log(&mut self, slot: u32, cell: Value) {
        let at = self.log_address() + 8 * self.control(control::TABLE_LEN);
        let end = cell.0 + string_size(self.cell_len(cell));
        self.store(at, end);
        self.store(at + 4, slot);
    }

    /// Goes back to the level below, whose table is full.
    fn drop_level(&mut self) {
        let level = self.control(portable::LEVEL).saturating_sub(1);
        let at = match level {
            0 => 0,
            _ => self.control(portable::LEVELS + 4 * (level - 1)),
        };
        // An instance that took a table over does not know its lower levels. It has nothing in them.
        let level = if at == 0 { 0 } else { level };
        self.set_level(level, at);
        self.set_control(control::TABLE_LEN, most(capacity_of(level)));
    }

    /// Forgets the last strings until there are `len`.
    fn drop_strings(&mut self, len: u32) {
        let log = self.log_address();
        let mut count = self.control(control::TABLE_LEN);
        while count > len {
            count -= 1;
            let slot = self.load(log + 8 * count + 4);
            self.store(slot, 0);
        }
        self.set_control(control::TABLE_LEN, count);
    }

    /// Forgets all strings that do not end at or below an address. Reads nothing above it.
    pub fn forget_strings_above(&mut self, limit: u32) {
        loop {
            let level = self.control(portable::LEVEL);
            let size = level_size(capacity_of(level));
            if level == 0 || self.control(control::TABLE).saturating_add(size) <= limit {
                break;
            }
            self.drop_level();
        }
        let log = self.log_address();
        let mut len = self.control(control::TABLE_LEN);
        while len > 0 && self.load(log + 8 * (len - 1)) > limit {
            len -= 1;
        }
        self.drop_strings(len);
    }

    /// Remembers which strings there are, for [`Heap::restore_strings`].
    pub fn save_strings(&mut self) {
        let (level, len) = (
            self.control(portable::LEVEL),
            self.control(control::TABLE_LEN),
        );
        self.set_control(portable::SAVED_LEVEL, level + 1);
        self.set_control(portable::SAVED_LEN, len);
    }

    /// Keeps all strings made since [`Heap::save_strings`].
    pub fn keep_strings(&mut self) {
        self.set_control(portable::SAVED_LEVEL, 0);
    }

    /// Forgets what was made since [`Heap::save_strings`], if it was called.
    pub fn restore_strings(&mut self) {
        let saved = self.control(portable::SAVED_LEVEL);
        if saved == 0 {
            return;
        }
        while self.control(portable::LEVEL) >= saved {
            self.drop_level();
        }
        self.drop_strings(self.control(portable::SAVED_LEN));
        self.keep_strings();
    }

    /// Writes an anchor at the top of the heap, unless one is there.
    pub fn write_anchor(&mut self) {
        let words = self.anchor();
        if self.control(control::TABLE_LEN) == 0 || self.has_anchor(self.top(), words) {
            return;
        }
        let at = self.alloc(ANCHOR);
        for (i, word) in (0u32..).zip(words) {
            self.store(at + 4 * i, word);
        }
        self.store(at + 16, at);
    }

    fn anchor(&self) -> [u32; 4] {
        let (level, table, len) = (
            self.control(portable::LEVEL),
            self.control(control::TABLE),
            self.control(control::TABLE_LEN),
        );
        [ANCHOR_MARK, level, table, len]
    }

    fn has_anchor(&self, top: u32, words: [u32; 4]) -> bool {
        let at = top.wrapping_sub(ANCHOR);
        (0u32..)
            .zip(words)
            .all(|(i, word)| self.load(at.wrapping_add(4 * i)) == word)
            && self.load(at + 16) == at
    }

    /// Takes over the table that memory below `top`, written by the host, says that it has.
    pub fn adopt_anchor(&mut self, top: u32) {
        let at = top.wrapping_sub(ANCHOR);
        let (level, table, len) = (self.load(at + 4), self.load(at + 8), self.load(at + 12));
        if level == 0
            || level > portable::MAX_LEVELS
            || !self.has_anchor(top, [ANCHOR_MARK, level, table, len])
            || len > most(capacity_of(level))
            || table.saturating_add(level_size(capacity_of(level))) > at
        {
            return;
        }
        for below in 0..level - 1 {
            self.set_control(portable::LEVELS + 4 * below, 0);
        }
        self.set_control(portable::LEVELS + 4 * (level - 1), table);
        self.set_level(level, table);
        self.set_control(control::TABLE_LEN, len);
    }
}
