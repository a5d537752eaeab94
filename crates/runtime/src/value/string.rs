//! Strings: interned cells.

use kpol_abi::layout::{CONST_ID, HASH, HEADER, LEN, TAG_STRING};

use super::{Kind, Value, hash::hash_bytes};
use crate::heap::Heap;

impl Heap<'_> {
    /// The string with this text. Two calls with equal texts give one word.
    ///
    /// INVARIANT (interned): established here and by [`Heap::intern`] alone.
    pub fn string(&mut self, text: &str) -> Value {
        self.intern(text, hash_bytes(text.as_bytes()))
    }

    /// The string with this text, if there is one already.
    #[must_use]
    pub fn find_string(&self, text: &str) -> Option<Value> {
        self.find_interned(text, hash_bytes(text.as_bytes()))
    }

    /// The text of a string; empty for anything else.
    #[must_use]
    pub fn text(&self, v: Value) -> &str {
        if self.kind(v) == Kind::String {
            self.read_text(v.0 + HEADER, self.load(v.0 + LEN))
        } else {
            ""
        }
    }

    /// Whether the value is a string.
    #[must_use]
    pub fn is_string(&self, v: Value) -> bool {
        v.is_cell() && self.tag(v) == TAG_STRING
    }

    /// The number of a constant string of the policy that rules are dispatched by, or 0.
    #[must_use]
    pub fn const_id(&self, string: Value) -> u32 {
        if self.is_string(string) {
            self.load(string.0 + CONST_ID)
        } else {
            0
        }
    }

    /// Gives a string such a number. Does nothing for a value of another kind.
    pub fn set_const_id(&mut self, string: Value, id: u32) {
        if self.is_string(string) {
            self.store(string.0 + CONST_ID, id);
        }
    }

    /// Makes the cell of a string, without interning it.
    pub(super) fn new_string_cell(&mut self, text: &str, hash: u32) -> Value {
        let len = text.len() as u32;
        let at = self.alloc_cell([TAG_STRING, len, hash, 0], len);
        self.write(at + HEADER, text.as_bytes());
        Value(at)
    }

    /// The bytes of what is known to be a string.
    pub(super) fn string_bytes(&self, string: Value) -> &[u8] {
        self.read(
            string.0.wrapping_add(HEADER),
            self.load(string.0.wrapping_add(LEN)),
        )
    }

    /// The first bytes of what is known to be a string, as a number that is ordered as they are.
    pub(super) fn string_start(&self, string: Value) -> u64 {
        let bytes = self.string_bytes(string);
        match bytes.first_chunk::<8>() {
            Some(start) => u64::from_be_bytes(*start),
            None => {
                let word = bytes
                    .iter()
                    .fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
                word.checked_shl(64 - 8 * bytes.len() as u32)
                    .unwrap_or_default()
            }
        }
    }

    /// The hash that a string's cell carries.
    pub(super) fn string_hash(&self, string: Value) -> u32 {
        self.load(string.0 + HASH)
    }
}
