//! A value: one word. See [`kpol_abi::layout`] for what its bits mean.

mod array;
mod collection;
mod compare;
mod hash;
mod index;
mod join;
#[cfg(feature = "portable")]
mod levels;
mod merge;
pub mod number;
mod object;
mod set;
mod string;
mod table;

pub use hash::{hash_bytes, hash_integer};
pub use index::{SCANNED, array_size, index_size, object_size, set_size, string_size};
use kpol_abi::layout;

/// How deeply arrays, objects and sets may nest. Text that nests deeper is refused, so that what walks a value can
/// recurse.
pub const MAX_DEPTH: u32 = 2_000;

/// A Rego value, or undefined: a word that only means something together with its [`Heap`](crate::Heap).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(transparent)]
pub struct Value(pub u32);

/// What kind of value a [`Value`] is. The order is Rego's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// No value at all; never inside another value.
    Undefined,
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
    /// A set.
    Set,
}

impl Kind {
    /// The name that Rego's `type_name` gives.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Undefined => "undefined",
            Kind::Null => "null",
            Kind::Boolean => "boolean",
            Kind::Number => "number",
            Kind::String => "string",
            Kind::Array => "array",
            Kind::Object => "object",
            Kind::Set => "set",
        }
    }
}

impl Value {
    /// No value.
    pub const UNDEFINED: Value = Value(layout::UNDEFINED);
    /// `null`.
    pub const NULL: Value = Value(layout::NULL);
    /// `false`.
    pub const FALSE: Value = Value(layout::FALSE);
    /// `true`.
    pub const TRUE: Value = Value(layout::TRUE);

    /// A boolean.
    #[must_use]
    pub const fn boolean(b: bool) -> Value {
        if b { Value::TRUE } else { Value::FALSE }
    }

    /// A small integer, if `n` fits one.
    #[must_use]
    pub const fn small(n: i64) -> Option<Value> {
        if n >= layout::SMALL_MIN && n <= layout::SMALL_MAX {
            Some(Value(layout::small(n as i32)))
        } else {
            None
        }
    }

    /// The small integer that this word holds.
    #[must_use]
    pub const fn as_small(self) -> Option<i32> {
        if self.0 & 1 == 1 {
            Some((self.0 as i32) >> 1)
        } else {
            None
        }
    }

    /// Whether there is a value.
    #[must_use]
    pub const fn is_defined(self) -> bool {
        self.0 != layout::UNDEFINED
    }

    /// Whether it is undefined or `false`: what makes an expression fail.
    #[must_use]
    pub const fn is_falsy(self) -> bool {
        self.0 == layout::UNDEFINED || self.0 == layout::FALSE
    }

    /// Whether the word is an address of a cell.
    #[must_use]
    pub const fn is_cell(self) -> bool {
        self.0 & 1 == 0 && self.0 >= layout::FIRST_ADDRESS
    }
}
