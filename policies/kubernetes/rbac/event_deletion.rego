# METADATA
# title: Roles do not delete events
# description: >-
#   Events tell what happened to pods and nodes. Deleting them is a way to hide that, and hardly any program
#   needs it: events end by themselves after an hour.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
#   description: Event
# custom:
#   id: rbac/event-deletion
#   severity: medium
#   remediation: >-
#     Take `delete` and `deletecollection` out of the rule, or list the verbs in place of `*`; `create` and
#     `patch` are what programs use.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1070"]
package kubernetes.rbac.event_deletion

import data.kubernetes.lib.rbac

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "events"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "", {"delete", "deletecollection"})
	msg := rbac.finding(i, "deletes events", verbs, resource)
}

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "events"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "events.k8s.io", {"delete", "deletecollection"})
	msg := rbac.finding(i, "deletes events", verbs, resource)
}
