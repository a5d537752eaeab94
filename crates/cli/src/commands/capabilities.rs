//! `kpol capabilities`.

use kpol_compiler::capabilities;

use crate::exit::{CommandError, Exit};
use crate::output::write;

pub(crate) fn run() -> Result<Exit, CommandError> {
    let current = capabilities::current(&kpol_engine::standard_builtins());
    let mut text = serde_json::to_string_pretty(&current)
        .map_err(|error| CommandError::Plain(error.to_string()))?;
    text.push('\n');
    write(&text)?;
    Ok(Exit::Passed)
}
