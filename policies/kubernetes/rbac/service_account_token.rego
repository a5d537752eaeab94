# METADATA
# title: Roles do not make tokens of all ServiceAccounts
# description: >-
#   `create` on `serviceaccounts/token` gives a token of any ServiceAccount of the namespace, and with it all
#   that the ServiceAccount is allowed; in a ClusterRole, of those in kube-system too. In a Role, and in a
#   ClusterRole that only RoleBindings of the run bind, it is a warning, unless they are in kube-system. A Secret
#   of the type `kubernetes.io/service-account-token` holds a token too: whoever creates Secrets in kube-system,
#   and reads one of them, has it of any ServiceAccount there.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#token-request
#   description: Role Based Access Control good practices, "Token request"
# custom:
#   id: rbac/service-account-token
#   severity: high
#   remediation: Name the ServiceAccounts in `resourceNames`.
#   frameworks:
#     cis: ["5.1.13"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1528"]
package kubernetes.rbac.service_account_token

import data.kubernetes.lib.rbac

deny contains msg if {
	rbac.widely
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "serviceaccounts/token"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"create"})
	msg := rbac.finding(i, "makes tokens of all ServiceAccounts", verbs, resource)
}

warn contains msg if {
	rbac.of_namespaces
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "serviceaccounts/token"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"create"})
	msg := rbac.finding(i, sprintf("makes tokens of all ServiceAccounts of %s", [rbac.where]), verbs, resource)
}

warn contains msg if {
	rbac.of_control_plane
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "secrets"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"create"})
	msg := rbac.finding(i, "makes tokens of ServiceAccounts of the control plane by Secrets", verbs, resource)
}
