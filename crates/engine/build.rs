fn main() { let _ = wasmtime::Config::new(); println!("cargo::rerun-if-changed=build.rs"); }
