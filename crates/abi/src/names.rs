//! Names and versions that both sides must agree on.

/// The version of value layout and imports. A module of another version is refused.
pub const ABI_VERSION: u32 = 1;
/// The module name under which a policy imports the runtime's functions.
pub const RUNTIME: &str = "kpol";
/// The module name under which the guest runtime imports memory, and the host's functions.
pub const HOST: &str = "env";
/// The name of the memory, wherever it is imported or exported.
pub const MEMORY: &str = "memory";
/// The custom section of a policy module that carries its description (JSON, see the compiler's `Artifact`).
pub const SECTION: &str = "kpol.policy";
/// The export of a policy that starts an evaluation: `(input: i32, data: i32)`. Sets both documents (0 where there
/// is none), and takes fresh memo frame and override slots. To be called after each reset of the arena.
pub const BEGIN: &str = "begin";
/// The prefix of the exports of entrypoints: `entry:<index>`, `() -> i32`. Any number of them may be called after
/// one [`BEGIN`]; they share memoised results.
pub const ENTRY_PREFIX: &str = "entry:";

/// Functions that the guest exports to the host only.
pub mod guest {
    /// `(strict: i32)`: prepares a fresh instance whose memory holds the policy's data segments.
    pub const INIT: &str = "kpol_init";
    /// `(bytes: i32, strings: i32)`: makes room for that many bytes and new strings in one arena chunk, so that
    /// the host can write values without growing anything. Traps when the memory limit is hit.
    pub const RESERVE: &str = "kpol_reserve";
    /// `()`: all that was allocated so far stays: base data. Strings move to the fixed table.
    pub const SEAL: &str = "kpol_seal";
    /// `()`: drops all that was allocated since [`SEAL`].
    pub const RESET: &str = "kpol_reset";
    /// `(value: i32) -> i32`: writes the value as JSON; returns the address of two words: address and length.
    pub const TO_JSON: &str = "kpol_to_json";
    /// `(value: i32) -> i32`: the same as a ground term of Rego, which keeps sets and keys of any kind.
    pub const TO_TERM: &str = "kpol_to_term";
}
/// The host's function that runs a builtin the guest does not have:
/// `(builtin: i32, argc: i32, argv: i32) -> i32`.
pub const HOST_BUILTIN: &str = "host_builtin";
/// The host's function that takes a line of `print`: `(address: i32, length: i32, site: i32)`.
pub const HOST_PRINT: &str = "host_print";
