//! A kpol policy: no container requests more of a resource than its limit.
//!
//! The API server refuses such a pod only when it is created; a Deployment with one is accepted and
//! never starts. The quantities are compared exactly, `1Gi` with `1074M` and `1` with `1000m`.
#![deny(unsafe_code)]

mod quantity;

use kpol_policy_sdk::{Finding, Step, Value, export_policy};

use quantity::Quantity;

/// The fields of a pod spec that hold containers with resources.
const LISTS: [&str; 2] = ["initContainers", "containers"];

export_policy!(check);

/// Finds the requests of a document's containers that are above their limit.
pub fn check(document: &Value) -> Vec<Finding> {
    let Some(path) = pod_spec_path(document) else {
        return Vec::new();
    };
    let spec = path.iter().fold(document, |value, key| &value[*key]);
    let mut findings = Vec::new();
    for list in LISTS {
        let containers = spec[list].as_array().into_iter().flatten();
        for (index, container) in containers.enumerate() {
            for (resource, message) in excesses(container) {
                let steps = path.iter().copied().map(Step::from).chain([
                    list.into(),
                    index.into(),
                    "resources".into(),
                    "requests".into(),
                    resource.into(),
                ]);
                findings.push(Finding::new(message).at(steps));
            }
        }
    }
    findings
}

/// Returns the path of the pod spec in a document of a kind that has one.
fn pod_spec_path(document: &Value) -> Option<&'static [&'static str]> {
    match document["kind"].as_str()? {
        "Pod" => Some(&["spec"]),
        "DaemonSet"
        | "Deployment"
        | "Job"
        | "ReplicaSet"
        | "ReplicationController"
        | "StatefulSet" => Some(&["spec", "template", "spec"]),
        "CronJob" => Some(&["spec", "jobTemplate", "spec", "template", "spec"]),
        "PodTemplate" => Some(&["template", "spec"]),
        _ => None,
    }
}

/// Returns the resources that a container has something wrong with, and what it is.
fn excesses(container: &Value) -> Vec<(&str, String)> {
    let name = container["name"].as_str().unwrap_or("(unnamed)");
    let resources = &container["resources"];
    let requests = resources["requests"].as_object().into_iter().flatten();
    requests
        .filter_map(|(resource, request)| {
            let limit = resources["limits"].get(resource)?;
            let message = match (Quantity::of(request), Quantity::of(limit)) {
                (Some(wanted), Some(allowed)) if wanted <= allowed => return None,
                (Some(_), Some(_)) => format!(
                    "container `{name}` requests `{}` of {resource}, more than its limit of `{}`",
                    text(request),
                    text(limit),
                ),
                (None, _) => format!(
                    "container `{name}` requests `{}` of {resource}, which is no quantity",
                    text(request),
                ),
                (_, None) => format!(
                    "container `{name}` has the limit `{}` of {resource}, which is no quantity",
                    text(limit),
                ),
            };
            Some((resource.as_str(), message))
        })
        .collect()
}

/// Returns a quantity as the manifest spells it.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
