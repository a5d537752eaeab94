# METADATA
# title: Few roles create or change workloads
# description: >-
#   Whoever makes a pod chooses its ServiceAccount, and mounts any Secret, ConfigMap and volume of the namespace;
#   without a Pod Security Standard also those of the node. What makes pods counts as much as pods.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation
#   description: Role Based Access Control good practices, "Workload creation"
# custom:
#   id: rbac/workload-creation
#   severity: low
#   remediation: >-
#     Leave the writing verbs to those who deploy; enforce a Pod Security Standard in the namespaces, and keep
#     workloads of different trust in different ones.
#   frameworks:
#     cis: ["5.1.4"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1610"]
package kubernetes.rbac.workload_creation

import data.kubernetes.lib.rbac

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"pods", "replicationcontrollers"}
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"create", "patch", "update"})
	msg := rbac.finding(i, "makes or changes workloads", verbs, resource)
}

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"daemonsets", "deployments", "replicasets", "statefulsets"}
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "apps", {"create", "patch", "update"})
	msg := rbac.finding(i, "makes or changes workloads", verbs, resource)
}

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"cronjobs", "jobs"}
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "batch", {"create", "patch", "update"})
	msg := rbac.finding(i, "makes or changes workloads", verbs, resource)
}
