//! Where policies come from.
#![forbid(unsafe_code)]
