# METADATA
# title: Roles list their resources
# description: >-
#   The resource `*` and the API group `*` grant secrets, roles and whatever a future custom
#   resource brings; `*/scale` grants a subresource of everything; the path `*` grants every URL
#   of the API server. Where a rule is about API groups of others only, so that `*` is all resources of an
#   operator, it is a warning.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
#   description: Role Based Access Control good practices, "Least privilege"
# custom:
#   id: rbac/wildcard-resources
#   severity: high
#   remediation: "Replace `*` with the API groups, resources and paths that are used."
#   frameworks:
#     cis: ["5.1.3"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.wildcard_resources

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	some i, rule in rbac.rules
	not rbac.of_others(rule)
	some resource in rule.resources
	is_string(resource)
	wildcard_resource(resource)
	msg := sprintf("%s: rule %d grants the resources `%s`", [document.subject, i + 1, resource])
}

deny contains msg if {
	some i, rule in rbac.rules
	some group in rule.apiGroups
	is_string(group)
	group == "*"
	msg := sprintf("%s: rule %d grants every API group", [document.subject, i + 1])
}

deny contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	some path in rule.nonResourceURLs
	is_string(path)
	path in {"*", "/*"}
	msg := sprintf("%s: rule %d grants every path of the API server", [document.subject, i + 1])
}

warn contains msg if {
	some i, rule in rbac.rules
	rbac.of_others(rule)
	some resource in rule.resources
	is_string(resource)
	wildcard_resource(resource)
	msg := sprintf("%s: rule %d grants the resources `%s` of %s", [
		document.subject,
		i + 1,
		resource,
		rbac.quoted(rbac.list(rule, "apiGroups")),
	])
}

wildcard_resource("*")

# `*/*` is no wildcard: it means the subresource `*`, which nothing has.
wildcard_resource(resource) if {
	startswith(resource, "*/")
	not contains(trim_prefix(resource, "*/"), "*")
}
