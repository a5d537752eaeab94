//! The layout of values in linear memory.
//!
//! A value is one 32-bit word:
//!
//! | word | meaning |
//! | --- | --- |
//! | `0` | undefined |
//! | bit 0 set | a small integer: the other 31 bits, signed |
//! | `2`, `4`, `6` | null, false, true |
//! | anything else | the address of a cell, a multiple of 8 |
//!
//! A cell starts with a header of 16 bytes, four little-endian words:
//!
//! | kind | +0 | +4 | +8 | +12 | then |
//! | --- | --- | --- | --- | --- | --- |
//! | string | tag | length in bytes | hash | constant id, or 0 | the UTF-8 bytes |
//! | integer | tag | 0 | low word | high word | |
//! | decimal | tag | length in bytes | hash | 0 | its spelling, ASCII |
//! | array | tag | length | address of items | capacity | |
//! | set | tag and flags | length | address of items | address of the hash index, or 0 | |
//! | object | tag and flags | length | address of entries | address of the hash index, or 0 | |
//!
//! Items are words; an entry is two words, key and value. A set and an object whose flag
//! [`SORTED`] is set hold their items in Rego's order.
//!
//! INVARIANT (interned): two strings with equal bytes are one cell, so string equality is word equality.
//! INVARIANT (small): an integer that fits 31 bits is never an integer cell. A decimal cell may equal an
//! integer (`1.0`), because a literal keeps its spelling.

/// The word of an undefined value.
pub const UNDEFINED: u32 = 0;
/// The word of `null`.
pub const NULL: u32 = 2;
/// The word of `false`.
pub const FALSE: u32 = 4;
/// The word of `true`.
pub const TRUE: u32 = 6;
/// The first word that can be an address of a cell.
pub const FIRST_ADDRESS: u32 = 8;

/// The tag of a string cell (low byte of the first word).
pub const TAG_STRING: u32 = 1;
/// The tag of an integer cell: an `i64` that does not fit 31 bits.
pub const TAG_INT: u32 = 2;
/// The tag of a decimal cell: any other number, as its spelling.
pub const TAG_DECIMAL: u32 = 3;
/// The tag of an array cell.
pub const TAG_ARRAY: u32 = 4;
/// The tag of a set cell.
pub const TAG_SET: u32 = 5;
/// The tag of an object cell.
pub const TAG_OBJECT: u32 = 6;
/// The bits of the first word that hold the tag.
pub const TAG_MASK: u32 = 0xff;
/// The flag of a set or object whose items are in Rego's order.
pub const SORTED: u32 = 0x100;
/// The flag of a set or object that compiled code builds below a key of another one, and may therefore change.
pub const PARTIAL: u32 = 0x200;

/// The size of a cell's header in bytes.
pub const HEADER: u32 = 16;
/// Offset of a cell's length.
pub const LEN: u32 = 4;
/// Offset of the address of items (array, set) or entries (object).
pub const ITEMS: u32 = 8;
/// Offset of a string's hash.
pub const HASH: u32 = 8;
/// Offset of a string's constant id.
pub const CONST_ID: u32 = 12;
/// Offset of an array's capacity, in items.
pub const CAPACITY: u32 = 12;
/// Offset of the address of the hash index of a set or an object.
pub const INDEX: u32 = 12;

/// The smallest and largest small integers.
pub const SMALL_MIN: i64 = -(1 << 30);
/// The largest small integer.
pub const SMALL_MAX: i64 = (1 << 30) - 1;

/// The word of a small integer.
#[must_use]
pub const fn small(n: i32) -> u32 {
    ((n as u32) << 1) | 1
}

/// Where the control block lies. The guest's own statics and stack end below it.
pub const CONTROL: u32 = 0x20_0000;
/// Where a policy's constants begin.
pub const CONSTANTS: u32 = CONTROL + 0x100;

