//! SPDX: not read yet.

use kpol_input::{Document, InputError};

use crate::text::Text;

/// Why this format is not read.
pub(crate) const UNSUPPORTED: Option<&str> = Some("there is no reader for it yet");

/// Never called while the format is not supported.
pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    Err(text.error("not read yet", 0..0))
}
