# METADATA
# title: Roles that are added to others are known
# description: >-
#   A ClusterRole with the label `rbac.authorization.k8s.io/aggregate-to-admin`, `-edit` or `-view` widens that
#   role in every namespace, without any binding that says so. That is the way to let people use custom
#   resources, and easy to overlook in a review.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
#   description: Using RBAC authorization, "Aggregated ClusterRoles"
# custom:
#   id: rbac/aggregated-role
#   severity: low
#   remediation: Look at the rules as at rules of `admin`, `edit` or `view`; take the label off where a binding is meant.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
package kubernetes.rbac.aggregated_role

import data.kubernetes.lib.document
import data.kubernetes.lib.rbac

warn contains msg if {
	input.kind == "ClusterRole"
	rbac.of_rbac
	not rbac.bootstrapped
	some label, value in input.metadata.labels
	value == "true"
	some name in ["admin", "edit", "view"]
	label == sprintf("rbac.authorization.k8s.io/aggregate-to-%s", [name])
	msg := sprintf("%s: everybody with the role `%s` has its rules", [document.subject, name])
}
