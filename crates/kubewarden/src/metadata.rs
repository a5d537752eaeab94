//! What a module says about itself: the custom section `io.kubewarden.metadata`.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;
use wasmparser::{Parser, Payload};

use crate::request::Subject;
use crate::resources::resource;

/// The name of the section.
const SECTION: &str = "io.kubewarden.metadata";

/// The one version of the protocol that there is.
const PROTOCOL: &str = "v1";

/// The prefix of annotations that describe a policy.
const ABOUT: &str = "io.kubewarden.policy.";

/// How a module is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// As a waPC guest.
    #[default]
    KubewardenWapc,
    /// As a module of OPA whose entrypoint gives an AdmissionReview.
    Opa,
    /// As a module of OPA whose entrypoint gives violations, as Gatekeeper's templates do.
    Gatekeeper,
    /// As a command of WASI.
    Wasi,
}

/// What a policy checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PolicyType {
    /// Objects, as admission requests.
    #[default]
    Kubernetes,
    /// Any JSON value.
    Raw,
}

/// Which requests a policy is for: those that all four lists have; `*` is all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Rule {
    /// Groups; the core group is empty.
    pub api_groups: Vec<String>,
    /// Versions, without the group.
    pub api_versions: Vec<String>,
    /// Resources, such as `pods`, `pods/exec`, `*/*`.
    pub resources: Vec<String>,
    /// `CREATE`, `UPDATE`, `DELETE`, `CONNECT`.
    pub operations: Vec<String>,
}

impl Rule {
    /// Whether the creation of an object of that kind is a request that the rule is for.
    #[must_use]
    pub fn has(&self, group: &str, version: &str, kind: &str) -> bool {
        let any =
            |list: &[String], wanted: &str| list.iter().any(|one| one == "*" || one == wanted);
        let plural = resource(group, kind).plural;
        any(&self.api_groups, group)
            && any(&self.api_versions, version)
            && (any(&self.resources, &plural) || self.resources.iter().any(|one| one == "*/*"))
            && any(&self.operations, "CREATE")
    }

    /// Whether it is for anything at all: a list that is empty has nothing.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        [
            &self.api_groups,
            &self.api_versions,
            &self.resources,
            &self.operations,
        ]
        .iter()
        .all(|list| !list.is_empty())
    }
}

/// A kind that a policy looks at in the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContextAwareResource {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
}

/// What a module says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Metadata {
    /// The version of the protocol.
    pub protocol_version: Option<String>,
    /// The requests that it is for.
    pub rules: Vec<Rule>,
    /// Texts for people, by `io.kubewarden.policy.title` and so on.
    pub annotations: Option<BTreeMap<String, String>>,
    /// Whether it changes objects.
    pub mutating: bool,
    /// How it is called.
    pub execution_mode: Mode,
    /// What it checks.
    pub policy_type: PolicyType,
    /// The kinds that it may look at in the cluster.
    pub context_aware_resources: Vec<ContextAwareResource>,
}

/// What is wrong with a module's metadata.
#[derive(Debug, Error)]
pub enum MetadataError {
    /// The section is no JSON, or of another shape.
    #[error("its metadata cannot be read: {0}")]
    Shape(#[from] serde_json::Error),
    /// The policy speaks another version of the protocol.
    #[error("it speaks version `{0}` of Kubewarden's protocol, not `v1`")]
    Protocol(String),
    /// A rule lacks one of its lists.
    #[error("rule {0} of its metadata names no apiGroups, apiVersions, resources or operations")]
    Rule(usize),
}

impl MetadataError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            MetadataError::Shape(_) => "kubewarden_metadata",
            MetadataError::Protocol(_) => "kubewarden_protocol",
            MetadataError::Rule(_) => "kubewarden_rule",
        }
    }
}

impl Metadata {
    /// Reads a module's metadata; none where it has none.
    ///
    /// # Errors
    /// Where it is no metadata of a version that is known.
    pub fn of(wasm: &[u8]) -> Result<Option<Metadata>, MetadataError> {
        let sections = Parser::new(0)
            .parse_all(wasm)
            .map_while(Result::ok)
            .filter_map(|payload| match payload {
                Payload::CustomSection(section) if section.name() == SECTION => {
                    Some(section.data())
                }
                _ => None,
            });
        let Some(text) = sections.take(1).last() else {
            return Ok(None);
        };
        // Serde would take an empty list for one, too.
        let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(text)?;
        let metadata: Metadata = serde_json::from_value(fields.into())?;
        if let Some(version) = &metadata.protocol_version
            && version != PROTOCOL
        {
            return Err(MetadataError::Protocol(version.clone()));
        }
        check(&metadata.rules)?;
        Ok(Some(metadata))
    }

    /// Looks at the answer of a module that was asked for its version of the protocol.
    ///
    /// # Errors
    /// Where it is another one than is known.
    pub fn check_protocol(answer: &[u8]) -> Result<(), MetadataError> {
        let version: String = serde_json::from_slice(answer)?;
        if version == PROTOCOL {
            Ok(())
        } else {
            Err(MetadataError::Protocol(version))
        }
    }

