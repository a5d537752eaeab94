//! Exceptions in an annotation of an object: one on each line.

use kpol_diagnostics::{SourceMap, Span};
use kpol_findings::{ObjectRef, Problem};
use kpol_input::{Document, Kind, NodeId};

use crate::clause::Clause;
use crate::waiver::{Scope, Waiver, invalid};

/// The annotation's key.
pub const ANNOTATION: &str = "kpol.dev/ignore";

/// The exceptions in the annotation of an object, which is a node of a document. `place` tells where to
/// show a node.
#[must_use]
pub fn annotations(
    sources: &SourceMap,
    document: &Document,
    node: NodeId,
    object: &ObjectRef,
    place: impl Fn(NodeId) -> Span,
) -> (Vec<Waiver>, Vec<Problem>) {
    let mut waivers = Vec::new();
    let mut problems = Vec::new();
    let value = document
        .get(node, "metadata")
        .and_then(|metadata| document.get(metadata, "annotations"))
        .and_then(|annotations| document.get(annotations, ANNOTATION));
    if let Some(value) = value
        && let Kind::String(text) = document.kind(value)
    {
        let span = place(value);
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match line.parse::<Clause>() {
                Ok(clause) => {
                    let scope = Scope::Object(object.clone());
                    waivers.push(Waiver::new(clause, scope, "annotation", sources, span));
                }
                Err(error) => problems.push(invalid(sources, &error, span)),
            }
        }
    }
    (waivers, problems)
}
