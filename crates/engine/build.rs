//! Builds the runtime for WebAssembly, compiles it ahead of time for the target, and hands both to the crate.
//!
//! The compiled runtime is what makes a start quick; the WebAssembly is the fallback for hosts that refuse it.

use std::{env, error::Error, fs, path::PathBuf};

use wasmtime::{Engine, OptLevel};

#[path = "src/config.rs"]
#[expect(unreachable_pub, reason = "the crate passes a constant of it on")]
mod config;
#[path = "../guest/build/guest.rs"]
mod guest;

/// How the guest is linked, as its crate documents: memory comes from the host, and the stack lies first, so that
/// an overflow leaves the memory instead of running into data.
const FLAGS: &[&str] = &[
    "-Clink-arg=--import-memory",
    "-Clink-arg=--stack-first",
    "-Clink-arg=-zstack-size=1048576",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/config.rs");

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let wasm = guest::build(&guest::Build {
        flags: FLAGS,
        features: &[],
        settings: &[],
    })?;
    fs::write(out.join("guest.wasm"), &wasm)?;
    fs::write(
        out.join("guest.cwasm"),
        precompile(&wasm, &env::var("TARGET")?),
    )?;
    Ok(())
}

/// The runtime's machine code, or nothing where Cranelift cannot write for the target: the engine then compiles
/// the runtime when it starts.
fn precompile(wasm: &[u8], target: &str) -> Vec<u8> {
    let compiled = config::config(OptLevel::Speed, Some(target))
        .and_then(|config| Engine::new(&config))
        .and_then(|engine| engine.precompile_module(wasm));
    compiled.unwrap_or_else(|error| {
        println!("cargo::warning=the runtime is not precompiled for {target}: {error}");
        Vec::new()
    })
}
