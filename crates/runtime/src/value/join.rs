//! What compiled code looks up in instead of computing it again: indexes over collections, and results of functions.
//!
//! Both lie in the arena and hang on a memo slot of the policy, two words of which the first is 0 at the beginning. So
//! they live as long as an evaluation, and not longer than the documents that were replaced around it.

use alloc::vec::Vec;

use kpol_abi::layout::{HEADER, ITEMS, SORTED, TAG_OBJECT};

use super::{Kind, Value};
use crate::heap::Heap;

/// Collections up to this size are scanned as they are.
const SCANNED: u32 = 8;
/// The words of a memo of a call: what the function returned, whether it has, and four arguments.
const ENTRY: u32 = 6;
/// The slots of a table of calls at first.
const MIN_CALLS: u32 = 16;

impl Heap<'_> {
    /// The items of `source` whose value below the keys of the array `path` may be equal to `on`, as a collection with
    /// the same keys and values in the same order: `source` itself where that is small, or seen for the first time.
    /// `slot` is the address of the memo slot in which the index is kept.
    pub fn narrow(&mut self, slot: u32, source: Value, path: Value, on: Value) -> Value {
        if self.len(source) <= SCANNED || !on.is_defined() {
            return source;
        }
        // One look at a collection is no quicker with an index: it is made for the second.
        if self.load(slot) != source.0 {
            self.store(slot, source.0);
            self.store(slot + 4, 0);
            return source;
        }
        let mut index = Value(self.load(slot + 4));
        if !index.is_defined() {
            index = self.group(source, path);
            self.store(slot + 4, index.0);
        }
        self.object_get(index, on)
    }

    /// An object from each value below `path` to the items that have it.
    fn group(&mut self, source: Value, path: Value) -> Value {
        self.sort(source);
        let path = self.items(path);
        let kind = self.kind(source);
        let index = self.object_new();
        let mut groups: Vec<(Value, Vec<(Value, Value)>)> = Vec::new();
        for i in 0..self.len(source) {
            let (key, value) = match kind {
                Kind::Object => self.entry(source, i),
                Kind::Set => (self.item(source, i), self.item(source, i)),
                _ => (
                    Value::small(i64::from(i)).unwrap_or_default(),
                    self.item(source, i),
                ),
            };
            let found = path.iter().fold(value, |at, key| self.dot(at, *key));
            if !found.is_defined() {
                continue;
            }
            let known = self.object_get(index, found).as_small();
            let group = match known.and_then(|number| groups.get_mut(number as usize)) {
                Some((_, group)) => group,
                None => {
                    let number = Value::small(groups.len() as i64).unwrap_or_default();
                    self.object_set(index, found, number);
                    groups.push((found, Vec::new()));
                    match groups.last_mut() {
                        Some((_, group)) => group,
                        None => continue,
                    }
                }
            };
            group.push((key, value));
        }
        for (found, entries) in groups {
            let group = self.listed(&entries);
            self.object_set(index, found, group);
        }
        index
    }

    /// Entries in their order as a cell that is only ever iterated over.
    fn listed(&mut self, entries: &[(Value, Value)]) -> Value {
        let len = entries.len() as u32;
        let at = self.alloc_cell([TAG_OBJECT | SORTED, len, 0, 0], len.saturating_mul(8));
        self.store(at + ITEMS, at + HEADER);
        for (i, (key, value)) in (0_u32..).zip(entries) {
            self.store((at + HEADER).wrapping_add(8 * i), key.0);
            self.store((at + HEADER).wrapping_add(8 * i + 4), value.0);
        }
        Value(at)
    }

    /// The memo of a call with these arguments, made where there is none: the address of two words, what the function
    /// returned and whether it has. Arguments are the same where their words are: that is quick to tell, and what it
    /// misses is only computed again. `slot` is the address of the function's memo slot.
    pub fn memo(&mut self, slot: u32, args: [Value; 4]) -> u32 {
        let mut table = self.load(slot);
        let count = self.load(slot + 4);
        if table == 0 || count.saturating_mul(4) >= self.load(table).saturating_mul(3) {
            table = self.grow_calls(table);
            self.store(slot, table);
        }
        let capacity = self.load(table);
        let mut at = mixed(args) & capacity.wrapping_sub(1);
        for _ in 0..capacity {
            let place = table.wrapping_add(4 + 4 * at);
            let entry = self.load(place);
            if entry == 0 {
                let entry = self.alloc_zeroed(ENTRY);
                for (i, arg) in (2_u32..).zip(args) {
                    self.store(entry + 4 * i, arg.0);
                }
                self.store(place, entry);
                self.store(slot + 4, count + 1);
                return entry;
            }
            if self.arguments(entry) == args {
                return entry;
            }
            at = (at + 1) & (capacity - 1);
        }
        // No table is full.
        self.alloc_zeroed(ENTRY)
    }

    fn arguments(&self, entry: u32) -> [Value; 4] {
        [8, 12, 16, 20].map(|offset| Value(self.load(entry + offset)))
    }

    fn grow_calls(&mut self, old: u32) -> u32 {
        let held = if old == 0 { 0 } else { self.load(old) };
        let capacity = held.saturating_mul(2).max(MIN_CALLS);
        let table = self.alloc_zeroed(capacity.saturating_add(1));
        self.store(table, capacity);
        for i in 0..held {
            let entry = self.load(old.wrapping_add(4 + 4 * i));
            if entry == 0 {
                continue;
            }
            let mut at = mixed(self.arguments(entry)) & (capacity - 1);
            for _ in 0..capacity {
                let place = table.wrapping_add(4 + 4 * at);
                if self.load(place) == 0 {
                    self.store(place, entry);
                    break;
                }
                at = (at + 1) & (capacity - 1);
            }
        }
        table
    }
}

/// A hash of words.
fn mixed(args: [Value; 4]) -> u32 {
    let hash = args.iter().fold(0_u64, |hash, arg| {
        (hash ^ u64::from(arg.0)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    });
    (hash >> 32) as u32
}
