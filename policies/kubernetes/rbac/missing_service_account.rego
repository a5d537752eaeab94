# METADATA
# title: Bindings refer to ServiceAccounts that are there
# description: >-
#   A binding to a ServiceAccount that does not exist grants nothing, until somebody makes one of that name:
#   whoever may do that has the role. What a cluster has already is not known, so this is said only where other
#   ServiceAccounts of that namespace are among the documents.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects
#   description: Using RBAC authorization, "Referring to subjects"
# custom:
#   id: rbac/missing-service-account
#   severity: medium
#   remediation: Correct the name or the namespace, add the ServiceAccount, or remove the subject.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.missing_service_account

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

warn contains msg if {
	rbac.binding
	some subject in input.subjects
	is_object(subject)
	[namespace, name] := rbac.account(subject)
	name != "default"
	count(data.inventory.namespace[namespace].v1.ServiceAccount) > 0
	not data.inventory.namespace[namespace].v1.ServiceAccount[name]
	not data.inventory.cluster.v1.ServiceAccount[name]
	msg := sprintf("%s: the ServiceAccount `%s` is not among the documents of namespace %s%s", [
		document.subject,
		name,
		namespace,
		elsewhere(name),
	])
}

elsewhere(name) := sprintf(", but of %s", [concat(", ", sort(namespaces(name)))]) if count(namespaces(name)) > 0

elsewhere(name) := "" if count(namespaces(name)) == 0

namespaces(name) := {namespace |
	some namespace
	data.inventory.namespace[namespace].v1.ServiceAccount[name]
}
