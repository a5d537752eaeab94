//! The runtime module that is part of this program.

use wasmtime::{Engine, Module};

/// The runtime as WebAssembly.
pub(crate) const WASM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guest.wasm"));
/// The runtime as machine code for the target's baseline CPU; empty where it could not be precompiled.
const COMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guest.cwasm"));

/// Where a loaded runtime came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The code compiled with this program.
    Precompiled,
    /// Compiled now: this host refused the other.
    Fallback,
}

/// Loads the runtime.
pub(crate) fn load(engine: &Engine) -> wasmtime::Result<(Module, Origin)> {
    load_from(engine, COMPILED)
}

fn load_from(engine: &Engine, compiled: &'static [u8]) -> wasmtime::Result<(Module, Origin)> {
    // SAFETY: the bytes are the ones that the build script got from `Engine::precompile_module`, unchanged; wasmtime
    // itself refuses them where version, settings or the CPU's features do not fit.
    let loaded = unsafe { Module::deserialize(engine, compiled) };
    match loaded {
        Ok(module) => Ok((module, Origin::Precompiled)),
        Err(_) => Ok((Module::new(engine, WASM)?, Origin::Fallback)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use wasmtime::OptLevel;

    use super::*;
    use crate::config::config;

    #[test]
    fn the_runtime_is_precompiled_for_every_mode() {
        for opt in [OptLevel::None, OptLevel::Speed] {
            let engine = Engine::new(&config(opt, None).unwrap()).unwrap();
            assert_eq!(load(&engine).unwrap().1, Origin::Precompiled);
        }
    }

    #[test]
    fn refused_code_is_compiled_anew() {
        let engine = Engine::new(&config(OptLevel::None, None).unwrap()).unwrap();
        let (module, origin) = load_from(&engine, b"").unwrap();
        assert_eq!(origin, Origin::Fallback);
        assert!(
            module
                .exports()
                .any(|e| e.name() == kpol_abi::names::guest::INIT)
        );
    }

    #[test]
    fn code_for_other_settings_is_refused_and_compiled_anew() {
        let mut other = config(OptLevel::None, None).unwrap();
        other.epoch_interruption(false);
        let engine = Engine::new(&other).unwrap();
        assert_eq!(load(&engine).unwrap().1, Origin::Fallback);
    }
}
