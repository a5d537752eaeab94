# METADATA
# title: Roles are not bound to all ServiceAccounts
# description: >-
#   The group `system:serviceaccounts` is every ServiceAccount of the cluster, and with it every pod that has a
#   token; `system:serviceaccounts:shop` those of one namespace, which is a warning. Pods that come later have
#   the role too. cluster-admin has a rule of its own.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#service-account-permissions
#   description: Using RBAC authorization, "ServiceAccount permissions"
# custom:
#   id: rbac/all-service-accounts
#   severity: medium
#   remediation: Bind the role to the ServiceAccounts that need it.
#   frameworks:
#     cis: ["5.1.1"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1078"]
package kubernetes.rbac.all_service_accounts

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	rbac.binding
	bound
	some subject in input.subjects
	is_object(subject)
	object.get(subject, "kind", "") == "Group"
	subject.name == "system:serviceaccounts"
	msg := sprintf("%s: every ServiceAccount of the cluster has the role `%v` %s", [
		document.subject,
		object.get(input, ["roleRef", "name"], ""),
		rbac.reach,
	])
}

warn contains msg if {
	rbac.binding
	bound
	some subject in input.subjects
	is_object(subject)
	object.get(subject, "kind", "") == "Group"
	is_string(subject.name)
	startswith(subject.name, "system:serviceaccounts:")
	msg := sprintf("%s: every ServiceAccount of namespace %s has the role `%v` %s", [
		document.subject,
		trim_prefix(subject.name, "system:serviceaccounts:"),
		object.get(input, ["roleRef", "name"], ""),
		rbac.reach,
	])
}

# To pull images is what OpenShift lets all of a namespace do.
bound if {
	not input.roleRef.name in (rbac.for_everybody | {"system:image-puller"})
	not rbac.everything(input.roleRef)
}
