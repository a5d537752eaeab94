//! Which kinds a cluster has, and which are to be read.

use kube::core::discovery::{ApiResource, Scope, verbs};
use kube::discovery::Discovery;
use serde::{Deserialize, Serialize};

use crate::connect::Cluster;
use crate::error::ClusterError;
use crate::retry::retried;

/// A kind of objects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceKind {
    /// Its group, empty for the core.
    pub group: String,
    /// Its version: `v1`.
    pub version: String,
    /// `Deployment`.
    pub kind: String,
    /// `deployments`.
    pub plural: String,
    /// Whether its objects lie in namespaces.
    pub namespaced: bool,
}

impl ResourceKind {
    /// `apps/v1`.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `deployments.apps`, as kubectl writes it.
    #[must_use]
    pub fn name(&self) -> String {
        if self.group.is_empty() {
            self.plural.clone()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    pub(crate) fn resource(&self) -> ApiResource {
        ApiResource {
            group: self.group.clone(),
            version: self.version.clone(),
            api_version: self.api_version(),
            kind: self.kind.clone(),
            plural: self.plural.clone(),
        }
    }

    /// Whether a name that a user gives means it: `Deployment`, `deployments`, `deployments.apps`, `apps`' kinds as
    /// `*.apps`.
    fn is(&self, name: &str) -> bool {
        let (plural, group) = name
            .split_once('.')
            .map_or((name, None), |(plural, group)| (plural, Some(group)));
        let named = plural == "*"
            || plural.eq_ignore_ascii_case(&self.kind)
            || plural.eq_ignore_ascii_case(&self.plural);
        named && group.is_none_or(|group| group.eq_ignore_ascii_case(&self.group))
    }
}

/// Kinds that change all the time, follow from others, or say nothing about security. They are read only when asked
/// for.
const NOISE: [(&str, &str); 14] = [
    ("", "events"),
    ("", "endpoints"),
    ("", "componentstatuses"),
    ("events.k8s.io", "events"),
    ("discovery.k8s.io", "endpointslices"),
    ("coordination.k8s.io", "*"),
    ("apps", "controllerrevisions"),
    ("metrics.k8s.io", "*"),
    ("custom.metrics.k8s.io", "*"),
    ("external.metrics.k8s.io", "*"),
    ("flowcontrol.apiserver.k8s.io", "*"),
    ("storage.k8s.io", "csistoragecapacities"),
    ("storage.k8s.io", "volumeattachments"),
    ("openreports.io", "*"),
];

/// What is to be read.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Kinds by name, as users write them; all that are worth it if there are none.
    pub kinds: Vec<String>,
    /// Kinds to leave out.
    pub without: Vec<String>,
    /// Namespaces; all if there are none.
    pub namespaces: Vec<String>,
}

impl Selection {
    /// Those kinds of a cluster that are to be read, sorted.
    ///
    /// # Errors
    /// Where a name means none of them.
    pub fn of(&self, all: &[ResourceKind]) -> Result<Vec<ResourceKind>, ClusterError> {
        for name in self.kinds.iter().chain(&self.without) {
            if !all.iter().any(|kind| kind.is(name)) {
                return Err(ClusterError::NoKind {
                    name: name.clone(),
                    similar: similar(name, all),
                });
            }
        }
        let noise = |kind: &ResourceKind| {
            let known = |(group, plural): &(&str, &str)| {
                *group == kind.group && (*plural == "*" || *plural == kind.plural)
            };
            NOISE.iter().any(known) || kind.group == "wgpolicyk8s.io"
        };
        let mut kinds: Vec<ResourceKind> = all
            .iter()
            .filter(|kind| {
                let named = self.kinds.iter().any(|name| kind.is(name));
                let out = self.without.iter().any(|name| kind.is(name));
                // Namespaces say by their labels what holds in them.
                let namespaced =
                    self.namespaces.is_empty() || kind.namespaced || is_namespace(kind);
                !out && namespaced && (named || (self.kinds.is_empty() && !noise(kind)))
            })
            .cloned()
            .collect();
        kinds.sort();
        Ok(kinds)
    }
}

pub(crate) fn is_namespace(kind: &ResourceKind) -> bool {
    kind.group.is_empty() && kind.kind == "Namespace"
}

/// The name of a kind that reads nearly so.
fn similar(name: &str, all: &[ResourceKind]) -> Option<String> {
    let wanted = name.to_lowercase();
    let alike = |kind: &ResourceKind| {
        let singular = kind.kind.to_lowercase();
        let plural = kind.plural.to_lowercase();
        let near = |text: &str| text.starts_with(&wanted) || wanted.starts_with(text);
        near(&plural) || near(&singular)
    };
    all.iter().find(|kind| alike(kind)).map(ResourceKind::name)
}

impl Cluster {
    /// All kinds that can be listed, each in the version that the cluster prefers.
    ///
    /// # Errors
    /// Where the cluster does not say.
    pub fn kinds(&self) -> Result<Vec<ResourceKind>, ClusterError> {
        let discovery = self
            .runtime
            .block_on(retried(|| {
                Discovery::new(self.client.clone()).run_aggregated()
            }))
            .map_err(|error| ClusterError::request("cannot ask for the cluster's kinds", &error))?;
        let mut kinds = Vec::new();
        for group in discovery.groups() {
            for (resource, capabilities) in group.recommended_resources() {
                if !capabilities.supports_operation(verbs::LIST) {
                    continue;
                }
                kinds.push(ResourceKind {
                    group: resource.group,
                    version: resource.version,
                    kind: resource.kind,
                    plural: resource.plural,
                    namespaced: capabilities.scope == Scope::Namespaced,
                });
            }
        }
        kinds.sort();
        kinds.dedup();
        Ok(kinds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(group: &str, kind: &str, plural: &str, namespaced: bool) -> ResourceKind {
        ResourceKind {
            group: group.to_owned(),
            version: "v1".to_owned(),
            kind: kind.to_owned(),
            plural: plural.to_owned(),
            namespaced,
        }
    }

    fn all() -> Vec<ResourceKind> {
        vec![
            kind("", "Pod", "pods", true),
            kind("", "Namespace", "namespaces", false),
            kind("", "Event", "events", true),
            kind("apps", "Deployment", "deployments", true),
            kind(
                "rbac.authorization.k8s.io",
                "ClusterRole",
                "clusterroles",
                false,
            ),
            kind("metrics.k8s.io", "PodMetrics", "pods", true),
        ]
    }

    fn chosen(selection: &Selection) -> Vec<String> {
        let kinds = selection.of(&all()).map_err(|error| error.to_string());
        match kinds {
            Ok(kinds) => kinds.iter().map(ResourceKind::name).collect(),
            Err(error) => vec![error],
        }
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn noise_is_left_out_unless_asked_for() {
        let names = chosen(&Selection::default());
        assert_eq!(
            names,
            [
                "namespaces",
                "pods",
                "deployments.apps",
                "clusterroles.rbac.authorization.k8s.io"
            ]
        );
        let events = Selection {
            kinds: words(&["events", "Pod."]),
            ..Selection::default()
        };
        assert_eq!(chosen(&events), ["events", "pods"]);
    }

    #[test]
    fn namespaces_leave_out_what_lies_in_none() {
        let selection = Selection {
            namespaces: words(&["shop"]),
            ..Selection::default()
        };
        assert_eq!(
            chosen(&selection),
            ["namespaces", "pods", "deployments.apps"]
        );
    }

    #[test]
    fn kinds_go_by_several_names() {
        for name in ["Deployment", "deployments", "DEPLOYMENT.apps", "*.apps"] {
            let selection = Selection {
                kinds: words(&[name]),
                ..Selection::default()
            };
            assert_eq!(chosen(&selection), ["deployments.apps"], "{name}");
        }
        let without = Selection {
            without: words(&["pods", "namespaces", "*.apps"]),
            ..Selection::default()
        };
        assert_eq!(chosen(&without), ["clusterroles.rbac.authorization.k8s.io"]);
    }

    #[test]
    fn a_name_of_no_kind_is_an_error() {
        let selection = Selection {
            kinds: words(&["deploy"]),
            ..Selection::default()
        };
        let error = selection.of(&all()).err();
        assert_eq!(
            error.as_ref().map(ToString::to_string).as_deref(),
            Some("the cluster has no kind `deploy`")
        );
        assert_eq!(
            error.and_then(|error| error.help()).as_deref(),
            Some("did you mean `deployments.apps`?")
        );
    }
}
