# METADATA
# title: Policies select pods
# description: >-
#   A policy whose selector no pod has isolates nothing. This is said where the documents of the run make pods
#   in the namespace of the policy, and none of them has the labels, nor any pod for which no namespace is
#   named, and where there is nothing that an operator makes pods of.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-resource
#   description: Network policies, "The NetworkPolicy resource"
# custom:
#   id: network/unused-policy
#   severity: low
#   remediation: >-
#     Correct the labels in `podSelector`: they are those of the pods, in the template of a workload.
#   frameworks:
#     cis: ["5.3.2"]
#     nsa: ["Network: policies"]
#     owasp: ["K07"]
#     owasp-2025: ["K05"]
package kubernetes.network.unused_policy

import data.kubernetes.lib.document
import data.kubernetes.lib.network
import data.kubernetes.lib.pods
import data.kubernetes.lib.selector

warn contains msg if {
	network.policy
	chosen := input.spec.podSelector
	not selector.everything(chosen)
	namespace := input.metadata.namespace
	found := pods.in_namespace(namespace)
	count(found) > 0
	not pods.operated(namespace)
	every labels in found | pods.of_no_namespace {
		not selector.matches(chosen, labels)
	}
	msg := sprintf("%s: selects none of the pods of namespace %s", [document.subject, namespace])
}
