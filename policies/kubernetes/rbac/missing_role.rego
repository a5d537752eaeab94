# METADATA
# title: Bindings refer to roles that are there
# description: >-
#   A binding to a role that does not exist grants nothing, until somebody makes a role of that name: then it
#   grants whatever that holds. What a cluster has already is not known, so this is said only where other roles
#   of that kind are among the documents, for a Role in the same namespace, which the binding names. The roles of
#   Kubernetes itself are there.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding
#   description: Using RBAC authorization, "RoleBinding and ClusterRoleBinding"
# custom:
#   id: rbac/missing-role
#   severity: medium
#   remediation: Correct the name, add the role, or remove the binding.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.missing_role

import data.kubernetes.lib.document
import data.kubernetes.lib.neighbours
import data.kubernetes.lib.rbac

warn contains msg if {
	rbac.binding
	input.roleRef.kind == "ClusterRole"
	name := input.roleRef.name
	is_string(name)
	not rbac.foreign_name(name)
	count(data.inventory.cluster["rbac.authorization.k8s.io/v1"].ClusterRole) > 0
	count(rbac.named_roles("ClusterRole", name)) == 0
	msg := sprintf("%s: the ClusterRole `%s` is not among the documents", [document.subject, name])
}

warn contains msg if {
	rbac.binding
	input.kind == "RoleBinding"
	not document.unset(input, ["metadata", "namespace"])
	input.roleRef.kind == "Role"
	name := input.roleRef.name
	is_string(name)
	not rbac.foreign_name(name)
	count(data.inventory.namespace[neighbours.namespace]["rbac.authorization.k8s.io/v1"].Role) > 0
	count(rbac.named_roles("Role", name)) == 0
	msg := sprintf("%s: the Role `%s` is not among the documents of namespace %s", [document.subject, name, neighbours.namespace])
}
