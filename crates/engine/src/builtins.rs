//! Builtin functions that need the outside or a big library: the host provides them.

/// Builtin functions of the host. Arguments and results are JSON, so that nothing outside of the sandbox interprets
/// addresses that a module made up.
pub trait HostBuiltins: Send + Sync {
    /// Whether there is a function of that name. A policy that calls one that nobody has is refused when it is
    /// loaded.
    fn has(&self, name: &str) -> bool;

    /// Calls a function; `args` is a JSON array. Returns the JSON of the result, or `None` for undefined.
    ///
    /// # Errors
    /// The message of a builtin error, without the function's name.
    fn call(&self, name: &str, args: &str) -> Result<Option<String>, String>;
}

/// No host builtins at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBuiltins;

impl HostBuiltins for NoBuiltins {
    fn has(&self, _: &str) -> bool {
        false
    }

    fn call(&self, name: &str, _: &str) -> Result<Option<String>, String> {
        Err(format!("`{name}` is not available"))
    }
}
