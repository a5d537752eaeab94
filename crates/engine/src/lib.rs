//! Engine.
pub use wasmtime as w;
