# METADATA
# title: Roles do not run commands in pods
# description: >-
#   Whoever may run a command in a pod, attach to one or add a debug container to it has what the pod has: its
#   token, its Secrets, its network. A read-only verb does not make it harmless: `get` on `pods/exec` and
#   `pods/attach` is enough for a client that speaks WebSocket. In a Role, and in a ClusterRole that only
#   RoleBindings of the run bind, it is a warning, unless they are in kube-system.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
#   description: Role Based Access Control good practices
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb
#   description: Authorization, request verbs
# custom:
#   id: rbac/pod-exec
#   severity: high
#   remediation: >-
#     Leave `pods/exec`, `pods/attach` and `pods/ephemeralcontainers` out of the role; give people who debug a
#     Role of their own in the namespace.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1609"]
package kubernetes.rbac.pod_exec

import data.kubernetes.lib.rbac

deny contains msg if {
	rbac.widely
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"pods/attach", "pods/exec"}
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"create", "get"})
	msg := rbac.finding(i, "runs commands in all pods", verbs, resource)
}

deny contains msg if {
	rbac.widely
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "pods/ephemeralcontainers"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"patch", "update"})
	msg := rbac.finding(i, "adds containers to all pods", verbs, resource)
}

warn contains msg if {
	rbac.of_namespaces
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"pods/attach", "pods/exec"}
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"create", "get"})
	msg := rbac.finding(i, sprintf("runs commands in all pods of %s", [rbac.where]), verbs, resource)
}

warn contains msg if {
	rbac.of_namespaces
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "pods/ephemeralcontainers"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"patch", "update"})
	msg := rbac.finding(i, sprintf("adds containers to all pods of %s", [rbac.where]), verbs, resource)
}
