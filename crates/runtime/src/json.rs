//! Values as text: JSON in and out, and Rego's own way of writing them.

mod parse;
mod write;

pub use parse::{Context, Error, Problem, parse, parse_term};
pub use write::{rego_text, write, write_escaped, write_escaped_string, write_term};
