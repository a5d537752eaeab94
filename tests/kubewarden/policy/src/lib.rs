//! Objects carry the labels that the settings ask for: what is missing is filled in where the settings have a value for
//! it, or where the object's namespace has the label, and is rejected otherwise.

use std::collections::BTreeMap;

use kubewarden_policy_sdk::{
    accept_request, host_capabilities::net::lookup_host, logging::KubewardenDrain, mutate_request,
    protocol_version_guest, reject_request, request::ValidationRequest, settings::Validatable,
    validate_settings, wapc_guest,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use slog::{Drain, Logger, info, o};
use wapc_guest::{CallResult, host_call, register_function};

/// What kwctl writes into a module: the metadata, as a section of its own.
#[cfg(target_arch = "wasm32")]
#[unsafe(link_section = "io.kubewarden.metadata")]
pub static METADATA: [u8; include_bytes!("../metadata.json").len()] =
    *include_bytes!("../metadata.json");

#[derive(Deserialize, Serialize, Default, Debug)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// The labels that each object needs.
    required: Vec<String>,
    /// Values for those that are missing.
    defaults: BTreeMap<String, String>,
    /// Whether the namespace's labels are values, too.
    from_namespace: bool,
    /// A host to look up, whose answer does not matter.
    look_up: Option<String>,
}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        if self.required.is_empty() {
            return Err("`required` names no label".to_owned());
        }
        Ok(())
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("validate", validate);
    register_function("validate_settings", validate_settings::<Settings>);
    register_function("protocol_version", protocol_version_guest);
}

fn validate(payload: &[u8]) -> CallResult {
    let request = ValidationRequest::<Settings>::new(payload)?;
    let log = Logger::root(KubewardenDrain::new().fuse(), o!("policy" => "label-policy"));
    let mut object = request.request.object.clone();
    info!(log, "looking for labels"; "name" => &request.request.name);
    let settings = &request.settings;
    if let Some(host) = &settings.look_up {
        let _ = lookup_host(host);
    }
    let mut missing = Vec::new();
    let mut added = false;
    for label in &settings.required {
        if object["metadata"]["labels"][label].is_string() {
            continue;
        }
        let default = settings.defaults.get(label).cloned();
        let value = match default {
            None if settings.from_namespace => {
                of_namespace(&request.request.namespace, label)?
            }
            default => default,
        };
        match value {
            Some(value) => {
                object["metadata"]["labels"][label] = value.into();
                added = true;
            }
            None => missing.push(label.as_str()),
        }
    }
    if !missing.is_empty() {
        return reject_request(
            Some(format!("labels are missing: {}", missing.join(", "))),
            Some(422),
            Some([("missing".to_owned(), missing.join(","))].into()),
            Some(vec!["see the handbook on labels".to_owned()]),
        );
    }
    if added {
        return mutate_request(object);
    }
    accept_request()
}

/// A label of a namespace.
fn of_namespace(name: &str, label: &str) -> Result<Option<String>, Box<dyn std::error::Error + Send + Sync>> {
    let request = json!({"api_version": "v1", "kind": "Namespace", "name": name, "disable_cache": false});
    let answer = host_call("kubewarden", "kubernetes", "get_resource", &serde_json::to_vec(&request)?)?;
    let namespace: Value = serde_json::from_slice(&answer)?;
    let label = &namespace["metadata"]["labels"][label];
    Ok(label.as_str().map(str::to_owned))
}
