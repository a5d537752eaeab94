# METADATA
# title: resourceNames stand with verbs that have a name
# description: >-
#   A request to create an object, or to delete a collection, carries no name, so a rule with `resourceNames`
#   does not allow it (only a PUT or an apply that creates has one). `list` and `watch` are for rbac/resource-
#   name-list. Subresources such as `serviceaccounts/token` have the name of their object.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
#   description: Using RBAC authorization, "Referring to resources"
# custom:
#   id: rbac/resource-name-verbs
#   severity: medium
#   remediation: Move `create` and `deletecollection` to a rule without `resourceNames`.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.resource_name_verbs

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

warn contains msg if {
	some i, rule in rbac.rules
	not rbac.unnamed(rule)
	some resource in rbac.list(rule, "resources")
	is_string(resource)
	not contains(resource, "/")
	some verb in rule.verbs
	is_string(verb)
	verb in {"create", "deletecollection"}
	msg := sprintf("%s: rule %d: `%s` is not allowed by a rule with resourceNames: such a request has no name", [
		document.subject,
		i + 1,
		verb,
	])
}
