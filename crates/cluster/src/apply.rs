//! Reports as objects of the cluster.

use kube::api::{Api, Patch, PatchParams};
use kube::core::{DynamicObject, GroupVersionKind};
use serde_json::Value;

use crate::connect::Cluster;
use crate::error::ClusterError;
use crate::retry::retried;

/// Who the cluster is told that writes.
const MANAGER: &str = "kpol";

impl Cluster {
    /// Writes objects by server-side apply, so that those that are there are replaced.
    ///
    /// # Errors
    /// At the first that cannot be written; those before it are.
    pub fn apply(&self, objects: &[Value]) -> Result<(), ClusterError> {
        let params = PatchParams::apply(MANAGER).force();
        for object in objects {
            let text = |path: &str| {
                object
                    .pointer(path)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            let (api_version, kind, name) =
                (text("/apiVersion"), text("/kind"), text("/metadata/name"));
            let namespace = text("/metadata/namespace");
            let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
            let what = format!("cannot write {kind} {namespace}/{name}");
            let request = async {
                let kind = GroupVersionKind::gvk(group, version, kind);
                let (resource, _) = kube::discovery::pinned_kind(&self.client, &kind).await?;
                let api: Api<DynamicObject> = if namespace.is_empty() {
                    Api::all_with(self.client.clone(), &resource)
                } else {
                    Api::namespaced_with(self.client.clone(), namespace, &resource)
                };
                retried(|| async { api.patch(name, &params, &Patch::Apply(object)).await }).await
            };
            self.runtime
                .block_on(request)
                .map_err(|error| ClusterError::request(what, &error))?;
        }
        Ok(())
    }
}
