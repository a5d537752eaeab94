# METADATA
# title: Policies for outgoing traffic let DNS through
# description: >-
#   Once a policy isolates a pod for outgoing traffic, names are resolved only if a rule allows it: UDP port
#   53, and TCP port 53 for long answers. A policy that opens a way to a database alone leaves the program
#   without a name for it. Policies of the same namespace that allow DNS to the same pods count.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
#   description: Network policies
# custom:
#   id: network/dns-egress
#   severity: medium
#   remediation: >-
#     Add an egress rule with the ports 53 of UDP and TCP to the namespace of the DNS pods,
#     `kubernetes.io/metadata.name: kube-system`.
#   frameworks:
#     cis: ["5.3.2"]
#     nsa: ["Network: policies"]
#     owasp: ["K07"]
#     owasp-2025: ["K05"]
package kubernetes.network.dns_egress

import data.kubernetes.lib.document
import data.kubernetes.lib.neighbours
import data.kubernetes.lib.network
import data.kubernetes.lib.selector

warn contains msg if {
	network.policy
	"Egress" in network.policy_types(input)
	some rule in input.spec.egress
	named(rule)
	not allowed("UDP")
	msg := sprintf("%s: allows outgoing traffic, but no DNS (port 53)", [document.subject])
}

warn contains msg if {
	network.policy
	"Egress" in network.policy_types(input)
	some rule in input.spec.egress
	some port in rule.ports
	port.port == 53
	network.protocol(port) == "UDP"
	not allowed("TCP")
	msg := sprintf("%s: allows DNS over UDP, but not over TCP, which long answers take", [document.subject])
}

# A rule for something other than addresses: its other end is found by its name.
named(rule) if {
	some peer in rule.to
	is_object(peer)
	not peer.ipBlock
}

named(rule) if {
	count(network.list(rule, "ports")) > 0
	network.none(rule, "to")
}

allowed(over) if {
	some rule in input.spec.egress
	dns(rule, over)
}

allowed(over) if {
	some policy in network.policies(neighbours.namespace)
	"Egress" in network.policy_types(policy)
	for_the_same(policy)
	some rule in policy.spec.egress
	dns(rule, over)
}

# The other policy is for the pods of this one, and perhaps for more.
for_the_same(policy) if network.selects_all(object.get(policy, ["spec", "podSelector"], null))

for_the_same(policy) if policy.spec.podSelector == input.spec.podSelector

for_the_same(policy) if {
	labels := object.get(input, ["spec", "podSelector", "matchLabels"], {})
	selector.matches(policy.spec.podSelector, labels)
}

# Without ports, a rule is for all of them; DNS is then reached where the peer may be its pods.
dns(rule, _) if {
	network.none(rule, "ports")
	reaches_others(rule)
}

dns(rule, over) if {
	some port in rule.ports
	network.protocol(port) == over
	port_53(port)
}

reaches_others(rule) if network.none(rule, "to")

reaches_others(rule) if {
	some peer in rule.to
	is_object(peer.namespaceSelector)
	not elsewhere(object.get(peer.namespaceSelector, ["matchLabels", "kubernetes.io/metadata.name"], "kube-system"))
}

reaches_others(rule) if {
	some peer in rule.to
	cidr := peer.ipBlock.cidr
	is_string(cidr)
	not regex.match(`/(32|128)$`, cidr)
}

# The cache for DNS on each node, and its usual address.
reaches_others(rule) if {
	some peer in rule.to
	peer.ipBlock.cidr == "169.254.20.10/32"
}

elsewhere(namespace) if {
	is_string(namespace)
	not regex.match(`^kube-system$|dns`, namespace)
}

port_53(port) if document.unset(port, ["port"])

port_53(port) if port.port in {53, 5353, "dns", "dns-tcp", "dns-udp", "domain"}

port_53(port) if {
	is_number(port.port)
	is_number(port.endPort)
	port.port <= 53
	port.endPort >= 53
}
