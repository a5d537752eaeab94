# METADATA
# title: Namespaces enforce a Pod Security Standard
# description: >-
#   The label `pod-security.kubernetes.io/enforce` makes the API server refuse pods below a level.
#   Without it, or with `privileged`, every pod is let in. `restricted` is the level to aim for. The
#   namespaces of the control plane are left alone; what is no level is told by pod-security/namespace-labels.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-namespace-labels/
#   description: Enforce Pod Security Standards with namespace labels
# custom:
#   id: namespace/pod-security
#   severity: high
#   remediation: >-
#     Label the namespace `pod-security.kubernetes.io/enforce: restricted`; set `audit` and `warn` to
#     the same level first to see which pods would be refused.
#   frameworks:
#     cis: ["5.2.1"]
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K04"]
#     owasp-2025: ["K04"]
package kubernetes.namespace.pod_security

import data.kubernetes.lib.document
import data.kubernetes.lib.namespace

deny contains msg if {
	name := namespace.name
	document.unset(input, ["metadata", "labels", "pod-security.kubernetes.io/enforce"])
	not labelled_elsewhere(name)
	msg := sprintf("namespace %s enforces no Pod Security Standard", [name])
}

deny contains msg if {
	name := namespace.name
	level := input.metadata.labels["pod-security.kubernetes.io/enforce"]
	level == "privileged"
	msg := sprintf("namespace %s enforces the Pod Security Standard `%s`", [name, level])
}

warn contains msg if {
	name := namespace.name
	level := input.metadata.labels["pod-security.kubernetes.io/enforce"]
	level == "baseline"
	msg := sprintf("namespace %s enforces `baseline`, not `restricted`", [name])
}

# The same namespace stands in another document of the run too, with the label.
labelled_elsewhere(name) if {
	data.inventory.cluster.v1.Namespace[name].metadata.labels["pod-security.kubernetes.io/enforce"]
}
