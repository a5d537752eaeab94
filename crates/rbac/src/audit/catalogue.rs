//! All checks of the audit: ids, titles, and what to do.

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Advice: it does not fail a run.
    Low,
    /// Makes an attack easier, or its damage larger.
    Medium,
    /// Takes a boundary away that would stop an intruder.
    High,
    /// Gives the cluster or a node away by itself.
    Critical,
}

impl Severity {
    /// `critical`, `high`, `medium`, `low`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        }
    }

    /// One step less bad.
    #[must_use]
    pub const fn lower(self) -> Severity {
        match self {
            Severity::Critical => Severity::High,
            Severity::High => Severity::Medium,
            Severity::Medium | Severity::Low => Severity::Low,
        }
    }
}

/// One check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its id, which never changes.
    pub id: &'static str,
    /// What is true where nothing is found.
    pub title: &'static str,
    /// The severity of its worst findings.
    pub severity: Severity,
    /// What to do about a finding.
    pub remediation: &'static str,
    /// The part of Kubernetes' good practices that it is about.
    pub link: &'static str,
}

const LEAST: &str =
    "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege";
const RISKS: &str = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#kubernetes-rbac-privilege-escalation-risks";
const REVIEW: &str =
    "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#periodic-review";
const RULES: &str =
    "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources";
const GROUPS: &str = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#hardening";

macro_rules! checks {
    ($($name:ident $id:literal $severity:ident $link:ident $title:literal $remediation:literal)*) => {
        $(pub(crate) const $name: Check = Check {
            id: $id, title: $title, severity: Severity::$severity, remediation: $remediation, link: $link,
        };)*
        /// All checks, by group.
        pub const CHECKS: &[Check] = &[$($name),*];
    };
}

