# METADATA
# title: Roles do not escalate
# description: >-
#   The API server lets nobody write a role or a binding that grants more than they have themselves. The verb
#   `escalate` lifts that for roles, and `bind` for bindings: with them, one request more makes cluster-admin.
#   `bind` on roles that are named passes, unless it is a role of administrators.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#escalate-verb
#   description: Role Based Access Control good practices, "Escalate verb"
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
#   description: Using RBAC authorization, privilege escalation prevention
# custom:
#   id: rbac/escalation
#   severity: high
#   remediation: >-
#     Take `escalate` out. Where a program hands out roles, allow `bind` with the names of those roles in
#     `resourceNames`.
#   frameworks:
#     cis: ["5.1.8"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1098.006"]
package kubernetes.rbac.escalation

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"clusterroles", "roles"}
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "rbac.authorization.k8s.io", {"bind", "escalate"})
	msg := rbac.finding(i, "grants more than its subjects have", verbs, resource)
}

# Who may escalate a role that they have needs no other.
deny contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"clusterroles", "roles"}
	not rbac.unnamed(rule)
	verbs := rbac.granted(rule, "rbac.authorization.k8s.io", {"escalate"})
	msg := rbac.finding(i, "grants more than its subjects have", verbs, resource)
}

deny contains msg if {
	some i, rule in rbac.rules
	some name in rule.resourceNames
	name in {"admin", "cluster-admin"}
	"clusterroles" in rbac.list(rule, "resources")
	verbs := rbac.granted(rule, "rbac.authorization.k8s.io", {"bind"})
	msg := sprintf("%s: rule %d binds the role `%s`: %s on `clusterroles`", [document.subject, i + 1, name, verbs])
}
