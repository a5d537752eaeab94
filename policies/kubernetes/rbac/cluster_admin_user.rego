# METADATA
# title: People are not cluster-admin
# description: >-
#   cluster-admin is allowed everything, always: a mistake or a stolen laptop costs the cluster, and a new user
#   of an old name has the old rights. Day to day, people take a smaller role, and impersonate an administrator
#   where they need one. A RoleBinding, which gives a namespace away with its quota and its roles, is a warning.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
#   description: Role Based Access Control good practices, "Least privilege"
# custom:
#   id: rbac/cluster-admin-user
#   severity: medium
#   remediation: >-
#     Bind `admin` or `edit` in the namespaces that the person works in; keep cluster-admin for one group that is
#     used in an emergency.
#   frameworks:
#     cis: ["5.1.1"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1078"]
package kubernetes.rbac.cluster_admin_user

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	rbac.binding
	input.kind == "ClusterRoleBinding"
	role := rbac.everything(input.roleRef)
	some subject in input.subjects
	is_object(subject)
	person(subject)
	msg := sprintf("%s: %s is bound to %s", [document.subject, rbac.words(subject), role])
}

warn contains msg if {
	rbac.binding
	input.kind == "RoleBinding"
	role := rbac.everything(input.roleRef)
	some subject in input.subjects
	is_object(subject)
	person(subject)
	msg := sprintf("%s: %s is bound to %s %s", [document.subject, rbac.words(subject), role, rbac.reach])
}

person(subject) if {
	object.get(subject, "kind", "") == "User"
	name := object.get(subject, "name", null)
	is_string(name)
	name != "system:anonymous"
	not rbac.service_account(subject)
}
