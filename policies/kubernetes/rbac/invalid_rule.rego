# METADATA
# title: Rules of roles are complete
# description: >-
#   The API server refuses a role with a rule that has no verbs, that has resources without API groups or groups
#   without resources, or that has both resources and paths of the API server; and a Role, which is for one
#   namespace, with paths.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole
#   description: Using RBAC authorization, "Role and ClusterRole"
# custom:
#   id: rbac/invalid-rule
#   severity: medium
#   remediation: >-
#     Give each rule `apiGroups` (`""` is the core group), `resources` and `verbs`; paths stand in a rule of a
#     ClusterRole with verbs alone.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.invalid_rule

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	some i, rule in rbac.rules
	empty(rule, "verbs")
	msg := sprintf("%s: rule %d has no verbs", [document.subject, i + 1])
}

deny contains msg if {
	some i, rule in rbac.rules
	empty(rule, "nonResourceURLs")
	not empty(rule, "resources")
	empty(rule, "apiGroups")
	msg := sprintf("%s: rule %d has resources but no API groups (`\"\"` is the core group)", [document.subject, i + 1])
}

deny contains msg if {
	some i, rule in rbac.rules
	empty(rule, "nonResourceURLs")
	empty(rule, "resources")
	msg := sprintf("%s: rule %d has no resources", [document.subject, i + 1])
}

deny contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	is_array(rule.nonResourceURLs)
	count(rule.nonResourceURLs) > 0
	some field in ["apiGroups", "resources", "resourceNames"]
	not empty(rule, field)
	msg := sprintf("%s: rule %d has both paths and %s", [document.subject, i + 1, field])
}

deny contains msg if {
	input.kind == "Role"
	some i, rule in rbac.rules
	is_array(rule.nonResourceURLs)
	count(rule.nonResourceURLs) > 0
	msg := sprintf("%s: rule %d has paths, which only a ClusterRole can grant", [document.subject, i + 1])
}

empty(rule, field) if count(rbac.list(rule, field)) == 0
