//! The builtin functions that need nothing from outside: one module for each of OPA's categories.
//!
//! A builtin takes defined values and returns one. Its result is undefined where OPA's is (`max([])`), and an error
//! where OPA raises one: the caller decides whether that ends the evaluation (strict mode) or makes the call
//! undefined.
//!
//! An implementation does not know its own name: [`call`] puts it before the message, as OPA does.

mod aggregates;
mod arrays;
mod bits;
mod comparison;
mod crypto;
pub mod encoding;
mod float;
mod glob;
mod graph;
mod json;
pub mod jwt;
mod misc;
mod net;
mod numbers;
mod objects;
pub mod operand;
mod patch;
mod paths;
pub mod regex;
pub(crate) mod rego_text;
mod semver;
mod sets;
mod sprintf;
mod strings;
pub mod time;
mod types;
mod units;
pub mod uri;
mod uuid;
mod yaml;

use alloc::{format, string::String};

use kpol_abi::builtins::{BUILTINS, BuiltinId};

pub use rego_text::quoted;

use crate::{Heap, Value};

/// Which error code a failed call has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// `eval_type_error`: an operand of the wrong type.
    Type,
    /// `eval_builtin_error`: anything else.
    Builtin,
    /// No error: the builtin cannot tell, and the host is to be asked. [`call`] answers `None` then.
    Elsewhere,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltinError {
    /// The kind of error.
    pub kind: ErrorKind,
    /// What went wrong. From an [`Implementation`] without the builtin's name, from [`call`] with it.
    pub message: String,
}

impl BuiltinError {
    /// An error about an operand's type.
    pub fn operand(message: impl Into<String>) -> Self {
        BuiltinError {
            kind: ErrorKind::Type,
            message: message.into(),
        }
    }

    /// Any other error.
    pub fn failed(message: impl Into<String>) -> Self {
        BuiltinError {
            kind: ErrorKind::Builtin,
            message: message.into(),
        }
    }

    /// The host has to be asked; the message is for where there is none.
    pub fn elsewhere(message: impl Into<String>) -> Self {
        BuiltinError {
            kind: ErrorKind::Elsewhere,
            message: message.into(),
        }
    }
}

/// What a builtin returns: a value, undefined, or an error.
pub type Outcome = Result<Value, BuiltinError>;

/// A builtin: all arguments are defined, and as many as the table says.
///
/// A relation (`walk`) returns an array of its results.
pub type Implementation = fn(&mut Heap<'_>, &[Value]) -> Outcome;

/// The names of a category with their implementations.
type Table = &'static [(&'static str, Implementation)];

const TABLES: &[Table] = &[
    aggregates::TABLE,
    arrays::TABLE,
    bits::TABLE,
    comparison::TABLE,
    encoding::TABLE,
    glob::TABLE,
    json::TABLE,
    numbers::TABLE,
    objects::TABLE,
    paths::TABLE,
    regex::TABLE,
    sets::TABLE,
    sprintf::TABLE,
    strings::TABLE,
    graph::TABLE,
    jwt::TABLE,
    misc::TABLE,
    patch::TABLE,
    semver::TABLE,
    units::TABLE,
    uuid::TABLE,
    yaml::TABLE,
    net::TABLE,
    crypto::TABLE,
    uri::TABLE,
    time::TABLE,
    types::TABLE,
];

static RESOLVED: [Option<Implementation>; BUILTINS.len()] = resolve();

/// The implementation of a builtin, or none where the host must provide it.
#[must_use]
pub fn implementation(id: BuiltinId) -> Option<Implementation> {
    RESOLVED.get(id.0 as usize).copied().flatten()
}

/// Calls a builtin. `None` where there is no implementation, or where it leaves these arguments to the host.
///
/// # Errors
/// As the builtin does; the message begins with its name.
pub fn call(
    heap: &mut Heap<'_>,
    id: BuiltinId,
    args: &[Value],
) -> Option<Result<Value, BuiltinError>> {
    let run = implementation(id)?;
    let name = id.get().map_or("", |b| b.name);
    match run(heap, args) {
        Ok(value) => Some(Ok(value)),
        Err(error) if error.kind == ErrorKind::Elsewhere => None,
        Err(error) => Some(Err(BuiltinError {
            message: format!("{name}: {}", error.message),
            ..error
        })),
    }
}

/// Where the cache of compiled patterns lies, and its size. All zero, it is empty.
#[cfg(feature = "portable")]
#[must_use]
pub fn pattern_cache() -> (u32, u32) {
    regex::cache_region()
}

/// Lines the categories' tables up with the table of the ABI.
const fn resolve() -> [Option<Implementation>; BUILTINS.len()] {
    let mut out: [Option<Implementation>; BUILTINS.len()] = [None; BUILTINS.len()];
    let mut i = 0;
    while i < BUILTINS.len() {
        let mut t = 0;
        while t < TABLES.len() {
            let mut e = 0;
            while e < TABLES[t].len() {
                if same(TABLES[t][e].0, BUILTINS[i].name) {
                    out[i] = Some(TABLES[t][e].1);
                }
                e += 1;
            }
            t += 1;
        }
        i += 1;
    }
    out
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}