checks! {
    FULL_ACCESS "rbac/full-access" Critical LEAST
        "Roles of your own do not grant everything"
        "List the API groups, resources and verbs that are used; nobody but an administrator in need has use for `*` on `*.*`."
    WILDCARD_VERBS "rbac/wildcard-verbs" High LEAST
        "Roles list their verbs"
        "Replace `*` with the verbs that are used: `get`, `list`, `watch`, `create`, …"
    WILDCARD_RESOURCES "rbac/wildcard-resources" High LEAST
        "Roles list their resources"
        "Replace `*` with the resources that are used: it covers secrets, subresources such as `pods/exec`, and what later versions add."
    WILDCARD_GROUPS "rbac/wildcard-api-groups" Medium LEAST
        "Roles list their API groups"
        "Replace `*` with the groups of the resources: `\"\"` for pods, `apps` for deployments."
    WILDCARD_URLS "rbac/wildcard-urls" Medium LEAST
        "Roles list the paths that they grant"
        "Replace `*` with the paths that are used: `/metrics`, `/healthz`."
    CLUSTER_ADMIN_ACCOUNT "rbac/cluster-admin-service-account" Critical LEAST
        "ServiceAccounts are not cluster-admin"
        "Bind the ServiceAccount to a Role of its own that lists the verbs and resources which the program uses, in the namespace where it uses them; `kpol rbac minimise` proposes one."
    CLUSTER_ADMIN_USER "rbac/cluster-admin-user" High LEAST
        "Nobody is cluster-admin in daily work"
        "Bind people to roles that fit their work, and let them impersonate an administrator where they must."
    CLUSTER_ADMIN_GROUP "rbac/cluster-admin-group" High LEAST
        "Groups that are cluster-admin are small"
        "Bind the group to roles that fit its work, and let few impersonate an administrator where they must."
    ADMIN_ACCOUNT "rbac/admin-service-account" High LEAST
        "ServiceAccounts do not administrate namespaces"
        "Bind a Role of its own; `admin` and `edit` read secrets, run commands in pods and act as any ServiceAccount of the namespace."
    ADMIN_BINDING "rbac/admin-binding" High LEAST
        "The roles admin and edit are bound in one namespace"
        "Use a RoleBinding in the namespaces where it is needed, or a Role that lists what is used."
    SYSTEM_ROLE "rbac/system-role" Critical LEAST
        "Roles of Kubernetes' own components are bound to those only"
        "Make a role that lists what is used: a `system:` role changes with Kubernetes' version."
    ANONYMOUS "rbac/anonymous" Critical GROUPS
        "Requests without credentials may do nothing"
        "Remove the subject: whoever reaches the API server has these rights."
    ALL_USERS "rbac/all-users" Critical GROUPS
        "Roles are bound to somebody, not to everybody"
        "Name the users, groups or ServiceAccounts that need it."
    ALL_ACCOUNTS "rbac/all-service-accounts" Critical GROUPS
        "Roles are not bound to all ServiceAccounts"
        "Name the ServiceAccounts that need it."
    MASTERS "rbac/system-masters" High GROUPS
        "Nobody uses the group system:masters"
        "Bind a group of your own: members of system:masters pass every authorization, and no binding takes that away."
    ESCALATE "rbac/escalation" Critical RISKS
        "Nobody may write or bind roles beyond their own rights"
        "Remove the verbs `escalate` and `bind`, or name the roles that may be bound in resourceNames: who has them gives themselves every right."
    IMPERSONATE "rbac/impersonation" Critical RISKS
        "Nobody may act as somebody else"
        "Remove the verb, or name who may be impersonated in resourceNames."
    RBAC_WRITE "rbac/role-writes" High RISKS
        "Few may write roles and bindings"
        "Leave roles and bindings to administrators or to the pipeline that applies them."
    SECRETS_READ "rbac/secrets" High RISKS
        "Few may read secrets"
        "Mount the secrets that a program needs, or name them in resourceNames with the verb `get`: `list` and `watch` show the contents of all."
    SECRETS_WRITE "rbac/secret-writes" Medium RISKS
        "Few may write secrets"
        "Name the secrets in resourceNames; who creates secrets can make the token of a ServiceAccount."
    PODS_EXEC "rbac/pod-exec" High RISKS
        "Few may run commands in pods"
        "Grant it for a while, where it is needed; `get` is enough for `kubectl exec`, as is `create`."
    POD_ACCESS "rbac/pod-access" Medium RISKS
        "Few may connect to pods through the API server"
        "Grant it for a while, where it is needed: it leads to ports of pods past network policies."
    WORKLOADS "rbac/workload-creation" High RISKS
        "Few may create pods in all namespaces"
        "Grant it in the namespaces where it is needed: who makes a pod reads every secret and acts as every ServiceAccount of its namespace."
    NODES_PROXY "rbac/node-proxy" Critical RISKS
        "Nobody speaks to kubelets through the API server"
        "Remove nodes/proxy: with it, `get` is enough to run commands in every pod of a node, past admission and the audit log; grant nodes/metrics or nodes/stats."
    NODES_WRITE "rbac/node-writes" High RISKS
        "Nobody but kubelets and operators changes nodes"
        "Remove it: who changes nodes and evicts pods draws pods to a node of their choice."
    TOKENS "rbac/service-account-token" High RISKS
        "Few may make tokens of ServiceAccounts"
        "Name the ServiceAccounts in resourceNames."
    CSR "rbac/certificates" Critical RISKS
        "Few may approve certificates"
        "Name signers in resourceNames, and none of kubernetes.io/kube-apiserver-client: its certificates are users of any name."
    ADMISSION "rbac/admission" High RISKS
        "Few may change admission"
        "Leave webhooks and admission policies to administrators: they see and change every object that is written."
    VOLUMES "rbac/persistent-volumes" High RISKS
        "Few may create PersistentVolumes"
        "Leave them to the provisioner: a hostPath volume is the node's file system."
    NAMESPACES "rbac/namespace-writes" Medium RISKS
        "Few may change namespaces"
        "Leave labels of namespaces to administrators: Pod Security and network policies go by them."
    NETWORK_POLICIES "rbac/network-policy-writes" Medium RISKS
        "Few may change network policies"
        "Leave network policies to who answers for the network."
    API_SERVICES "rbac/api-services" High RISKS
        "Few may register API servers"
        "Leave APIServices to administrators: requests to their groups go where they say."
    SYSTEM_CONFIG "rbac/cluster-configuration" High LEAST
        "Few may write the configuration of the cluster's own programs"
        "Name the ConfigMaps in resourceNames; those of kube-system decide on DNS and, on EKS, on who is administrator."
    SERVICE_STATUS "rbac/service-status" Medium RISKS
        "Nobody but controllers writes the status of services"
        "Remove it: a load balancer address of somebody's choice draws traffic (CVE-2020-8554)."
    EVENTS_DELETE "rbac/event-deletion" Low LEAST
        "Nobody deletes events"
        "Remove it: events are traces of an attack."
    DELETE "rbac/mass-delete" Low LEAST
        "Few may delete much at once"
        "Remove deletecollection, and the deletion of namespaces and volumes."
    AGGREGATION "rbac/aggregation" High LEAST
        "Labels do not widen Kubernetes' own roles with dangerous rights"
        "Remove the label, or the rules: everybody who is bound to the role has them."
    MISSING_ROLE "rbac/missing-role" Medium REVIEW
        "Bindings refer to roles that exist"
        "Remove the binding, or create the role: whoever may create a role of that name decides what its subjects may do."
    MISSING_SUBJECT "rbac/missing-service-account" Medium REVIEW
        "Bindings name ServiceAccounts that exist"
        "Remove the subject: who creates a ServiceAccount of that name has its rights."
    MISSING_NAMESPACE "rbac/missing-namespace" Low REVIEW
        "Roles and bindings lie in namespaces that exist"
        "Remove it, or create the namespace."
    NO_SUBJECTS "rbac/empty-subjects" Low REVIEW
        "Bindings have subjects"
        "Remove the binding."
    NO_NAMESPACE "rbac/invalid-subject" Medium REVIEW
        "ServiceAccounts in bindings have a namespace"
        "Write the namespace of the ServiceAccount; without it the API server refuses the binding."
    UNUSED_ROLE "rbac/unbound-role" Low REVIEW
        "Roles are bound to somebody"
        "Remove the role."
    UNUSED_ACCOUNT "rbac/unused-service-account" Medium REVIEW
        "ServiceAccounts are used"
        "Remove the ServiceAccount, or its bindings."
    DEFAULT_ACCOUNT "rbac/default-service-account" Medium LEAST
        "The default ServiceAccount has no rights"
        "Make a ServiceAccount for the workload: every pod that names none runs as `default`."
    TAKEOVER "rbac/workload-takeover" High LEAST
        "No workload can take the cluster over"
        "Take the right away that the path begins with, or give the workload a ServiceAccount of its own; `kpol rbac paths` shows which binding to remove."
    DUPLICATE_OBJECT "rbac/duplicate-object" Low REVIEW
        "Objects are defined once"
        "Remove one of them: only one can be in the cluster."
    DUPLICATE_BINDING "rbac/duplicate-binding" Low REVIEW
        "Subjects are bound to a role once"
        "Remove one of the bindings, or the subject from it: rights that are granted twice stay when one is taken away."
    REDUNDANT_RULE "rbac/duplicate" Low REVIEW
        "Rules say something that others do not"
        "Remove the rule."
    OVERWRITTEN_RULES "rbac/overwritten-rules" Low REVIEW
        "Aggregated roles have no rules of their own"
        "Move the rules to a role with the label that is selected: the controller overwrites these."
    NAME_PATTERN "rbac/resource-name-pattern" Medium RULES
        "Names in resourceNames are names"
        "Write each name: there are no patterns, so the rule matches no object but one of that very name."
    NAMES_WITHOUT_EFFECT "rbac/resource-name-verbs" Medium RULES
        "Verbs without a name are not limited to names"
        "Move `create` and `deletecollection` to a rule without resourceNames: their requests name no object, so this allows none of them."
    LITERAL_WILDCARD "rbac/literal-wildcard" Medium RULES
        "Wildcards stand where they are wildcards"
        "Write `*`, `*/scale` or the names: `pods/*` is no pattern and matches nothing."
    INEFFECTIVE "rbac/ineffective-rule" Medium RULES
        "Rules of roles have an effect"
        "Write API groups, plural names of resources and verbs as `kubectl api-resources -o wide` has them; what lies outside of namespaces needs a ClusterRole and a ClusterRoleBinding."
}
