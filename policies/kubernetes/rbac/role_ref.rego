# METADATA
# title: Bindings refer to roles
# description: >-
#   A ClusterRoleBinding refers to a ClusterRole, a RoleBinding to a Role or a ClusterRole, by kind, name and the
#   `apiGroup` rbac.authorization.k8s.io. The API server refuses anything else, and never changes the `roleRef`
#   of a binding that is there.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding
#   description: Using RBAC authorization, "RoleBinding and ClusterRoleBinding"
# custom:
#   id: rbac/role-ref
#   severity: medium
#   remediation: Correct `roleRef`; delete a binding that is in the cluster already, and make it anew.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.role_ref

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	binding
	kind := input.roleRef.kind
	not kind in allowed[input.kind]
	msg := sprintf("%s: roleRef has the kind `%v`, not %s", [document.subject, kind, concat(" or ", allowed[input.kind])])
}

deny contains msg if {
	binding
	group := input.roleRef.apiGroup
	not group in {null, "", "rbac.authorization.k8s.io"}
	msg := sprintf("%s: roleRef has the apiGroup `%v`, not rbac.authorization.k8s.io", [document.subject, group])
}

deny contains msg if {
	binding
	is_object(input.roleRef)
	document.unset(input.roleRef, ["name"])
	msg := sprintf("%s: roleRef has no name", [document.subject])
}

deny contains msg if {
	binding
	document.unset(input, ["roleRef"])
	not patch
	msg := sprintf("%s: there is no roleRef", [document.subject])
}

allowed := {"ClusterRoleBinding": ["ClusterRole"], "RoleBinding": ["Role", "ClusterRole"]}

# Those of OpenShift's own API group have another shape.
binding if {
	rbac.binding
	version := object.get(input, "apiVersion", "rbac.authorization.k8s.io/v1")
	is_string(version)
	startswith(version, "rbac.authorization.k8s.io/")
}

# A patch for Kustomize says only what it changes.
patch if count(rbac.list(input, "subjects")) == 0
