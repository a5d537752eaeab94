//! Configuration files of any format as documents.
//!
//! A [`Parser`] names a format, by conftest's names and rules for file names. [`read`] turns a text that a
//! [`SourceMap`](kpol_diagnostics::SourceMap) owns into [`Document`](kpol_input::Document)s of the shape that conftest
//! gives that format, with the positions that the format has. YAML and JSON are `kpol-input`'s.
//!
//! Each other format has a module with one function, `read`, that gives the whole documents of a text.

#![forbid(unsafe_code)]

mod gotypes;
mod options;
mod parser;
mod read;
mod text;
mod tree;

mod codeowners;
mod cue;
mod cyclonedx;
mod dockerfile;
mod dotenv;
mod edn;
mod groovy;
mod hcl1;
mod hcl2;
mod hocon;
mod ignore;
mod ini;
mod jsonc;
mod jsonnet;
mod nginx;
mod properties;
mod spdx;
mod textproto;
mod toml;
mod vcl;
mod xml;

pub use crate::options::Options;
pub use crate::parser::{Parser, UnknownParser};
pub use crate::read::read;
