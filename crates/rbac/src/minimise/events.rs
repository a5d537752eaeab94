//! Requests, and the audit events that they are read from.

use serde::Deserialize;
use serde_json::Value;

use crate::rule::Action;

/// A request that somebody made.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Request {
    /// Who: the impersonated user, where there is one.
    pub user: String,
    /// Their groups.
    pub groups: Vec<String>,
    /// The verb.
    pub verb: String,
    /// It is about objects, not about a path.
    pub is_resource: bool,
    /// The API group.
    pub group: String,
    /// The resource.
    pub resource: String,
    /// The subresource, or nothing.
    pub subresource: String,
    /// The namespace, or nothing.
    pub namespace: String,
    /// The name, or nothing.
    pub name: String,
    /// The path, of requests that are not about objects.
    pub path: String,
    /// The API server refused it (403).
    pub refused: bool,
}

impl Request {
    /// What was asked.
    #[must_use]
    pub fn action(&self) -> Action<'_> {
        if self.is_resource {
            Action::Resource {
                verb: &self.verb,
                group: &self.group,
                resource: &self.resource,
                subresource: &self.subresource,
                namespace: &self.namespace,
                name: &self.name,
            }
        } else {
            Action::Url {
                verb: &self.verb,
                path: &self.path,
            }
        }
    }

    /// `pods/exec`.
    #[must_use]
    pub fn combined(&self) -> String {
        if self.subresource.is_empty() {
            self.resource.clone()
        } else {
            format!("{}/{}", self.resource, self.subresource)
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(default)]
    verb: String,
    #[serde(default, rename = "requestURI")]
    request_uri: String,
    #[serde(default)]
    user: Option<EventUser>,
    #[serde(default)]
    impersonated_user: Option<EventUser>,
    #[serde(default)]
    object_ref: Option<ObjectRef>,
    #[serde(default)]
    response_status: Option<Status>,
}

#[derive(Deserialize, Default)]
struct EventUser {
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    groups: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct ObjectRef {
    resource: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    api_group: Option<String>,
    subresource: Option<String>,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    code: Option<i64>,
}

/// The requests of one JSON value of an audit log: an event, or a list of them. Events without a user (of requests
/// that were not authenticated) give none.
///
/// # Errors
/// What is no event.
pub fn requests(value: Value) -> Result<Vec<Request>, String> {
    let items = match value {
        Value::Object(mut map) => match map.remove("items") {
            Some(Value::Array(items)) => items,
            Some(_) => return Err("`items` is no list".to_owned()),
            None => vec![Value::Object(map)],
        },
        Value::Array(items) => items,
        _ => return Err("not an audit event: a JSON object was expected".to_owned()),
    };
    items.into_iter().filter_map(request).collect()
}

fn request(value: Value) -> Option<Result<Request, String>> {
    if value.get("auditID").is_none() && value.get("requestURI").is_none() {
        return Some(Err(
            "not an audit event: it has neither `auditID` nor `requestURI`".to_owned(),
        ));
    }
    let event: Event = match serde_json::from_value(value) {
        Ok(event) => event,
        Err(error) => return Some(Err(format!("not an audit event: {error}"))),
    };
    let user = event.impersonated_user.or(event.user).unwrap_or_default();
    let name = user.username.filter(|name| !name.is_empty())?;
    let path = event
        .request_uri
        .split(['?', '#'])
        .next()
        .unwrap_or_default();
    let object = event.object_ref;
    let is_resource = object.is_some();
    let object = object.unwrap_or_default();
    Some(Ok(Request {
        user: name,
        groups: user.groups.unwrap_or_default(),
        verb: event.verb,
        is_resource,
        group: object.api_group.unwrap_or_default(),
        resource: object.resource.unwrap_or_default(),
        subresource: object.subresource.unwrap_or_default(),
        namespace: object.namespace.unwrap_or_default(),
        name: object.name.unwrap_or_default(),
        path: if is_resource { "" } else { path }.to_owned(),
        refused: event.response_status.and_then(|status| status.code) == Some(403),
    }))
}
