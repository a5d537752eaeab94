# METADATA
# title: ServiceAccounts are not cluster-admin
# description: >-
#   A ServiceAccount's token lies in every pod that runs under it. Bound to cluster-admin, whoever
#   reads a file in such a pod owns the cluster; in a RoleBinding, the namespace with its secrets.
#   A ClusterRole of the run that grants everything on everything is the same under another name. Users and groups that stand for ServiceAccounts count as well.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
#   description: Role Based Access Control good practices, "Least privilege"
# custom:
#   id: rbac/cluster-admin-service-account
#   severity: critical
#   remediation: >-
#     Bind the ServiceAccount to a Role of its own that lists the verbs and resources which the program
#     uses, in the namespace where it uses them.
#   frameworks:
#     cis: ["5.1.1"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1078"]
package kubernetes.rbac.cluster_admin_service_account

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	rbac.binding
	role := rbac.everything(input.roleRef)
	some subject in input.subjects
	is_object(subject)
	rbac.service_account(subject)
	msg := sprintf("%s: %s is bound to %s", [document.subject, rbac.words(subject), role])
}
