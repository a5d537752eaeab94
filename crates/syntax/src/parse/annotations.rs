//! Metadata comment blocks.

use kpol_diagnostics::{SourceId, Span};

use super::lexer::Comment;
use crate::ast::{Annotation, AnnotationTarget, Module};

/// The blocks that begin with `# METADATA`: the comments on the lines directly below, in the same column.
pub(super) fn collect(source: SourceId, text: &str, comments: &[Comment]) -> Vec<Annotation> {
    let content = |comment: &Comment| {
        text.get(comment.start as usize + 1..comment.end as usize)
            .unwrap_or_default()
    };
    let mut annotations = Vec::new();
    let mut rest = comments.iter().peekable();
    while let Some(first) = rest.next() {
        if content(first).trim() != "METADATA" {
            continue;
        }
        let mut last = first;
        let mut yaml = String::new();
        while let Some(next) =
            rest.next_if(|next| next.line == last.line + 1 && next.column == first.column)
        {
            yaml.push_str(content(next));
            yaml.push('\n');
            last = next;
        }
        annotations.push(Annotation {
            span: Span::new(source, first.start, last.end),
            line: first.line,
            yaml,
            target: AnnotationTarget::Nothing,
        });
    }
    annotations
}

/// Finds the statement that follows each block.
pub(super) fn attach(module: &mut Module, mut annotations: Vec<Annotation>) {
    for annotation in &mut annotations {
        let end = annotation.span.end;
        let mut best: Option<(u32, AnnotationTarget)> = None;
        let mut consider = |start: u32, target: AnnotationTarget| {
            if start >= end && best.is_none_or(|(before, _)| start < before) {
                best = Some((start, target));
            }
        };
        consider(module.package.span.start, AnnotationTarget::Package);
        // INVARIANT (text order): imports and rules are in the order of the text.
        let index = module
            .imports
            .partition_point(|import| import.span.start < end);
        if let Some(import) = module.imports.get(index) {
            consider(import.span.start, AnnotationTarget::Import(index));
        }
        let index = module.rules.partition_point(|rule| rule.span.start < end);
        if let Some(rule) = module.rules.get(index) {
            consider(rule.span.start, AnnotationTarget::Rule(index));
        }
        if let Some((_, target)) = best {
            annotation.target = target;
        }
    }
    module.annotations = annotations;
}
