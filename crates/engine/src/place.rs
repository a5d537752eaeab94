//! Where in a document a finding belongs.

use kpol_compiler::artifact::Role;
use kpol_input::{Document, NodeId, Segment};

/// A node of the input that led to a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// How it took part.
    pub role: Role,
    /// The node; where the policy asked for what is not there, the container that lacks it.
    pub node: NodeId,
    /// Whether the node lacks what was asked for.
    pub missing: bool,
}

/// Members of a Kubernetes object that say which object it is, not what is wrong with it.
const IDENTITY: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// The best place for a finding: the deepest node that a rule bound or that it asked for in vain; else the deepest
/// that a condition read, unless it only tells which object this is; else the document's root.
///
/// Where what is bound lies inside of a node that lacks something, the latter is the place: a rule that complains
/// about a container without limits names the container in its message, but the name is not what is wrong. And where
/// a condition looked inside of what is bound, it is what the condition saw: the image, not the whole container.
#[must_use]
pub fn place(candidates: &[Candidate], document: &Document) -> NodeId {
    let depth = |c: &Candidate| document.path(c.node).0.len();
    let strong = |c: &&Candidate| matches!(c.role, Role::Bound | Role::Negated);
    let deepest = candidates
        .iter()
        .filter(strong)
        .filter(|c| c.missing || c.node != document.root())
        .max_by_key(|c| (depth(c), c.missing));
    let conditions = candidates.iter().filter(|c| c.role == Role::Condition);
    let Some(deepest) = deepest else {
        return conditions
            .filter(|c| !is_identity(document, c.node))
            .max_by_key(|c| depth(c))
            .map_or(document.root(), |c| c.node);
    };
    let lacks = candidates
        .iter()
        .filter(|c| strong(c) && c.missing && contains(document, c.node, deepest.node))
        .max_by_key(|c| depth(c));
    if let Some(lacks) = lacks {
        return lacks.node;
    }
    conditions
        .filter(|c| contains(document, deepest.node, c.node) && !is_name(document, c.node))
        .max_by_key(|c| depth(c))
        .unwrap_or(deepest)
        .node
}

fn contains(document: &Document, outer: NodeId, inner: NodeId) -> bool {
    outer <= inner && inner < document.after(outer)
}

fn is_identity(document: &Document, node: NodeId) -> bool {
    match document.path(node).0.first() {
        Some(Segment::Key(key)) => IDENTITY.contains(&key.as_str()),
        _ => false,
    }
}

/// Whether it tells which item of a list this is.
fn is_name(document: &Document, node: NodeId) -> bool {
    matches!(document.path(node).0.last(), Some(Segment::Key(key)) if key == "name")
}
