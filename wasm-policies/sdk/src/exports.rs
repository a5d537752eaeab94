//! The exported functions of a policy module, and the memory that they pass.
//!
//! Only this module of the SDK holds `unsafe`: it turns the addresses that the host passes into
//! slices. It trusts the host to pass pairs of address and length that `alloc` or `validate` gave
//! out; a host that does not can only harm the module's own memory.

use alloc::boxed::Box;
use alloc::vec;
use core::ptr;

use crate::{Policy, exchange};

/// Exports the functions of the policy ABI around a function of the type [`Policy`](crate::Policy).
///
/// Use it once in a `cdylib`. On other targets than wasm32 it exports nothing, so that the crate
/// can be tested natively.
#[macro_export]
macro_rules! export_policy {
    ($policy:path) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, reason = "a policy module is made of exported symbols")]
        mod kpol_policy_exports {
            use super::*;

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
            unsafe extern "C" fn validate(address: *mut u8, len: usize) -> u64 {
                // SAFETY: the host passes what `alloc` gave out, once.
                unsafe { $crate::exports::validate($policy, address, len) }
            }
        }
        // Without the exports the policy is still in use, by its tests.
        #[cfg(not(target_arch = "wasm32"))]
        const _: $crate::Policy = $policy;
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
    drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(address, len)) });
}

/// Runs the policy over the JSON text at `address`, takes that text back, and returns address and
/// length of the answer, packed by [`pack`].
///
/// # Safety
///
/// `address` and `len` are a pair that [`alloc`] gave out and nothing took back.
pub unsafe fn validate(policy: Policy, address: *mut u8, len: usize) -> u64 {
    // SAFETY: by this function's own contract the bytes are those of a boxed slice of this length.
    let input = unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(address, len)) };
    let answer = exchange::answer(policy, &input).into_boxed_slice();
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
