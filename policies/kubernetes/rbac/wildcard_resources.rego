# METADATA
# title: Roles list their resources
# description: >-
#   The resource `*` and the API group `*` grant secrets, roles and whatever a future custom
#   resource brings; `*/scale` grants a subresource of everything; the path `*` grants every URL
#   of the API server.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
#   description: Role Based Access Control good practices, "Least privilege"
# custom:
#   id: rbac/wildcard-resources
#   severity: high
#   remediation: "Replace `*` with the API groups, resources and paths that are used."
package kubernetes.rbac.wildcard_resources

import data.kubernetes.lib.document

deny contains msg if {
	input.kind in {"ClusterRole", "Role"}
	some i, rule in input.rules
	some resource in rule.resources
	wildcard_resource(resource)
	msg := sprintf("%s: rule %d grants the resources `%s`", [document.subject, i + 1, resource])
}

deny contains msg if {
	input.kind in {"ClusterRole", "Role"}
	some i, rule in input.rules
	some group in rule.apiGroups
	group == "*"
	msg := sprintf("%s: rule %d grants every API group", [document.subject, i + 1])
}

deny contains msg if {
	input.kind == "ClusterRole"
	some i, rule in input.rules
	some path in rule.nonResourceURLs
	path in {"*", "/*"}
	msg := sprintf("%s: rule %d grants every path of the API server", [document.subject, i + 1])
}

wildcard_resource("*")

wildcard_resource(resource) if startswith(resource, "*/")
