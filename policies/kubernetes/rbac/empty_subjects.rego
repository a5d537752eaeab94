# METADATA
# title: Bindings have subjects
# description: >-
#   A binding without subjects grants nothing to nobody. Often it is what is left of one; whoever adds a subject
#   later does not see what the role grants.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding
#   description: Using RBAC authorization, "RoleBinding and ClusterRoleBinding"
# custom:
#   id: rbac/empty-subjects
#   severity: low
#   remediation: Remove the binding, or add the subjects.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.empty_subjects

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

warn contains msg if {
	rbac.binding
	is_object(input.roleRef)
	count(rbac.list(input, "subjects")) == 0
	msg := sprintf("%s: the binding has no subjects", [document.subject])
}
