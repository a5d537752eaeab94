//! Documentation of policies.
#![forbid(unsafe_code)]
