//! The objects of RBAC, with the places that they come from.

use std::fmt;

use kpol_input::NodeId;

/// A node of one of the documents that a [`Cluster`](crate::Cluster) was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which document, by its number.
    pub document: u32,
    /// The node.
    pub node: NodeId,
}

/// A rule of a role, as `rbac.authorization.k8s.io/v1` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// `verbs`.
    pub verbs: Vec<String>,
    /// `apiGroups`; the core group is empty.
    pub api_groups: Vec<String>,
    /// `resources`, subresources as `pods/exec`.
    pub resources: Vec<String>,
    /// `resourceNames`; none is all names.
    pub resource_names: Vec<String>,
    /// `nonResourceURLs`.
    pub urls: Vec<String>,
}

/// Which kind of object a role or binding is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// `Role`, `RoleBinding`.
    Namespaced,
    /// `ClusterRole`, `ClusterRoleBinding`.
    #[default]
    Cluster,
}

/// A rule of a role, and where it is written: in another role, where it was aggregated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedRule {
    /// The rule.
    pub rule: Rule,
    /// Where it is written; nowhere for the defaults of Kubernetes.
    pub place: Option<Place>,
    /// The ClusterRole that it was aggregated from.
    pub from: Option<String>,
}

/// A Role or a ClusterRole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// Which of both.
    pub scope: Scope,
    /// The namespace of a Role.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// What it grants.
    pub rules: Vec<PlacedRule>,
    /// `metadata.labels`.
    pub labels: Vec<(String, String)>,
    /// `aggregationRule.clusterRoleSelectors`, where there is one.
    pub aggregation: Option<Vec<Selector>>,
    /// Where it is written.
    pub place: Option<Place>,
    /// One of Kubernetes' own, that no document gave.
    pub builtin: bool,
}

/// A label selector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    /// `matchLabels`.
    pub labels: Vec<(String, String)>,
    /// `matchExpressions`.
    pub expressions: Vec<Expression>,
}

