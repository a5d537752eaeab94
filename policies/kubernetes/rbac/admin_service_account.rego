# METADATA
# title: ServiceAccounts do not administrate namespaces
# description: >-
#   The role `admin` reads all Secrets of a namespace, runs commands in its pods and hands out roles there;
#   `edit` the same without roles. In a ClusterRoleBinding they hold in every namespace, kube-system included. A
#   RoleBinding of `admin` is a warning.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
#   description: Using RBAC authorization, "User-facing roles"
# custom:
#   id: rbac/admin-service-account
#   severity: medium
#   remediation: Bind the ServiceAccount to a Role that lists what the program uses, in the namespaces where it does.
#   frameworks:
#     cis: ["5.1.1"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1078"]
package kubernetes.rbac.admin_service_account

import data.kubernetes.lib.document
import data.kubernetes.lib.neighbours
import data.kubernetes.lib.rbac

deny contains msg if {
	rbac.binding
	input.kind == "ClusterRoleBinding"
	input.roleRef.name in {"admin", "edit"}
	some subject in input.subjects
	is_object(subject)
	rbac.service_account(subject)
	msg := sprintf("%s: %s has the role `%s` in every namespace", [document.subject, rbac.words(subject), input.roleRef.name])
}

warn contains msg if {
	rbac.binding
	input.kind == "RoleBinding"
	input.roleRef.kind == "ClusterRole"
	input.roleRef.name == "admin"
	some subject in input.subjects
	is_object(subject)
	[namespace, name] := rbac.account(subject)
	msg := sprintf("%s: ServiceAccount %s/%s has the role `admin` %s%s", [
		document.subject,
		namespace,
		name,
		rbac.reach,
		foreign(namespace),
	])
}

foreign(namespace) := "" if namespace == neighbours.namespace

foreign(namespace) := ", which is not its own" if namespace != neighbours.namespace
