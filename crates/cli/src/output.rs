//! Writing results and errors.

use std::io::{IsTerminal, Write};

use kpol_diagnostics::{Diagnostic, SourceMap};

use crate::exit::CommandError;

/// Writes to standard output. A reader that went away is no error.
pub(crate) fn write(text: &str) -> Result<(), CommandError> {
    write_bytes(text.as_bytes())
}

/// The same for bytes.
pub(crate) fn write_bytes(bytes: &[u8]) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CommandError::Plain(format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}

/// Diagnostics as an error that ends the command.
pub(crate) fn rendered(sources: &SourceMap, diagnostics: &[Diagnostic]) -> CommandError {
    let colour = std::io::stderr().is_terminal()
        && anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    CommandError::Rendered(kpol_diagnostics::render(sources, diagnostics, colour))
}

/// Whether standard output shows colours.
pub(crate) fn colours_stdout() -> bool {
    std::io::stdout().is_terminal()
        && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}
