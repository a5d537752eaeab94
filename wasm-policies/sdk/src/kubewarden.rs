//! The module as a waPC guest, which Kubewarden runs.
//!
//! A request's object is the document; findings become one rejection, with their paths in its message.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Value, json};

use crate::exchange::written;
use crate::{Finding, Settings, Step};

/// Answers a call of Kubewarden's protocol, version 1.
///
/// # Errors
///
/// Where there is no such operation, or the payload is no JSON or none that the policy can work with.
pub fn guest_call<S: Settings>(
    operation: &str,
    payload: &[u8],
    policy: impl FnOnce(&S, &Value) -> Vec<Finding>,
) -> Result<Vec<u8>, String> {
    let payload = || -> Result<Value, String> {
        serde_json::from_slice(payload).map_err(|error| format!("the payload is not JSON: {error}"))
    };
    Ok(written(&match operation {
        "protocol_version" => json!("v1"),
        "validate_settings" => match S::read(&payload()?) {
            Ok(_) => json!({ "valid": true }),
            Err(message) => json!({ "valid": false, "message": message }),
        },
        "validate" => {
            let payload = payload()?;
            let settings = S::read(&payload["settings"])?;
            verdict(&policy(&settings, &payload["request"]["object"]))
        }
        other => return Err(format!("there is no operation `{other}`")),
    }))
}

fn verdict(findings: &[Finding]) -> Value {
    if findings.is_empty() {
        return json!({ "accepted": true });
    }
    let told: Vec<String> = findings.iter().map(told).collect();
    json!({ "accepted": false, "message": told.join("; "), "code": 400 })
}

/// A message with its place: `message (spec.containers[0].image)`.
fn told(finding: &Finding) -> String {
    let mut path = String::new();
    for step in finding.path() {
        match step {
            Step::Key(key) if path.is_empty() => path.push_str(key),
            Step::Key(key) => {
                path.push('.');
                path.push_str(key);
            }
            Step::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    if path.is_empty() {
        finding.message().to_string()
    } else {
        format!("{} ({path})", finding.message())
    }
}

/// Exports waPC's function beside those of kpol's ABI.
#[doc(hidden)]
#[macro_export]
macro_rules! export_kubewarden {
    ($policy:expr, $settings:ty) => {
        #[link(wasm_import_module = "wapc")]
        unsafe extern "C" {
            fn __guest_request(operation: *mut u8, payload: *mut u8);
            fn __guest_response(address: *const u8, len: usize);
            fn __guest_error(address: *const u8, len: usize);
        }

        #[unsafe(no_mangle)]
        extern "C" fn __guest_call(operation_len: usize, payload_len: usize) -> i32 {
            let mut operation = $crate::kubewarden::bytes(operation_len);
            let mut payload = $crate::kubewarden::bytes(payload_len);
            // SAFETY: the host writes as many bytes as it said that there are.
            unsafe { __guest_request(operation.as_mut_ptr(), payload.as_mut_ptr()) };
            let operation = $crate::kubewarden::text(&operation);
            let answer = $crate::kubewarden::guest_call::<$settings>(operation, &payload, $policy);
            match answer {
                Ok(answer) => {
                    // SAFETY: the host reads these bytes before it returns.
                    unsafe { __guest_response(answer.as_ptr(), answer.len()) };
                    1
                }
                Err(message) => {
                    // SAFETY: as above.
                    unsafe { __guest_error(message.as_ptr(), message.len()) };
                    0
                }
            }
        }
    };
}

/// Room for so many bytes.
#[must_use]
pub fn bytes(len: usize) -> Vec<u8> {
    alloc::vec![0; len]
}

/// The name of an operation; one that is no text is none of ours.
#[must_use]
pub fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use alloc::vec;

    use super::*;

    fn call(operation: &str, payload: &str) -> Result<Value, String> {
        let policy = |_: &(), document: &Value| {
            let places: [Step; 3] = ["spec".into(), "items".into(), 0.into()];
            match document["bad"].as_bool() {
                Some(true) => vec![Finding::new("a").at(places), Finding::new("b")],
                _ => vec![],
            }
        };
        let answer = guest_call(operation, payload.as_bytes(), policy)?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    #[test]
    fn operations() {
        assert_eq!(call("protocol_version", "").unwrap(), json!("v1"));
        assert_eq!(
            call("validate_settings", "{}").unwrap(),
            json!({"valid": true})
        );
        assert_eq!(
            call(
                "validate",
                r#"{"request": {"object": {"bad": true}}, "settings": {}}"#
            )
            .unwrap(),
            json!({"accepted": false, "message": "a (spec.items[0]); b", "code": 400})
        );
        assert_eq!(
            call("validate", r#"{"request": {"object": {}}}"#).unwrap(),
            json!({"accepted": true})
        );
        assert!(call("validate", "{").is_err());
        assert_eq!(
            call("other", ""),
            Err("there is no operation `other`".into())
        );
    }
}
