# METADATA
# title: Roles list their verbs
# description: >-
#   The verb `*` grants every action on a resource, `escalate`, `bind` and `impersonate` among them,
#   and those that a later version of Kubernetes adds.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
#   description: Role Based Access Control good practices, "Least privilege"
# custom:
#   id: rbac/wildcard-verbs
#   severity: high
#   remediation: "Replace `*` with the verbs that are used: `get`, `list`, `watch`, `create`, …"
package kubernetes.rbac.wildcard_verbs

import data.kubernetes.lib.document

deny contains msg if {
	input.kind in {"ClusterRole", "Role"}
	some i, rule in input.rules
	some verb in rule.verbs
	verb == "*"
	msg := sprintf("%s: rule %d grants every verb", [document.subject, i + 1])
}
