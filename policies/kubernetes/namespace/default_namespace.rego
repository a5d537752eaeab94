# METADATA
# title: Nothing runs in the namespace default
# description: >-
#   The namespace `default` is where objects land that somebody forgot to place: policies, quotas and rights
#   of one program are then those of all.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
#   description: Namespaces
# custom:
#   id: namespace/default-namespace
#   severity: low
#   remediation: >-
#     Make a namespace for the program, and name it in `metadata.namespace`.
#   frameworks:
#     cis: ["5.7.4"]
#     nsa: ["Network: namespaces"]
#     owasp: ["K04"]
#     owasp-2025: ["K04"]
package kubernetes.namespace.default_namespace

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

warn contains msg if {
	input.metadata.namespace == "default"
	workload.pod_spec
	msg := sprintf("%s: runs in the namespace `default`", [document.subject])
}
