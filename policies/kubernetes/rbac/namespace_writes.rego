# METADATA
# title: Roles do not change namespaces
# description: >-
#   The labels of a namespace decide which Pod Security Standard holds in it, and which NetworkPolicies let it
#   through. Whoever may change them lifts both.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#namespace-modification
#   description: Role Based Access Control good practices, "Namespace modification"
# custom:
#   id: rbac/namespace-writes
#   severity: medium
#   remediation: Leave `update` and `patch` out of the role, or name the namespaces in `resourceNames`.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1562"]
package kubernetes.rbac.namespace_writes

import data.kubernetes.lib.rbac

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "namespaces"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"patch", "update"})
	msg := rbac.finding(i, "changes the labels that namespaces are protected by", verbs, resource)
}
