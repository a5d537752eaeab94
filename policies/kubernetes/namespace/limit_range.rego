# METADATA
# title: Namespaces have default limits
# description: >-
#   A LimitRange gives containers without requests and limits those of the namespace, and refuses what is out of
#   bounds. Without one, a container that sets none takes what the node has. This is said of namespaces whose
#   pods are among the documents.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/policy/limit-range/
#   description: Limit Ranges
# custom:
#   id: namespace/limit-range
#   severity: low
#   remediation: Add a LimitRange with `default` and `defaultRequest` for containers.
#   tags: [reliability]
#   frameworks:
#     nsa: ["Network: resource limits"]
#     owasp: ["K04"]
#     owasp-2025: ["K04"]
#     mitre: ["T1499"]
package kubernetes.namespace.limit_range

import data.kubernetes.lib.namespace
import data.kubernetes.lib.pods

warn contains msg if {
	name := namespace.name
	count(pods.in_namespace(name)) > 0
	not data.inventory.namespace[name].v1.LimitRange
	msg := sprintf("namespace %s has no LimitRange", [name])
}
