//! The resources that Kubernetes itself has, and how people name them.

/// A resource of Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its API group.
    pub group: &'static str,
    /// Its name: `pods`.
    pub name: &'static str,
    /// It lies in namespaces.
    pub namespaced: bool,
    /// Its short names.
    pub short: &'static [&'static str],
}

macro_rules! resources {
    ($($group:literal { $($name:literal $scope:ident [$($short:literal)*]),* $(,)? })*) => {
        &[$($(Resource {
            group: $group, name: $name, namespaced: resources!(@ $scope), short: &[$($short),*],
        }),*),*]
    };
    (@ ns) => { true };
    (@ cluster) => { false };
}

/// The resources of Kubernetes 1.37, and those of older versions that roles still name.
pub const RESOURCES: &[Resource] = resources! {
    "" {
        "bindings" ns [], "componentstatuses" cluster ["cs"], "configmaps" ns ["cm"], "endpoints" ns ["ep"],
        "events" ns ["ev"], "limitranges" ns ["limits"], "namespaces" cluster ["ns"], "nodes" cluster ["no"],
        "persistentvolumeclaims" ns ["pvc"], "persistentvolumes" cluster ["pv"], "pods" ns ["po"],
        "podtemplates" ns [], "replicationcontrollers" ns ["rc"], "resourcequotas" ns ["quota"],
        "secrets" ns [], "serviceaccounts" ns ["sa"], "services" ns ["svc"],
        // What is impersonated by the verb `impersonate`.
        "users" cluster [], "groups" cluster [],
    }
    "admissionregistration.k8s.io" {
        "mutatingadmissionpolicies" cluster [], "mutatingadmissionpolicybindings" cluster [],
        "mutatingwebhookconfigurations" cluster [], "validatingadmissionpolicies" cluster [],
        "validatingadmissionpolicybindings" cluster [], "validatingwebhookconfigurations" cluster [],
    }
    "apiextensions.k8s.io" { "customresourcedefinitions" cluster ["crd" "crds"] }
    "apiregistration.k8s.io" { "apiservices" cluster [] }
    "apps" {
        "controllerrevisions" ns [], "daemonsets" ns ["ds"], "deployments" ns ["deploy"], "replicasets" ns ["rs"],
        "statefulsets" ns ["sts"],
    }
    "authentication.k8s.io" {
        "selfsubjectreviews" cluster [], "tokenreviews" cluster [], "uids" cluster [], "userextras" cluster [],
        // What is impersonated by the verbs `impersonate:…`.
        "users" cluster [], "groups" cluster [], "serviceaccounts" ns [], "nodes" cluster [],
    }
    "authorization.k8s.io" {
        "localsubjectaccessreviews" ns [], "selfsubjectaccessreviews" cluster [], "selfsubjectrulesreviews" cluster [],
        "subjectaccessreviews" cluster [],
    }
    "autoscaling" { "horizontalpodautoscalers" ns ["hpa"] }
    "batch" { "cronjobs" ns ["cj"], "jobs" ns [] }
    "certificates.k8s.io" {
        "certificatesigningrequests" cluster ["csr"], "clustertrustbundles" cluster [],
        "podcertificaterequests" ns [], "signers" cluster [],
    }
    "coordination.k8s.io" { "leasecandidates" ns [], "leases" ns [] }
    "discovery.k8s.io" { "endpointslices" ns [] }
    "events.k8s.io" { "events" ns [] }
    "flowcontrol.apiserver.k8s.io" { "flowschemas" cluster [], "prioritylevelconfigurations" cluster [] }
    "metrics.k8s.io" { "nodes" cluster [], "pods" ns [] }
    "networking.k8s.io" {
        "clustercidrs" cluster [], "ingressclasses" cluster [], "ingresses" ns ["ing"], "ipaddresses" cluster ["ip"],
        "networkpolicies" ns ["netpol"], "servicecidrs" cluster [],
    }
    "node.k8s.io" { "runtimeclasses" cluster [] }
    "policy" { "poddisruptionbudgets" ns ["pdb"], "podsecuritypolicies" cluster ["psp"] }
    "rbac.authorization.k8s.io" {
        "clusterrolebindings" cluster [], "clusterroles" cluster [], "rolebindings" ns [], "roles" ns [],
    }
    "resource.k8s.io" {
        "deviceclasses" cluster [], "devicetaintrules" cluster [], "resourceclaims" ns [],
        "resourceclaimtemplates" ns [], "resourceslices" cluster [], "resourceclasses" cluster [],
        "podschedulingcontexts" ns [],
    }
    "scheduling.k8s.io" { "priorityclasses" cluster ["pc"], "workloads" ns [], "podgroups" ns [] }
    "storage.k8s.io" {
        "csidrivers" cluster [], "csinodes" cluster [], "csistoragecapacities" ns [], "storageclasses" cluster ["sc"],
        "volumeattachments" cluster [], "volumeattributesclasses" cluster ["vac"],
    }
    "storagemigration.k8s.io" { "storageversionmigrations" cluster [] }
    "extensions" {
        "daemonsets" ns [], "deployments" ns [], "ingresses" ns [], "networkpolicies" ns [], "replicasets" ns [],
        "podsecuritypolicies" cluster [], "replicationcontrollers" ns [],
    }
};

/// What somebody calls a resource: `pods`, `po`, `deployments.apps`, `Pod` as a plural of its kind.
#[must_use]
pub fn find(text: &str) -> Option<&'static Resource> {
    let text = text.to_ascii_lowercase();
    let (name, group) = text.split_once('.').unwrap_or((&text, ""));
    let grouped = text.contains('.');
    RESOURCES.iter().find(|resource| {
        (!grouped || resource.group == group)
            && (resource.name == name
                || resource.short.contains(&name)
                || singular(resource.name) == name)
    })
}

/// The groups that have a resource of this name.
pub fn groups_of(name: &str) -> impl Iterator<Item = &'static str> + '_ {
    (RESOURCES.iter())
        .filter(move |resource| resource.name == name)
        .map(|resource| resource.group)
}

/// Whether Kubernetes itself has the group.
#[must_use]
pub fn is_builtin_group(group: &str) -> bool {
    RESOURCES.iter().any(|resource| resource.group == group)
}

fn singular(plural: &str) -> String {
    if let Some(stem) = plural.strip_suffix("ies") {
        return format!("{stem}y");
    }
    if let Some(stem) = plural.strip_suffix("sses") {
        return format!("{stem}ss");
    }
    plural.strip_suffix('s').unwrap_or(plural).to_owned()
}

/// `pods/exec`, `deployments.apps`, `deployments.apps/scale`.
#[must_use]
pub fn qualified(group: &str, resource: &str) -> String {
    match (group, resource.split_once('/')) {
        ("", _) => resource.to_owned(),
        (group, None) => format!("{resource}.{group}"),
        (group, Some((resource, subresource))) => format!("{resource}.{group}/{subresource}"),
    }
}
