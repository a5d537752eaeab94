//! Rego to WebAssembly.
//!
//! ```text
//! text ─ syntax ─► AST ─ resolve, check ─► HIR ─ plan ─► IR ─ opt ─► IR ─ codegen ─► wasm
//! ```
//! Each stage is a function from one type to the next; [`compile`] runs them all.
#![forbid(unsafe_code)]

pub mod artifact;
pub mod builtins;
pub mod capabilities;
pub mod check;
pub mod codegen;
pub mod codes;
pub mod compile;
pub mod hir;
pub mod ir;
pub mod metadata;
pub mod names;
pub mod opt;
pub mod plan;
pub mod reads;
pub mod resolve;
pub mod suggest;
pub mod types;
