//! From documents to the objects of RBAC.

use kpol_diagnostics::{Diagnostic, Span};
use kpol_input::{Document, Kind, NodeId};
use thiserror::Error;

use crate::model::{
    Binding, Expression, Namespace, Objects, Place, PlacedRule, Role, Rule, Scope, Selector,
    ServiceAccount, Subject, SubjectKind, TokenSecret,
};
use crate::workload;

const GROUP: &str = "rbac.authorization.k8s.io";

/// A field that the API server would refuse: what it grants cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{object}: {what}")]
pub struct LoadError {
    /// The object.
    pub object: String,
    /// What is wrong.
    pub what: String,
    /// Where.
    pub span: Span,
}

impl LoadError {
    /// The stable code.
    pub const CODE: &'static str = "rbac_shape";

    /// The error with its place.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error(LoadError::CODE, self.to_string(), self.span)
            .help("the API server refuses such an object, so nothing can be said about it")
    }
}

/// A document that is being read.
pub(crate) struct Reader<'a> {
    pub(crate) document: &'a Document,
    number: u32,
    object: String,
    errors: Vec<LoadError>,
}

impl Objects {
    /// Takes what a document says. Documents of kinds that have no part in RBAC are left alone.
    ///
    /// # Errors
    /// What is of another type than the API has; the object is not taken then.
    pub fn add(&mut self, document: &Document) -> Result<(), Vec<LoadError>> {
        let Some(kind) = document.object_kind() else {
            return Ok(());
        };
        let version = document.api_version().unwrap_or_default();
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let mut reader = Reader {
            document,
            number: u32::try_from(self.documents.len()).unwrap_or(u32::MAX),
            object: format!(
                "{kind} {}",
                crate::model::slashed(
                    document.namespace().unwrap_or_default(),
                    document.name().unwrap_or("(unnamed)")
                )
            ),
            errors: Vec::new(),
        };
        let taken = match (group, kind) {
            (GROUP, "Role") => {
                let role = reader.role(Scope::Namespaced);
                reader.keep(role, &mut self.roles)
            }
            (GROUP, "ClusterRole") => {
                let role = reader.role(Scope::Cluster);
                reader.keep(role, &mut self.roles)
            }
            (GROUP, "RoleBinding") => {
                let binding = reader.binding(Scope::Namespaced);
                reader.keep(binding, &mut self.bindings)
            }
            (GROUP, "ClusterRoleBinding") => {
                let binding = reader.binding(Scope::Cluster);
                reader.keep(binding, &mut self.bindings)
            }
            ("", "ServiceAccount") => {
                let account = reader.service_account();
                reader.keep(account, &mut self.service_accounts)
            }
            ("", "Namespace") => {
                let namespace = reader.namespace();
                reader.keep(namespace, &mut self.namespaces)
            }
            ("", "Secret") => match reader.token_secret() {
                Some(secret) => reader.keep(secret, &mut self.token_secrets),
                None => return Ok(()),
            },
            _ => match workload::read(&mut reader, kind) {
                Some(workload) => reader.keep(workload, &mut self.workloads),
                None => return Ok(()),
            },
        };
        if !taken {
            return Err(reader.errors);
        }
        self.documents.push(document.clone());
        Ok(())
    }
}

