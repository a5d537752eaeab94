//! JSON and Rego text.
mod parse;
mod write;

pub use parse::{Error, parse};
pub use write::{rego_text, write, write_escaped};
