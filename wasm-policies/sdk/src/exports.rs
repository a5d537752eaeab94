//! The exported functions of a policy module, and the memory that they pass.
//!
//! Only this module of the SDK holds `unsafe`: it turns the addresses that the host passes into
//! slices, and keeps settings between calls. It trusts the host to pass pairs of address and length
//! that `alloc` or `validate` gave out; a host that does not can only harm the module's own memory.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::ptr;

use serde_json::Value;

use crate::{Finding, Settings, exchange};

/// Exports the functions of the policy ABI around a policy.
///
/// - `export_policy!(check)` around a function of the type [`Policy`](crate::Policy).
/// - `export_policy!(check, Limits)` around a function `fn(&Limits, &Value) -> Vec<Finding>`, where
///   `Limits` implements [`Settings`](crate::Settings).
///
/// Use it once in a `cdylib`. On other targets than wasm32 it exports nothing, so that the crate
/// can be tested natively. With the feature `kubewarden` the module is a waPC guest, too.
#[macro_export]
macro_rules! export_policy {
    ($policy:path) => {
        $crate::export_policy!(@all (|_: &(), document: &$crate::Value| $policy(document)), ());
        // Without the exports the policy is still in use, by its tests.
        #[cfg(not(target_arch = "wasm32"))]
        const _: $crate::Policy = $policy;
    };
    ($policy:path, $settings:ty) => {
        $crate::export_policy!(@all $policy, $settings);
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn(&$settings, &$crate::Value) -> $crate::Findings = $policy;
    };
    (@all $policy:expr, $settings:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, reason = "a policy module is made of exported symbols")]
        mod kpol_policy_exports {
            use super::*;

            static SETTINGS: $crate::exports::Slot<$settings> = $crate::exports::Slot::new();

            #[unsafe(no_mangle)]
            extern "C" fn kpol_policy_abi() -> i32 {
                $crate::ABI_VERSION
            }

            #[unsafe(no_mangle)]
            extern "C" fn alloc(len: usize) -> *mut u8 {
                $crate::exports::alloc(len)
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn free(address: *mut u8, len: usize) {
                // SAFETY: the host passes what `alloc` or `validate` gave out, once.
                unsafe { $crate::exports::free(address, len) }
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn configure(address: *mut u8, len: usize) -> u64 {
                // SAFETY: the host passes what `alloc` gave out, once.
                unsafe { $crate::exports::configure(&SETTINGS, address, len) }
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn validate(address: *mut u8, len: usize) -> u64 {
                // SAFETY: the host passes what `alloc` gave out, once.
                unsafe { $crate::exports::validate(&SETTINGS, $policy, address, len) }
            }

            $crate::export_kubewarden!($policy, $settings);
        }
    };
}

/// Gives out `len` bytes, set to 0; they belong to the caller.
pub fn alloc(len: usize) -> *mut u8 {
    Box::into_raw(vec![0u8; len].into_boxed_slice()).cast()
}

/// Takes back the bytes of [`alloc`], or the answer of [`validate`].
///
/// # Safety
///
/// `address` and `len` are a pair that [`alloc`] or [`validate`] gave out and nothing took back.
pub unsafe fn free(address: *mut u8, len: usize) {
    // SAFETY: by this function's own contract the bytes are those of a boxed slice of this length.
    drop(unsafe { taken(address, len) });
}

/// The bytes of [`alloc`], taken back.
///
/// # Safety
///
/// As for [`free`].
unsafe fn taken(address: *mut u8, len: usize) -> Box<[u8]> {
    // SAFETY: by this function's own contract the bytes are those of a boxed slice of this length.
    unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(address, len)) }
}

/// The settings between calls.
#[derive(Debug)]
pub struct Slot<S>(UnsafeCell<Option<S>>);

// SAFETY: a module without threads, as this target's are, makes one call at a time.
#[cfg(target_arch = "wasm32")]
unsafe impl<S> Sync for Slot<S> {}

impl<S> Slot<S> {
    /// One without settings.
    #[must_use]
    pub const fn new() -> Self {
        Slot(UnsafeCell::new(None))
    }
}

impl<S> Default for Slot<S> {
    fn default() -> Self {
        Slot::new()
    }
}

/// Reads the settings at `address`, keeps them, and returns the packed answer. The text is taken back.
///
/// # Safety
///
/// As for [`validate`].
pub unsafe fn configure<S: Settings>(slot: &Slot<S>, address: *mut u8, len: usize) -> u64 {
    // SAFETY: by this function's own contract the bytes are those of a boxed slice of this length.
    let input = unsafe { taken(address, len) };
    let (settings, answer) = exchange::configure(&input);
    // SAFETY: nothing refers to the settings between two calls.
    unsafe { *slot.0.get() = settings };
    given(answer)
}

/// Runs the policy over the JSON text at `address`, takes that text back, and returns address and
/// length of the answer, packed by [`pack`]. A host that gave no settings has given `null`.
///
/// # Safety
///
/// `address` and `len` are a pair that [`alloc`] gave out and nothing took back; no other call is
/// in progress.
pub unsafe fn validate<S: Settings>(
    slot: &Slot<S>,
    policy: impl FnOnce(&S, &Value) -> Vec<Finding>,
    address: *mut u8,
    len: usize,
) -> u64 {
    // SAFETY: by this function's own contract the bytes are those of a boxed slice of this length.
    let input = unsafe { taken(address, len) };
    // SAFETY: no other call is in progress, and this one hands no reference on.
    let slot = unsafe { &mut *slot.0.get() };
    let settings = match slot {
        Some(settings) => settings,
        None => match S::read(&Value::Null) {
            Ok(settings) => slot.insert(settings),
            Err(message) => return given(exchange::refusal(&message)),
        },
    };
    given(exchange::answer(
        |document| policy(settings, document),
        &input,
    ))
}

/// Hands an answer out.
fn given(answer: Vec<u8>) -> u64 {
    let answer = answer.into_boxed_slice();
    let len = answer.len();
    pack(Box::into_raw(answer).cast::<u8>().addr(), len)
}

/// Packs an address into the upper and a length into the lower 32 bits.
fn pack(address: usize, len: usize) -> u64 {
    ((address as u64) << 32) | (len as u64 & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_and_length_have_32_bits_each() {
        assert_eq!(pack(0x1234, 7), 0x1234_0000_0007);
        assert_eq!(pack(0xffff_fff0, 0xf), 0xffff_fff0_0000_000f);
        assert_eq!(pack(8, 0), 0x8_0000_0000);
    }

    #[test]
    fn bytes_are_given_out_and_taken_back() {
        for len in [0, 1, 4096] {
            let address = alloc(len);
            assert!(!address.is_null());
            // SAFETY: the pair comes from `alloc`.
            unsafe { free(address, len) };
        }
    }
}
