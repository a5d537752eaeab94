//! What policies may ask of the cluster, answered from the documents of a run.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::allowed::Allowed;
use crate::metadata::ContextAwareResource;
use crate::resources::resource;
use crate::selector::Selector;

/// Why a policy gets no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It may not ask.
    Denied(String),
    /// There is no such object, or the request is none.
    Failed(String),
}

/// The objects of a run.
#[derive(Debug, Default)]
pub struct Cluster {
    objects: Vec<Object>,
}

#[derive(Debug)]
struct Object {
    api_version: String,
    kind: String,
    namespace: Option<String>,
    name: String,
    value: Value,
}

#[derive(Deserialize)]
struct Request {
    api_version: String,
    kind: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    namespace: Option<String>,
    #[serde(default)]
    label_selector: Option<String>,
    #[serde(default)]
    field_selector: Option<String>,
    #[serde(default)]
    field_masks: Option<Vec<String>>,
}

impl Cluster {
    /// The objects in data that has an `inventory` in Gatekeeper's shape.
    ///
    /// # Errors
    /// Where it is no JSON, or nested too deeply.
    pub fn of_data(data: &str) -> Result<Cluster, serde_json::Error> {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Data {
            inventory: Inventory,
        }
        type Kinds = Map<String, Value>;
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Inventory {
            namespace: Map<String, Value>,
            cluster: Kinds,
        }
        let data: Data = serde_json::from_str(data)?;
        let mut cluster = Cluster::default();
        for (namespace, kinds) in data.inventory.namespace {
            if let Value::Object(kinds) = kinds {
                cluster.add(Some(&namespace), kinds);
            }
        }
        cluster.add(None, data.inventory.cluster);
        Ok(cluster)
    }

    fn add(&mut self, namespace: Option<&str>, versions: Map<String, Value>) {
        let members = |value: Value| match value {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        for (api_version, kinds) in versions {
            for (kind, objects) in members(kinds) {
                for (name, value) in members(objects) {
                    self.objects.push(Object {
                        api_version: api_version.clone(),
                        kind: kind.clone(),
                        namespace: namespace.map(str::to_owned),
                        name,
                        value,
                    });
                }
            }
        }
    }

    /// Answers a call of a capability. `kinds` are those that the policy says it looks at.
    ///
    /// # Errors
    /// Where the call is not allowed, of no known kind, or has no answer.
    pub fn call(
        &self,
        allowed: &Allowed,
        kinds: &[ContextAwareResource],
        (binding, namespace, operation): (&str, &str, &str),
        payload: &[u8],
    ) -> Result<Vec<u8>, Refusal> {
        let name = format!("{namespace}/{operation}");
        // What old policies ask for.
        let old = match (binding, namespace) {
            ("kubernetes", "namespaces") => Some(("v1", "Namespace")),
            ("kubernetes", "services") => Some(("v1", "Service")),
            ("kubernetes", "ingresses") => Some(("networking.k8s.io/v1", "Ingress")),
            _ => None,
        };
        if let Some((api_version, kind)) = old {
            permitted(allowed, "kubernetes/list_resources_all")?;
            return Ok(list(api_version, kind, &self.all(api_version, kind)));
        }
        if binding != "kubewarden" {
            return Err(Refusal::Denied(format!(
                "host call `{name}` of `{binding}` is denied: there is no such binding"
            )));
        }
        permitted(allowed, &name)?;
        let request: Request = serde_json::from_slice(payload)
            .map_err(|error| Refusal::Failed(format!("host call `{name}`: {error}")))?;
        let (api_version, kind) = (request.api_version.as_str(), request.kind.as_str());
        if !kinds
            .iter()
            .any(|known| known.api_version == api_version && known.kind == kind)
        {
            return Err(Refusal::Denied(format!(
                "host call `{name}` is denied: {api_version} {kind} is not among the policy's contextAwareResources"
            )));
        }
        let failed = |what: &str| Refusal::Failed(format!("host call `{name}`: {what}"));
        let masked = |value: &Value| match &request.field_masks {
            Some(masks) if !masks.is_empty() => mask(value, masks),
            _ => value.clone(),
        };
        if operation == "get_resource" {
            let wanted = request.name.as_deref();
            let namespace = request.namespace.as_deref();
            let found = self.all(api_version, kind).into_iter().find(|object| {
                Some(object.name.as_str()) == wanted && object.namespace.as_deref() == namespace
            });
            let found = found.ok_or_else(|| {
                failed(&format!(
                    "the documents have no {kind} `{}`",
                    wanted.unwrap_or_default()
                ))
            })?;
            return Ok(masked(&found.value).to_string().into_bytes());
        }
        let selector = |text: &Option<String>, read: fn(&str) -> Option<Selector>| {
            let text = text.as_deref().unwrap_or_default();
            read(text).ok_or_else(|| failed(&format!("`{text}` is no selector")))
        };
        let labels = selector(&request.label_selector, Selector::labels)?;
        let fields = selector(&request.field_selector, Selector::fields)?;
        let in_namespace = |object: &&Object| {
            operation != "list_resources_by_namespace" || object.namespace == request.namespace
        };
        let found: Vec<Value> = self
            .all(api_version, kind)
            .into_iter()
            .filter(in_namespace)
            .filter(|object| labels.has_labels(&object.value) && fields.has_fields(&object.value))
            .map(|object| masked(&object.value))
            .collect();
        Ok(listed(api_version, kind, found))
    }

    fn all(&self, api_version: &str, kind: &str) -> Vec<&Object> {
        self.objects
            .iter()
            .filter(|object| object.api_version == api_version && object.kind == kind)
            .collect()
    }

    /// The objects of some kinds as policies in Rego for OPA see them: by resource, namespace and name.
    #[must_use]
    pub fn for_opa(&self, kinds: &[ContextAwareResource]) -> Value {
        let mut resources = Value::Object(Map::new());
        for object in self.of(kinds) {
            let group = object
                .api_version
                .split_once('/')
                .map_or("", |(group, _)| group);
            let mut path = vec![resource(group, &object.kind).plural];
            path.extend(object.namespace.clone());
            path.push(object.name.clone());
            put(&mut resources, path, &object.value);
        }
        resources
    }

    /// The objects of some kinds as policies in Rego for Gatekeeper see them.
    #[must_use]
    pub fn for_gatekeeper(&self, kinds: &[ContextAwareResource]) -> Value {
        let mut inventory = json!({"namespace": {}, "cluster": {}});
        for object in self.of(kinds) {
            let mut path = match &object.namespace {
                Some(namespace) => vec!["namespace".to_owned(), namespace.clone()],
                None => vec!["cluster".to_owned()],
            };
            path.extend([&object.api_version, &object.kind, &object.name].map(Clone::clone));
            put(&mut inventory, path, &object.value);
        }
        inventory
    }

    fn of(&self, kinds: &[ContextAwareResource]) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(|object| {
            kinds
                .iter()
                .any(|known| known.api_version == object.api_version && known.kind == object.kind)
        })
    }
}

