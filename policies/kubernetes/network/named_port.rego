# METADATA
# title: Policies name ports that pods have
# description: >-
#   A port with a name means the port of that name and protocol of the pod at the receiving end. Where no pod has
#   one, the rule lets nothing through, or not what was meant. This is said of pods that the documents of the run
#   make: those that the policy selects, and for outgoing traffic those of its own namespace that a peer selects.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-resource
#   description: Network policies, "The NetworkPolicy resource"
# custom:
#   id: network/named-port
#   severity: medium
#   remediation: Correct the name, or give its number.
#   frameworks:
#     cis: ["5.3.2"]
#     nsa: ["Network: policies"]
#     owasp: ["K07"]
#     owasp-2025: ["K05"]
package kubernetes.network.named_port

import data.kubernetes.lib.document
import data.kubernetes.lib.network
import data.kubernetes.lib.pods

warn contains msg if {
	network.policy
	"Ingress" in network.policy_types(input)
	some rule in input.spec.ingress
	some port in rule.ports
	is_string(port.port)
	found := pods.selected(input.metadata.namespace, object.get(input, ["spec", "podSelector"], {}))
	missing(found, port)
	msg := words(port)
}

warn contains msg if {
	network.policy
	"Egress" in network.policy_types(input)
	some rule in input.spec.egress
	some port in rule.ports
	is_string(port.port)
	is_array(rule.to)
	count(rule.to) > 0
	every peer in rule.to {
		document.unset(peer, ["ipBlock"])
		document.unset(peer, ["namespaceSelector"])
		missing(pods.selected(input.metadata.namespace, peer.podSelector), port)
	}
	msg := words(port)
}

words(port) := sprintf("%s: no pod has a port `%s` (%s)", [document.subject, port.port, network.protocol(port)])

missing(found, port) if {
	count(found) > 0
	every template in found {
		not [port.port, network.protocol(port)] in pods.ports(template)
	}
}
