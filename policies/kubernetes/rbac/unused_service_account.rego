# METADATA
# title: ServiceAccounts are used
# description: >-
#   A ServiceAccount that no pod runs as and nothing binds is what is left of something. Whoever may make pods in
#   the namespace can run as it. This is said where the documents of the run make pods in its namespace.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#periodic-review
#   description: Role Based Access Control good practices, periodic review
# custom:
#   id: rbac/unused-service-account
#   severity: low
#   remediation: Remove the ServiceAccount, or name it in `serviceAccountName`.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.unused_service_account

import data.kubernetes.lib.document
import data.kubernetes.lib.namespace
import data.kubernetes.lib.pods

warn contains msg if {
	input.kind == "ServiceAccount"
	input.apiVersion == "v1"
	name := input.metadata.name
	name != "default"
	space := input.metadata.namespace
	not space in namespace.system
	count(pods.in_namespace(space)) > 0
	not pods.operated(space)
	not used(space, name)
	not bound(space, name)
	msg := sprintf("%s: no pod runs as it, and nothing binds it", [document.subject])
}

used(space, name) if {
	some template in pods.candidates(space)
	is_object(template)
	some field in ["serviceAccountName", "serviceAccount"]
	object.get(template, ["spec", field], "") == name
}

bound(space, name) if {
	some binding in data.inventory.cluster["rbac.authorization.k8s.io/v1"].ClusterRoleBinding
	some subject in binding.subjects
	names(subject, space, name)
}

bound(_, name) if {
	some binding in data.inventory.cluster["rbac.authorization.k8s.io/v1"].RoleBinding
	some subject in binding.subjects
	is_object(subject)
	object.get(subject, "name", "") == name
}

bound(space, name) if {
	some home
	some binding in data.inventory.namespace[home]["rbac.authorization.k8s.io/v1"].RoleBinding
	some subject in binding.subjects
	names(subject, space, name)
}

# A subject without a namespace is taken for one of any.
names(subject, space, name) if {
	is_object(subject)
	object.get(subject, "name", "") == name
	object.get(subject, "namespace", "") in {null, "", space}
}

names(subject, space, name) if {
	is_object(subject)
	object.get(subject, "name", "") == sprintf("system:serviceaccount:%s:%s", [space, name])
}
