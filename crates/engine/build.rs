//! Builds the runtime for WebAssembly, compiles it ahead of time for the target, and hands both to the crate.
//!
//! The compiled runtime is what makes a start quick; the WebAssembly is the fallback for hosts that refuse it.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use wasmtime::{Engine, OptLevel};

#[path = "src/config.rs"]
#[expect(unreachable_pub, reason = "the crate passes a constant of it on")]
mod config;

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// How the guest is linked, as its crate documents: memory comes from the host, and the stack lies first, so that
/// an overflow leaves the memory instead of running into data.
const GUEST_FLAGS: &[&str] = &[
    "-Clink-arg=--import-memory",
    "-Clink-arg=--stack-first",
    "-Clink-arg=-zstack-size=1048576",
];

fn main() -> Result<(), Box<dyn Error>> {
    let crates = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?)
        .parent()
        .ok_or("the crate has no parent folder")?
        .to_owned();
    for path in ["guest", "runtime", "abi"] {
        println!("cargo::rerun-if-changed={}", crates.join(path).display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/config.rs");

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let wasm = build_guest(&crates, &out)?;
    fs::write(out.join("guest.wasm"), &wasm)?;
    fs::write(
        out.join("guest.cwasm"),
        precompile(&wasm, &env::var("TARGET")?),
    )?;
    Ok(())
}

fn build_guest(crates: &Path, out: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let workspace = crates.parent().ok_or("the crates have no workspace")?;
    // A target folder of its own: the outer cargo holds the lock of the usual one.
    let target_dir = out.join("guest-target");
    let mut cargo = Command::new(env::var_os("CARGO").ok_or("cargo did not say where it is")?);
    // What the outer build set for its own target must not reach the guest's.
    for (key, _) in env::vars_os() {
        let name = key.to_string_lossy();
        let leaks = (name.starts_with("CARGO_") && !name.starts_with("CARGO_HOME"))
            || matches!(
                &*name,
                "RUSTFLAGS" | "TARGET" | "HOST" | "OUT_DIR" | "PROFILE" | "OPT_LEVEL" | "DEBUG"
            )
            || matches!(&*name, "RUSTC_WRAPPER" | "RUSTC_WORKSPACE_WRAPPER");
        if leaks {
            cargo.env_remove(&key);
        }
    }
    let status = cargo
        .current_dir(workspace)
        .env("CARGO_ENCODED_RUSTFLAGS", GUEST_FLAGS.join("\u{1f}"))
        .env("CARGO_TARGET_DIR", &target_dir)
        // A guest for production in every profile: it is the thing that is measured and compiled.
        .env("CARGO_PROFILE_RELEASE_LTO", "fat")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort")
        .args(["build", "--release", "--package", "kpol-guest"])
        .args(["--target", WASM_TARGET])
        .status()?;
    if !status.success() {
        println!("cargo::error=the runtime could not be built for {WASM_TARGET}");
        if !has_wasm_target() {
            println!("cargo::error=the target is missing: run `rustup target add {WASM_TARGET}`");
        }
        return Err("building the runtime failed".into());
    }
    let built = target_dir.join(WASM_TARGET).join("release/kpol_guest.wasm");
    fs::read(&built).map_err(|e| format!("reading `{}`: {e}", built.display()).into())
}

/// Whether the standard library is there for WebAssembly.
fn has_wasm_target() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let found = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", WASM_TARGET])
        .output();
    match found {
        Ok(output) if output.status.success() => {
            Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
        }
        _ => false,
    }
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
