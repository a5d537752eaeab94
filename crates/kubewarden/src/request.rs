//! Documents as admission requests.

use kpol_input::{Document, Kind, NodeId};
use serde_json::{Map, Value, json};

use crate::resources::resource;

/// What a document is to an admission policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An object, of which a request is made: its creation.
    Object,
    /// A request that is given as such: an AdmissionReview, or an AdmissionRequest by itself.
    Request,
    /// Anything, for policies that take any value.
    Raw,
}

/// A document that a policy can check.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'d> {
    document: &'d Document,
    shape: Shape,
    /// The object or the request.
    node: NodeId,
}

impl<'d> Subject<'d> {
    /// A document as a request; none where it is neither an object nor a request.
    #[must_use]
    pub fn of(document: &'d Document) -> Option<Subject<'d>> {
        let root = document.root();
        let is_object = |node| matches!(document.kind(node), Kind::Object(_));
        let made = |shape, node| {
            Some(Subject {
                document,
                shape,
                node,
            })
        };
        let kind = document.get(root, "kind")?;
        if document.str(kind) == Some("AdmissionReview")
            && let Some(request) = document
                .get(root, "request")
                .filter(|node| is_object(*node))
        {
            return made(Shape::Request, request);
        }
        if is_object(kind) && document.str_at(&["operation"]).is_some() {
            return made(Shape::Request, root);
        }
        document.api_version()?;
        document.object_kind()?;
        made(Shape::Object, root)
    }

    /// Any document, for policies that take any value.
    #[must_use]
    pub fn raw(document: &'d Document) -> Subject<'d> {
        Subject {
            document,
            shape: Shape::Raw,
            node: document.root(),
        }
    }

    /// Whether it was given as a request.
    #[must_use]
    pub fn is_request(&self) -> bool {
        self.shape == Shape::Request
    }

    /// The node of the object that a request is about, or of the whole value.
    #[must_use]
    pub fn object(&self) -> NodeId {
        match self.shape {
            Shape::Request => ["object", "oldObject"]
                .iter()
                .filter_map(|key| self.document.get(self.node, key))
                .find(|node| !matches!(self.document.kind(*node), Kind::Null))
                .unwrap_or(self.node),
            Shape::Object | Shape::Raw => self.node,
        }
    }

    /// What the policy may change: nothing of an object that is deleted.
    #[must_use]
    pub fn changeable(&self) -> Option<NodeId> {
        match self.shape {
            Shape::Request => self
                .document
                .get(self.node, "object")
                .filter(|node| !matches!(self.document.kind(*node), Kind::Null)),
            Shape::Object | Shape::Raw => Some(self.node),
        }
    }

    fn text(&self, keys: &[&str]) -> &'d str {
        let mut node = Some(self.node);
        for key in keys {
            node = node.and_then(|node| self.document.get(node, key));
        }
        node.and_then(|node| self.document.str(node))
            .unwrap_or_default()
    }

    /// The object's group and version.
    #[must_use]
    pub fn group_version(&self) -> (&'d str, &'d str) {
        if self.shape == Shape::Request {
            return (
                self.text(&["kind", "group"]),
                self.text(&["kind", "version"]),
            );
        }
        let api = self.text(&["apiVersion"]);
        api.split_once('/').unwrap_or(("", api))
    }

    /// The object's kind.
    #[must_use]
    pub fn kind(&self) -> &'d str {
        if self.shape == Shape::Request {
            return self.text(&["kind", "kind"]);
        }
        self.text(&["kind"])
    }

    /// The request, as JSON.
    #[must_use]
    pub fn request(&self) -> String {
        let object = self.document.json_of(self.node);
        if self.shape != Shape::Object {
            return object;
        }
        let (group, version) = self.group_version();
        let kind = self.kind();
        let resource = resource(group, kind);
        let name = self.text(&["metadata", "name"]);
        let namespace = match (self.text(&["metadata", "namespace"]), resource.namespaced) {
            ("", Some(true)) => "default",
            (given, _) => given,
        };
        let kind = json!({"group": group, "version": version, "kind": kind});
        let resource = json!({"group": group, "version": version, "resource": resource.plural});
        let mut fields = Map::new();
        let mut add = |key: &str, value: Value| fields.insert(key.to_owned(), value);
        add("uid", uid(&object).into());
        add("kind", kind.clone());
        add("resource", resource.clone());
        add("requestKind", kind);
        add("requestResource", resource);
        if !name.is_empty() {
            add("name", name.into());
        }
        if !namespace.is_empty() {
            add("namespace", namespace.into());
        }
        add("operation", "CREATE".into());
        add(
            "userInfo",
            json!({"username": "kpol", "groups": ["system:authenticated"]}),
        );
        add("dryRun", false.into());
        add(
            "options",
            json!({"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"}),
        );
        let mut text = Value::Object(fields).to_string();
        // The object's own text: it may be nested more deeply than a parser likes.
        text.pop();
        text.push_str(",\"object\":");
        text.push_str(&object);
        text.push('}');
        text
    }
}

