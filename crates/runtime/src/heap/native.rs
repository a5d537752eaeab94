//! The heap outside the guest: safe slices, bounds-checked. An address outside reads as 0 and writes nowhere, and
//! marks the heap as [`Heap::exhausted`]; nothing panics.

use alloc::{vec, vec::Vec};
use core::cell::Cell;

use kpol_abi::layout::{CONSTANTS, CONTROL, control};

enum Bytes<'m> {
    Owned(Vec<u8>),
    Borrowed(&'m mut [u8]),
}

/// Linear memory seen from outside the guest.
pub struct Heap<'m> {
    bytes: Bytes<'m>,
    origin: u32,
    exhausted: Cell<bool>,
    limit: u32,
}

/// The size in bytes that a heap of its own may grow to, unless told otherwise.
pub const DEFAULT_LIMIT: u32 = 1 << 29;

/// The address of what could not be allocated. What is written there is dropped.
const NOWHERE: u32 = 0xf000_0000;

impl Default for Heap<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'m> Heap<'m> {
    /// A heap of its own that grows as needed, up to [`DEFAULT_LIMIT`]. Its bytes begin with the control block.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limit(DEFAULT_LIMIT)
    }

    /// The same with a limit of its own, in bytes and at most 2 GiB.
    #[must_use]
    pub fn with_limit(limit: u32) -> Self {
        let mut heap = Heap {
            bytes: Bytes::Owned(vec![0; (CONSTANTS - CONTROL) as usize]),
            origin: CONTROL,
            exhausted: Cell::new(false),
            limit: limit.min(1 << 31),
        };
        heap.set_control(control::ARENA_NEXT, CONSTANTS);
        heap.set_control(control::ARENA_END, CONSTANTS);
        heap.set_control(control::CONSTANTS_END, CONSTANTS);
        heap
    }

    /// A window onto a guest's whole memory, which cannot grow through it.
    #[must_use]
    pub fn over(memory: &'m mut [u8]) -> Self {
        Heap {
            bytes: Bytes::Borrowed(memory),
            origin: 0,
            exhausted: Cell::new(false),
            limit: DEFAULT_LIMIT,
        }
    }

    /// All bytes that are in use, and the address of the first.
    #[must_use]
    pub fn image(&self) -> (u32, &[u8]) {
        let bytes = self.slice();
        let used = match &self.bytes {
            Bytes::Owned(_) => self.control(control::ARENA_NEXT).wrapping_sub(self.origin) as usize,
            Bytes::Borrowed(_) => bytes.len(),
        };
        (self.origin, bytes.get(..used).unwrap_or(bytes))
    }

    /// Whether an access fell outside, or an allocation found no room: what was written since is incomplete.
    #[must_use]
    pub fn exhausted(&self) -> bool {
        self.exhausted.get()
    }

    fn slice(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Owned(v) => v,
            Bytes::Borrowed(s) => s,
        }
    }

    fn slice_mut(&mut self) -> &mut [u8] {
        match &mut self.bytes {
            Bytes::Owned(v) => v,
            Bytes::Borrowed(s) => s,
        }
    }

    fn range(&self, addr: u32, len: u32) -> core::ops::Range<usize> {
        let start = addr.wrapping_sub(self.origin) as usize;
        start..start.saturating_add(len as usize)
    }

    /// Reads a word.
    #[must_use]
    pub fn load(&self, addr: u32) -> u32 {
        match self.slice().get(self.range(addr, 4)) {
            Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
            _ => {
                self.exhausted.set(true);
                0
            }
        }
    }

    /// Writes a word.
    pub fn store(&mut self, addr: u32, word: u32) {
        self.write(addr, &word.to_le_bytes());
    }

    /// Writes neighbouring words.
    pub fn store_all<const N: usize>(&mut self, addr: u32, words: [u32; N]) {
        let range = self.range(addr, 4 * N as u32);
        match self.slice_mut().get_mut(range) {
            Some(to) => {
                for (to, word) in to.as_chunks_mut::<4>().0.iter_mut().zip(words) {
                    *to = word.to_le_bytes();
                }
            }
            None => self.exhausted.set(true),
        }
    }

    /// Bytes at an address.
    #[must_use]
    pub fn read(&self, addr: u32, len: u32) -> &[u8] {
        self.slice().get(self.range(addr, len)).unwrap_or_else(|| {
            self.exhausted.set(true);
            &[]
        })
    }

    /// Text at an address; empty where the bytes are none.
    #[must_use]
    pub fn read_text(&self, addr: u32, len: u32) -> &str {
        core::str::from_utf8(self.read(addr, len)).unwrap_or_else(|_| {
            self.exhausted.set(true);
            ""
        })
    }

    /// Writes bytes.
    pub fn write(&mut self, addr: u32, bytes: &[u8]) {
        let range = self.range(addr, bytes.len() as u32);
        match self.slice_mut().get_mut(range) {
            Some(to) => to.copy_from_slice(bytes),
            None => self.exhausted.set(true),
        }
    }

    /// Sets `len` bytes to `byte`.
    pub fn fill(&mut self, addr: u32, len: u32, byte: u8) {
        let range = self.range(addr, len);
        match self.slice_mut().get_mut(range) {
            Some(to) => to.fill(byte),
            None => self.exhausted.set(true),
        }
    }

    /// Copies bytes within the heap.
    pub fn copy(&mut self, from: u32, to: u32, len: u32) {
        let (source, target) = (self.range(from, len), self.range(to, len));
        let slice = self.slice_mut();
        if source.end <= slice.len() && target.end <= slice.len() {
            slice.copy_within(source, target.start);
        } else {
            self.exhausted.set(true);
        }
    }

    pub(super) fn alloc_slow(&mut self, size: u32) -> u32 {
        let next = self.control(control::ARENA_NEXT);
        let limit = self.limit;
        if let Bytes::Owned(bytes) = &mut self.bytes {
            let wanted = (next.wrapping_sub(CONTROL) as usize).saturating_add(size as usize);
            if wanted <= limit as usize {
                let grown = (bytes.len() * 2)
                    .max(1 << 12)
                    .max(wanted)
                    .min(limit as usize);
                bytes.resize(grown, 0);
                self.set_control(control::ARENA_END, (CONTROL + grown as u32) & !7);
                self.set_control(control::ARENA_NEXT, next + size);
                return next;
            }
        }
        self.exhausted.set(true);
        NOWHERE
    }

    /// Makes [`Heap::reset`] return to this point. What is before it is constant.
    pub(crate) fn mark(&mut self) {
        let next = self.control(control::ARENA_NEXT);
        self.set_control(control::CONSTANTS_END, next);
    }

    pub(crate) fn rewind(&mut self) {
        let marked = self.control(control::CONSTANTS_END);
        self.set_control(control::ARENA_NEXT, marked);
    }

    /// Ends the evaluation with an error. Natively it only records the error, for the caller to see.
    pub fn fail(&mut self, kind: u32, message: &str) {
        self.set_error(kind, 0, message);
    }
}
