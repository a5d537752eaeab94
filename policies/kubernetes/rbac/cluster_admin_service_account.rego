# METADATA
# title: ServiceAccounts are not cluster-admin
# description: >-
#   A ServiceAccount's token lies in every pod that runs under it. Bound to cluster-admin, whoever
#   reads a file in such a pod owns the cluster; in a RoleBinding, the namespace with its secrets.
#   Users and groups that stand for ServiceAccounts count as well.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
#   description: Role Based Access Control good practices, "Least privilege"
# custom:
#   id: rbac/cluster-admin-service-account
#   severity: critical
#   remediation: >-
#     Bind the ServiceAccount to a Role of its own that lists the verbs and resources which the program
#     uses, in the namespace where it uses them.
package kubernetes.rbac.cluster_admin_service_account

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

deny contains msg if {
	input.kind in {"ClusterRoleBinding", "RoleBinding"}
	input.roleRef.kind == "ClusterRole"
	input.roleRef.name == "cluster-admin"
	some subject in input.subjects
	rbac.service_account(subject)
	msg := sprintf("%s: %s is bound to cluster-admin", [document.subject, rbac.words(subject)])
}
