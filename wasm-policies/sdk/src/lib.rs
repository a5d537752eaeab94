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
#[cfg(feature = "kubewarden")]
#[doc(hidden)]
pub mod kubewarden;

pub use exchange::{answer, configure};
pub use finding::{Finding, Step};
pub use serde_json::Value;

/// The version of the ABI between kpol and a policy module, which `kpol_policy_abi` returns.
pub const ABI_VERSION: i32 = 1;

/// What a policy found.
pub type Findings = alloc::vec::Vec<Finding>;

/// A policy: the findings of one document.
pub type Policy = fn(&Value) -> Findings;

/// Settings of a policy, which its user writes as YAML or JSON (`kpol test --settings`).
///
/// They are read once, before the first document.
///
/// ```
/// use kpol_policy_sdk::{Finding, Settings, Value, export_policy};
///
/// struct Limits {
///     replicas: u64,
/// }
///
/// impl Settings for Limits {
///     fn read(settings: &Value) -> Result<Self, String> {
///         let replicas = settings["replicas"].as_u64().ok_or("`replicas` is no number")?;
///         Ok(Limits { replicas })
///     }
/// }
///
/// fn check(limits: &Limits, document: &Value) -> Vec<Finding> {
///     match document["spec"]["replicas"].as_u64() {
///         Some(replicas) if replicas > limits.replicas => {
///             let message = format!("{replicas} replicas are more than {}", limits.replicas);
///             vec![Finding::new(message).at(["spec", "replicas"])]
///         }
///         _ => Vec::new(),
///     }
/// }
///
/// export_policy!(check, Limits);
/// # fn main() {}
/// ```
pub trait Settings: Sized {
    /// Reads them; `null` and an empty object stand for none.
    ///
    /// # Errors
    /// What is wrong with them, for their author.
    fn read(settings: &Value) -> Result<Self, alloc::string::String>;
}

/// Policies without settings accept none.
impl Settings for () {
    fn read(settings: &Value) -> Result<Self, alloc::string::String> {
        match settings {
            Value::Null => Ok(()),
            Value::Object(members) if members.is_empty() => Ok(()),
            _ => Err("the policy has no settings".into()),
        }
    }
}

/// Exports nothing: the feature `kubewarden` is off.
#[cfg(not(feature = "kubewarden"))]
#[doc(hidden)]
#[macro_export]
macro_rules! export_kubewarden {
    ($policy:expr, $settings:ty) => {};
}
