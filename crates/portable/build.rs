//! Builds the runtime that portable modules are linked with.

use std::{env, error::Error, fs, path::PathBuf};

#[path = "../guest/build/guest.rs"]
mod guest;

/// The linker keeps what stands for addresses and numbers. The stack lies first, so that an overflow leaves the memory
/// instead of running into data.
const FLAGS: &[&str] = &[
    "-Clink-arg=--emit-relocs",
    "-Clink-arg=--stack-first",
    "-Clink-arg=-zstack-size=1048576",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let wasm = guest::build(&guest::Build {
        flags: FLAGS,
        features: &["portable"],
        settings: &[
            // Modules are small, and hosts load them often.
            ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s"),
            // Symbols are what is linked by.
            ("CARGO_PROFILE_RELEASE_STRIP", "debuginfo"),
        ],
    })?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("portable.wasm"), wasm)?;
    Ok(())
}
