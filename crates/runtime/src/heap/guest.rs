//! The heap inside the guest: linear memory itself. This file holds the runtime's only unsafe code.

use core::marker::PhantomData;

use kpol_abi::layout::{control, error_kind};

/// Linear memory. There is one; the type only carries the right to touch it.
pub struct Heap<'m> {
    memory: PhantomData<&'m mut ()>,
}

const PAGE: u32 = 1 << 16;

impl Heap<'_> {
    /// The guest's memory.
    ///
    /// # Safety
    /// Only one heap may be in use at a time: an export makes one, and passes it down.
    #[must_use]
    pub const unsafe fn attach() -> Self {
        Heap {
            memory: PhantomData,
        }
    }

    /// Reads a word.
    #[must_use]
    pub fn load(&self, addr: u32) -> u32 {
        // SAFETY: addresses come from cells and the arena, or the access traps: linear memory has no other outcome.
        unsafe { (addr as *const u32).read_unaligned() }
    }

    /// Writes a word.
    pub fn store(&mut self, addr: u32, word: u32) {
        // SAFETY: as for `load`; the arena and the control block are disjoint from what Rust itself owns.
        unsafe { (addr as *mut u32).write_unaligned(word) }
    }

    /// Bytes at an address.
    #[must_use]
    pub fn read(&self, addr: u32, len: u32) -> &[u8] {
        // SAFETY: the bytes of a cell are initialised when it is made, and do not change while `self` is borrowed.
        unsafe { core::slice::from_raw_parts(addr as *const u8, len as usize) }
    }

    /// Text at an address.
    #[must_use]
    pub fn read_text(&self, addr: u32, len: u32) -> &str {
        // SAFETY: cells of strings and decimals are written from `str`s.
        unsafe { core::str::from_utf8_unchecked(self.read(addr, len)) }
    }

    /// Writes bytes.
    pub fn write(&mut self, addr: u32, bytes: &[u8]) {
        // SAFETY: as for `store`; `bytes` cannot lie in the target, for `self` is borrowed mutably.
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), addr as *mut u8, bytes.len()) }
    }

    /// Sets `len` bytes to `byte`.
    pub fn fill(&mut self, addr: u32, len: u32, byte: u8) {
        // SAFETY: as for `store`.
        unsafe { core::ptr::write_bytes(addr as *mut u8, byte, len as usize) }
    }

    /// Copies bytes within the heap.
    pub fn copy(&mut self, from: u32, to: u32, len: u32) {
        // SAFETY: as for `store`; `copy` allows overlap.
        unsafe { core::ptr::copy(from as *const u8, to as *mut u8, len as usize) }
    }

    /// Always false: an access outside traps.
    #[must_use]
    pub fn exhausted(&self) -> bool {
        false
    }

    pub(super) fn alloc_slow(&mut self, size: u32) -> u32 {
        // Chunks only go up in size and address. The rest of the old chunk stays unused until the next reset.
        let wanted = size.saturating_add(PAGE - 1) / PAGE;
        let pages = wanted.max(16);
        let mut previous = core::arch::wasm32::memory_grow(0, pages as usize);
        let mut grown = pages;
        if previous == usize::MAX && wanted < pages {
            previous = core::arch::wasm32::memory_grow(0, wanted as usize);
            grown = wanted;
        }
        if previous == usize::MAX {
            self.fail(error_kind::MEMORY, "memory limit exceeded");
        }
        let start = previous as u32 * PAGE;
        // Where the chunk follows the current one directly, it only extends it.
        let end = start.wrapping_add(grown * PAGE);
        let next = if self.control(control::ARENA_END) == start {
            self.control(control::ARENA_NEXT)
        } else {
            start
        };
        self.set_control(control::ARENA_END, end);
        self.set_control(control::ARENA_NEXT, next + size);
        next
    }

    /// Ends the evaluation with an error.
    pub fn fail(&mut self, kind: u32, message: &str) -> ! {
        self.set_control(control::ERROR_KIND, kind);
        self.set_control(control::ERROR_TEXT, message.as_ptr() as u32);
        self.set_control(control::ERROR_TEXT_LEN, message.len() as u32);
        core::arch::wasm32::unreachable()
    }
}