/// Puts a value at a path, with objects on the way to it.
fn put(place: &mut Value, path: Vec<String>, value: &Value) {
    let mut place = place;
    for key in path {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Value::Object(members) = place else {
            return;
        };
        place = members.entry(key).or_insert(Value::Null);
    }
    *place = value.clone();
}

fn permitted(allowed: &Allowed, name: &str) -> Result<(), Refusal> {
    if allowed.has(name) {
        return Ok(());
    }
    Err(Refusal::Denied(format!("host call `{name}` is denied")))
}

fn list(api_version: &str, kind: &str, objects: &[&Object]) -> Vec<u8> {
    let items = objects.iter().map(|object| object.value.clone()).collect();
    listed(api_version, kind, items)
}

fn listed(api_version: &str, kind: &str, items: Vec<Value>) -> Vec<u8> {
    let list = json!({
        "apiVersion": api_version,
        "kind": format!("{kind}List"),
        "metadata": {},
        "items": items,
    });
    list.to_string().into_bytes()
}

/// What some masks leave of an object: `spec.containers.image` goes through lists on its way.
fn mask(value: &Value, masks: &[String]) -> Value {
    let paths: Vec<Vec<&str>> = masks.iter().map(|mask| mask.split('.').collect()).collect();
    let paths: Vec<&[&str]> = paths.iter().map(Vec::as_slice).collect();
    masked(value, &paths)
}

