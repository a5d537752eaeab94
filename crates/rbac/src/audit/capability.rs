//! Rights that lead to more than they say.

use crate::audit::catalogue::{self as catalogue, Check, Severity};
use crate::model::Rule;
use crate::resources::RESOURCES;
use crate::rule::has;

/// A dangerous right: any of the verbs on any of the resources.
#[derive(Debug)]
pub(crate) struct Capability {
    pub(crate) check: &'static Check,
    /// In all namespaces, and in one.
    pub(crate) severity: (Severity, Severity),
    /// The verbs and the resources (group, resource with subresource).
    pub(crate) rights: &'static [Right],
}

#[derive(Debug)]
pub(crate) struct Right {
    pub(crate) verbs: &'static [&'static str],
    pub(crate) group: &'static str,
    pub(crate) resources: &'static [&'static str],
}

use Severity::{Critical, High, Low, Medium};

const WRITE: &[&str] = &["create", "update", "patch"];
const CHANGE: &[&str] = &["update", "patch"];
const RBAC: &str = "rbac.authorization.k8s.io";
const AUTHN: &str = "authentication.k8s.io";

macro_rules! right {
    ($verbs:expr, $group:expr, $($resource:literal)*) => {
        Right { verbs: $verbs, group: $group, resources: &[$($resource),*] }
    };
}

macro_rules! capability {
    ($check:ident $cluster:ident $namespace:ident [$($right:expr),* $(,)?]) => {
        Capability {
            check: &catalogue::$check,
            severity: ($cluster, $namespace),
            rights: &[$($right),*],
        }
    };
}

/// All of them.
pub(crate) const CAPABILITIES: &[Capability] = &[
    capability!(ESCALATE Critical High [right!(&["bind", "escalate"], RBAC, "clusterroles" "roles")]),
    capability!(IMPERSONATE Critical High [
        right!(&["impersonate"], "", "users" "groups" "serviceaccounts"),
        right!(&["impersonate:user-info"], AUTHN, "users" "groups"),
        right!(&["impersonate:serviceaccount"], AUTHN, "serviceaccounts"),
        right!(&["impersonate:arbitrary-node"], AUTHN, "nodes"),
    ]),
    capability!(RBAC_WRITE High Medium [
        right!(WRITE, RBAC, "clusterrolebindings" "rolebindings" "clusterroles" "roles"),
    ]),
    capability!(SECRETS_READ High Medium [right!(&["get", "list", "watch"], "", "secrets")]),
    capability!(SECRETS_WRITE Medium Low [right!(WRITE, "", "secrets")]),
    capability!(PODS_EXEC High Medium [
        right!(&["get", "create"], "", "pods/exec" "pods/attach"),
        right!(CHANGE, "", "pods/ephemeralcontainers"),
    ]),
    capability!(POD_ACCESS Medium Low [
        right!(&["get", "create"], "", "pods/portforward" "pods/proxy" "services/proxy"),
    ]),
    capability!(WORKLOADS High Low [
        right!(WRITE, "", "pods" "replicationcontrollers"),
        right!(WRITE, "apps", "deployments" "statefulsets" "daemonsets" "replicasets"),
        right!(WRITE, "batch", "jobs" "cronjobs"),
    ]),
    capability!(NODES_PROXY Critical Low [right!(&["get", "create"], "", "nodes/proxy")]),
    capability!(NODES_WRITE High Low [
        right!(WRITE, "", "nodes" "nodes/status"),
    ]),
    capability!(TOKENS High Medium [right!(&["create"], "", "serviceaccounts/token")]),
    capability!(CSR Critical Low [
        right!(CHANGE, "certificates.k8s.io", "certificatesigningrequests/approval"),
        right!(&["approve", "sign"], "certificates.k8s.io", "signers"),
    ]),
    capability!(ADMISSION High Low [
        right!(&["create", "update", "patch", "delete"], "admissionregistration.k8s.io",
            "mutatingwebhookconfigurations" "validatingwebhookconfigurations" "mutatingadmissionpolicies"
            "mutatingadmissionpolicybindings" "validatingadmissionpolicies" "validatingadmissionpolicybindings"),
    ]),
    capability!(VOLUMES High Low [right!(WRITE, "", "persistentvolumes")]),
    capability!(NAMESPACES Medium Medium [right!(CHANGE, "", "namespaces")]),
    capability!(NETWORK_POLICIES Medium Low [
        right!(&["create", "update", "patch", "delete", "deletecollection"], "networking.k8s.io", "networkpolicies"),
    ]),
    capability!(API_SERVICES High Low [right!(WRITE, "apiregistration.k8s.io", "apiservices")]),
    capability!(SERVICE_STATUS Medium Low [right!(CHANGE, "", "services/status")]),
    capability!(EVENTS_DELETE Low Low [
        right!(&["delete", "deletecollection"], "", "events"),
        right!(&["delete", "deletecollection"], "events.k8s.io", "events"),
    ]),
    capability!(DELETE Low Low [
        right!(&["delete"], "", "namespaces" "persistentvolumes"),
        right!(&["deletecollection"], "", "pods" "secrets" "persistentvolumeclaims" "configmaps" "services"),
        right!(&["deletecollection"], "apps", "deployments" "statefulsets" "daemonsets"),
    ]),
];

/// What of a capability a rule grants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Granted {
    /// The verbs, as the capability lists them.
    pub(crate) verbs: Vec<&'static str>,
    /// The resources, as the capability lists them.
    pub(crate) resources: Vec<&'static str>,
}

impl Granted {
    pub(crate) fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// `get, list secrets`.
    pub(crate) fn words(&self) -> String {
        format!("{} {}", self.verbs.join(", "), self.resources.join(", "))
    }

    fn add(&mut self, other: &Granted) {
        for verb in &other.verbs {
            if !self.verbs.contains(verb) {
                self.verbs.push(verb);
            }
        }
        for resource in &other.resources {
            if !self.resources.contains(resource) {
                self.resources.push(resource);
            }
        }
    }
}

impl Capability {
    /// What a rule grants of it, everywhere or in a namespace. A name in a rule for requests that have none grants
    /// nothing, nor does what lies outside of namespaces from inside of one.
    pub(crate) fn granted(&self, rule: &Rule, in_namespace: bool) -> Granted {
        let mut granted = Granted::default();
        for right in self.rights {
            granted.add(&right.granted(rule, in_namespace));
        }
        granted
    }
}

fn is_namespaced(group: &str, name: &str) -> bool {
    (RESOURCES.iter())
        .find(|resource| resource.group == group && resource.name == name)
        .is_none_or(|resource| resource.namespaced)
}

impl Right {
    pub(crate) fn granted(&self, rule: &Rule, in_namespace: bool) -> Granted {
        if !has(&rule.api_groups, self.group) {
            return Granted::default();
        }
        let resources: Vec<&'static str> = (self.resources.iter())
            .filter(|resource| {
                let (name, subresource) = resource.split_once('/').unwrap_or((resource, ""));
                rule.has_resource(name, subresource)
                    && (!in_namespace || name == "namespaces" || is_namespaced(self.group, name))
            })
            .copied()
            .collect();
        let unnamed = |verb: &str| {
            verb == "deletecollection"
                || (verb == "create" && resources.iter().all(|name| !name.contains('/')))
        };
        let verbs: Vec<&'static str> = (self.verbs.iter())
            .filter(|verb| has(&rule.verbs, verb))
            .filter(|verb| rule.resource_names.is_empty() || !unnamed(verb))
            .copied()
            .collect();
        if verbs.is_empty() || resources.is_empty() {
            return Granted::default();
        }
        Granted { verbs, resources }
    }
}
