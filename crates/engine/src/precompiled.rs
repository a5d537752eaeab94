//! Modules that were compiled ahead of time, with the program.

use wasmtime::{Engine, Module};

/// A module and its machine code.
#[derive(Clone, Copy)]
pub struct Precompiled {
    wasm: &'static [u8],
    code: &'static [u8],
}

impl std::fmt::Debug for Precompiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Precompiled").finish_non_exhaustive()
    }
}

impl Precompiled {
    /// A module with its machine code. Code that this host or another release of wasmtime refuses is not used, and the
    /// module compiled instead.
    ///
    /// # Safety
    /// The code must be what `wasmtime::Engine::precompile_module` gave for that module, unchanged, or nothing that
    /// begins like it (such as no bytes at all): the engine runs it.
    #[must_use]
    pub const unsafe fn new(wasm: &'static [u8], code: &'static [u8]) -> Precompiled {
        Precompiled { wasm, code }
    }

    /// The module, if it is this one and the host takes the code.
    pub(crate) fn load(&self, engine: &Engine, wasm: &[u8]) -> Option<Module> {
        if self.wasm != wasm {
            return None;
        }
        // SAFETY: whoever made this value promised that the bytes are machine code of that module from wasmtime itself,
        // or none at all; wasmtime refuses them where version, settings or the CPU's features do not fit.
        unsafe { Module::deserialize(engine, self.code) }.ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use wasmtime::OptLevel;

    use super::*;
    use crate::config::config;

    fn leaked(bytes: Vec<u8>) -> &'static [u8] {
        Box::leak(bytes.into_boxed_slice())
    }

    #[test]
    fn only_its_own_module_has_its_code() {
        let host = Engine::new(&config(OptLevel::Speed, None).unwrap()).unwrap();
        let wasm = leaked(wat::parse_str("(module (func (export \"f\")))").unwrap());
        let code = leaked(host.precompile_module(wasm).unwrap());
        // SAFETY: the code is that of the module.
        let precompiled = unsafe { Precompiled::new(wasm, code) };
        let engine = Engine::new(&config(OptLevel::None, None).unwrap()).unwrap();
        let module = precompiled.load(&engine, wasm).unwrap();
        assert!(module.get_export("f").is_some());
        let other = wat::parse_str("(module)").unwrap();
        assert!(precompiled.load(&engine, &other).is_none());
        // SAFETY: there is no code.
        let empty = unsafe { Precompiled::new(wasm, &[]) };
        assert!(empty.load(&engine, wasm).is_none());
    }
}
