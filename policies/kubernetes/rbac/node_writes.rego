# METADATA
# title: Roles do not change nodes
# description: >-
#   Taints, labels and the status of nodes decide where pods run: whoever changes them draws the pods of others,
#   with their Secrets, to a node that they hold, and whoever deletes a node ends its pods.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
#   description: Role Based Access Control good practices, privilege escalation risks
# custom:
#   id: rbac/node-writes
#   severity: medium
#   remediation: >-
#     Leave the writing verbs out unless the program manages nodes, and name the nodes in `resourceNames` where
#     they are known.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.node_writes

import data.kubernetes.lib.rbac

warn contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"nodes", "nodes/status"}
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"create", "delete", "deletecollection", "patch", "update"})
	msg := rbac.finding(i, "changes all nodes", verbs, resource)
}
