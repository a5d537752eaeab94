//! Kinds and resources: `NetworkPolicy` is `networkpolicies`, and lives in a namespace.

/// A kind as the API names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The name in paths of the API and in rules: `pods`.
    pub plural: String,
    /// Whether its objects live in namespaces; none where the kind is not one of Kubernetes' own.
    pub namespaced: Option<bool>,
}

/// The kinds of Kubernetes whose objects live in no namespace, by group.
const CLUSTER: &[(&str, &[&str])] = &[
    (
        "",
        &["ComponentStatus", "Namespace", "Node", "PersistentVolume"],
    ),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    (
        "authentication.k8s.io",
        &["SelfSubjectReview", "TokenReview"],
    ),
    (
        "authorization.k8s.io",
        &[
            "SelfSubjectAccessReview",
            "SelfSubjectRulesReview",
            "SubjectAccessReview",
        ],
    ),
    (
        "certificates.k8s.io",
        &["CertificateSigningRequest", "ClusterTrustBundle"],
    ),
    (
        "flowcontrol.apiserver.k8s.io",
        &["FlowSchema", "PriorityLevelConfiguration"],
    ),
    ("internal.apiserver.k8s.io", &["StorageVersion"]),
    (
        "networking.k8s.io",
        &["IPAddress", "IngressClass", "ServiceCIDR"],
    ),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["PodSecurityPolicy"]),
    (
        "rbac.authorization.k8s.io",
        &["ClusterRole", "ClusterRoleBinding"],
    ),
    (
        "resource.k8s.io",
        &["DeviceClass", "DeviceTaintRule", "ResourceSlice"],
    ),
    ("scheduling.k8s.io", &["PriorityClass"]),
    (
        "storage.k8s.io",
        &[
            "CSIDriver",
            "CSINode",
            "StorageClass",
            "VolumeAttachment",
            "VolumeAttributesClass",
        ],
    ),
    ("storagemigration.k8s.io", &["StorageVersionMigration"]),
];

/// The kinds of Kubernetes whose objects live in namespaces, by group.
const NAMESPACED: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "Binding",
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
    (
        "apps",
        &[
            "ControllerRevision",
            "DaemonSet",
            "Deployment",
            "ReplicaSet",
            "StatefulSet",
        ],
    ),
    ("authorization.k8s.io", &["LocalSubjectAccessReview"]),
    ("autoscaling", &["HorizontalPodAutoscaler"]),
    ("batch", &["CronJob", "Job"]),
    ("certificates.k8s.io", &["PodCertificateRequest"]),
    ("coordination.k8s.io", &["Lease", "LeaseCandidate"]),
    ("discovery.k8s.io", &["EndpointSlice"]),
    ("events.k8s.io", &["Event"]),
    (
        "extensions",
        &[
            "DaemonSet",
            "Deployment",
            "Ingress",
            "NetworkPolicy",
            "ReplicaSet",
        ],
    ),
    ("networking.k8s.io", &["Ingress", "NetworkPolicy"]),
    ("policy", &["PodDisruptionBudget"]),
    ("rbac.authorization.k8s.io", &["Role", "RoleBinding"]),
    (
        "resource.k8s.io",
        &["ResourceClaim", "ResourceClaimTemplate"],
    ),
    ("storage.k8s.io", &["CSIStorageCapacity"]),
];

/// The resource of a kind. Resources of kinds that are not Kubernetes' own have the usual plural.
#[must_use]
pub fn resource(group: &str, kind: &str) -> Resource {
    let has = |table: &[(&str, &[&str])]| {
        table
            .iter()
            .any(|(name, kinds)| *name == group && kinds.contains(&kind))
    };
    Resource {
        plural: plural(kind),
        namespaced: match (has(NAMESPACED), has(CLUSTER)) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        },
    }
}

fn plural(kind: &str) -> String {
    let name = kind.to_lowercase();
    if name == "endpoints" {
        return name;
    }
    let before = |ending: char| name.strip_suffix(ending);
    if let Some(stem) = before('y')
        && !stem.ends_with(['a', 'e', 'i', 'o', 'u'])
    {
        return format!("{stem}ies");
    }
    let hisses = ["s", "x", "z", "ch", "sh"]
        .iter()
        .any(|ending| name.ends_with(ending));
    name + if hisses { "es" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::resource;

    #[test]
    fn plurals_and_scopes() {
        for (group, kind, plural, namespaced) in [
            ("", "Pod", "pods", Some(true)),
            ("", "Endpoints", "endpoints", Some(true)),
            ("", "Namespace", "namespaces", Some(false)),
            ("apps", "Deployment", "deployments", Some(true)),
            (
                "networking.k8s.io",
                "NetworkPolicy",
                "networkpolicies",
                Some(true),
            ),
            ("networking.k8s.io", "Ingress", "ingresses", Some(true)),
            (
                "networking.k8s.io",
                "IngressClass",
                "ingressclasses",
                Some(false),
            ),
            ("networking.k8s.io", "IPAddress", "ipaddresses", Some(false)),
            (
                "storage.k8s.io",
                "CSIStorageCapacity",
                "csistoragecapacities",
                Some(true),
            ),
            (
                "rbac.authorization.k8s.io",
                "ClusterRole",
                "clusterroles",
                Some(false),
            ),
            ("gateway.networking.k8s.io", "Gateway", "gateways", None),
            ("example.com", "Box", "boxes", None),
            ("example.com", "Pod", "pods", None),
            ("", "", "s", None),
        ] {
            let found = resource(group, kind);
            assert_eq!(
                (found.plural.as_str(), found.namespaced),
                (plural, namespaced),
                "{group}/{kind}"
            );
        }
    }
}
