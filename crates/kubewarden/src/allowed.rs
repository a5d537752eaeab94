//! Which of the host's capabilities policies may use.

use thiserror::Error;

/// Those that can be answered from the documents of a run.
const ANSWERED: [&str; 3] = [
    "kubernetes/get_resource",
    "kubernetes/list_resources_by_namespace",
    "kubernetes/list_resources_all",
];

/// Those that hosts of Kubewarden have beside them: registries, signatures, names, a real cluster.
const UNANSWERED: [&str; 8] = [
    "crypto/v1/is_certificate_trusted",
    "kubernetes/can_i",
    "net/v1/dns_lookup_host",
    "oci/v1/manifest_digest",
    "oci/v1/oci_manifest",
    "oci/v1/oci_manifest_config",
    "oci/v1/verify",
    "oci/v2/verify",
];

/// The capabilities that a run allows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Allowed(Vec<String>);

/// A capability that cannot be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnknownCall {
    /// Nobody has it.
    #[error("there is no host call `{name}`; those that can be allowed: {known}, kubernetes/*", known = ANSWERED.join(", "))]
    Unknown {
        /// What it is called.
        name: String,
    },
    /// It needs more than documents.
    #[error("the host call `{0}` cannot be allowed: nothing here can answer it")]
    Unanswered(String),
}

impl Allowed {
    /// Reads names such as `kubernetes/get_resource` and `kubernetes/*`.
    ///
    /// # Errors
    /// Where there is no such capability.
    pub fn new(names: &[String]) -> Result<Allowed, UnknownCall> {
        for name in names {
            if name == "kubernetes/*" || ANSWERED.contains(&name.as_str()) {
                continue;
            }
            return Err(if UNANSWERED.contains(&name.as_str()) {
                UnknownCall::Unanswered(name.clone())
            } else {
                UnknownCall::Unknown { name: name.clone() }
            });
        }
        Ok(Allowed(names.to_vec()))
    }

    /// Whether a capability is allowed.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        ANSWERED.contains(&name)
            && self
                .0
                .iter()
                .any(|allowed| allowed == name || allowed == "kubernetes/*")
    }

    /// Whether nothing is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Allowed, UnknownCall};

    #[test]
    fn what_is_allowed() {
        let allowed = |names: &[&str]| {
            Allowed::new(
                &names
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert!(!Allowed::default().has("kubernetes/get_resource"));
        let one = allowed(&["kubernetes/get_resource"]).unwrap();
        assert!(one.has("kubernetes/get_resource"));
        assert!(!one.has("kubernetes/list_resources_all"));
        let all = allowed(&["kubernetes/*"]).unwrap();
        assert!(all.has("kubernetes/list_resources_all"));
        assert!(!all.has("kubernetes/can_i"));
        assert!(!all.has("kubernetes/*"));
        assert_eq!(
            allowed(&["oci/v1/verify"]),
            Err(UnknownCall::Unanswered("oci/v1/verify".to_owned()))
        );
        for name in ["", "*", "kubernetes", "kubernetes/x"] {
            assert!(
                matches!(allowed(&[name]), Err(UnknownCall::Unknown { .. })),
                "{name}"
            );
        }
    }
}
