//! CUE: not read.

use kpol_input::{Document, InputError};

use crate::text::Text;

/// Why this format is not read.
pub(crate) const UNSUPPORTED: Option<&str> = Some(
    "CUE is a language of its own that only its own evaluator computes: export it as JSON first",
);

/// Never called while the format is not supported.
pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    Err(text.error("not read", 0..0))
}
