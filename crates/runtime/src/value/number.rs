//! Numbers: integers of any size, and decimals that keep their spelling until they are computed with.
//!
//! Integers are exact. Everything else is computed as OPA does it, in a float with a mantissa of 64 bits, whose
//! result is written as the shortest decimal that names it. Comparison is always exact.

mod arithmetic;
pub mod decimal;
mod float;
mod shortest;

use alloc::string::String;
use core::cmp::Ordering;

use kpol_abi::layout::{HASH, HEADER, LEN, TAG_DECIMAL, TAG_INT};
use num_bigint::BigInt;

pub use arithmetic::{Error, abs, add, ceil, div, floor, mul, rem, round, sub};
use decimal::{Decimal, IntegerText};

use super::{Value, hash_integer};
use crate::heap::Heap;

/// The most digits that an integer may have to be computed with.
pub const MAX_DIGITS: u32 = 200_000;

impl Heap<'_> {
    /// An integer.
    pub fn integer(&mut self, n: i64) -> Value {
        Value::small(n)
            .unwrap_or_else(|| Value(self.alloc_cell([TAG_INT, 0, n as u32, (n >> 32) as u32], 0)))
    }

    /// An unsigned integer.
    pub fn unsigned(&mut self, n: u64) -> Value {
        match i64::try_from(n) {
            Ok(n) => self.integer(n),
            Err(_) => self.big_integer(&BigInt::from(n)),
        }
    }

    /// The number that is spelled as JSON spells numbers, or nothing where the text is none or its exponent is out
    /// of range. Integers that fit 64 bits and are spelled plainly become integers; all else keeps its spelling.
    pub fn number(&mut self, text: &str) -> Option<Value> {
        if let Some(n) = plain_i64(text) {
            return Some(self.integer(n));
        }
        if !Decimal::parse(text)?.in_range() {
            return None;
        }
        self.computed_number(text)
    }

    /// The same without a limit for the exponent, which computed numbers may go beyond.
    fn computed_number(&mut self, text: &str) -> Option<Value> {
        if let Some(n) = plain_i64(text) {
            return Some(self.integer(n));
        }
        let decimal = Decimal::parse(text)?;
        let hash = match decimal.as_i64() {
            Some(n) => hash_integer(n),
            None => decimal.hash(),
        };
        let len = text.len() as u32;
        let at = self.alloc_cell([TAG_DECIMAL, len, hash, 0], len);
        self.write(at + HEADER, text.as_bytes());
        Some(Value(at))
    }

    /// The integer of any size.
    pub fn big_integer(&mut self, n: &BigInt) -> Value {
        match i64::try_from(n) {
            Ok(n) => self.integer(n),
            Err(_) => self.number(&n.to_str_radix(10)).unwrap_or_default(),
        }
    }

    /// The number's spelling; empty for anything else.
    #[must_use]
    pub fn number_text(&self, v: Value) -> String {
        let mut out = String::new();
        self.write_number(v, &mut out);
        out
    }

    /// Appends the number's spelling; nothing for anything else.
    pub fn write_number(&self, v: Value, out: &mut String) {
        out.push_str(self.spelling(v, &mut IntegerText::default()));
    }

    /// The integer that a number equals, however it is spelled, if it fits 64 bits.
    #[must_use]
    pub fn as_i64(&self, v: Value) -> Option<i64> {
        if let Some(n) = v.as_small() {
            return Some(i64::from(n));
        }
        if !v.is_cell() {
            return None;
        }
        match self.tag(v) {
            TAG_INT => Some(self.int_cell(v)),
            TAG_DECIMAL => Decimal::parse(self.decimal_text(v))?.as_i64(),
            _ => None,
        }
    }

    /// The integer that a number equals where it is spelled without an exponent: what can index an array.
    #[must_use]
    pub fn as_index(&self, v: Value) -> Option<i64> {
        if v.is_cell() && self.tag(v) == TAG_DECIMAL {
            Decimal::parse(self.decimal_text(v)).filter(|d| !d.has_exponent())?;
        }
        self.as_i64(v)
    }

    /// The integer of any size that a number equals, however it is spelled. None for a number with a fraction, for
    /// one of more than [`MAX_DIGITS`] digits, and for other values.
    #[must_use]
    pub fn as_big(&self, v: Value) -> Option<BigInt> {
        match self.as_i64(v) {
            Some(n) => Some(BigInt::from(n)),
            None => self.decimal(v, &mut IntegerText::default())?.as_big(),
        }
    }

    /// The nearest double.
    #[must_use]
    pub fn as_f64(&self, v: Value) -> Option<f64> {
        if let Some(n) = v.as_small() {
            return Some(f64::from(n));
        }
        let mut buffer = IntegerText::default();
        let text = self.spelling(v, &mut buffer);
        text.parse().ok()
    }

    /// Whether the value is a number without a fraction, however it is spelled.
    #[must_use]
    pub fn is_integer(&self, v: Value) -> bool {
        v.as_small().is_some()
            || self
                .decimal(v, &mut IntegerText::default())
                .is_some_and(|d| d.is_integer())
    }

    /// The hash of a number: equal numbers have equal hashes.
    pub(super) fn number_hash(&self, v: Value) -> u32 {
        match v.as_small() {
            Some(n) => hash_integer(i64::from(n)),
            None if self.tag(v) == TAG_INT => hash_integer(self.int_cell(v)),
            None => self.load(v.0 + HASH),
        }
    }

    fn int_cell(&self, v: Value) -> i64 {
        let (low, high) = (self.load(v.0 + 8), self.load(v.0 + 12));
        (u64::from(low) | u64::from(high) << 32) as i64
    }

    fn decimal_text(&self, v: Value) -> &str {
        self.read_text(v.0 + HEADER, self.load(v.0 + LEN))
    }

    /// The spelling of a number, in `buffer` where the cell does not hold it; empty for anything else.
    fn spelling<'t>(&'t self, v: Value, buffer: &'t mut IntegerText) -> &'t str {
        if let Some(n) = v.as_small() {
            return buffer.write(i64::from(n));
        }
        if !v.is_cell() {
            return "";
        }
        match self.tag(v) {
            TAG_INT => buffer.write(self.int_cell(v)),
            TAG_DECIMAL => self.decimal_text(v),
            _ => "",
        }
    }

    fn decimal<'t>(&'t self, v: Value, buffer: &'t mut IntegerText) -> Option<Decimal<'t>> {
        Decimal::parse(self.spelling(v, buffer))
    }
}

/// Whether two numbers are equal.
pub(super) fn equal(heap: &Heap<'_>, a: Value, b: Value) -> bool {
    a == b || heap.number_hash(a) == heap.number_hash(b) && compare(heap, a, b).is_eq()
}

/// The order of two numbers.
pub(super) fn compare(heap: &Heap<'_>, a: Value, b: Value) -> Ordering {
    if let (Some(a), Some(b)) = (heap.as_i64(a), heap.as_i64(b)) {
        return a.cmp(&b);
    }
    let (mut left, mut right) = (IntegerText::default(), IntegerText::default());
    match (heap.decimal(a, &mut left), heap.decimal(b, &mut right)) {
        (Some(a), Some(b)) => a.compare(&b),
        _ => Ordering::Equal,
    }
}

/// The integer that a text spells in the one way that integers are written (`-0` and `007` are none).
fn plain_i64(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    match digits {
        [b'0'] if digits.len() == text.len() => Some(0),
        [b'1'..=b'9', ..] if digits.len() <= 19 => text.parse().ok(),
        _ => None,
    }
}
