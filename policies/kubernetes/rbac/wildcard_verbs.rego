# METADATA
# title: Roles list their verbs
# description: >-
#   The verb `*` grants every action on a resource, `escalate`, `bind` and `impersonate` among them,
#   and those that a later version of Kubernetes adds. On resources of other API groups, those of
#   operators, it is a warning.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
#   description: Role Based Access Control good practices, "Least privilege"
# custom:
#   id: rbac/wildcard-verbs
#   severity: high
#   remediation: "Replace `*` with the verbs that are used: `get`, `list`, `watch`, `create`, …"
#   frameworks:
#     cis: ["5.1.3"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.wildcard_verbs

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	some i, rule in rbac.rules
	not rbac.of_others(rule)
	some verb in rule.verbs
	verb == "*"
	msg := sprintf("%s: rule %d grants every verb", [document.subject, i + 1])
}

warn contains msg if {
	some i, rule in rbac.rules
	rbac.of_others(rule)
	some verb in rule.verbs
	verb == "*"
	msg := sprintf("%s: rule %d grants every verb on resources of %s", [
		document.subject,
		i + 1,
		rbac.quoted(rbac.list(rule, "apiGroups")),
	])
}
