//! Lists, page by page.

use std::collections::HashSet;

use kube::api::ListParams;
use kube::core::{DynamicObject, Request, Resource};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{ClusterError, status};
use crate::kinds::ResourceKind;
use crate::object::Object;
use crate::retry::retried;

#[derive(Deserialize)]
struct Page<'t> {
    #[serde(default)]
    metadata: PageMetadata,
    // Go writes an empty list as null now and then.
    #[serde(borrow, default)]
    items: Option<Vec<&'t RawValue>>,
}

#[derive(Deserialize, Default)]
struct PageMetadata {
    #[serde(default, rename = "continue")]
    next: Option<String>,
}

/// How often a list is begun again because it took so long that the server forgot what it listed.
const RESTARTS: u32 = 3;

/// Lists a kind, in one namespace or everywhere; `tell` gets the texts of each page's items.
///
/// # Errors
/// Where the cluster refuses, or `tell` does.
pub(crate) async fn list(
    client: &kube::Client,
    kind: &ResourceKind,
    namespace: Option<&str>,
    name: Option<&str>,
    page: u32,
    mut tell: impl FnMut(Vec<String>) -> Result<(), ClusterError>,
) -> Result<(), ClusterError> {
    let what = || match namespace {
        Some(namespace) => format!("cannot list {} in {namespace}", kind.name()),
        None => format!("cannot list {}", kind.name()),
    };
    let url = DynamicObject::url_path(&kind.resource(), namespace);
    let mut params = ListParams::default().limit(page);
    if let Some(name) = name {
        params = params.fields(&format!("metadata.name={name}"));
    }
    let mut told: HashSet<String> = HashSet::new();
    let mut restarts = 0;
    loop {
        let request = || async {
            let request = Request::new(url.as_str())
                .list(&params)
                .map_err(kube::Error::BuildRequest)?;
            client.request_text(request).await
        };
        let text = match retried(request).await {
            Ok(text) => text,
            // The token is too old: from the beginning, without what was told already.
            Err(error) if status(&error) == 410 && restarts < RESTARTS => {
                restarts += 1;
                params.continue_token = None;
                continue;
            }
            Err(error) => return Err(ClusterError::request(what(), &error)),
        };
        let read: Page<'_> = serde_json::from_str(&text).map_err(|error| ClusterError::Answer {
            what: what(),
            message: error.to_string(),
        })?;
        let next = read.metadata.next.filter(|next| !next.is_empty());
        let mut items: Vec<String> = Vec::new();
        for item in read.items.into_iter().flatten() {
            // Only lists of several pages can be begun again.
            let several = next.is_some() || params.continue_token.is_some() || restarts > 0;
            if !several || told.insert(identity(item.get())) {
                items.push(item.get().to_owned());
            }
        }
        tell(items)?;
        match next {
            Some(next) => params.continue_token = Some(next),
            None => return Ok(()),
        }
    }
}

/// What an object is known by within its kind.
fn identity(item: &str) -> String {
    #[derive(Deserialize, Default)]
    struct Named {
        #[serde(default)]
        metadata: Names,
    }
    #[derive(Deserialize, Default)]
    struct Names {
        #[serde(default)]
        name: String,
        #[serde(default)]
        namespace: String,
    }
    let named: Named = serde_json::from_str(item).unwrap_or_default();
    format!("{}/{}", named.metadata.namespace, named.metadata.name)
}

/// An item's text as an object.
///
/// # Errors
/// Where it is none.
pub(crate) fn object(kind: &ResourceKind, item: &str) -> Result<Object, ClusterError> {
    let wrong = |message: String| ClusterError::Answer {
        what: format!("cannot read an object of {}", kind.name()),
        message,
    };
    let value: Value = serde_json::from_str(item).map_err(|error| wrong(error.to_string()))?;
    Object::of_list(kind, value).ok_or_else(|| wrong("it is no object".to_owned()))
}
