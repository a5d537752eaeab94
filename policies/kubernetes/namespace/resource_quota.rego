# METADATA
# title: Namespaces have a quota
# description: >-
#   Without a ResourceQuota, one namespace takes the nodes of all, by mistake or on purpose. This is said of
#   namespaces whose pods are among the documents.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/policy/resource-quotas/
#   description: Resource Quotas
# custom:
#   id: namespace/resource-quota
#   severity: low
#   remediation: >-
#     Add a ResourceQuota for CPU, memory and pods.
#   tags: [reliability]
#   frameworks:
#     nsa: ["Network: resource limits"]
#     owasp: ["K04"]
#     owasp-2025: ["K04"]
#     mitre: ["T1499"]
package kubernetes.namespace.resource_quota

import data.kubernetes.lib.namespace
import data.kubernetes.lib.pods

warn contains msg if {
	name := namespace.name
	count(pods.in_namespace(name)) > 0
	not data.inventory.namespace[name].v1.ResourceQuota
	msg := sprintf("namespace %s has no ResourceQuota", [name])
}