/// One of a selector's `matchExpressions`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expression {
    /// The label.
    pub key: String,
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`.
    pub operator: String,
    /// What to compare with.
    pub values: Vec<String>,
}

impl Selector {
    /// Whether labels match; an operator that there is not matches nothing.
    #[must_use]
    pub fn matches(&self, labels: &[(String, String)]) -> bool {
        let value = |key: &str| {
            labels
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value)
        };
        let equal = |(key, wanted): &(String, String)| value(key) == Some(wanted);
        let holds = |expression: &Expression| {
            let found = value(&expression.key);
            match expression.operator.as_str() {
                "In" => found.is_some_and(|found| expression.values.contains(found)),
                "NotIn" => found.is_none_or(|found| !expression.values.contains(found)),
                "Exists" => found.is_some(),
                "DoesNotExist" => found.is_none(),
                _ => false,
            }
        };
        self.labels.iter().all(equal) && self.expressions.iter().all(holds)
    }
}

/// The kind of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// A user, by name.
    User,
    /// All users of a group.
    Group,
    /// A ServiceAccount.
    ServiceAccount,
}

impl SubjectKind {
    /// `User`, `Group`, `ServiceAccount`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            SubjectKind::User => "User",
            SubjectKind::Group => "Group",
            SubjectKind::ServiceAccount => "ServiceAccount",
        }
    }
}

/// Who a binding is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// What it is.
    pub kind: SubjectKind,
    /// The namespace of a ServiceAccount.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl Subject {
    /// A user.
    pub fn user(name: impl Into<String>) -> Subject {
        Subject {
            kind: SubjectKind::User,
            namespace: String::new(),
            name: name.into(),
        }
    }

    /// A group.
    pub fn group(name: impl Into<String>) -> Subject {
        Subject {
            kind: SubjectKind::Group,
            ..Subject::user(name)
        }
    }

    /// A ServiceAccount.
    pub fn service_account(namespace: impl Into<String>, name: impl Into<String>) -> Subject {
        Subject {
            kind: SubjectKind::ServiceAccount,
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    /// The same identity in one form: a user named as a ServiceAccount is that ServiceAccount.
    #[must_use]
    pub fn identity(&self) -> Subject {
        match (self.kind, service_account_of(&self.name)) {
            (SubjectKind::User, Some((namespace, name))) => {
                Subject::service_account(namespace, name)
            }
            _ => self.clone(),
        }
    }

    /// Reads `sa:NAMESPACE/NAME`, `user:NAME`, `group:NAME`, a user name of a ServiceAccount, or a kind and a name as
    /// they are printed (`ServiceAccount shop/web`); anything else is a user.
    #[must_use]
    pub fn parse(text: &str) -> Subject {
        let text = text.trim();
        let split = |prefixes: [&str; 3]| {
            prefixes.iter().find_map(|prefix| {
                let (head, rest) = text.split_once([':', ' '])?;
                (head.eq_ignore_ascii_case(prefix)).then(|| rest.trim())
            })
        };
        if let Some(rest) = split(["sa", "serviceaccount", "serviceaccounts"])
            && let Some((namespace, name)) = rest.split_once(['/', ':'])
        {
            return Subject::service_account(namespace, name);
        }
        if let Some(rest) = split(["group", "groups", "g"]) {
            return Subject::group(rest);
        }
        Subject::user(split(["user", "users", "u"]).unwrap_or(text)).identity()
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        if self.namespace.is_empty() {
            write!(f, " {}", self.name)
        } else {
            write!(f, " {}/{}", self.namespace, self.name)
        }
    }
}

/// Namespace and name of the ServiceAccount that a user name stands for.
#[must_use]
pub fn service_account_of(user: &str) -> Option<(&str, &str)> {
    let (namespace, name) = user
        .strip_prefix("system:serviceaccount:")?
        .split_once(':')?;
    (!namespace.is_empty() && !name.is_empty() && !name.contains(':')).then_some((namespace, name))
}

/// A RoleBinding or a ClusterRoleBinding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binding {
    /// Which of both.
    pub scope: Scope,
    /// The namespace of a RoleBinding.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// `roleRef.kind` is `ClusterRole`.
    pub cluster_role: bool,
    /// `roleRef.name`.
    pub role: String,
    /// `subjects`, with places.
    pub subjects: Vec<(Subject, Option<Place>)>,
    /// Where it is written.
    pub place: Option<Place>,
    /// Where `roleRef` is written.
    pub role_place: Option<Place>,
    /// One of Kubernetes' own, that no document gave.
    pub builtin: bool,
}

impl Binding {
    /// `RoleBinding` or `ClusterRoleBinding`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.scope {
            Scope::Namespaced => "RoleBinding",
            Scope::Cluster => "ClusterRoleBinding",
        }
    }

    /// `ClusterRole edit`: what it refers to.
    #[must_use]
    pub fn role_words(&self) -> String {
        let kind = if self.cluster_role {
            "ClusterRole"
        } else {
            "Role"
        };
        format!("{kind} {}", self.role)
    }
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}",
            self.kind(),
            slashed(&self.namespace, &self.name)
        )
    }
}

impl Role {
    /// `Role` or `ClusterRole`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.scope {
            Scope::Namespaced => "Role",
            Scope::Cluster => "ClusterRole",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}",
            self.kind(),
            slashed(&self.namespace, &self.name)
        )
    }
}

/// `namespace/name`, or the name alone.
pub(crate) fn slashed(namespace: &str, name: &str) -> String {
    if namespace.is_empty() {
        name.to_owned()
    } else {
        format!("{namespace}/{name}")
    }
}

/// A ServiceAccount.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `automountServiceAccountToken`.
    pub automount: Option<bool>,
    /// Where it is written.
    pub place: Option<Place>,
}

/// A Namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// The Pod Security level that it enforces.
    pub enforce: Option<String>,
    /// Where it is written.
    pub place: Option<Place>,
}

/// What makes pods, as far as their rights go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workload {
    /// `Pod`, `Deployment`, …
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The ServiceAccount that its pods run under.
    pub service_account: String,
    /// `automountServiceAccountToken` of the pods.
    pub automount: Option<bool>,
    /// What of it makes its containers root on the node: `privileged`, `hostPID`, `hostPath /`.
    pub host: Option<String>,
    /// Another object made it, so that it is judged there.
    pub owned: bool,
    /// Where it is written.
    pub place: Option<Place>,
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
    }
}

/// A Secret that holds a ServiceAccount's token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenSecret {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Whose token it is.
    pub service_account: String,
    /// Where it is written.
    pub place: Option<Place>,
}

/// All that was read.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    /// Roles and ClusterRoles.
    pub roles: Vec<Role>,
    /// RoleBindings and ClusterRoleBindings.
    pub bindings: Vec<Binding>,
    /// ServiceAccounts.
    pub service_accounts: Vec<ServiceAccount>,
    /// Namespaces.
    pub namespaces: Vec<Namespace>,
    /// Pods and what makes them.
    pub workloads: Vec<Workload>,
    /// Secrets with tokens.
    pub token_secrets: Vec<TokenSecret>,
    /// The documents that places point into.
    pub documents: Vec<kpol_input::Document>,
}
