//! Generated roles as manifests.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::minimise::Generated;
use crate::model::{Rule, SubjectKind};

const API: &str = "rbac.authorization.k8s.io";

impl Rule {
    /// The rule as the API has it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut map = Map::new();
        let fields = [
            ("verbs", &self.verbs),
            ("apiGroups", &self.api_groups),
            ("resources", &self.resources),
            ("resourceNames", &self.resource_names),
            ("nonResourceURLs", &self.urls),
        ];
        for (name, list) in fields {
            if !list.is_empty() {
                map.insert(name.to_owned(), json!(list));
            }
        }
        Value::Object(map)
    }
}

impl Generated {
    /// All roles and bindings under one name, as objects of the API: ClusterRoles, their bindings, Roles, theirs.
    #[must_use]
    pub fn objects(&self, name: &str) -> Vec<Value> {
        let mut objects = Vec::new();
        for cluster in [true, false] {
            let chosen: Vec<_> = (self.roles.iter())
                .filter(|role| role.namespace.is_empty() == cluster)
                .collect();
            let kind = if cluster { "ClusterRole" } else { "Role" };
            let subjects: BTreeSet<_> = chosen.iter().map(|role| &role.subject).collect();
            let named = |role: &crate::minimise::GeneratedRole| {
                if subjects.len() < 2 {
                    return name.to_owned();
                }
                format!("{name}:{}", plain(&role.subject.to_string()))
            };
            let metadata = |role: &crate::minimise::GeneratedRole| {
                let mut metadata = json!({"name": named(role)});
                if !cluster && let Some(map) = metadata.as_object_mut() {
                    map.insert("namespace".to_owned(), json!(role.namespace));
                }
                metadata
            };
            for role in &chosen {
                let rules: Vec<Value> = role.rules.iter().map(Rule::to_json).collect();
                objects.push(json!({
                    "apiVersion": format!("{API}/v1"),
                    "kind": kind,
                    "metadata": metadata(role),
                    "rules": rules,
                }));
            }
            for role in &chosen {
                let subject = match role.subject.kind {
                    SubjectKind::ServiceAccount => json!({
                        "kind": "ServiceAccount",
                        "namespace": role.subject.namespace,
                        "name": role.subject.name,
                    }),
                    other => json!({
                        "kind": other.as_str(), "apiGroup": API, "name": role.subject.name,
                    }),
                };
                objects.push(json!({
                    "apiVersion": format!("{API}/v1"),
                    "kind": format!("{kind}Binding"),
                    "metadata": metadata(role),
                    "subjects": [subject],
                    "roleRef": {"apiGroup": API, "kind": kind, "name": named(role)},
                }));
            }
        }
        objects
    }

    /// All roles and bindings as a stream of YAML documents.
    #[must_use]
    pub fn yaml(&self, name: &str) -> String {
        let mut out = String::new();
        for object in self.objects(name) {
            if !out.is_empty() {
                out.push_str("---\n");
            }
            write_yaml(&object, 0, &mut out);
        }
        out
    }
}

fn plain(text: &str) -> String {
    let keep = |char: char| char.is_ascii_alphanumeric() || char == ':';
    text.to_ascii_lowercase()
        .chars()
        .map(|char| if keep(char) { char } else { '-' })
        .collect()
}

/// Block style for maps and lists of maps, flow style for lists of strings. The values are made here, and not deep.
fn write_yaml(value: &Value, indent: usize, out: &mut String) {
    let Value::Object(map) = value else { return };
    for (at, (key, value)) in map.iter().enumerate() {
        if at > 0 || !out.ends_with("- ") {
            let _ = write!(out, "{:indent$}", "");
        }
        match value {
            Value::Object(_) => {
                let _ = writeln!(out, "{key}:");
                write_yaml(value, indent + 2, out);
            }
            Value::Array(items) if items.iter().all(Value::is_string) => {
                let items: Vec<String> = items.iter().map(scalar).collect();
                let _ = writeln!(out, "{key}: [{}]", items.join(", "));
            }
            Value::Array(items) => {
                let _ = writeln!(out, "{key}:");
                for item in items {
                    let _ = write!(out, "{:indent$}- ", "");
                    write_yaml(item, indent + 2, out);
                }
            }
            other => {
                let _ = writeln!(out, "{key}: {}", scalar(other));
            }
        }
    }
}

/// A string, quoted unless it is certainly one in YAML.
fn scalar(value: &Value) -> String {
    let Value::String(text) = value else {
        return value.to_string();
    };
    let safe = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.' | '/' | '_');
    let word = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
        && text.chars().all(safe);
    let other = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "null"
    );
    if word && !other {
        text.clone()
    } else {
        Value::String(text.clone()).to_string()
    }
}
