//! Portable modules: a compiled policy and the runtime in one WebAssembly module with OPA's ABI 1.3, for the SDKs of
//! OPA and for any other host of its modules.
//!
//! ```text
//! Artifact + portable guest ─ link ─► one module ─ bundle ─► bundle.tar.gz
//! ```
#![forbid(unsafe_code)]

use kpol_compiler::artifact::Artifact;

/// How to build a portable module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// A builtin's error ends the evaluation: `opa_abort` gets its place, code and text. Otherwise such a call is
    /// undefined.
    pub strict_builtin_errors: bool,
    /// Calls of `print` are kept, and import `opa_println`.
    pub print: bool,
}

/// Why no portable module could be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PortableError {
    /// Not done yet.
    #[error("portable modules cannot be built yet")]
    Incomplete,
}

/// Links a policy with the runtime. The same policy and options give the same bytes.
///
/// The artifact must have been compiled without traces (`plan::Options::trace`). Its entrypoints keep their numbers;
/// the module names them `a/b` (an entrypoint of a query keeps its name).
///
/// # Errors
/// Where the artifact is no policy of this compiler, or does not fit a module.
pub fn build(artifact: &Artifact, options: &Options) -> Result<Vec<u8>, PortableError> {
    let _ = (artifact, options);
    Err(PortableError::Incomplete)
}
