# METADATA
# title: Roles are bound
# description: >-
#   A role that nothing binds grants nothing. It is often what is left of something, and lies ready for whoever
#   may write bindings. What a cluster has already is not known, so this is said only where bindings are among
#   the documents, for a Role those of its namespace. Roles that are added to others by their labels need no
#   binding.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#periodic-review
#   description: Role Based Access Control good practices, periodic review
# custom:
#   id: rbac/unbound-role
#   severity: low
#   remediation: Remove the role, or bind it.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.unbound_role

import data.kubernetes.lib.document
import data.kubernetes.lib.neighbours
import data.kubernetes.lib.rbac

warn contains msg if {
	input.kind == "ClusterRole"
	rbac.of_rbac
	not rbac.bootstrapped
	not aggregated
	count(bound_cluster_roles) > 0
	name := input.metadata.name
	not name in bound_cluster_roles
	msg := sprintf("%s: nothing binds the role", [document.subject])
}

warn contains msg if {
	input.kind == "Role"
	rbac.of_rbac
	not rbac.bootstrapped
	not document.unset(input, ["metadata", "namespace"])
	count(bound_roles) > 0
	name := input.metadata.name
	not name in bound_roles
	msg := sprintf("%s: nothing binds the role", [document.subject])
}

# By convention, labels that add a role to another have `aggregate` in their name.
aggregated if {
	some label, _ in object.get(input, ["metadata", "labels"], {})
	is_string(label)
	contains(label, "aggregate")
}

bound_cluster_roles := {name |
	some binding in data.inventory.cluster["rbac.authorization.k8s.io/v1"].ClusterRoleBinding
	name := binding.roleRef.name
} | {name |
	some kind in ["cluster", "namespace"]
	some binding in role_bindings[kind]
	binding.roleRef.kind == "ClusterRole"
	name := binding.roleRef.name
}

bound_roles := {name |
	some binding in data.inventory.namespace[neighbours.namespace]["rbac.authorization.k8s.io/v1"].RoleBinding
	binding.roleRef.kind == "Role"
	name := binding.roleRef.name
}

role_bindings.cluster contains binding if {
	some binding in data.inventory.cluster["rbac.authorization.k8s.io/v1"].RoleBinding
}

role_bindings.namespace contains binding if {
	some namespace
	some binding in data.inventory.namespace[namespace]["rbac.authorization.k8s.io/v1"].RoleBinding
}
