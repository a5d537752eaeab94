//! The heap inside the guest: linear memory itself. This file holds the runtime's only unsafe code.

#[cfg(feature = "portable")]
mod bump;
#[cfg(not(feature = "portable"))]
mod chunks;

use core::marker::PhantomData;

/// Linear memory. There is one; the type only carries the right to touch it.
pub struct Heap<'m> {
    memory: PhantomData<&'m mut ()>,
}

/// The size of a page of memory.
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

    /// Reads a word that Rust's allocator may change as well, whatever the compiler believes of allocations.
    #[cfg(feature = "portable")]
    pub(super) fn load_shared(&self, addr: u32) -> u32 {
        // SAFETY: as for `load`; a word of the control block, which is aligned.
        unsafe { (addr as *const u32).read_volatile() }
    }

    /// Writes such a word.
    #[cfg(feature = "portable")]
    pub(super) fn store_shared(&mut self, addr: u32, word: u32) {
        // SAFETY: as for `load_shared`.
        unsafe { (addr as *mut u32).write_volatile(word) }
    }

    /// Writes neighbouring words.
    pub fn store_all<const N: usize>(&mut self, addr: u32, words: [u32; N]) {
        for (at, word) in (addr..).step_by(4).zip(words) {
            self.store(at, word);
        }
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
}
