# METADATA
# title: Roles are not bound to everybody with a token
# description: >-
#   The group `system:authenticated` is everybody whom the API server knows: all users of the identity provider
#   and all ServiceAccounts, so every pod with a token. In some clouds it is everybody with an account there. The
#   roles that Kubernetes binds to it itself are left alone.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#hardening
#   description: Role Based Access Control good practices, "Hardening"
# custom:
#   id: rbac/all-users
#   severity: high
#   remediation: Bind the role to the groups, users or ServiceAccounts that need it.
#   frameworks:
#     cis: ["5.1.1"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1078"]
package kubernetes.rbac.all_users

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	rbac.binding
	not input.roleRef.name in rbac.for_everybody
	some subject in input.subjects
	is_object(subject)
	object.get(subject, "kind", "") == "Group"
	subject.name == "system:authenticated"
	msg := sprintf("%s: everybody with a token has the role `%v` %s", [
		document.subject,
		object.get(input, ["roleRef", "name"], ""),
		rbac.reach,
	])
}
