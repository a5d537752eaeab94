//! Memory for the host and for Rust: blocks in the arena.
//!
//! A block's size is a power of two. One that is given back goes to the list of its size; the last one of the arena
//! makes the arena shorter. When the host sets the heap pointer, the lists are emptied: what is below stays unused.

use core::{
    alloc::{GlobalAlloc, Layout},
    cell::Cell,
    ptr::null_mut,
};

use kpol_abi::layout::error_kind;
use kpol_runtime::builtins;

use crate::heap;

/// The size of the smallest block is 2 to this power.
const SMALLEST: u32 = 4;
const SIZES: usize = 28;
/// The size of what stands before a block of the host: its class.
const HEADER: u32 = 8;

/// The first free block of each size, or 0. A free block's first word is the address of the next one.
struct Blocks([Cell<u32>; SIZES]);

// SAFETY: modules have one thread.
unsafe impl Sync for Blocks {}

static FREE: Blocks = Blocks([const { Cell::new(0) }; SIZES]);
static STASH: Blocks = Blocks([const { Cell::new(0) }; SIZES]);

impl Blocks {
    fn clear(&self) {
        for first in &self.0 {
            first.set(0);
        }
    }
}

/// The class of the blocks that have room for so many bytes.
fn class_of(size: u32) -> u32 {
    let bits = 32 - size.saturating_sub(1).leading_zeros();
    bits.max(SMALLEST) - SMALLEST
}

const fn size_of_class(class: u32) -> u32 {
    1 << (class + SMALLEST)
}

/// A block of a class.
fn take(class: u32) -> u32 {
    let Some(first) = FREE.0.get(class as usize) else {
        heap().fail(error_kind::MEMORY, "");
        return 0;
    };
    let at = first.get();
    if at != 0 {
        first.set(heap().load(at));
        return at;
    }
    heap().alloc(size_of_class(class))
}

/// Gives a block back.
fn give(at: u32, class: u32) {
    let mut heap = heap();
    if at + size_of_class(class) == heap.top() {
        heap.set_top(at);
    } else if let Some(first) = FREE.0.get(class as usize) {
        heap.store(at, first.get());
        first.set(at);
    }
}

struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Blocks are aligned to 8 bytes. What wants more gets a block with slack, which is not given back.
// SAFETY: blocks are disjoint, and stay until they are given back or the host resets the heap, which it does between
// calls, when no Rust value lives.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        let Some(size) = u32::try_from(size).ok().filter(|size| *size < 1 << 31) else {
            return null_mut();
        };
        if align <= 8 {
            return take(class_of(size)) as *mut u8;
        }
        let at = heap().alloc(size.saturating_add(align as u32)) as usize;
        at.next_multiple_of(align) as *mut u8
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        if layout.align() <= 8 {
            give(at as u32, class_of(layout.size() as u32));
        }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= 8 && size < 1 << 31 {
            let (old, new) = (class_of(layout.size() as u32), class_of(size as u32));
            if old == new {
                return at;
            }
            // The last block of the arena grows where it is.
            let mut heap = heap();
            if old < new && at as u32 + size_of_class(old) == heap.top() {
                heap.alloc(size_of_class(new) - size_of_class(old));
                return at;
            }
        }
        // SAFETY: as for the default of this method: the size is within bounds, the caller vouches for the rest.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                core::ptr::copy_nonoverlapping(at, new, layout.size().min(size));
                self.dealloc(at, layout);
            }
            new
        }
    }
}

/// A block for the host.
#[unsafe(export_name = "opa_malloc")]
pub(super) extern "C" fn malloc(size: u32) -> u32 {
    let class = class_of(size.saturating_add(HEADER));
    let at = take(class);
    heap().store(at, class);
    at + HEADER
}

#[unsafe(export_name = "opa_free")]
extern "C" fn free(at: u32) {
    if at < HEADER {
        return;
    }
    let class = heap().load(at - HEADER);
    if (class as usize) < SIZES {
        give(at - HEADER, class);
    }
}

/// Where the host may set the heap back to. What is needed to do so is written first.
#[unsafe(export_name = "opa_heap_ptr_get")]
extern "C" fn heap_ptr_get() -> u32 {
    let mut heap = heap();
    heap.write_anchor();
    heap.top()
}

#[unsafe(export_name = "opa_heap_ptr_set")]
extern "C" fn heap_ptr_set(pointer: u32) {
    let mut heap = heap();
    heap.restore_strings();
    let ahead = pointer > heap.top();
    heap.forget_strings_above(pointer);
    reset(pointer);
    if ahead {
        heap.adopt_anchor(pointer);
    }
}

/// Lets the arena continue at an address. All of Rust's allocations are gone.
pub(super) fn reset(pointer: u32) {
    let mut heap = heap();
    FREE.clear();
    heap.set_top(pointer);
    let (at, len) = builtins::pattern_cache();
    heap.fill(at, len, 0);
}

/// Sets the free blocks aside: they survive that the heap pointer is set.
#[unsafe(export_name = "opa_heap_blocks_stash")]
extern "C" fn stash() {
    for (free, stash) in FREE.0.iter().zip(&STASH.0) {
        stash.set(free.replace(0));
    }
}

/// Takes them back, as far as they lie below the heap pointer.
#[unsafe(export_name = "opa_heap_blocks_restore")]
extern "C" fn restore() {
    let mut heap = heap();
    let top = heap.top();
    for (class, (free, stash)) in (0u32..).zip(FREE.0.iter().zip(&STASH.0)) {
        let below = |at: u32| at != 0 && at.saturating_add(size_of_class(class)) <= top;
        let mut at = stash.replace(0);
        while below(at) {
            let next = heap.load(at);
            heap.store(at, free.get());
            free.set(at);
            at = next;
        }
    }
}

#[unsafe(export_name = "opa_heap_stash_clear")]
extern "C" fn stash_clear() {
    STASH.clear();
}