impl Reader<'_> {
    fn keep<T>(&self, object: T, list: &mut Vec<T>) -> bool {
        if self.errors.is_empty() {
            list.push(object);
        }
        self.errors.is_empty()
    }

    pub(crate) fn place(&self, node: NodeId) -> Place {
        Place {
            document: self.number,
            node,
        }
    }

    pub(crate) fn root(&self) -> NodeId {
        self.document.root()
    }

    /// A member; none where it is null.
    pub(crate) fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        self.document
            .get(node, key)
            .filter(|found| self.document.kind(*found) != Kind::Null)
    }

    pub(crate) fn at(&self, keys: &[&str]) -> Option<NodeId> {
        keys.iter()
            .try_fold(self.root(), |node, key| self.get(node, key))
    }

    pub(crate) fn bool_at(&self, node: NodeId, key: &str) -> Option<bool> {
        match self.document.kind(self.get(node, key)?) {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn str_at(&self, node: NodeId, key: &str) -> Option<&str> {
        self.document.str(self.get(node, key)?)
    }

    fn refuse(&mut self, node: NodeId, what: String) {
        self.errors.push(LoadError {
            object: self.object.clone(),
            what,
            span: self.document.span(node),
        });
    }

    /// A member that is a string; empty where there is none.
    pub(crate) fn text(&mut self, node: NodeId, key: &str) -> String {
        let Some(found) = self.get(node, key) else {
            return String::new();
        };
        if let Some(text) = self.document.str(found) {
            return text.to_owned();
        }
        self.refuse(found, format!("`{key}` is no string"));
        String::new()
    }

    /// A member that is a list of strings; empty where there is none.
    fn texts(&mut self, node: NodeId, key: &str) -> Vec<String> {
        let mut out = Vec::new();
        for item in self.items(node, key) {
            match self.document.str(item) {
                Some(text) => out.push(text.to_owned()),
                None => self.refuse(item, format!("`{key}` has an item that is no string")),
            }
        }
        out
    }

    /// The items of a member that is a list; none where there is none.
    pub(crate) fn items(&mut self, node: NodeId, key: &str) -> Vec<NodeId> {
        let Some(found) = self.get(node, key) else {
            return Vec::new();
        };
        if matches!(self.document.kind(found), Kind::Array(_)) {
            return self.document.children(found).collect();
        }
        self.refuse(found, format!("`{key}` is no list"));
        Vec::new()
    }

    /// A member that is a map of strings.
    fn map(&mut self, node: NodeId, key: &str) -> Vec<(String, String)> {
        let Some(found) = self.get(node, key) else {
            return Vec::new();
        };
        if !matches!(self.document.kind(found), Kind::Object(_)) {
            self.refuse(found, format!("`{key}` is no map"));
            return Vec::new();
        }
        let mut out = Vec::new();
        for (name, value) in self.document.members(found).collect::<Vec<_>>() {
            match (self.document.str(name), self.document.str(value)) {
                (Some(name), Some(value)) => out.push((name.to_owned(), value.to_owned())),
                _ => self.refuse(value, format!("`{key}` has a value that is no string")),
            }
        }
        out
    }

    fn metadata(&self) -> Option<NodeId> {
        self.at(&["metadata"])
    }

    fn name(&mut self, key: &str) -> String {
        self.metadata()
            .map_or_else(String::new, |metadata| self.text(metadata, key))
    }

    /// The namespace of an object that has one; `default` where it names none, as kubectl does.
    pub(crate) fn namespace_of(&mut self) -> String {
        let namespace = self.name("namespace");
        if namespace.is_empty() {
            "default".to_owned()
        } else {
            namespace
        }
    }

    fn scoped(&mut self, scope: Scope) -> String {
        match scope {
            Scope::Namespaced => self.namespace_of(),
            Scope::Cluster => String::new(),
        }
    }

    fn role(&mut self, scope: Scope) -> Role {
        let root = self.root();
        let mut role = Role {
            scope,
            namespace: self.scoped(scope),
            name: self.name("name"),
            place: Some(self.place(root)),
            ..Role::default()
        };
        if let Some(metadata) = self.metadata() {
            role.labels = self.map(metadata, "labels");
        }
        for node in self.items(root, "rules") {
            if !matches!(self.document.kind(node), Kind::Object(_)) {
                self.refuse(node, "a rule is no map".to_owned());
                continue;
            }
            let rule = Rule {
                verbs: self.texts(node, "verbs"),
                api_groups: self.texts(node, "apiGroups"),
                resources: self.texts(node, "resources"),
                resource_names: self.texts(node, "resourceNames"),
                urls: self.texts(node, "nonResourceURLs"),
            };
            role.rules.push(PlacedRule {
                rule,
                place: Some(self.place(node)),
                from: None,
            });
        }
        if let Some(aggregation) = self.get(root, "aggregationRule") {
            let mut selectors = Vec::new();
            for node in self.items(aggregation, "clusterRoleSelectors") {
                let mut selector = Selector {
                    labels: self.map(node, "matchLabels"),
                    expressions: Vec::new(),
                };
                for expression in self.items(node, "matchExpressions") {
                    selector.expressions.push(Expression {
                        key: self.text(expression, "key"),
                        operator: self.text(expression, "operator"),
                        values: self.texts(expression, "values"),
                    });
                }
                selectors.push(selector);
            }
            role.aggregation = Some(selectors);
        }
        role
    }

    fn binding(&mut self, scope: Scope) -> Binding {
        let root = self.root();
        let mut binding = Binding {
            scope,
            namespace: self.scoped(scope),
            name: self.name("name"),
            place: Some(self.place(root)),
            ..Binding::default()
        };
        if let Some(node) = self.get(root, "roleRef") {
            binding.role_place = Some(self.place(node));
            let kind = self.text(node, "kind");
            binding.cluster_role = match kind.as_str() {
                "ClusterRole" => true,
                "Role" => false,
                other => {
                    self.refuse(node, format!("roleRef has the kind `{other}`"));
                    false
                }
            };
            if scope == Scope::Cluster && kind == "Role" {
                self.refuse(node, "a ClusterRoleBinding refers to a Role".to_owned());
            }
            binding.role = self.text(node, "name");
        } else {
            self.refuse(root, "there is no roleRef".to_owned());
        }
        for node in self.items(root, "subjects") {
            let kind = match self.text(node, "kind").as_str() {
                "User" => SubjectKind::User,
                "Group" => SubjectKind::Group,
                "ServiceAccount" => SubjectKind::ServiceAccount,
                other => {
                    self.refuse(node, format!("a subject has the kind `{other}`"));
                    continue;
                }
            };
            let mut subject = Subject {
                kind,
                namespace: String::new(),
                name: self.text(node, "name"),
            };
            if kind == SubjectKind::ServiceAccount {
                subject.namespace = self.text(node, "namespace");
                if subject.namespace.is_empty() {
                    subject.namespace.clone_from(&binding.namespace);
                }
            }
            binding.subjects.push((subject, Some(self.place(node))));
        }
        binding
    }

    fn service_account(&mut self) -> ServiceAccount {
        let root = self.root();
        ServiceAccount {
            namespace: self.namespace_of(),
            name: self.name("name"),
            automount: self.bool_at(root, "automountServiceAccountToken"),
            place: Some(self.place(root)),
        }
    }

    fn namespace(&mut self) -> Namespace {
        let root = self.root();
        let labels = self
            .metadata()
            .map_or_else(Vec::new, |metadata| self.map(metadata, "labels"));
        Namespace {
            name: self.name("name"),
            enforce: labels
                .into_iter()
                .find(|(key, _)| key == "pod-security.kubernetes.io/enforce")
                .map(|(_, value)| value),
            place: Some(self.place(root)),
        }
    }

    fn token_secret(&mut self) -> Option<TokenSecret> {
        let root = self.root();
        if self.str_at(root, "type") != Some("kubernetes.io/service-account-token") {
            return None;
        }
        let annotations = self.at(&["metadata", "annotations"])?;
        let service_account = self
            .str_at(annotations, "kubernetes.io/service-account.name")?
            .to_owned();
        Some(TokenSecret {
            namespace: self.namespace_of(),
            name: self.name("name"),
            service_account,
            place: Some(self.place(root)),
        })
    }
}