fn masked(value: &Value, paths: &[&[&str]]) -> Value {
    if paths.iter().any(|path| path.is_empty()) {
        return value.clone();
    }
    match value {
        Value::Object(members) => {
            let mut kept = Map::new();
            for (key, value) in members {
                let below: Vec<&[&str]> = paths
                    .iter()
                    .filter_map(|path| match path.split_first() {
                        Some((first, rest)) if first == key => Some(rest),
                        _ => None,
                    })
                    .collect();
                if !below.is_empty() {
                    kept.insert(key.clone(), masked(value, &below));
                }
            }
            Value::Object(kept)
        }
        Value::Array(items) => items.iter().map(|item| masked(item, paths)).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Cluster, Refusal};
    use crate::allowed::Allowed;
    use crate::metadata::ContextAwareResource;

    fn cluster() -> Cluster {
        let pod = |name: &str| {
            json!({"metadata": {"name": name, "labels": {"app": name}},
                "spec": {"containers": [{"name": "c", "image": "i"}], "x": 1}})
        };
        let data = json!({"other": 1, "inventory": {
            "namespace": {"a": {"v1": {"Pod": {"p": pod("p"), "q": pod("q")}}}, "b": {"v1": {"Pod": {"r": pod("r")}}}},
            "cluster": {"v1": {"Namespace": {"a": {"metadata": {"name": "a"}}}}},
        }});
        Cluster::of_data(&data.to_string()).unwrap()
    }

    fn kinds() -> Vec<ContextAwareResource> {
        ["Pod", "Namespace"]
            .map(|kind| ContextAwareResource {
                api_version: "v1".to_owned(),
                kind: kind.to_owned(),
            })
            .to_vec()
    }

    fn ask(operation: &str, payload: &Value) -> Result<Value, Refusal> {
        let allowed = Allowed::new(&["kubernetes/*".to_owned()]).unwrap();
        let payload = payload.to_string();
        let call = ("kubewarden", "kubernetes", operation);
        let answer = cluster().call(&allowed, &kinds(), call, payload.as_bytes())?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    fn names(list: &Value) -> Vec<&str> {
        let items = list["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["metadata"]["name"].as_str().unwrap())
            .collect()
    }

    #[test]
    fn objects_are_found() {
        let mut request = json!({"api_version": "v1", "kind": "Pod", "name": "p", "namespace": "a", "disable_cache": true});
        assert_eq!(ask("get_resource", &request).unwrap()["spec"]["x"], 1);
        request["field_masks"] = json!(["metadata.name", "spec.containers.image"]);
        assert_eq!(
            ask("get_resource", &request).unwrap(),
            json!({"metadata": {"name": "p"}, "spec": {"containers": [{"image": "i"}]}})
        );
        request["namespace"] = Value::Null;
        assert_eq!(
            ask("get_resource", &request),
            Err(Refusal::Failed(
                "host call `kubernetes/get_resource`: the documents have no Pod `p`".to_owned()
            ))
        );
        let namespace = json!({"api_version": "v1", "kind": "Namespace", "name": "a"});
        assert!(ask("get_resource", &namespace).is_ok());
    }

    #[test]
    fn objects_are_listed() {
        let mut request = json!({"api_version": "v1", "kind": "Pod"});
        let all = ask("list_resources_all", &request).unwrap();
        assert_eq!(
            (names(&all), &all["kind"]),
            (vec!["p", "q", "r"], &json!("PodList"))
        );
        request["namespace"] = "a".into();
        assert_eq!(
            names(&ask("list_resources_by_namespace", &request).unwrap()),
            ["p", "q"]
        );
        request["label_selector"] = "app notin (p)".into();
        assert_eq!(
            names(&ask("list_resources_all", &request).unwrap()),
            ["q", "r"]
        );
        request["field_selector"] = "metadata.name=r".into();
        assert_eq!(names(&ask("list_resources_all", &request).unwrap()), ["r"]);
        request["label_selector"] = "((".into();
        assert!(matches!(
            ask("list_resources_all", &request),
            Err(Refusal::Failed(_))
        ));
    }

    #[test]
    fn what_is_denied() {
        let request = br#"{"api_version": "v1", "kind": "Pod"}"#;
        let some = Allowed::new(&["kubernetes/get_resource".to_owned()]).unwrap();
        let none = Allowed::default();
        for (allowed, call, said) in [
            (
                &none,
                ("kubewarden", "kubernetes", "list_resources_all"),
                "host call `kubernetes/list_resources_all` is denied",
            ),
            (
                &some,
                ("kubewarden", "kubernetes", "list_resources_all"),
                "host call `kubernetes/list_resources_all` is denied",
            ),
            (
                &some,
                ("kubewarden", "oci", "v1/verify"),
                "host call `oci/v1/verify` is denied",
            ),
            (&some, ("kubewarden", "x", "y"), "host call `x/y` is denied"),
            (
                &some,
                ("other", "x", "y"),
                "host call `x/y` of `other` is denied: there is no such binding",
            ),
            (
                &some,
                ("kubernetes", "namespaces", "list"),
                "host call `kubernetes/list_resources_all` is denied",
            ),
        ] {
            assert_eq!(
                cluster().call(allowed, &kinds(), call, request),
                Err(Refusal::Denied(said.to_owned())),
                "{call:?}"
            );
        }
        let secret = json!({"api_version": "v1", "kind": "Secret", "name": "s"});
        assert_eq!(
            ask("get_resource", &secret),
            Err(Refusal::Denied("host call `kubernetes/get_resource` is denied: v1 Secret is not among the policy's contextAwareResources".to_owned()))
        );
        assert!(matches!(
            ask("get_resource", &json!(1)),
            Err(Refusal::Failed(_))
        ));
    }

    #[test]
    fn data_for_rego() {
        let kinds = kinds();
        let opa = cluster().for_opa(&kinds);
        assert_eq!(opa["pods"]["a"]["p"]["metadata"]["name"], "p");
        assert_eq!(opa["namespaces"]["a"]["metadata"]["name"], "a");
        let gatekeeper = cluster().for_gatekeeper(&kinds[..1]);
        assert_eq!(
            gatekeeper["namespace"]["b"]["v1"]["Pod"]["r"]["spec"]["x"],
            1
        );
        assert_eq!(gatekeeper["cluster"], json!({}));
    }
}
