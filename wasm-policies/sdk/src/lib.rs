//! Write policies for kpol as WebAssembly modules in Rust.
//!
//! A policy is a function from the input document to its findings, given to [`export_policy!`]:
//!
//! ```
//! use kpol_policy_sdk::{Finding, Value, export_policy};
//!
//! fn check(document: &Value) -> Vec<Finding> {
//!     if document["spec"]["hostNetwork"] == true {
//!         vec![Finding::new("the pod uses the network of its node").at(["spec", "hostNetwork"])]
//!     } else {
//!         Vec::new()
//!     }
//! }
//!
//! export_policy!(check);
//! # fn main() {}
//! ```
//!
//! Build the crate as a `cdylib` for `wasm32-unknown-unknown`. The ABI that the macro implements is
//! described in the README beside this crate's folder.
#![no_std]

extern crate alloc;

mod exchange;
#[doc(hidden)]
pub mod exports;
mod finding;

pub use exchange::answer;
pub use finding::{Finding, Step};
pub use serde_json::Value;

/// The version of the ABI between kpol and a policy module, which `kpol_policy_abi` returns.
pub const ABI_VERSION: i32 = 1;

/// A policy: the findings of one document.
pub type Policy = fn(&Value) -> alloc::vec::Vec<Finding>;
