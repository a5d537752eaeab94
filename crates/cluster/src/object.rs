//! One object, as policies are to see it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::kinds::ResourceKind;

/// What stands instead of a secret's values: nobody needs them to judge it, and a snapshot is no place for them.
const REDACTED: &str = "***";

/// The controller of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// `apps/v1`.
    pub api_version: String,
    /// `ReplicaSet`.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// An object of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// Empty for objects that lie in none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// What controls it, if something does.
    pub owner: Option<Owner>,
    /// All of it: without `managedFields`, and of secrets without their values.
    pub value: Value,
}

impl Object {
    /// Takes an item of a list, which does not say of which kind it is.
    pub(crate) fn of_list(kind: &ResourceKind, item: Value) -> Option<Object> {
        let Value::Object(members) = item else {
            return None;
        };
        let mut whole = Map::with_capacity(members.len() + 2);
        whole.insert("apiVersion".to_owned(), Value::String(kind.api_version()));
        whole.insert("kind".to_owned(), Value::String(kind.kind.clone()));
        for (key, value) in members {
            if key != "apiVersion" && key != "kind" {
                whole.insert(key, value);
            }
        }
        Object::new(Value::Object(whole))
    }

    /// Takes an object that says of which kind it is; nothing else is one.
    #[must_use]
    pub fn new(mut value: Value) -> Option<Object> {
        clean(&mut value);
        let text = |path: &str| {
            let value = value.pointer(path).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let object = Object {
            api_version: text("/apiVersion"),
            kind: text("/kind"),
            namespace: text("/metadata/namespace"),
            name: text("/metadata/name"),
            owner: owner(&value),
            value,
        };
        (!object.kind.is_empty() && !object.api_version.is_empty()).then_some(object)
    }
}

/// Takes out what is of no use, or nobody's business.
fn clean(value: &mut Value) {
    let secret = value.get("kind").and_then(Value::as_str) == Some("Secret");
    let Some(members) = value.as_object_mut() else {
        return;
    };
    if let Some(Value::Object(metadata)) = members.get_mut("metadata") {
        metadata.shift_remove("managedFields");
        if let Some(Value::Object(annotations)) = metadata.get_mut("annotations") {
            // A copy of the object as somebody wrote it, secrets' values included.
            annotations.shift_remove("kubectl.kubernetes.io/last-applied-configuration");
        }
    }
    if secret {
        for key in ["data", "stringData"] {
            if let Some(Value::Object(values)) = members.get_mut(key) {
                for value in values.values_mut() {
                    *value = Value::String(REDACTED.to_owned());
                }
            }
        }
    }
}

fn owner(value: &Value) -> Option<Owner> {
    let owners = value.pointer("/metadata/ownerReferences")?.as_array()?;
    let controller = owners
        .iter()
        .find(|owner| owner.get("controller").and_then(Value::as_bool) == Some(true))?;
    let text = |key: &str| {
        controller
            .get(key)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    Some(Owner {
        api_version: text("apiVersion")?,
        kind: text("kind")?,
        name: text("name")?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_of_lists_learn_their_kind() {
        let kind = ResourceKind {
            group: "apps".to_owned(),
            version: "v1".to_owned(),
            kind: "ReplicaSet".to_owned(),
            plural: "replicasets".to_owned(),
            namespaced: true,
        };
        let item = json!({"metadata": {
            "name": "web-1", "namespace": "shop", "managedFields": [{}],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "a": "b"},
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "ConfigMap", "name": "other"},
                {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": true},
            ],
        }});
        let object = Object::of_list(&kind, item).unwrap_or_else(|| unreachable!());
        assert_eq!(
            object.value.to_string(),
            json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {
                "name": "web-1", "namespace": "shop", "annotations": {"a": "b"},
                "ownerReferences": [
                    {"apiVersion": "v1", "kind": "ConfigMap", "name": "other"},
                    {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": true},
                ],
            }})
            .to_string()
        );
        assert_eq!(
            object.owner.map(|owner| owner.kind).as_deref(),
            Some("Deployment")
        );
        assert_eq!(Object::of_list(&kind, json!("text")), None);
    }

    #[test]
    fn secrets_keep_their_values_to_themselves() {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"},
            "type": "Opaque", "data": {"password": "aHVudGVyMg=="}, "stringData": {"x": "y"}});
        let object = Object::new(secret).unwrap_or_else(|| unreachable!());
        assert_eq!(object.value.pointer("/data/password"), Some(&json!("***")));
        assert_eq!(object.value.pointer("/stringData/x"), Some(&json!("***")));
        assert_eq!(object.value.pointer("/type"), Some(&json!("Opaque")));
    }

    #[test]
    fn odd_shapes_are_no_objects_or_no_trouble() {
        for value in [
            json!(null),
            json!([]),
            json!({}),
            json!({"kind": 1, "apiVersion": "v1"}),
        ] {
            assert_eq!(Object::new(value), None);
        }
        let odd = json!({"kind": "Secret", "apiVersion": "v1", "metadata": [], "data": "x"});
        assert!(Object::new(odd).is_some());
    }
}
