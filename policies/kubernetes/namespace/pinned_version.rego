# METADATA
# title: Namespaces pin the version of their Pod Security Standard
# description: >-
#   Without `enforce-version`, or with `latest`, what is refused changes with each upgrade of the cluster.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces
#   description: Pod Security Admission, "Labels for namespaces"
# custom:
#   id: namespace/pinned-version
#   severity: low
#   remediation: >-
#     Set `pod-security.kubernetes.io/enforce-version` to a version such as `v1.34`, and raise it with the
#     cluster after a look at its warnings.
#   frameworks:
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K04"]
#     owasp-2025: ["K04"]
package kubernetes.namespace.pinned_version

import data.kubernetes.lib.document
import data.kubernetes.lib.namespace

warn contains msg if {
	name := namespace.name
	level := input.metadata.labels["pod-security.kubernetes.io/enforce"]
	level in {"baseline", "restricted"}
	document.unset(input, ["metadata", "labels", "pod-security.kubernetes.io/enforce-version"])
	msg := sprintf("namespace %s enforces `%s` of no particular version", [name, level])
}

warn contains msg if {
	name := namespace.name
	level := input.metadata.labels["pod-security.kubernetes.io/enforce"]
	level in {"baseline", "restricted"}
	input.metadata.labels["pod-security.kubernetes.io/enforce-version"] == "latest"
	msg := sprintf("namespace %s enforces the latest version of `%s`", [name, level])
}