    /// Takes the rules of a policy's resource instead of those that the module suggests.
    ///
    /// # Errors
    /// Where they are none.
    pub fn set_rules(&mut self, rules: serde_json::Value) -> Result<(), MetadataError> {
        let rules: Vec<Rule> = serde_json::from_value(rules)?;
        check(&rules)?;
        self.rules = rules;
        Ok(())
    }

    /// What an annotation says, by the end of its name: `title`, `description`, `severity`, `url`.
    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<&str> {
        let annotations = self.annotations.as_ref()?;
        let text = annotations.get(&format!("{ABOUT}{name}"))?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// Whether the policy is for a document. A request that is given as such is what it says it is.
    #[must_use]
    pub fn applies(&self, subject: &Subject<'_>) -> bool {
        if self.policy_type == PolicyType::Raw || subject.is_request() {
            return true;
        }
        let (group, version) = subject.group_version();
        let kind = subject.kind();
        self.rules.is_empty() || self.rules.iter().any(|rule| rule.has(group, version, kind))
    }

    /// The kinds that it is for, for people: `pods, apps/deployments`.
    #[must_use]
    pub fn told_rules(&self) -> String {
        let mut told = Vec::new();
        for rule in &self.rules {
            for group in &rule.api_groups {
                for resource in &rule.resources {
                    let name = match group.as_str() {
                        "" => resource.clone(),
                        group => format!("{group}/{resource}"),
                    };
                    if !told.contains(&name) {
                        told.push(name);
                    }
                }
            }
        }
        told.join(", ")
    }
}

fn check(rules: &[Rule]) -> Result<(), MetadataError> {
    match rules.iter().position(|rule| !rule.is_complete()) {
        Some(at) => Err(MetadataError::Rule(at + 1)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Metadata, Mode, PolicyType, Rule};

    fn module(name: &str, text: &str) -> Vec<u8> {
        let mut module = wasm_encoder::Module::new();
        module.section(&wasm_encoder::CustomSection {
            name: name.into(),
            data: text.as_bytes().into(),
        });
        module.finish()
    }

    #[test]
    fn metadata_is_read() {
        let text = r#"{
            "protocolVersion": "v1",
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"]}],
            "annotations": {"io.kubewarden.policy.title": " psp ", "io.kubewarden.policy.url": ""},
            "mutating": true,
            "executionMode": "gatekeeper",
            "policyType": "raw",
            "backgroundAudit": false,
            "contextAwareResources": [{"apiVersion": "v1", "kind": "Namespace"}]
        }"#;
        let metadata = Metadata::of(&module("io.kubewarden.metadata", text))
            .unwrap()
            .unwrap();
        assert_eq!(metadata.annotation("title"), Some("psp"));
        assert_eq!(metadata.annotation("url"), None);
        assert_eq!(metadata.execution_mode, Mode::Gatekeeper);
        assert_eq!(metadata.policy_type, PolicyType::Raw);
        assert!(metadata.mutating);
        assert_eq!(metadata.told_rules(), "pods");
        assert_eq!(metadata.context_aware_resources[0].kind, "Namespace");
        assert_eq!(Metadata::of(&module("other", text)).unwrap(), None);
        assert_eq!(Metadata::of(b"no module").unwrap(), None);
    }

    #[test]
    fn what_is_no_metadata() {
        for (text, said) in [
            ("", "its metadata cannot be read: EOF"),
            ("[]", "its metadata cannot be read"),
            (r#"{"executionMode": "x"}"#, "unknown variant `x`"),
            (
                r#"{"protocolVersion": "v2"}"#,
                "it speaks version `v2` of Kubewarden's protocol, not `v1`",
            ),
            (r#"{"rules": [{}]}"#, "rule 1 of its metadata names no"),
        ] {
            let error = Metadata::of(&module("io.kubewarden.metadata", text)).unwrap_err();
            assert!(error.to_string().contains(said), "{text}: {error}");
        }
        assert!(Metadata::check_protocol(br#""v1""#).is_ok());
        assert!(Metadata::check_protocol(br#""v2""#).is_err());
        assert!(Metadata::check_protocol(b"1").is_err());
    }

    fn rule(groups: &[&str], versions: &[&str], resources: &[&str], operations: &[&str]) -> Rule {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Rule {
            api_groups: list(groups),
            api_versions: list(versions),
            resources: list(resources),
            operations: list(operations),
        }
    }

    #[test]
    fn rules_choose_objects() {
        let all = &["*"][..];
        for (rule, expected) in [
            (rule(&[""], &["v1"], &["pods"], &["CREATE"]), true),
            (rule(all, all, all, all), true),
            (rule(all, all, &["*/*"], &["UPDATE", "CREATE"]), true),
            (rule(&["apps"], all, &["pods"], all), false),
            (rule(all, &["v1beta1"], &["pods"], all), false),
            (rule(all, all, &["pods/exec", "pods/*"], all), false),
            (rule(all, all, &["Pod", "pod"], all), false),
            (rule(all, all, &["pods"], &["UPDATE", "DELETE"]), false),
        ] {
            assert_eq!(rule.has("", "v1", "Pod"), expected, "{rule:?}");
        }
        let rule = rule(&["networking.k8s.io"], all, &["networkpolicies"], all);
        assert!(rule.has("networking.k8s.io", "v1", "NetworkPolicy"));
    }
}
