//! A kpol policy: no container requests more of a resource than its limit, and no limit is above the most that the
//! settings allow (`maximum: {memory: 4Gi}`).
//!
//! The API server refuses such a pod only when it is created; a Deployment with one is accepted and
//! never starts. The quantities are compared exactly, `1Gi` with `1074M` and `1` with `1000m`.
#![deny(unsafe_code)]

mod quantity;

use std::collections::BTreeMap;

use kpol_policy_sdk::{Finding, Settings, Step, Value, export_policy};

use quantity::Quantity;

/// The fields of a pod spec that hold containers with resources.
const LISTS: [&str; 2] = ["initContainers", "containers"];

export_policy!(check, Maximum);

/// The most that a container may have, by resource.
#[derive(Debug, Default)]
pub struct Maximum(BTreeMap<String, (Quantity, String)>);

impl Settings for Maximum {
    fn read(settings: &Value) -> Result<Self, String> {
        let mut most = Maximum::default();
        for (key, value) in settings.as_object().into_iter().flatten() {
            let maximum = match (key.as_str(), value.as_object()) {
                ("maximum", Some(maximum)) => maximum,
                ("maximum", None) => return Err("`maximum` is no object".to_owned()),
                (other, _) => return Err(format!("there is no setting `{other}`")),
            };
            for (resource, value) in maximum {
                let quantity = Quantity::of(value)
                    .ok_or_else(|| format!("`maximum.{resource}` is no quantity: {value}"))?;
                most.0.insert(resource.clone(), (quantity, text(value)));
            }
        }
        Ok(most)
    }
}

/// Finds the requests of a document's containers that are above their limit, and limits above the most.
pub fn check(most: &Maximum, document: &Value) -> Vec<Finding> {
    let Some(path) = pod_spec_path(document) else {
        return Vec::new();
    };
    let spec = path.iter().fold(document, |value, key| &value[*key]);
    let mut findings = Vec::new();
    for list in LISTS {
        let containers = spec[list].as_array().into_iter().flatten();
        for (index, container) in containers.enumerate() {
            let found = excesses(container)
                .into_iter()
                .map(|found| ("requests", found))
                .chain(
                    too_much(most, container)
                        .into_iter()
                        .map(|found| ("limits", found)),
                );
            for (part, (resource, message)) in found {
                let steps = path.iter().copied().map(Step::from).chain([
                    list.into(),
                    index.into(),
                    "resources".into(),
                    part.into(),
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

/// Returns the resources of which a container may have more than anybody may, and what is wrong.
fn too_much<'c>(most: &Maximum, container: &'c Value) -> Vec<(&'c str, String)> {
    let name = container["name"].as_str().unwrap_or("(unnamed)");
    let limits = container["resources"]["limits"].as_object();
    limits
        .into_iter()
        .flatten()
        .filter_map(|(resource, limit)| {
            let (maximum, spelled) = most.0.get(resource)?;
            (Quantity::of(limit)? > *maximum).then(|| {
                let message = format!(
                    "container `{name}` may have `{}` of {resource}, more than `{spelled}`",
                    text(limit)
                );
                (resource.as_str(), message)
            })
        })
        .collect()
}

/// Returns a quantity as the manifest spells it.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
