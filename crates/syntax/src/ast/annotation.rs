//! Metadata comments.

use kpol_diagnostics::Span;

/// What a metadata comment stands in front of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnotationTarget {
    /// The module's package statement.
    Package,
    /// An import (metadata there has no effect): index into `Module::imports`.
    Import(usize),
    /// The rule at this index of `Module::rules`.
    Rule(usize),
    /// Nothing follows.
    Nothing,
}

/// A `# METADATA` comment block, unparsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// From the `#` of the `METADATA` line to the end of the block's last comment.
    pub span: Span,
    /// Line of the `METADATA` comment, from 1.
    pub line: u32,
    /// The YAML: the comment lines after `METADATA` without their `#`, each ended by a line feed, so that
    /// line `n` of this text (from 1) is line `line + n` of the source.
    pub yaml: String,
    /// The statement that follows.
    pub target: AnnotationTarget,
}