/// Offsets into the control block, each of one word.
pub mod control {
    /// The address at which the next cell is allocated (a multiple of 8).
    pub const ARENA_NEXT: u32 = 0;
    /// The end of the current arena chunk.
    pub const ARENA_END: u32 = 4;
    /// The address of the table of strings that live as long as the policy (constants, base data).
    pub const FIXED_TABLE: u32 = 8;
    /// Its capacity in slots: a power of two, or 0.
    pub const FIXED_CAPACITY: u32 = 12;
    /// The number of strings in it.
    pub const FIXED_LEN: u32 = 16;
    /// The address of the table of strings that leave with the arena's contents.
    pub const TABLE: u32 = 20;
    /// Its capacity in slots: a power of two, or 0.
    pub const TABLE_CAPACITY: u32 = 24;
    /// The number of strings in it.
    pub const TABLE_LEN: u32 = 28;
    /// The end of the policy's constants, where the arena may begin. Written by the data segment.
    pub const CONSTANTS_END: u32 = 32;
    /// 1 where a builtin error ends the evaluation, 0 where the call is undefined.
    pub const STRICT: u32 = 36;
    /// The kind of the pending error ([`super::error_kind`]), or 0.
    pub const ERROR_KIND: u32 = 40;
    /// The call site or source site of the pending error (an index into the policy's table of sites).
    pub const ERROR_SITE: u32 = 44;
    /// The address of the error's message.
    pub const ERROR_TEXT: u32 = 48;
    /// Its length in bytes.
    pub const ERROR_TEXT_LEN: u32 = 52;
    /// The first record of the evaluation's trace list, or 0 (see [`super::trace`]).
    pub const TRACE_HEAD: u32 = 56;
    /// The last record of it, or 0.
    pub const TRACE_TAIL: u32 = 60;
    /// The time of the evaluation: nanoseconds since the epoch, low word, then high word at +4.
    pub const NOW: u32 = 64;
    /// A seed for the evaluation's random numbers, low word, then high word at +4.
    pub const SEED: u32 = 72;
}

/// Kinds of errors that end an evaluation.
pub mod error_kind {
    /// `eval_conflict_error`.
    pub const CONFLICT: u32 = 1;
    /// `eval_type_error`: an operand of the wrong type.
    pub const TYPE: u32 = 2;
    /// `eval_builtin_error`.
    pub const BUILTIN: u32 = 3;
    /// `eval_internal_error`.
    pub const INTERNAL: u32 = 4;
    /// `eval_with_merge_error`.
    pub const WITH_MERGE: u32 = 5;
    /// The memory limit was hit.
    pub const MEMORY: u32 = 6;
}

/// A record of the trace list: what an entrypoint's rule yielded, and the slots of the input that led to it.
///
/// Words: next record or 0; site (index into the policy's table of trace sites); the value yielded; the number of
/// slots; then for each slot two words, container (a value) and key (a value, or 0 where the container itself is
/// meant).
pub mod trace {
    /// Offset of the address of the next record.
    pub const NEXT: u32 = 0;
    /// Offset of the site.
    pub const SITE: u32 = 4;
    /// Offset of the value.
    pub const VALUE: u32 = 8;
    /// Offset of the number of slots.
    pub const COUNT: u32 = 12;
    /// Offset of the first slot.
    pub const SLOTS: u32 = 16;
}

/// Words of the control block that only portable modules have, and what the linker lays out for them.
pub mod portable {
    /// The number of levels of the string table (see the runtime's `value/levels.rs`).
    pub const LEVEL: u32 = 0x80;
    /// 1 more than the level at which a one-shot evaluation began, or 0 where none runs.
    pub const SAVED_LEVEL: u32 = 0x84;
    /// The number of strings at which it began.
    pub const SAVED_LEN: u32 = 0x88;
    /// The addresses of the levels' tables, from the smallest.
    pub const LEVELS: u32 = 0x8c;
    /// The most levels: there is no memory for one more.
    pub const MAX_LEVELS: u32 = 24;
    /// The address of the [`info`] block.
    pub const INFO: u32 = 0xf0;

    /// What a portable module knows about its policy: words, and what they point to. Numbers in lists are LEB128.
    pub mod info {
        /// The number of entrypoints.
        pub const ENTRYPOINTS: u32 = 0;
        /// The address and then the length of the JSON object of entrypoints and their numbers.
        pub const ENTRYPOINTS_JSON: u32 = 4;
        /// The address and then the length of the JSON object of the host's builtins and their numbers.
        pub const BUILTINS_JSON: u32 = 12;
        /// The address and then the number of the host's builtins: for each a word with its [`BuiltinId`] and flag, by
        /// the host's number.
        ///
        /// [`BuiltinId`]: crate::builtins::BuiltinId
        pub const HOST: u32 = 20;
        /// The flag of a builtin that gives one answer an evaluation.
        pub const NONDETERMINISTIC: u32 = 1 << 31;
        /// The address and then the number of sites: for each the text of its file, its row, and its own text.
        pub const SITES: u32 = 28;
        /// The address and then the number of named builtins: for each its id and the text of its name.
        pub const NAMES: u32 = 36;
        /// The address and then the number of texts: for each its length and its bytes.
        pub const TEXTS: u32 = 44;
        /// The size of the block.
        pub const SIZE: u32 = 52;
    }
}
