//! From pest's pairs to the syntax tree: what the parts have in common.

use kpol_diagnostics::{Diagnostic, SourceId, Span};
use pest::iterators::{Pair, Pairs};

use super::grammar::Rule;
use super::keywords::Keywords;
use super::{MAX_LEVEL, PARSE_ERROR, TOO_DEEP};
use crate::ast::{Ident, RegoVersion};

/// A node of pest's tree.
pub(super) type Node<'a> = Pair<'a, Rule>;
/// The children of a node.
pub(super) type Nodes<'a> = Pairs<'a, Rule>;

/// Builds the tree of one piece of a text.
pub(super) struct Builder<'a> {
    /// The text's id.
    pub(super) source: SourceId,
    /// The piece as the user wrote it.
    pub(super) text: &'a str,
    /// Where the piece begins in the whole text.
    pub(super) base: usize,
    /// The version after imports.
    pub(super) version: RegoVersion,
    /// The keywords after imports.
    pub(super) keywords: Keywords,
    /// What was wrong.
    pub(super) errors: Vec<Diagnostic>,
}

/// How deep the tree is at a node: nested terms and chained operators both count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level(pub(super) usize);

impl<'a> Builder<'a> {
    /// The span of `start..end` in the piece.
    pub(super) fn span_at(&self, start: usize, end: usize) -> Span {
        let whole = |at: usize| u32::try_from(self.base + at).unwrap_or(u32::MAX);
        Span::new(self.source, whole(start), whole(end))
    }

    /// A node's span without the blanks that pest may have skipped at its end.
    pub(super) fn span(&self, node: &Node<'_>) -> Span {
        let covered = node.as_span();
        let length = covered.as_str().trim_end_matches(' ').len();
        self.span_at(covered.start(), covered.start() + length)
    }

    /// A node's text as the user wrote it.
    pub(super) fn written(&self, node: &Node<'_>) -> &'a str {
        let covered = node.as_span();
        self.text
            .get(covered.start()..covered.end())
            .unwrap_or_default()
    }

    /// Records an error.
    pub(super) fn error(&mut self, message: impl Into<String>, span: Span) {
        self.errors
            .push(Diagnostic::error(PARSE_ERROR, message, span));
    }

    /// Records an error with advice.
    pub(super) fn error_help(
        &mut self,
        message: impl Into<String>,
        span: Span,
        help: impl Into<String>,
    ) {
        self.errors
            .push(Diagnostic::error(PARSE_ERROR, message, span).help(help));
    }

    /// The level `by` steps further down; an error and `None` below the last one.
    pub(super) fn deeper(&mut self, level: Level, by: usize, span: Span) -> Option<Level> {
        let next = level.0.saturating_add(by);
        if next > MAX_LEVEL {
            self.errors.push(
                Diagnostic::error(
                    TOO_DEEP,
                    format!("the expression nests deeper than {MAX_LEVEL} levels"),
                    span,
                )
                .help("long chains of operators count too; split the expression into rules"),
            );
            return None;
        }
        Some(Level(next))
    }

    /// A name and its place.
    pub(super) fn ident(&self, node: &Node<'_>) -> Ident {
        Ident {
            name: self.written(node).to_owned(),
            span: self.span(node),
        }
    }
}

/// Takes the next child if it is of that rule.
pub(super) fn take<'a>(nodes: &mut Nodes<'a>, wanted: Rule) -> Option<Node<'a>> {
    if nodes.peek().is_some_and(|node| node.as_rule() == wanted) {
        nodes.next()
    } else {
        None
    }
}
