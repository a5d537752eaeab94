//! Whether kpol does everything as conftest does: results, texts and exit codes, also where that lets something pass
//! that was not checked.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// The variable that asks for it.
const VARIABLE: &str = "KPOL_CONFTEST_COMPAT";

/// Whether the command line asks for it: by its flag, by the environment, or because the program is called `conftest`.
pub(crate) fn active(argv: &[OsString]) -> bool {
    let called = argv
        .first()
        .and_then(|name| Path::new(name).file_stem())
        .is_some_and(|name| name == "conftest");
    let flag = argv
        .iter()
        .take_while(|arg| *arg != "--")
        .any(|arg| arg == "--conftest-compat");
    called || flag || std::env::var_os(VARIABLE).is_some_and(|value| is_true(&value))
}

/// What Go's `strconv.ParseBool` takes for true.
fn is_true(value: &OsStr) -> bool {
    ["1", "t", "T", "true", "TRUE", "True"]
        .iter()
        .any(|word| value == *word)
}
