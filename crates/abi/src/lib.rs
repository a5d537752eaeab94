//! The contract between the compiler, the guest runtime and the host.
//!
//! * [`layout`]: how a value lies in linear memory, and where the control block is;
//! * [`imports`]: the functions that a compiled policy imports from the runtime;
//! * [`builtins`]: the one table of builtin functions, from which all sides generate;
//! * [`names`]: export names, module names and the version.
#![no_std]
#![forbid(unsafe_code)]

pub mod builtins;
pub mod imports;
pub mod layout;
pub mod names;
