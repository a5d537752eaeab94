//! Machine code for a target, by build scripts: this crate's, and that of the library's own crate.

use wasmtime::{Engine, OptLevel};

#[path = "src/config.rs"]
mod config;

/// The machine code of `what`, or nothing where Cranelift cannot write for the target: it is then compiled when it is
/// needed.
pub fn precompile(what: &str, wasm: &[u8], target: &str) -> Vec<u8> {
    let compiled = config::config(OptLevel::Speed, Some(target))
        .and_then(|config| Engine::new(&config))
        .and_then(|engine| engine.precompile_module(wasm));
    compiled.unwrap_or_else(|error| {
        println!("cargo::warning={what} is not precompiled for {target}: {error}");
        Vec::new()
    })
}
