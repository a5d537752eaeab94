# METADATA
# title: Nobody without a name has a role
# description: >-
#   The user `system:anonymous` and the group `system:unauthenticated` are whoever reaches the API server and
#   shows no credential. What they are allowed, the network is allowed. The roles that Kubernetes binds to them
#   itself, for its version and its health, are left alone.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#hardening
#   description: Role Based Access Control good practices, "Hardening"
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles
#   description: Using RBAC authorization, "API discovery roles"
# custom:
#   id: rbac/anonymous
#   severity: critical
#   remediation: >-
#     Remove the subject; give the program that calls a ServiceAccount, and the probe a path that needs no role
#     (`/livez`, `/readyz`).
#   frameworks:
#     cis: ["5.1.1"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1190", "T1613"]
package kubernetes.rbac.anonymous

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	rbac.binding
	not input.roleRef.name in rbac.for_everybody
	some subject in input.subjects
	is_object(subject)
	anonymous(subject)
	msg := sprintf("%s: whoever reaches the API server has the role `%v` %s: %s", [
		document.subject,
		object.get(input, ["roleRef", "name"], ""),
		rbac.reach,
		rbac.words(subject),
	])
}

anonymous(subject) if {
	object.get(subject, "kind", "") == "User"
	subject.name == "system:anonymous"
}

anonymous(subject) if {
	object.get(subject, "kind", "") == "Group"
	subject.name == "system:unauthenticated"
}
