//! Values, numbers, collections and builtins.
//!
//! The same code runs in the guest, over its linear memory, and natively: the compiler lays constants out with it,
//! the host writes input and reads results with it, and tests call it directly. All of it works through [`Heap`].
#![no_std]
extern crate alloc;

pub mod builtins;
pub mod heap;
pub mod json;
pub mod value;

pub use heap::Heap;
pub use value::{Kind, Value};
