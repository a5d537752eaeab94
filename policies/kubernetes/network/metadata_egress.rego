# METADATA
# title: Pods do not reach the metadata of the cloud
# description: >-
#   In most clouds, 169.254.169.254 answers a node with its credentials, and a pod of the node too. A block for
#   outgoing traffic that holds the address, with exceptions for private networks alone, leaves it open. Blocks
#   without any exception are for network/open-policy.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/administer-cluster/securing-a-cluster/#restricting-cloud-metadata-api-access
#   description: Securing a cluster, "Restricting cloud metadata API access"
# custom:
#   id: network/metadata-egress
#   severity: medium
#   remediation: >-
#     Add `169.254.169.254/32`, or 169.254.0.0/16, to `except`; keep the address of a DNS cache on the node in a
#     rule of its own.
#   frameworks:
#     cis: ["5.3.2"]
#     nsa: ["Network: cloud infrastructure"]
#     owasp: ["K07"]
#     owasp-2025: ["K08"]
#     mitre: ["T1552.005"]
package kubernetes.network.metadata_egress

import data.kubernetes.lib.document
import data.kubernetes.lib.network

warn contains msg if {
	network.policy
	"Egress" in network.policy_types(input)
	some rule in input.spec.egress
	http(rule)
	some peer in rule.to
	cidr := peer.ipBlock.cidr
	holds(cidr)
	not told(peer.ipBlock)
	not excepted(peer.ipBlock)
	msg := sprintf("%s: lets outgoing traffic to the metadata of the cloud through (`%s` without exception of %s)", [
		document.subject,
		cidr,
		address,
	])
}

address := "169.254.169.254"

# The metadata are served over HTTP.
http(rule) if network.none(rule, "ports")

http(rule) if {
	some port in rule.ports
	is_object(port)
	object.get(port, "protocol", null) in {null, "TCP"}
	object.get(port, "port", null) in {null, 80, "http"}
}

http(rule) if {
	some port in rule.ports
	is_object(port)
	object.get(port, "protocol", null) in {null, "TCP"}
	is_number(port.port)
	is_number(port.endPort)
	port.port <= 80
	port.endPort >= 80
}

excepted(block) if {
	some except in block.except
	holds(except)
}

holds(cidr) if {
	net.cidr_is_valid(cidr)
	net.cidr_contains(cidr, address)
}

# network/open-policy reports it.
told(block) if {
	block.cidr == "0.0.0.0/0"
	network.none(block, "except")
}
