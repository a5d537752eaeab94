//! What readers are told from outside.

use std::path::PathBuf;

/// How texts are read.
#[derive(Clone, Debug)]
pub struct Options {
    /// Limits, and what becomes of arrays, lists and empty documents: for all formats.
    pub input: kpol_input::Options,
    /// The value of an environment variable, for formats whose texts may name one (`.env`, properties). Libraries do
    /// not look at the environment, so by default there is none.
    pub env: fn(&str) -> Option<String>,
    /// Folders with definitions of Protocol Buffers, for textproto.
    pub proto_dirs: Vec<PathBuf>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            input: kpol_input::Options::default(),
            env: |_| None,
            proto_dirs: Vec::new(),
        }
    }
}
