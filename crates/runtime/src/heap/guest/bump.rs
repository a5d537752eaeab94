//! The arena of portable modules: all of the memory behind the policy's constants, allocated from one end.
//!
//! The host knows the pointer, and sets it back when it likes. What lies above it is then no longer used, and may have
//! been overwritten: the host writes raw input there.

use kpol_abi::layout::{CONSTANTS, control, error_kind};

use super::{super::align, Heap, PAGE};

unsafe extern "C" {
    /// Ends the evaluation: the guest knows how the host wants to hear of it.
    safe fn kpol_fail(kind: u32, message: *const u8, len: u32) -> !;
}

/// The end of memory; a multiple of 8.
fn memory_end() -> u32 {
    (core::arch::wasm32::memory_size(0) as u32)
        .checked_mul(PAGE)
        .unwrap_or(u32::MAX & !7)
}

impl Heap<'_> {
    /// Prepares the arena of a fresh instance.
    pub fn init_arena(&mut self) {
        let start = align(self.control(control::CONSTANTS_END).max(CONSTANTS));
        self.set_control(control::ARENA_NEXT, start);
        self.set_control(control::ARENA_END, memory_end());
    }

    /// Where the next allocation begins.
    #[must_use]
    pub fn top(&self) -> u32 {
        self.control(control::ARENA_NEXT)
    }

    /// Lets the next allocation begin at an address.
    pub fn set_top(&mut self, top: u32) {
        let top = align(top);
        self.set_control(control::ARENA_NEXT, top);
        self.set_control(control::ARENA_END, memory_end());
        if top > memory_end() {
            self.grow(top);
        }
    }

    #[cold]
    pub(in crate::heap) fn alloc_slow(&mut self, size: u32) -> u32 {
        let next = self.top();
        let wanted = next.checked_add(size).unwrap_or(u32::MAX);
        // The host may have made the memory larger.
        self.set_control(control::ARENA_END, memory_end());
        if wanted > memory_end() {
            self.grow(wanted);
        }
        self.set_control(control::ARENA_NEXT, wanted);
        next
    }

    /// Gets memory up to an address. Ends the evaluation where the host gives none.
    fn grow(&mut self, wanted: u32) {
        let size = core::arch::wasm32::memory_size(0);
        let least = (wanted.div_ceil(PAGE) as usize).saturating_sub(size);
        let ample = least.max((size / 4).clamp(4, 1024));
        let failed = core::arch::wasm32::memory_grow(0, ample) == usize::MAX
            && core::arch::wasm32::memory_grow(0, least) == usize::MAX;
        if failed || wanted > memory_end() {
            self.fail(error_kind::MEMORY, "memory limit exceeded");
        }
        self.set_control(control::ARENA_END, memory_end());
    }

    /// Ends the evaluation with an error. It returns nowhere, but natively it does.
    #[cold]
    pub fn fail(&mut self, kind: u32, message: &str) {
        kpol_fail(kind, message.as_ptr(), message.len() as u32)
    }
}
