# METADATA
# title: Namespaces do not begin with kube-
# description: >-
#   Names that begin with `kube-` are reserved for Kubernetes. Tools that leave the control plane alone take such
#   a namespace for a part of it: policies, scanners and backups pass it by.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#working-with-namespaces
#   description: Namespaces, "Working with Namespaces"
# custom:
#   id: namespace/reserved-name
#   severity: low
#   remediation: Choose a name that does not begin with `kube-`.
#   frameworks:
#     nsa: ["Network: namespaces"]
#     owasp: ["K04"]
#     owasp-2025: ["K04"]
#     mitre: ["T1036"]
package kubernetes.namespace.reserved_name

import data.kubernetes.lib.namespace

warn contains msg if {
	input.kind == "Namespace"
	is_string(input.metadata.name)
	startswith(input.metadata.name, "kube-")
	not input.metadata.name in namespace.system
	msg := sprintf("namespace %s: the name is reserved for Kubernetes", [input.metadata.name])
}
