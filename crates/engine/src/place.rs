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

/// What only says which object a document is, not what is wrong with it.
const IDENTITY: [&[&str]; 5] = [
    &["apiVersion"],
    &["kind"],
    &["metadata", "name"],
    &["metadata", "generateName"],
    &["metadata", "namespace"],
];

/// The best place for a finding.
///
/// The rule's anchor is the deepest node that it bound by iteration. Inside of the anchor (or of the whole document,
/// where nothing was bound), the place is the deepest node that lacks what the rule asked for, else the deepest that
/// a condition read, else the anchor itself. What only identifies the object is never a place.
///
/// Where what is bound lies inside of a node that lacks something, the latter is the place: a rule that complains
/// about a container without limits may have gone through the container's ports on its way.
#[must_use]
pub fn place(candidates: &[Candidate], document: &Document) -> NodeId {
    let root = document.root();
    let depth = |c: &&Candidate| document.path(c.node).0.len();
    let useful: Vec<&Candidate> = candidates
        .iter()
        .filter(|c| !is_identity(document, c.node) && (c.missing || c.node != root))
        .collect();
    let anchor = useful
        .iter()
        .filter(|c| c.role == Role::Bound)
        .max_by_key(|c| depth(c))
        .map_or(root, |c| c.node);
    let lacks = |c: &&&Candidate| c.missing && c.role != Role::Condition;
    let around = useful
        .iter()
        .filter(lacks)
        .filter(|c| c.node != root && contains(document, c.node, anchor))
        .max_by_key(|c| depth(c));
    let inside = || useful.iter().filter(|c| contains(document, anchor, c.node));
    inside()
        .filter(lacks)
        .max_by_key(|c| depth(c))
        .or(around)
        .or_else(|| inside().filter(|c| !c.missing).max_by_key(|c| depth(c)))
        .map_or(anchor, |c| c.node)
}

fn contains(document: &Document, outer: NodeId, inner: NodeId) -> bool {
    outer <= inner && inner < document.after(outer)
}

fn is_identity(document: &Document, node: NodeId) -> bool {
    let path = document.path(node).0;
    IDENTITY.iter().any(|identity| {
        path.len() == identity.len()
            && path
                .iter()
                .zip(*identity)
                .all(|(segment, key)| match segment {
                    Segment::Key(name) => name == key,
                    Segment::Index(_) => false,
                })
    })
}
