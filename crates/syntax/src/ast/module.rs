//! Modules, packages and imports.

use kpol_diagnostics::{SourceId, Span};

use super::annotation::Annotation;
use super::rule::Rule;
use super::term::{Ident, Ref};

/// A version of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegoVersion {
    /// Rego before OPA 1.0: no `if` and `contains` without imports.
    V0,
    /// Rego as of OPA 1.0.
    V1,
}

/// One policy file.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// The text that the spans count in.
    pub source: SourceId,
    /// The version the module was read as. A v0 module with `import rego.v1` (or `rego.v2`) has `V1` here.
    pub version: RegoVersion,
    /// The package statement.
    pub package: Package,
    /// The imports in order, those of `rego.*` and `future.*` included.
    pub imports: Vec<Import>,
    /// The rules in order.
    pub rules: Vec<Rule>,
    /// The metadata comments in order.
    pub annotations: Vec<Annotation>,
    /// All comments in order, from the `#` to the end of the line without its line feed and carriage return.
    pub comments: Vec<Span>,
}

/// `package a.b["c"]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    /// The whole statement.
    pub span: Span,
    /// The path without `data`: at least one segment.
    pub path: Vec<Ident>,
}

/// `import data.a.b as c`.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The whole statement.
    pub span: Span,
    /// The imported path: its head is a variable (`data`, `input`, `rego`, `future`), its arguments strings.
    pub path: Ref,
    /// The name after `as`.
    pub alias: Option<Ident>,
}

impl Import {
    /// The path's segments, head first: `data.a.b` gives `["data", "a", "b"]`.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.path.segments()
    }
}
