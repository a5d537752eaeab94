# METADATA
# title: Roles do not read all Secrets
# description: >-
#   Secrets hold passwords, keys and tokens of ServiceAccounts. Not only `get` tells them: the answers to `list`
#   and `watch` hold the whole objects. A ClusterRole reads those of all namespaces, and in kube-system they are
#   those of the control plane. In a Role of another namespace, and in a ClusterRole that only RoleBindings of
#   the run bind, it is a warning. Rules that name their Secrets pass.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets
#   description: Role Based Access Control good practices, "Listing secrets"
# custom:
#   id: rbac/secrets
#   severity: high
#   remediation: >-
#     Name the Secrets in `resourceNames` and allow `get` alone, or mount them into the pod; otherwise take a
#     Role in the one namespace that needs it.
#   frameworks:
#     cis: ["5.1.2"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1552.007"]
package kubernetes.rbac.secrets

import data.kubernetes.lib.rbac

deny contains msg if {
	rbac.of_cluster
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "secrets"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"get", "list", "watch"})
	msg := rbac.finding(i, "reads all Secrets", verbs, resource)
}

deny contains msg if {
	rbac.of_control_plane
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "secrets"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"get", "list", "watch"})
	msg := rbac.finding(i, "reads all Secrets of the control plane", verbs, resource)
}

warn contains msg if {
	rbac.of_namespaces
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "secrets"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"get", "list", "watch"})
	msg := rbac.finding(i, sprintf("reads all Secrets of %s", [rbac.where]), verbs, resource)
}
