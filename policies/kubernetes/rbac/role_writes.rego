# METADATA
# title: Roles do not write roles and bindings
# description: >-
#   The API server lets nobody grant more than they have themselves. But whoever writes bindings hands on all
#   that they have, and a mistake in one such role, `bind` or `escalate` beside it, makes cluster-admin of it.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
#   description: Using RBAC authorization, privilege escalation prevention
# custom:
#   id: rbac/role-writes
#   severity: medium
#   remediation: >-
#     Leave roles and bindings to those who administrate; name those that a program looks after in
#     `resourceNames`.
#   frameworks:
#     cis: ["5.1.8"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1098.006"]
package kubernetes.rbac.role_writes

import data.kubernetes.lib.rbac

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"clusterrolebindings", "rolebindings"}
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "rbac.authorization.k8s.io", {"create", "patch", "update"})
	msg := rbac.finding(i, "grants roles to others", verbs, resource)
}

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"clusterroles", "roles"}
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "rbac.authorization.k8s.io", {"create", "patch", "update"})
	msg := rbac.finding(i, "changes what roles grant", verbs, resource)
}
