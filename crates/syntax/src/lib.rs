//! Rego v0 and v1: grammar, syntax tree with spans, and the parser that turns text into it.
//!
//! The entry points are [`parse_module`] for policies, [`parse_query`] for queries and [`parse_term`] for
//! single values. The tree is [`ast`]; it keeps what was written (operators, spellings, spans) and leaves
//! meaning (imports, scopes, safety) to the compiler.

#![forbid(unsafe_code)]

pub mod ast;
mod parse;

pub use crate::parse::{
    Keywords, MAX_DEPTH, MAX_LENGTH, MAX_LEVEL, PARSE_ERROR, TOO_DEEP, parse_module, parse_query,
    parse_term,
};
