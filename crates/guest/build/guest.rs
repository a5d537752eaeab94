//! Builds this crate for WebAssembly; part of the build scripts of the crates that embed it.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// What the builds differ in.
pub(crate) struct Build {
    /// Flags of rustc.
    pub(crate) flags: &'static [&'static str],
    /// Features of the crate.
    pub(crate) features: &'static [&'static str],
    /// Settings of the release profile: variables `CARGO_PROFILE_RELEASE_*` with values.
    pub(crate) settings: &'static [(&'static str, &'static str)],
}

/// Builds the guest for the crate whose build script this is.
pub(crate) fn build(build: &Build) -> Result<Vec<u8>, Box<dyn Error>> {
    let crates = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?)
        .parent()
        .ok_or("the crate has no parent folder")?
        .to_owned();
    for path in ["guest", "runtime", "abi"] {
        println!("cargo::rerun-if-changed={}", crates.join(path).display());
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
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
        .env("CARGO_ENCODED_RUSTFLAGS", build.flags.join("\u{1f}"))
        .env("CARGO_TARGET_DIR", &target_dir)
        // A guest for production in every profile: it is the thing that is measured and compiled.
        .env("CARGO_PROFILE_RELEASE_LTO", "fat")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort")
        .envs(build.settings.iter().copied())
        .args(["build", "--release", "--package", "kpol-guest"])
        .args(["--features", &build.features.join(",")])
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
