//! What a policy's answers mean.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

/// What a policy says about a request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// Why it rejects it, one reason a member; it accepts it where there is none.
    pub rejections: Vec<String>,
    /// The HTTP status that goes with a rejection.
    pub code: Option<u16>,
    /// What it makes of the object.
    pub mutated_object: Option<Value>,
    /// Notes for the audit log.
    pub audit_annotations: BTreeMap<String, String>,
    /// What it tells the user all the same.
    pub warnings: Vec<String>,
}

/// What a policy says about its settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SettingsVerdict {
    /// Whether it can work with them.
    pub valid: bool,
    /// Why not.
    #[serde(default)]
    pub message: Option<String>,
}

/// An answer that is none.
#[derive(Debug, Error)]
pub enum ResponseError {
    /// It is no JSON, or of another shape.
    #[error("the policy's answer cannot be read: {0}")]
    Shape(#[from] serde_json::Error),
    /// The entrypoint of a policy in Rego is undefined, or has another shape.
    #[error("the policy's entrypoint gives no {0}")]
    Undefined(&'static str),
}

#[derive(Deserialize)]
struct Answer {
    accepted: bool,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    code: Option<u16>,
    #[serde(default)]
    mutated_object: Option<Value>,
    #[serde(default)]
    audit_annotations: Option<BTreeMap<String, String>>,
    #[serde(default)]
    warnings: Option<Vec<String>>,
}

/// What a rejection without a message says.
const REJECTED: &str = "the policy rejects the object";

fn reason(message: Option<String>) -> String {
    message
        .filter(|message| !message.trim().is_empty())
        .unwrap_or_else(|| REJECTED.to_owned())
}

impl Verdict {
    /// Reads the answer of `validate`.
    ///
    /// # Errors
    /// Where it is none.
    pub fn read(answer: &[u8]) -> Result<Verdict, ResponseError> {
        let answer: Answer = serde_json::from_slice(answer)?;
        Ok(Verdict {
            rejections: (!answer.accepted)
                .then(|| reason(answer.message))
                .into_iter()
                .collect(),
            code: answer.code,
            mutated_object: answer.mutated_object,
            audit_annotations: answer.audit_annotations.unwrap_or_default(),
            warnings: answer.warnings.unwrap_or_default(),
        })
    }
}

impl SettingsVerdict {
    /// Reads the answer of `validate_settings`.
    ///
    /// # Errors
    /// Where it is none.
    pub fn read(answer: &[u8]) -> Result<SettingsVerdict, ResponseError> {
        Ok(serde_json::from_slice(answer)?)
    }
}

/// The verdict in an AdmissionReview, which the entrypoint of a policy in Rego gives.
///
/// # Errors
/// Where it is none.
pub fn of_admission_review(review: Option<&str>) -> Result<Verdict, ResponseError> {
    #[derive(Deserialize)]
    struct Review {
        response: Response,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Response {
        allowed: bool,
        #[serde(default)]
        status: Option<Status>,
        #[serde(default)]
        audit_annotations: Option<BTreeMap<String, String>>,
        #[serde(default)]
        warnings: Option<Vec<String>>,
    }
    #[derive(Deserialize, Default)]
    struct Status {
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        reason: Option<String>,
        #[serde(default)]
        code: Option<u16>,
    }
    let review = review.ok_or(ResponseError::Undefined("AdmissionReview"))?;
    let Review { response } = serde_json::from_str(review)?;
    let status = response.status.unwrap_or_default();
    Ok(Verdict {
        rejections: (!response.allowed)
            .then(|| reason(status.message.or(status.reason)))
            .into_iter()
            .collect(),
        code: status.code,
        mutated_object: None,
        audit_annotations: response.audit_annotations.unwrap_or_default(),
        warnings: response.warnings.unwrap_or_default(),
    })
}

/// The verdict in a set of violations, as the rules of Gatekeeper's templates give it.
///
/// # Errors
/// Where it is none.
pub fn of_violations(violations: Option<&str>) -> Result<Verdict, ResponseError> {
    #[derive(Deserialize)]
    struct Violation {
        #[serde(default)]
        msg: Option<String>,
    }
    let violations = violations.ok_or(ResponseError::Undefined("violations"))?;
    let violations: Vec<Violation> = serde_json::from_str(violations)?;
    Ok(Verdict {
        rejections: violations
            .into_iter()
            .map(|violation| reason(violation.msg))
            .collect(),
        ..Verdict::default()
    })
}

#[cfg(test)]
mod tests {
    use super::{SettingsVerdict, Verdict, of_admission_review, of_violations};

    #[test]
    fn answers_of_validate() {
        let accepted = Verdict::read(br#"{"accepted": true, "message": null, "mutated_object": {"a": 1}, "warnings": ["w"], "audit_annotations": {"k": "v"}}"#).unwrap();
        assert_eq!(accepted.rejections, [""; 0]);
        assert_eq!(accepted.mutated_object.unwrap()["a"], 1);
        assert_eq!(accepted.warnings, ["w"]);
        assert_eq!(accepted.audit_annotations["k"], "v");
        let rejected =
            Verdict::read(br#"{"accepted": false, "message": "no", "code": 403}"#).unwrap();
        assert_eq!(
            (rejected.rejections, rejected.code),
            (vec!["no".to_owned()], Some(403))
        );
        let silent = Verdict::read(br#"{"accepted": false, "message": " "}"#).unwrap();
        assert_eq!(silent.rejections, ["the policy rejects the object"]);
        let deep = format!(
            r#"{{"accepted": true, "mutated_object": {}"#,
            "[".repeat(100_000)
        );
        for answer in [
            "",
            "{}",
            "true",
            r#"{"accepted": 1}"#,
            r#"{"accepted": true, "code": -1}"#,
            &deep,
        ] {
            assert!(Verdict::read(answer.as_bytes()).is_err(), "{answer:.40}");
        }
    }

    #[test]
    fn answers_of_validate_settings() {
        let read = |text: &str| SettingsVerdict::read(text.as_bytes());
        assert!(read(r#"{"valid": true}"#).unwrap().valid);
        let invalid = read(r#"{"valid": false, "message": "m"}"#).unwrap();
        assert_eq!(
            (invalid.valid, invalid.message.as_deref()),
            (false, Some("m"))
        );
        assert!(read("{}").is_err());
    }

    #[test]
    fn results_of_rego() {
        let allowed = r#"{"apiVersion": "admission.k8s.io/v1", "response": {"allowed": true}}"#;
        assert_eq!(
            of_admission_review(Some(allowed)).unwrap(),
            Verdict::default()
        );
        let denied = r#"{"response": {"allowed": false, "uid": "", "status": {"message": "m", "code": 400}, "warnings": ["w"]}}"#;
        let denied = of_admission_review(Some(denied)).unwrap();
        assert_eq!(
            (denied.rejections, denied.code, denied.warnings),
            (vec!["m".to_owned()], Some(400), vec!["w".to_owned()])
        );
        for none in [None, Some("{}"), Some("[]"), Some(r#"{"response": {}}"#)] {
            assert!(of_admission_review(none).is_err(), "{none:?}");
        }
        let both = of_violations(Some(r#"[{"msg": "a"}, {"details": {}}]"#)).unwrap();
        assert_eq!(both.rejections, ["a", "the policy rejects the object"]);
        assert_eq!(of_violations(Some("[]")).unwrap(), Verdict::default());
        for none in [None, Some("{}"), Some(r#"["a"]"#)] {
            assert!(of_violations(none).is_err(), "{none:?}");
        }
    }
}
