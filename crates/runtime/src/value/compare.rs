//! Equality and Rego's total order.

use core::cmp::Ordering;

use kpol_abi::layout::SORTED;

use super::{Kind, MAX_DEPTH, Value, number};
use crate::heap::Heap;

/// The most entries that are sorted one by one.
const FEW: usize = 12;

impl Heap<'_> {
    /// Whether two values are equal. Numbers are compared by value, whatever their spelling.
    #[must_use]
    pub fn equal(&self, a: Value, b: Value) -> bool {
        if a == b {
            return true;
        }
        // Two words that differ are unequal unless one is a cell (`1` and `1.0`), and no string.
        if !a.is_cell() && !b.is_cell() || self.is_string(a) || self.is_string(b) {
            return false;
        }
        self.equal_at(a, b, 0)
    }

    fn equal_at(&self, a: Value, b: Value, depth: u32) -> bool {
        if a == b {
            return true;
        }
        if !a.is_cell() && !b.is_cell() || depth > MAX_DEPTH {
            return false;
        }
        let kind = self.kind(a);
        if kind != self.kind(b) {
            return false;
        }
        match kind {
            Kind::Undefined | Kind::Null | Kind::Boolean | Kind::String => false,
            Kind::Number => number::equal(self, a, b),
            Kind::Array | Kind::Set | Kind::Object => {
                self.cell_len(a) == self.cell_len(b) && self.equal_items(kind, a, b, depth + 1)
            }
        }
    }

    fn equal_items(&self, kind: Kind, a: Value, b: Value, depth: u32) -> bool {
        let len = self.cell_len(a);
        let stride = if kind == Kind::Object { 8 } else { 4 };
        let sorted = self.load(a.0) & self.load(b.0) & SORTED != 0;
        (0..len).all(|i| {
            let key = self.key_at(a, stride, i);
            let same = if kind == Kind::Array || sorted {
                self.equal_at(key, self.key_at(b, stride, i), depth)
                    .then_some(i)
            } else {
                self.find(b, stride, key)
            };
            let Some(same) = same else { return false };
            kind != Kind::Object
                || self.equal_at(self.value_at(a, i), self.value_at(b, same), depth)
        })
    }

    /// Rego's order: null, false, true, numbers, strings, arrays, objects, sets. Sorts sets and objects that it
    /// looks into, which is why it takes the heap mutably.
    pub fn compare(&mut self, a: Value, b: Value) -> Ordering {
        if self.is_string(a) && self.is_string(b) {
            return self.string_bytes(a).cmp(self.string_bytes(b));
        }
        self.compare_at(a, b, 0)
    }

    fn compare_at(&mut self, a: Value, b: Value, depth: u32) -> Ordering {
        if a == b || depth > MAX_DEPTH {
            return Ordering::Equal;
        }
        if let (Some(a), Some(b)) = (a.as_small(), b.as_small()) {
            return a.cmp(&b);
        }
        let kind = self.kind(a);
        let order = kind.cmp(&self.kind(b));
        if order.is_ne() {
            return order;
        }
        match kind {
            Kind::Undefined | Kind::Null | Kind::Boolean => a.0.cmp(&b.0),
            Kind::Number => number::compare(self, a, b),
            Kind::String => self.string_bytes(a).cmp(self.string_bytes(b)),
            Kind::Array | Kind::Set => {
                self.sort(a);
                self.sort(b);
                self.compare_items(a, b, depth + 1)
            }
            Kind::Object => {
                self.sort(a);
                self.sort(b);
                self.compare_entries(a, b, depth + 1)
            }
        }
    }

    fn compare_items(&mut self, a: Value, b: Value, depth: u32) -> Ordering {
        let (left, right) = (self.cell_len(a), self.cell_len(b));
        for i in 0..left.min(right) {
            let (x, y) = (self.key_at(a, 4, i), self.key_at(b, 4, i));
            let order = self.compare_at(x, y, depth);
            if order.is_ne() {
                return order;
            }
        }
        left.cmp(&right)
    }

    fn compare_entries(&mut self, a: Value, b: Value, depth: u32) -> Ordering {
        let (left, right) = (self.cell_len(a), self.cell_len(b));
        for i in 0..left.min(right) {
            let (x, y) = (self.key_at(a, 8, i), self.key_at(b, 8, i));
            let order = self.compare_at(x, y, depth);
            if order.is_ne() {
                return order;
            }
            let (x, y) = (self.value_at(a, i), self.value_at(b, i));
            let order = self.compare_at(x, y, depth);
            if order.is_ne() {
                return order;
            }
        }
        left.cmp(&right)
    }

    /// Brings the items of a set or the entries of an object into Rego's order, in place.
    pub fn sort(&mut self, v: Value) {
        match self.kind(v) {
            Kind::Set => self.sort_set(v),
            Kind::Object => self.sort_object(v),
            _ => {}
        }
    }

    /// Sorts values into Rego's order. Equal ones keep their order.
    pub fn sort_values(&mut self, values: &mut [Value]) {
        values.sort_by(|a, b| self.compare(*a, *b));
    }

    /// Sorts entries by key. Equal ones keep their order.
    pub(super) fn sort_entries(&mut self, entries: &mut [(Value, Value)]) {
        if entries.len() <= FEW && entries.iter().all(|(key, _)| self.is_string(*key)) {
            self.sort_few(entries);
        } else {
            entries.sort_by(|a, b| self.compare(a.0, b.0));
        }
    }

    /// Sorts a few entries with strings as keys: by their first bytes, which decide nearly always.
    fn sort_few(&self, entries: &mut [(Value, Value)]) {
        let mut starts = [0_u64; FEW];
        for (start, (key, _)) in starts.iter_mut().zip(&*entries) {
            *start = self.string_start(*key);
        }
        for i in 1..entries.len() {
            for j in (1..=i).rev() {
                let (Some([left, right]), Some([(a, _), (b, _)])) =
                    (starts.get(j - 1..=j), entries.get(j - 1..=j))
                else {
                    break;
                };
                let order = left
                    .cmp(right)
                    .then_with(|| self.string_bytes(*a).cmp(self.string_bytes(*b)));
                if order.is_le() {
                    break;
                }
                starts.swap(j - 1, j);
                entries.swap(j - 1, j);
            }
        }
    }
}
