# METADATA
# title: Policies do not open everything
# description: >-
#   A rule without peers and ports lets all traffic of its direction through, and since policies only ever
#   add, no other policy closes it again. For some of the pods of a namespace it is a warning, and so are the blocks
#   0.0.0.0/0 and ::/0, which are everything with an address, pods included, and the pods of every namespace.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/#allow-all-ingress-traffic
#   description: Network policies, "Allow all ingress traffic"
# custom:
#   id: network/open-policy
#   severity: medium
#   remediation: >-
#     Name the peers that are needed: pods, namespaces, or the blocks outside of the cluster, with private
#     ones in `except`.
#   frameworks:
#     cis: ["5.3.2"]
#     nsa: ["Network: policies"]
#     owasp: ["K07"]
#     owasp-2025: ["K05"]
package kubernetes.network.open_policy

import data.kubernetes.lib.document
import data.kubernetes.lib.namespace
import data.kubernetes.lib.neighbours
import data.kubernetes.lib.network

deny contains msg if {
	network.policy
	network.isolates(input, "Ingress")
	not told
	some rule in input.spec.ingress
	network.open(rule)
	msg := sprintf("%s: lets all incoming traffic through", [document.subject])
}

warn contains msg if {
	network.policy
	"Ingress" in network.policy_types(input)
	not network.isolates(input, "Ingress")
	some rule in input.spec.ingress
	network.open(rule)
	msg := sprintf("%s: lets all incoming traffic through", [document.subject])
}

warn contains msg if {
	network.policy
	"Egress" in network.policy_types(input)
	not all_told("Egress")
	some rule in input.spec.egress
	network.open(rule)
	msg := sprintf("%s: lets all outgoing traffic through", [document.subject])
}

warn contains msg if {
	network.policy
	"Ingress" in network.policy_types(input)
	some rule in input.spec.ingress
	some peer in rule.from
	peer.ipBlock.cidr in everything
	msg := sprintf("%s: lets incoming traffic of every address through (`%s`)", [document.subject, peer.ipBlock.cidr])
}

warn contains msg if {
	network.policy
	"Egress" in network.policy_types(input)
	some rule in input.spec.egress
	some peer in rule.to
	peer.ipBlock.cidr in everything
	network.none(peer.ipBlock, "except")
	msg := sprintf("%s: lets outgoing traffic to every address through (`%s`)", [document.subject, peer.ipBlock.cidr])
}

warn contains msg if {
	network.policy
	"Ingress" in network.policy_types(input)
	some rule in input.spec.ingress
	some peer in rule.from
	is_object(peer.namespaceSelector)
	network.selects_all(peer.namespaceSelector)
	all_pods(peer)
	msg := sprintf("%s: lets incoming traffic of the pods of every namespace through", [document.subject])
}

# A policy for all pods of a namespace that is among the documents: network/default-deny reports the namespace.
all_told(direction) if {
	network.isolates(input, direction)
	told
}

told if {
	name := neighbours.namespace
	data.inventory.cluster.v1.Namespace[name]
	not name in namespace.system
	not network.not_modelled(name)
}

all_pods(peer) if document.unset(peer, ["podSelector"])

all_pods(peer) if network.selects_all(object.get(peer, "podSelector", null))

everything := {"0.0.0.0/0", "::/0"}
