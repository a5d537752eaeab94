# METADATA
# title: A star in a role is a wildcard
# description: >-
#   In a role, `*` stands for everything only by itself; `*/scale` for a subresource of everything; and in a path
#   at its end. Anywhere else it is a character: `pods/*`, `*/*`, `deploy*`, `get*` and `*.example.com` match
#   nothing, so that the rule does not grant what it says. Paths begin with `/`.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
#   description: Using RBAC authorization, "Referring to resources"
# custom:
#   id: rbac/literal-wildcard
#   severity: medium
#   remediation: List the resources with their subresources, such as `pods/log` and `pods/exec`, the verbs and the groups.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.literal_wildcard

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	is_string(resource)
	literal_resource(resource)
	msg := words(i, resource)
}

deny contains msg if {
	some i, rule in rbac.rules
	some verb in rule.verbs
	is_string(verb)
	literal(verb)
	msg := words(i, verb)
}

deny contains msg if {
	some i, rule in rbac.rules
	some group in rule.apiGroups
	is_string(group)
	literal(group)
	msg := words(i, group)
}

deny contains msg if {
	some i, rule in rbac.rules
	some path in rule.nonResourceURLs
	is_string(path)
	contains(trim_suffix(path, "*"), "*")
	msg := words(i, path)
}

deny contains msg if {
	some i, rule in rbac.rules
	some path in rule.nonResourceURLs
	is_string(path)
	path != "*"
	not startswith(path, "/")
	msg := sprintf("%s: rule %d: the path `%s` does not begin with `/` and matches nothing", [document.subject, i + 1, path])
}

words(i, text) := sprintf("%s: rule %d: `%s` is no wildcard and matches nothing", [document.subject, i + 1, text])

literal(text) if {
	text != "*"
	contains(text, "*")
}

literal_resource(resource) if {
	literal(resource)
	not startswith(resource, "*/")
}

literal_resource(resource) if {
	startswith(resource, "*/")
	contains(trim_prefix(resource, "*/"), "*")
}
