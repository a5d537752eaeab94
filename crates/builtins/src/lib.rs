//! Builtin functions of the host: those that need the outside, or a library that is too big for the sandbox.
//!
//! A module passes the arguments as text, a Rego array of ground terms, and gets the result as such a text, so that
//! nothing outside of the sandbox follows addresses that a module made up. Here the text becomes values on a heap of
//! its own, over which an [`Implementation`] works just as the runtime's builtins do.
#![forbid(unsafe_code)]

mod asn1;
mod aws;
mod extensions;
mod graphql;
mod http;
mod jwt;
mod keys;
mod lookup;
mod pem;
mod problem;
mod rego;
mod schema;
mod standard;
pub mod template;
mod time;
mod x509;

pub use kpol_runtime::builtins::BuiltinError;

pub use extensions::EXTENSIONS;
pub use rego::errors::syntax_errors;
pub use standard::{Context, Implementation, Options, Standard};

/// One call of a builtin.
#[derive(Debug, Clone, Copy)]
pub struct HostCall<'a> {
    /// The builtin's name.
    pub name: &'a str,
    /// The arguments: a Rego array of ground terms.
    pub args: &'a str,
    /// The evaluation's time, in nanoseconds since 1970.
    pub now_ns: i64,
    /// The file of the policy that calls it, where that is known: paths may be relative to it.
    pub file: Option<&'a str>,
}

/// Builtin functions that a policy's host provides.
pub trait HostBuiltins: Send + Sync {
    /// Whether there is a function of that name. A policy that calls one that nobody has is refused when it is
    /// loaded.
    fn has(&self, name: &str) -> bool;

    /// Calls a function. Returns the result as a ground term, or `None` for undefined.
    ///
    /// # Errors
    /// A builtin error, its message without the function's name.
    fn call(&self, call: &HostCall<'_>) -> Result<Option<String>, BuiltinError>;
}

/// No host builtins at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBuiltins;

impl HostBuiltins for NoBuiltins {
    fn has(&self, _: &str) -> bool {
        false
    }

    fn call(&self, call: &HostCall<'_>) -> Result<Option<String>, BuiltinError> {
        let name = call.name;
        Err(BuiltinError::failed(format!("`{name}` is not available")))
    }
}

/// Two hosts in one: what the first does not have, the second is asked for.
impl<A: HostBuiltins, B: HostBuiltins> HostBuiltins for (A, B) {
    fn has(&self, name: &str) -> bool {
        self.0.has(name) || self.1.has(name)
    }

    fn call(&self, call: &HostCall<'_>) -> Result<Option<String>, BuiltinError> {
        if self.0.has(call.name) {
            self.0.call(call)
        } else {
            self.1.call(call)
        }
    }
}
