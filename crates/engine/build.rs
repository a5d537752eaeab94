//! Builds the runtime for WebAssembly, compiles it ahead of time for the target, and hands both to the crate.
//!
//! The compiled runtime is what makes a start quick; the WebAssembly is the fallback for hosts that refuse it.

use std::{env, error::Error, fs, path::PathBuf};

#[path = "../guest/build/guest.rs"]
mod guest;
#[expect(unreachable_pub, reason = "the crate passes a constant of it on")]
mod precompile;

/// How the guest is linked, as its crate documents: memory comes from the host, and the stack lies first, so that
/// an overflow leaves the memory instead of running into data.
const FLAGS: &[&str] = &[
    "-Clink-arg=--import-memory",
    "-Clink-arg=--stack-first",
    "-Clink-arg=-zstack-size=1048576",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=precompile.rs");
    println!("cargo::rerun-if-changed=src/config.rs");

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let wasm = guest::build(&guest::Build {
        flags: FLAGS,
        features: &[],
        settings: &[],
    })?;
    fs::write(out.join("guest.wasm"), &wasm)?;
    let code = precompile::precompile("the runtime", &wasm, &env::var("TARGET")?);
    fs::write(out.join("guest.cwasm"), code)?;
    Ok(())
}