/// An identifier that the same object always gets, in the form that API servers give (FNV-1a, twice).
fn uid(text: &str) -> String {
    let hash = |start: u64| {
        text.bytes().fold(start, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let (a, b) = (hash(0xcbf2_9ce4_8422_2325), hash(0x6c62_272e_07bb_0142));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use kpol_diagnostics::SourceMap;
    use kpol_input::{Document, Format};
    use serde_json::{Value, json};

    use super::{Shape, Subject};

    fn document(text: &str) -> Document {
        let mut sources = SourceMap::new();
        kpol_input::read_str(&mut sources, "x.yaml", text, Format::Yaml)
            .unwrap()
            .remove(0)
    }

    fn request(text: &str) -> Value {
        let document = document(text);
        serde_json::from_str(&Subject::of(&document).unwrap().request()).unwrap()
    }

    #[test]
    fn an_object_is_created() {
        let request = request(
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {a: 1.50}}",
        );
        assert_eq!(
            request["kind"],
            json!({"group": "apps", "version": "v1", "kind": "Deployment"})
        );
        assert_eq!(
            request["resource"],
            json!({"group": "apps", "version": "v1", "resource": "deployments"})
        );
        assert_eq!(request["name"], "web");
        assert_eq!(request["namespace"], "default");
        assert_eq!(request["operation"], "CREATE");
        assert_eq!(request["object"]["metadata"]["name"], "web");
        assert_eq!(request["uid"].as_str().unwrap().len(), 36);
        assert_eq!(request["dryRun"], false);
        assert!(request["userInfo"]["username"].is_string());
    }

    #[test]
    fn namespaces_of_requests() {
        for (text, expected) in [
            (
                "{apiVersion: v1, kind: Pod, metadata: {namespace: a}}",
                Some("a"),
            ),
            ("{apiVersion: v1, kind: Pod}", Some("default")),
            (
                "{apiVersion: v1, kind: Namespace, metadata: {name: a}}",
                None,
            ),
            ("{apiVersion: example.com/v1, kind: Thing}", None),
        ] {
            let request = request(text);
            assert_eq!(
                request.get("namespace").and_then(Value::as_str),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn requests_are_taken_as_they_are() {
        for text in [
            "{apiVersion: admission.k8s.io/v1, kind: AdmissionReview, request: {uid: u, kind: {group: '', version: v1, kind: Pod}, operation: UPDATE, object: {a: 1}}}",
            "{uid: u, kind: {group: '', version: v1, kind: Pod}, operation: UPDATE, object: {a: 1}}",
        ] {
            let document = document(text);
            let subject = Subject::of(&document).unwrap();
            assert!(subject.is_request());
            assert_eq!(subject.kind(), "Pod");
            assert_eq!(document.json_of(subject.object()), r#"{"a":1}"#);
            let request: Value = serde_json::from_str(&subject.request()).unwrap();
            assert_eq!(request["operation"], "UPDATE");
            assert_eq!(request["uid"], "u");
        }
        let deleted =
            document("{kind: {kind: Pod}, operation: DELETE, object: null, oldObject: {b: 1}}");
        let subject = Subject::of(&deleted).unwrap();
        assert_eq!(subject.changeable(), None);
        assert_eq!(deleted.json_of(subject.object()), r#"{"b":1}"#);
    }

    #[test]
    fn what_is_no_object() {
        for text in [
            "a",
            "[1]",
            "{kind: Pod}",
            "{apiVersion: v1}",
            "{kind: {}, apiVersion: v1}",
        ] {
            assert!(Subject::of(&document(text)).is_none(), "{text}");
        }
        // Without a request inside it is an object like any other.
        let review = document("{apiVersion: v1, kind: AdmissionReview}");
        assert_eq!(Subject::of(&review).unwrap().shape, Shape::Object);
        let value = document("1");
        assert_eq!(Subject::raw(&value).request(), "1");
    }
}
