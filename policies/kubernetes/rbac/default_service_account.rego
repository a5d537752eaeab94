# METADATA
# title: The default ServiceAccount has no role
# description: >-
#   Pods that name no ServiceAccount run as `default`. A role that it has, every such pod has, those that come
#   later and those of an intruder too.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
#   description: Role Based Access Control good practices, "Least privilege"
# - ref: https://kubernetes.io/docs/concepts/security/service-accounts/#default-service-accounts
#   description: Service accounts, "Default service accounts"
# custom:
#   id: rbac/default-service-account
#   severity: medium
#   remediation: Make a ServiceAccount for the program, name it in the pod, and bind the role to that one.
#   frameworks:
#     cis: ["5.1.5"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1078"]
package kubernetes.rbac.default_service_account

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	rbac.binding
	some subject in input.subjects
	is_object(subject)
	[namespace, name] := rbac.account(subject)
	name == "default"
	msg := sprintf("%s: every pod of namespace %s without a ServiceAccount of its own has the role `%v`", [
		document.subject,
		namespace,
		object.get(input, ["roleRef", "name"], ""),
	])
}
