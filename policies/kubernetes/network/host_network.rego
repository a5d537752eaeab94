# METADATA
# title: Policies are for pods that they hold for
# description: >-
#   A pod with `hostNetwork: true` has the addresses of its node. What a NetworkPolicy does for it is not
#   defined: most networks take its traffic for that of the node and let it through. This is said of policies all
#   of whose pods, as the documents of the run make them, are of that kind.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-and-hostnetwork-pods
#   description: Network policies, "NetworkPolicy and hostNetwork pods"
# custom:
#   id: network/host-network
#   severity: low
#   remediation: Take `hostNetwork` away from the pods, or protect the ports on the node itself.
#   frameworks:
#     cis: ["5.3.2"]
#     nsa: ["Network: policies"]
#     owasp: ["K07"]
#     owasp-2025: ["K05"]
package kubernetes.network.host_network

import data.kubernetes.lib.document
import data.kubernetes.lib.network
import data.kubernetes.lib.pods
import data.kubernetes.lib.selector

warn contains msg if {
	network.policy
	chosen := input.spec.podSelector
	not selector.everything(chosen)
	found := pods.selected(input.metadata.namespace, chosen)
	count(found) > 0
	every template in found {
		object.get(template, ["spec", "hostNetwork"], false) == true
	}
	msg := sprintf("%s: all of its pods are in the network of their node, where policies may not hold", [document.subject])
}
