//! Hashes: of bytes, and of values such that equal values have equal hashes.

use super::{Kind, Value};
use crate::heap::Heap;

const K: u64 = 0x9e37_79b9_7f4a_7c15;
/// Below this depth the items of a collection no longer count: equal values still have equal hashes.
const HASHED_DEPTH: u32 = 8;

const fn step(h: u64, word: u64) -> u64 {
    let h = (h ^ word).wrapping_mul(K);
    h ^ (h >> 32)
}

const fn finish(h: u64) -> u32 {
    let h = h.wrapping_mul(K);
    (h >> 32) as u32
}

/// The hash of a sequence of bytes, eight at a time.
#[must_use]
pub fn hash_bytes(bytes: &[u8]) -> u32 {
    let mut h = K ^ bytes.len() as u64;
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        if bytes.len() > 16 {
            let (chunks, _) = bytes.as_chunks::<8>();
            for chunk in chunks {
                h = step(h, u64::from_le_bytes(*chunk));
            }
        } else {
            h = step(h, u64::from_le_bytes(*first));
        }
        // The last eight bytes overlap what was read before.
        h = step(h, u64::from_le_bytes(*last));
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let (low, high) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        h = step(h, u64::from(low) | u64::from(high) << 32);
    } else {
        let mut word = 0;
        for byte in bytes {
            word = word << 8 | u64::from(*byte);
        }
        h = step(h, word);
    }
    finish(h)
}

/// The hash of an integer.
#[must_use]
pub const fn hash_integer(n: i64) -> u32 {
    finish(step(K, n as u64))
}

/// The hash of a decimal `0.d1 d2 d3... * 10^point`.
pub(super) fn hash_digits(negative: bool, point: i64, digits: impl Iterator<Item = u8>) -> u32 {
    let seed = step(K, (point as u64) << 1 | u64::from(negative));
    finish(digits.fold(seed, |h, digit| step(h, digit.into())))
}

impl Heap<'_> {
    /// A hash of the value: equal values have equal hashes, whatever spelling their numbers have.
    #[must_use]
    pub fn hash(&self, v: Value) -> u32 {
        self.hash_at(v, 0)
    }

    fn hash_at(&self, v: Value, depth: u32) -> u32 {
        if let Some(n) = v.as_small() {
            return hash_integer(i64::from(n));
        }
        let kind = self.kind(v);
        match kind {
            Kind::String => self.string_hash(v),
            Kind::Number => self.number_hash(v),
            Kind::Undefined | Kind::Null | Kind::Boolean => finish(step(0, u64::from(v.0))),
            Kind::Array | Kind::Set | Kind::Object => {
                let len = self.cell_len(v);
                let seed = step(K, (kind as u64) << 32 | u64::from(len));
                if depth >= HASHED_DEPTH {
                    return finish(seed);
                }
                let at = self.cell_items(v);
                let mut h = seed;
                for i in 0..len {
                    if kind == Kind::Object {
                        let key = Value(self.load(at.wrapping_add(8 * i)));
                        let value = Value(self.load(at.wrapping_add(8 * i + 4)));
                        let (key, value) =
                            (self.hash_at(key, depth + 1), self.hash_at(value, depth + 1));
                        // A sum: the order of entries does not matter.
                        h = h.wrapping_add(step(u64::from(key), u64::from(value)));
                    } else {
                        let item = Value(self.load(at.wrapping_add(4 * i)));
                        let item = u64::from(self.hash_at(item, depth + 1));
                        h = if kind == Kind::Set {
                            h.wrapping_add(step(K, item))
                        } else {
                            step(h, item)
                        };
                    }
                }
                finish(h)
            }
        }
    }
}
