//! The arena in chunks: the module shares its memory with the allocator of Rust.

use kpol_abi::layout::{CONSTANTS, CONTROL, control, error_kind};

use super::{super::align, Heap, PAGE};

// The arena is a list of chunks. The first one begins behind the constants; the others come from the host, wherever
// its memory ends by then. These words of the control block are the guest's own.

/// Offset of the address of the header of the chunk that is allocated from.
const CURRENT_CHUNK: u32 = 0x80;
/// Offset of the chunk and the address that a reset returns to.
const MARKED_CHUNK: u32 = 0x84;
const MARKED_NEXT: u32 = 0x88;
/// Offset of the header of the first chunk. That of any other chunk is its first bytes.
const FIRST_CHUNK: u32 = 0x90;

/// The header of a chunk.
mod chunk {
    /// Offset of the address of the next chunk's header, or 0.
    pub(super) const NEXT: u32 = 0;
    /// Offset of the address of the chunk's end.
    pub(super) const END: u32 = 4;
    /// Where the chunk's room begins.
    pub(super) const START: u32 = 8;
}

impl Heap<'_> {
    /// Prepares the arena of a fresh instance: all memory from the end of the policy's constants on.
    pub fn init_arena(&mut self) {
        let start = align(self.control(control::CONSTANTS_END).max(CONSTANTS));
        let pages = core::arch::wasm32::memory_size(0) as u32;
        let end = pages.saturating_mul(PAGE).max(start);
        let first = CONTROL + FIRST_CHUNK;
        self.store(first + chunk::NEXT, 0);
        self.store(first + chunk::END, end);
        self.set_control(CURRENT_CHUNK, first);
        self.set_control(control::ARENA_NEXT, start);
        self.set_control(control::ARENA_END, end);
        self.set_control(control::TABLE, 0);
        self.set_control(control::TABLE_CAPACITY, 0);
        self.set_control(control::TABLE_LEN, 0);
        self.mark();
    }

    /// Makes room for `bytes` bytes in the current chunk.
    pub fn reserve(&mut self, bytes: u32) {
        let at = self.alloc(bytes);
        self.set_control(control::ARENA_NEXT, at);
    }

    /// Makes [`Heap::reset`] return to this point.
    pub(crate) fn mark(&mut self) {
        self.set_control(MARKED_CHUNK, self.control(CURRENT_CHUNK));
        self.set_control(MARKED_NEXT, self.control(control::ARENA_NEXT));
    }

    pub(crate) fn rewind(&mut self) {
        // The chunks behind the marked one stay in the list, for the next evaluation.
        let marked = self.control(MARKED_CHUNK);
        self.set_control(CURRENT_CHUNK, marked);
        self.set_control(control::ARENA_NEXT, self.control(MARKED_NEXT));
        self.set_control(control::ARENA_END, self.load(marked + chunk::END));
    }

    #[cold]
    pub(in crate::heap) fn alloc_slow(&mut self, size: u32) -> u32 {
        let current = self.control(CURRENT_CHUNK);
        if !self.reuse_chunk(current, size) {
            self.grow(current, size);
        }
        let next = self.control(control::ARENA_NEXT);
        self.set_control(control::ARENA_NEXT, next.wrapping_add(size));
        next
    }

    /// Enters the first chunk behind the current one that has room, and moves it in the list to right behind it.
    fn reuse_chunk(&mut self, current: u32, size: u32) -> bool {
        let mut before = current;
        loop {
            let found = self.load(before + chunk::NEXT);
            if found == 0 {
                return false;
            }
            let end = self.load(found + chunk::END);
            if size <= end.wrapping_sub(found + chunk::START) {
                let rest = self.load(found + chunk::NEXT);
                self.store(before + chunk::NEXT, rest);
                let behind = self.load(current + chunk::NEXT);
                self.store(found + chunk::NEXT, behind);
                self.store(current + chunk::NEXT, found);
                self.enter(found, end);
                return true;
            }
            before = found;
        }
    }

    /// Gets a chunk from the host. Ends the evaluation where the host gives none.
    fn grow(&mut self, current: u32, size: u32) {
        // Large enough that the list stays short, but no more than a quarter of what there is already.
        let wanted = size.saturating_add(chunk::START).div_ceil(PAGE);
        let pages = (core::arch::wasm32::memory_size(0) as u32 / 4)
            .clamp(16, 1024)
            .max(wanted);
        let (start, pages) = match core::arch::wasm32::memory_grow(0, pages as usize) {
            usize::MAX => (core::arch::wasm32::memory_grow(0, wanted as usize), wanted),
            start => (start, pages),
        };
        if start == usize::MAX {
            self.fail(error_kind::MEMORY, "memory limit exceeded");
        }
        let start = (start as u32).wrapping_mul(PAGE);
        let end = start.wrapping_add(pages.wrapping_mul(PAGE));
        if self.control(control::ARENA_END) == start {
            // It only lengthens the current one. Nothing else is known to lie there.
            self.store(current + chunk::END, end);
            self.set_control(control::ARENA_END, end);
            return;
        }
        let behind = self.load(current + chunk::NEXT);
        self.store(start + chunk::NEXT, behind);
        self.store(start + chunk::END, end);
        self.store(current + chunk::NEXT, start);
        self.enter(start, end);
    }

    fn enter(&mut self, chunk: u32, end: u32) {
        self.set_control(CURRENT_CHUNK, chunk);
        self.set_control(control::ARENA_NEXT, chunk + chunk::START);
        self.set_control(control::ARENA_END, end);
    }

    /// Ends the evaluation with an error: traps. It returns nowhere, but natively it does.
    #[cold]
    pub fn fail(&mut self, kind: u32, message: &str) {
        self.set_control(control::ERROR_KIND, kind);
        self.set_control(control::ERROR_TEXT, message.as_ptr() as u32);
        self.set_control(control::ERROR_TEXT_LEN, message.len() as u32);
        core::arch::wasm32::unreachable()
    }
}
