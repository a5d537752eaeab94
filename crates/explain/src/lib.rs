//! What happened in an evaluation: which conditions held or failed, with which values.
#![forbid(unsafe_code)]
