//! What can go wrong, and the stable code of each.

use thiserror::Error;

/// The engine cannot start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// wasmtime refuses its configuration on this host, or the runtime.
    #[error("the WebAssembly engine does not start on this host: {0}")]
    Wasmtime(#[source] wasmtime::Error),
    /// The thread that enforces time limits did not start.
    #[error("no thread for time limits: {0}")]
    Ticker(#[source] std::io::Error),
}

/// A module is refused before any of its code runs.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// It is not WebAssembly, or uses what the engine does not allow.
    #[error("not a valid module: {0}")]
    Invalid(#[source] wasmtime::Error),
    /// It was compiled for another layout of values or another set of runtime functions.
    #[error("the policy was compiled for ABI version {found}, this engine has version {expected}")]
    Version {
        /// The module's.
        found: u32,
        /// The engine's.
        expected: u32,
    },
    /// It speaks another version of OPA's Wasm ABI.
    #[error("the module speaks version {major}.{minor} of OPA's Wasm ABI, this engine version 1")]
    OpaVersion {
        /// Its major version.
        major: i32,
        /// Its minor version.
        minor: i32,
    },
    /// It does not even tell what it exports.
    #[error("the module does not start: {0}")]
    Start(#[source] EvalError),
    /// It imports what the engine does not offer.
    #[error("unknown import `{module}.{name}`")]
    UnknownImport {
        /// The import's module name.
        module: String,
        /// Its name.
        name: String,
    },
    /// It lacks an export, or has one of another type.
    #[error("the module does not export `{name}` as {expected}")]
    MissingExport {
        /// The export's name.
        name: String,
        /// What it should be.
        expected: &'static str,
    },
    /// It calls a builtin function that neither the runtime nor the host has.
    #[error("builtin function `{name}` is not available")]
    UnknownBuiltin {
        /// The builtin's name.
        name: String,
    },
}

impl LoadError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            LoadError::Invalid(_) => "load_invalid_module",
            LoadError::Version { .. } => "load_abi_version",
            LoadError::OpaVersion { .. } => "load_opa_abi_version",
            LoadError::Start(_) => "load_start",
            LoadError::UnknownImport { .. } => "load_unknown_import",
            LoadError::MissingExport { .. } => "load_missing_export",
            LoadError::UnknownBuiltin { .. } => "load_unknown_builtin",
        }
    }
}

/// A place in a policy's source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceSite {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1; 0 where it is not known.
    pub column: u32,
    /// What stands there: a builtin's name, a rule's path.
    pub what: String,
}

impl std::fmt::Display for SourceSite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        match self.column {
            0 => Ok(()),
            column => write!(f, ":{column}"),
        }
    }
}

/// Why an evaluation ended without a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum EvalErrorKind {
    /// The time limit was hit.
    Timeout,
    /// The memory limit was hit.
    Memory,
    /// The stack limit was hit: calls or values are nested too deeply.
    Stack,
    /// A complete rule, a function or an object has two values.
    Conflict,
    /// An operand of the wrong type (strict mode).
    Type,
    /// A builtin function failed (strict mode).
    Builtin,
    /// `with` replaces what cannot be replaced.
    WithMerge,
    /// The module broke the contract with its host, or a defect of this program.
    Internal,
}

impl EvalErrorKind {
    const ALL: [EvalErrorKind; 8] = [
        EvalErrorKind::Timeout,
        EvalErrorKind::Memory,
        EvalErrorKind::Stack,
        EvalErrorKind::Conflict,
        EvalErrorKind::Type,
        EvalErrorKind::Builtin,
        EvalErrorKind::WithMerge,
        EvalErrorKind::Internal,
    ];

    /// The kind with that code.
    pub(crate) fn of_code(code: &str) -> Option<EvalErrorKind> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// A stable code for programs; where OPA has the same error, OPA's.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            EvalErrorKind::Timeout => "eval_timeout_error",
            EvalErrorKind::Memory => "eval_memory_error",
            EvalErrorKind::Stack => "eval_stack_error",
            EvalErrorKind::Conflict => "eval_conflict_error",
            EvalErrorKind::Type => "eval_type_error",
            EvalErrorKind::Builtin => "eval_builtin_error",
            EvalErrorKind::WithMerge => "eval_with_merge_error",
            EvalErrorKind::Internal => "eval_internal_error",
        }
    }
}

/// An evaluation ended without a result.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}{message}", site.as_ref().map(|s| format!("{s}: ")).unwrap_or_default())]
pub struct EvalError {
    /// Why.
    pub kind: EvalErrorKind,
    /// What happened, for people, without the place.
    pub message: String,
    /// Where in the policy, if it is known.
    pub site: Option<SourceSite>,
}

impl EvalError {
    pub(crate) fn new(kind: EvalErrorKind, message: impl Into<String>) -> EvalError {
        EvalError {
            kind,
            message: message.into(),
            site: None,
        }
    }

    pub(crate) fn internal(message: impl Into<String>) -> EvalError {
        EvalError::new(EvalErrorKind::Internal, message)
    }

    pub(crate) fn memory() -> EvalError {
        EvalError::new(EvalErrorKind::Memory, "the memory limit is exceeded")
    }

    /// The stable code of its kind.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }
}
