# METADATA
# title: Groups that are cluster-admin are known
# description: >-
#   Whoever the identity provider puts into a group that is bound to cluster-admin owns the cluster. One group
#   for emergencies is usual; more of them, and those that people are in from day to day, are not.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
#   description: Role Based Access Control good practices, "Least privilege"
# custom:
#   id: rbac/cluster-admin-group
#   severity: low
#   remediation: >-
#     Bind `admin` or `edit` in the namespaces that the group works in; keep cluster-admin for one group that is
#     used in an emergency.
#   frameworks:
#     cis: ["5.1.1"]
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1078"]
package kubernetes.rbac.cluster_admin_group

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

warn contains msg if {
	rbac.binding
	role := rbac.everything(input.roleRef)
	some subject in input.subjects
	is_object(subject)
	group(subject)
	msg := sprintf("%s: %s is bound to %s %s", [document.subject, rbac.words(subject), role, rbac.reach])
}

# Those of everybody and system:masters have rules of their own; kubeadm binds its group by itself.
group(subject) if {
	object.get(subject, "kind", "") == "Group"
	name := object.get(subject, "name", null)
	is_string(name)
	not name in rbac.everybody
	not name in {"kubeadm:cluster-admins", "system:masters"}
	not rbac.service_account(subject)
}
