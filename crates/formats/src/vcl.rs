//! VCL: not read.

use kpol_input::{Document, InputError};

use crate::text::Text;

/// Why this format is not read.
pub(crate) const UNSUPPORTED: Option<&str> = Some("there is no sound parser for it");

/// Never called while the format is not supported.
pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    Err(text.error("not read", 0..0))
}
