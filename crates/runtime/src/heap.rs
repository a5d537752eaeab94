//! Linear memory, the arena in it, and the control block.
//!
//! In the guest, addresses are the machine's own. Natively, a heap is a slice of bytes whose first byte has the
//! address `origin`: either bytes of its own (the compiler's constants, tests) or a borrowed window onto a guest's
//! memory (the host, which reserves room before it writes).
//!
//! The heap never gives memory back by itself: the arena is a bump pointer, reset as a whole after each evaluation.

#[cfg(target_arch = "wasm32")]
mod guest;
#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(target_arch = "wasm32")]
pub use guest::Heap;
#[cfg(not(target_arch = "wasm32"))]
pub use native::{DEFAULT_LIMIT, Heap};

use kpol_abi::layout::{CONTROL, HEADER, ITEMS, LEN, TAG_MASK, control};

use crate::value::{Kind, Value};

/// Rounds up to a multiple of 8 (down at the end of the address space, where nothing is free anyway).
#[must_use]
pub const fn align(n: u32) -> u32 {
    n.saturating_add(7) & !7
}

impl Heap<'_> {
    /// Reads a word of the control block.
    #[must_use]
    pub fn control(&self, offset: u32) -> u32 {
        #[cfg(all(target_arch = "wasm32", feature = "portable"))]
        return self.load_shared(CONTROL + offset);
        #[cfg(not(all(target_arch = "wasm32", feature = "portable")))]
        self.load(CONTROL + offset)
    }

    /// Writes a word of the control block.
    pub fn set_control(&mut self, offset: u32, word: u32) {
        #[cfg(all(target_arch = "wasm32", feature = "portable"))]
        self.store_shared(CONTROL + offset, word);
        #[cfg(not(all(target_arch = "wasm32", feature = "portable")))]
        self.store(CONTROL + offset, word);
    }

    /// Allocates `size` bytes, aligned to 8. Their content is unspecified.
    pub fn alloc(&mut self, size: u32) -> u32 {
        let next = self.control(control::ARENA_NEXT);
        let size = align(size);
        if size <= self.control(control::ARENA_END).wrapping_sub(next) {
            self.set_control(control::ARENA_NEXT, next + size);
            next
        } else {
            self.alloc_slow(size)
        }
    }

    /// Allocates `words` words, all zero.
    pub fn alloc_zeroed(&mut self, words: u32) -> u32 {
        let at = self.alloc(words.saturating_mul(4));
        self.fill(at, words.saturating_mul(4), 0);
        at
    }

    /// Gives a growing region of `held` bytes at `at` the size `wanted`, and keeps its first `used` bytes. The region
    /// stays in place where it is the arena's last; returns its address.
    pub(crate) fn regrow(&mut self, at: u32, held: u32, used: u32, wanted: u32) -> u32 {
        let more = align(wanted).saturating_sub(held);
        if held > 0
            && at.wrapping_add(held) == self.control(control::ARENA_NEXT)
            && more
                <= self
                    .control(control::ARENA_END)
                    .wrapping_sub(at.wrapping_add(held))
        {
            self.alloc(more);
            return at;
        }
        let moved = self.alloc(wanted);
        if used > 0 {
            self.copy(at, moved, used);
        }
        moved
    }

    /// A new record of the trace list, with room for `slots` slots that the caller fills in.
    pub fn trace(&mut self, site: u32, value: Value, slots: u32) -> u32 {
        use kpol_abi::layout::trace;
        let at = self.alloc(trace::SLOTS.saturating_add(slots.saturating_mul(8)));
        self.store(at + trace::NEXT, 0);
        self.store(at + trace::SITE, site);
        self.store(at + trace::VALUE, value.0);
        self.store(at + trace::COUNT, slots);
        match self.control(control::TRACE_TAIL) {
            0 => self.set_control(control::TRACE_HEAD, at),
            tail => self.store(tail + trace::NEXT, at),
        }
        self.set_control(control::TRACE_TAIL, at);
        at
    }

    /// Remembers an error that does not end the evaluation, unless one is pending already.
    pub fn record_error(&mut self, kind: u32, site: u32, message: &str) {
        if self.control(control::ERROR_KIND) == 0 {
            self.set_error(kind, site, message);
        }
    }

    /// Makes this the pending error.
    pub fn set_error(&mut self, kind: u32, site: u32, message: &str) {
        let len = message.len() as u32;
        let at = self.alloc(len);
        self.write(at, message.as_bytes());
        self.set_control(control::ERROR_KIND, kind);
        self.set_control(control::ERROR_SITE, site);
        self.set_control(control::ERROR_TEXT, at);
        self.set_control(control::ERROR_TEXT_LEN, len);
    }

    /// The pending error: kind, site and message; nothing where there is none.
    #[must_use]
    pub fn error(&self) -> Option<(u32, u32, &str)> {
        let kind = self.control(control::ERROR_KIND);
        let text = self.control(control::ERROR_TEXT);
        let len = self.control(control::ERROR_TEXT_LEN);
        (kind != 0).then(|| {
            (
                kind,
                self.control(control::ERROR_SITE),
                self.read_text(text, len),
            )
        })
    }

    /// Allocates a cell with its header.
    pub fn alloc_cell(&mut self, header: [u32; 4], body: u32) -> u32 {
        let at = self.alloc(HEADER.saturating_add(body));
        self.store_all(at, header);
        at
    }

    /// The tag of a cell (without its flags).
    #[must_use]
    pub fn tag(&self, cell: Value) -> u32 {
        self.load(cell.0) & TAG_MASK
    }

    /// The length word of a cell.
    #[must_use]
    pub fn cell_len(&self, cell: Value) -> u32 {
        self.load(cell.0 + LEN)
    }

    /// The address of a collection's items or entries.
    #[must_use]
    pub fn cell_items(&self, cell: Value) -> u32 {
        self.load(cell.0 + ITEMS)
    }

    /// The kind of a value.
    #[must_use]
    pub fn kind(&self, v: Value) -> Kind {
        use kpol_abi::layout as l;
        if v.0 & 1 == 1 {
            return Kind::Number;
        }
        match v.0 {
            l::UNDEFINED => Kind::Undefined,
            l::NULL => Kind::Null,
            l::FALSE | l::TRUE => Kind::Boolean,
            _ => match self.tag(v) {
                l::TAG_STRING => Kind::String,
                l::TAG_INT | l::TAG_DECIMAL => Kind::Number,
                l::TAG_ARRAY => Kind::Array,
                l::TAG_SET => Kind::Set,
                l::TAG_OBJECT => Kind::Object,
                _ => Kind::Undefined,
            },
        }
    }
}
