# METADATA
# title: Names are listed by whoever asks for them
# description: >-
#   A rule with `resourceNames` allows `list` and `watch` to those who ask with the field selector
#   `metadata.name=…`, for one of the names. Caches of controllers can do that; `kubectl get` without a name does
#   not, and is refused.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
#   description: Using RBAC authorization, "Referring to resources"
# custom:
#   id: rbac/resource-name-list
#   severity: low
#   remediation: >-
#     Take `list` and `watch` out where the program does not use the field selector; `get` is enough to read an
#     object by its name.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.resource_name_list

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
	verb in {"list", "watch"}
	msg := sprintf("%s: rule %d: `%s` with resourceNames is allowed only with the field selector `metadata.name=…`", [
		document.subject,
		i + 1,
		verb,
	])
}
