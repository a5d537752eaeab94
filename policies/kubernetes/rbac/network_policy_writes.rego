# METADATA
# title: Roles do not change network policies
# description: >-
#   NetworkPolicies add up: one more opens what the others had closed, and one less takes the isolation away.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
#   description: Network policies
# custom:
#   id: rbac/network-policy-writes
#   severity: medium
#   remediation: Leave the writing verbs to those who are responsible for the network of the namespace.
#   frameworks:
#     nsa: ["Access: RBAC"]
#     owasp: ["K03"]
#     owasp-2025: ["K02"]
#     mitre: ["T1562"]
package kubernetes.rbac.network_policy_writes

import data.kubernetes.lib.rbac

warn contains msg if {
	some i, rule in rbac.rules
	some resource in rule.resources
	resource == "networkpolicies"
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "networking.k8s.io", {"create", "delete", "deletecollection", "patch", "update"})
	msg := rbac.finding(i, "opens the network of pods", verbs, resource)
}

warn contains msg if {
	input.kind == "ClusterRole"
	some i, rule in rbac.rules
	some resource in rule.resources
	resource in {"adminnetworkpolicies", "baselineadminnetworkpolicies", "clusternetworkpolicies"}
	rbac.unnamed(rule)
	verbs := rbac.granted(rule, "policy.networking.k8s.io", {"create", "delete", "deletecollection", "patch", "update"})
	msg := rbac.finding(i, "opens the network of the cluster", verbs, resource)
}
