//! What a policy is asked about, as its expressions see it.

use crate::value::{Key, Map, Value};

/// The fields of `request`.
pub(crate) const REQUEST: &[&str] = &[
    "kind",
    "resource",
    "subResource",
    "requestKind",
    "requestResource",
    "requestSubResource",
    "name",
    "namespace",
    "operation",
    "userInfo",
    "dryRun",
    "options",
];
/// The fields of `namespaceObject`.
pub(crate) const NAMESPACE: &[&str] = &["metadata", "spec", "status"];
const NAMESPACE_METADATA: &[&str] = &[
    "name",
    "generateName",
    "namespace",
    "labels",
    "annotations",
    "uid",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "resourceVersion",
    "finalizers",
];

/// What is asked about an object.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The object; none where there is none.
    pub object: Option<Value>,
    /// The object as it was.
    pub old_object: Option<Value>,
    /// The AdmissionRequest, or as much of it as there is: `kind`, `name`, `namespace`.
    pub request: Option<Value>,
    /// The object's Namespace, where it is known.
    pub namespace: Option<Value>,
}

/// A request as expressions see it: made once, for all policies.
#[derive(Clone, Debug)]
pub struct Admission {
    pub(crate) object: Value,
    pub(crate) old_object: Value,
    pub(crate) request: Value,
    pub(crate) namespace: Value,
    pub(crate) deleted: bool,
}

impl Admission {
    /// The view of a request.
    pub fn new(request: Request) -> Self {
        let fields = request.request.unwrap_or(Value::Null);
        let deleted = fields.field("operation").and_then(Value::as_str) == Some("DELETE");
        let object = request.object.unwrap_or(Value::Null);
        Self {
            // Kubernetes leaves the object of a deletion out.
            object: if deleted { Value::Null } else { object },
            old_object: request.old_object.unwrap_or(Value::Null),
            request: of_request(&fields),
            namespace: request.namespace.as_ref().map_or(Value::Null, of_namespace),
            deleted,
        }
    }
}

fn text(value: Option<&Value>) -> Value {
    Value::from(value.and_then(Value::as_str).unwrap_or_default())
}

/// A map of fields.
fn map(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let entry = |(name, value): (&str, Value)| (Key::String(name.into()), value);
    Value::from(entries.into_iter().map(entry).collect::<Map>())
}

/// The fields that Kubernetes' own type of a request has: those without a value are empty, or left out.
fn of_request(request: &Value) -> Value {
    let part = |of: &str, names: [&'static str; 3]| {
        let of = request.field(of);
        map(names.map(|name| (name, text(of.and_then(|of| of.field(name))))))
    };
    let kind = part("kind", ["group", "version", "kind"]);
    let resource = part("resource", ["group", "version", "resource"]);
    let mut fields = vec![
        ("kind", kind.clone()),
        ("resource", resource.clone()),
        ("requestKind", kind),
        ("requestResource", resource),
        ("operation", text(request.field("operation"))),
    ];
    let sub = request.field("subResource");
    for (name, value) in [
        ("subResource", sub),
        ("requestSubResource", sub),
        ("name", request.field("name")),
        ("namespace", request.field("namespace")),
    ] {
        if value.and_then(Value::as_str).is_some_and(|s| !s.is_empty()) {
            fields.push((name, text(value)));
        }
    }
    let user = ["username", "uid", "groups", "extra"];
    let user = user.into_iter().filter_map(|name| {
        let value = request.field("userInfo")?.field(name)?;
        (!is_empty(value)).then(|| (name, value.clone()))
    });
    fields.push(("userInfo", map(user)));
    let dry_run = matches!(request.field("dryRun"), Some(Value::Bool(true)));
    fields.push(("dryRun", Value::Bool(dry_run)));
    let options = request
        .field("options")
        .filter(|v| matches!(v, Value::Map(_)));
    fields.push(("options", options.cloned().unwrap_or(Value::Null)));
    map(fields)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(s) => s.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

fn of_namespace(namespace: &Value) -> Value {
    let metadata = NAMESPACE_METADATA.iter().filter_map(|name| {
        let value = namespace.field("metadata")?.field(name)?;
        (!is_empty(value)).then(|| (*name, value.clone()))
    });
    let part = |name: &str| {
        let part = namespace.field(name).filter(|v| matches!(v, Value::Map(_)));
        part.cloned().unwrap_or_else(|| map([]))
    };
    map([
        ("metadata", map(metadata)),
        ("spec", part("spec")),
        ("status", part("status")),
    ])
}
