# METADATA
# title: Nothing is bound to system:masters
# description: >-
#   RBAC does not apply to members of the group `system:masters`: they are allowed everything, and no binding,
#   removed or not, changes that. A binding of theirs says something else than what holds. The group comes with a
#   client certificate that cannot be revoked, so that nobody should be in it from day to day.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
#   description: Role Based Access Control good practices, "Least privilege"
# custom:
#   id: rbac/system-masters
#   severity: medium
#   remediation: Bind the role to a group of your own, and keep the certificate of `system:masters` for an emergency.
#   frameworks:
#     cis: ["5.1.7"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1078"]
package kubernetes.rbac.system_masters

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	rbac.binding
	some subject in input.subjects
	is_object(subject)
	object.get(subject, "kind", "") == "Group"
	subject.name == "system:masters"
	msg := sprintf("%s: the role is bound to Group system:masters, which RBAC does not apply to", [document.subject])
}
