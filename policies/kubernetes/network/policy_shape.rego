# METADATA
# title: Policies are what the API server takes
# description: >-
#   A peer names a selector or a block of addresses, not both and not nothing; an exception lies inside of its
#   block; the end of a range of ports is not before its beginning. The API server refuses anything else.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
#   description: NetworkPolicy
# custom:
#   id: network/policy-shape
#   severity: medium
#   remediation: >-
#     Correct the field that is named.
#   frameworks:
#     cis: ["5.3.2"]
#     nsa: ["Network: policies"]
#     owasp: ["K07"]
#     owasp-2025: ["K05"]
package kubernetes.network.policy_shape

import data.kubernetes.lib.document
import data.kubernetes.lib.network

ports contains port if {
	network.policy
	some field in ["egress", "ingress"]
	some rule in input.spec[field]
	some port in rule.ports
	is_object(port)
}

deny contains msg if {
	some peer in network.peers
	document.unset(peer, ["ipBlock"])
	document.unset(peer, ["podSelector"])
	document.unset(peer, ["namespaceSelector"])
	msg := sprintf("%s: a peer is empty", [document.subject])
}

deny contains msg if {
	some peer in network.peers
	is_object(peer.ipBlock)
	some field in ["podSelector", "namespaceSelector"]
	not document.unset(peer, [field])
	msg := sprintf("%s: a peer has `ipBlock` and `%s`", [document.subject, field])
}

deny contains msg if {
	some peer in network.peers
	cidr := peer.ipBlock.cidr
	is_string(cidr)
	not net.cidr_is_valid(cidr)
	msg := sprintf("%s: `%s` is no block of addresses", [document.subject, cidr])
}

deny contains msg if {
	some peer in network.peers
	cidr := peer.ipBlock.cidr
	net.cidr_is_valid(cidr)
	some excepted in peer.ipBlock.except
	is_string(excepted)
	not inside(cidr, excepted)
	msg := sprintf("%s: the exception `%s` is not inside of `%s`", [document.subject, excepted, cidr])
}

deny contains msg if {
	some port in ports
	is_number(port.endPort)
	is_number(port.port)
	port.endPort < port.port
	msg := sprintf("%s: the range of ports ends at %v, before it begins at %v", [document.subject, port.endPort, port.port])
}

deny contains msg if {
	some port in ports
	is_number(port.endPort)
	not is_number(object.get(port, "port", null))
	msg := sprintf("%s: `endPort` needs a `port` that is a number", [document.subject])
}

deny contains msg if {
	some port in ports
	protocol := port.protocol
	not protocol in {null, "SCTP", "TCP", "UDP"}
	msg := sprintf("%s: `%v` is no protocol of policies: TCP, UDP or SCTP", [document.subject, protocol])
}

deny contains msg if {
	some port in ports
	some field in ["endPort", "port"]
	number := port[field]
	is_number(number)
	out_of_range(number)
	msg := sprintf("%s: there is no port %v", [document.subject, number])
}

deny contains msg if {
	network.policy
	some type in input.spec.policyTypes
	not type in {"Egress", "Ingress"}
	msg := sprintf("%s: `%v` is no type of policies: Ingress or Egress", [document.subject, type])
}

# Kubernetes reads it as the block, and the author may have meant the address.
warn contains msg if {
	some peer in network.peers
	cidr := peer.ipBlock.cidr
	net.cidr_is_valid(cidr)
	not contains(cidr, ":")
	first := split(cidr, "/")[0]
	block := net.cidr_merge([cidr])
	some canonical in block
	split(canonical, "/")[0] != first
	msg := sprintf("%s: `%s` is the block `%s`", [document.subject, cidr, canonical])
}

out_of_range(number) if number < 1

out_of_range(number) if number > 65535

inside(cidr, excepted) if {
	net.cidr_is_valid(excepted)
	net.cidr_contains(cidr, excepted)
	not net.cidr_contains(excepted, cidr)
}
