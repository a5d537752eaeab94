//! Kubernetes objects in documents: what they are and what they are called.

use kpol_input::{Document, Kind, NodeId};

use crate::{CONSTRAINTS, TEMPLATES};

/// What a document is to Gatekeeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A ConstraintTemplate.
    Template,
    /// A constraint: an object of the group `constraints.gatekeeper.sh`.
    Constraint,
    /// An ExpansionTemplate.
    Expansion,
    /// A Suite of gator's.
    Suite,
    /// A mutator: Assign, AssignMetadata, ModifySet, AssignImage.
    Mutator,
    /// Anything else: what constraints are about.
    Other,
}

impl Role {
    /// What a document is, by its `apiVersion` and `kind`.
    #[must_use]
    pub fn of(document: &Document) -> Role {
        let (Some(api), Some(kind)) = (document.api_version(), document.object_kind()) else {
            return Role::Other;
        };
        match (group_version(api).0, kind) {
            (TEMPLATES, "ConstraintTemplate") => Role::Template,
            (CONSTRAINTS, _) => Role::Constraint,
            ("expansion.gatekeeper.sh", "ExpansionTemplate") => Role::Expansion,
            ("test.gatekeeper.sh", "Suite") => Role::Suite,
            (
                "mutations.gatekeeper.sh",
                "Assign" | "AssignMetadata" | "ModifySet" | "AssignImage",
            ) => Role::Mutator,
            _ => Role::Other,
        }
    }

    /// Whether it is policy: a template or a constraint.
    #[must_use]
    pub fn is_policy(self) -> bool {
        matches!(self, Role::Template | Role::Constraint)
    }
}

/// Group and version of an `apiVersion`; nothing of one that is none, as in Gatekeeper.
pub(crate) fn group_version(api: &str) -> (&str, &str) {
    match api.split_once('/') {
        None => ("", api),
        Some((_, version)) if version.contains('/') => ("", ""),
        Some(parts) => parts,
    }
}

/// The kinds of Kubernetes whose objects are in no namespace.
const CLUSTER_SCOPED: &[&str] = &[
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterTrustBundle",
    "ComponentStatus",
    "CustomResourceDefinition",
    "DeviceClass",
    "DeviceTaintRule",
    "FlowSchema",
    "IPAddress",
    "IngressClass",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PodSecurityPolicy",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ResourceSlice",
    "RuntimeClass",
    "SelfSubjectAccessReview",
    "SelfSubjectReview",
    "SelfSubjectRulesReview",
    "ServiceCIDR",
    "StorageClass",
    "StorageVersion",
    "StorageVersionMigration",
    "SubjectAccessReview",
    "TokenReview",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeAttributesClass",
];

/// An object: a node of a document.
#[derive(Clone, Copy, Debug)]
pub struct Object<'d> {
    /// Where it is.
    pub document: &'d Document,
    /// Its node.
    pub node: NodeId,
    /// Its API group; empty for the core group.
    pub group: &'d str,
    /// The version of its API.
    pub version: &'d str,
    /// Its kind.
    pub kind: &'d str,
    /// `metadata.name`; empty without one.
    pub name: &'d str,
    /// `metadata.generateName`; empty without one.
    pub generate_name: &'d str,
    /// `metadata.namespace`; empty without one.
    pub namespace: &'d str,
}

impl<'d> Object<'d> {
    /// The object that a document is.
    #[must_use]
    pub fn of(document: &'d Document) -> Object<'d> {
        Object::at(document, document.root())
    }

    /// The object at a node.
    #[must_use]
    pub fn at(document: &'d Document, node: NodeId) -> Object<'d> {
        let text = |node: Option<NodeId>, key: &str| {
            node.and_then(|node| document.get(node, key))
                .and_then(|value| document.str(value))
                .unwrap_or_default()
        };
        let (group, version) = group_version(text(Some(node), "apiVersion"));
        let metadata = document.get(node, "metadata");
        Object {
            document,
            node,
            group,
            version,
            kind: text(Some(node), "kind"),
            name: text(metadata, "name"),
            generate_name: text(metadata, "generateName"),
            namespace: text(metadata, "namespace"),
        }
    }

    /// Whether it is a Namespace.
    #[must_use]
    pub fn is_namespace(&self) -> bool {
        self.kind == "Namespace" && self.group.is_empty()
    }

    /// Whether objects of its kind are in namespaces; none of kinds that are not Kubernetes' own.
    #[must_use]
    pub fn is_namespaced(&self) -> Option<bool> {
        let own = !self.group.contains('.') || self.group.ends_with(".k8s.io");
        let cluster = CLUSTER_SCOPED.contains(&self.kind);
        own.then_some(!cluster)
    }

    /// The value of a label. Labels that are not all strings are none at all, as in Kubernetes' libraries.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&'d str> {
        let labels = labels(self.document, self.node)?;
        let value = self.document.get(labels, key)?;
        self.document.str(value)
    }
}

/// The labels of an object, if all of them are strings.
#[must_use]
pub fn labels(document: &Document, object: NodeId) -> Option<NodeId> {
    let labels = document.get(document.get(object, "metadata")?, "labels")?;
    let strings = document
        .children(labels)
        .all(|value| document.str(value).is_some());
    (strings && matches!(document.kind(labels), Kind::Object(_))).then_some(labels)
}
