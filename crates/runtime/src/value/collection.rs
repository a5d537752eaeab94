//! What all collections share: length, items, look-up.

use alloc::vec::Vec;

use kpol_abi::layout::{SORTED, TAG_ARRAY, TAG_OBJECT, TAG_SET};

use super::{Kind, Value};
use crate::heap::Heap;

impl Heap<'_> {
    /// The number of items, members or entries; 0 for what is no collection.
    #[must_use]
    pub fn len(&self, v: Value) -> u32 {
        match self.kind(v) {
            Kind::Array | Kind::Set | Kind::Object => self.cell_len(v),
            _ => 0,
        }
    }

    /// An array's item or a set's member by number, or undefined. Members have numbers in Rego's order once the set
    /// has been sorted.
    #[must_use]
    pub fn item(&self, v: Value, i: u32) -> Value {
        match self.kind(v) {
            Kind::Array | Kind::Set => self.array_at(v, i),
            _ => Value::UNDEFINED,
        }
    }

    /// An object's entry by number, or two undefined values. Entries have numbers in the order of keys once the
    /// object has been sorted.
    #[must_use]
    pub fn entry(&self, v: Value, i: u32) -> (Value, Value) {
        if self.kind(v) == Kind::Object && i < self.cell_len(v) {
            (self.key_at(v, 8, i), self.value_at(v, i))
        } else {
            (Value::UNDEFINED, Value::UNDEFINED)
        }
    }

    /// An array's items in order, or a set's members in Rego's order; none for anything else.
    pub fn items(&mut self, v: Value) -> Vec<Value> {
        self.sort(v);
        match self.kind(v) {
            Kind::Array | Kind::Set => (0..self.cell_len(v)).map(|i| self.array_at(v, i)).collect(),
            _ => Vec::new(),
        }
    }

    /// An object's entries in the order of their keys; none for anything else.
    pub fn entries(&mut self, v: Value) -> Vec<(Value, Value)> {
        self.sort(v);
        (0..self.len(v))
            .map(|i| self.entry(v, i))
            .take_while(|(k, _)| k.is_defined())
            .collect()
    }

    /// Whether iteration sees the value's items in Rego's order without sorting it first.
    #[must_use]
    pub fn is_sorted(&self, v: Value) -> bool {
        match self.kind(v) {
            Kind::Set | Kind::Object => self.load(v.0) & SORTED != 0,
            _ => true,
        }
    }

    /// `src[key]`: the value of an object's key, an array's item, or a set's member; undefined where there is none.
    #[must_use]
    pub fn dot(&self, src: Value, key: Value) -> Value {
        if !src.is_cell() {
            return Value::UNDEFINED;
        }
        match self.tag(src) {
            TAG_OBJECT => self.object_get(src, key),
            TAG_SET => self.set_get(src, key),
            TAG_ARRAY => match key.as_small() {
                Some(i) => u32::try_from(i).map_or(Value::UNDEFINED, |i| self.array_at(src, i)),
                None => self.array_dot(src, key),
            },
            _ => Value::UNDEFINED,
        }
    }

    /// The same for a key that is known to be a string: only an object or a set can have it.
    #[must_use]
    pub fn dot_string(&self, src: Value, key: Value) -> Value {
        if !src.is_cell() {
            return Value::UNDEFINED;
        }
        match self.tag(src) {
            TAG_OBJECT => match self.find_same(src, 8, key) {
                Some(i) => self.value_at(src, i),
                None => Value::UNDEFINED,
            },
            TAG_SET => match self.find_same(src, 4, key) {
                Some(_) => key,
                None => Value::UNDEFINED,
            },
            _ => Value::UNDEFINED,
        }
    }

    /// An array's item by a number that is not a small integer.
    fn array_dot(&self, array: Value, key: Value) -> Value {
        match self.as_index(key).map(u32::try_from) {
            Some(Ok(i)) => self.array_at(array, i),
            _ => Value::UNDEFINED,
        }
    }
}
