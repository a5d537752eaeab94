# METADATA
# title: Load balancers know whom they serve
# description: >-
#   A Service of type LoadBalancer is open to the internet, unless `loadBalancerSourceRanges` or the cloud
#   says otherwise. Services whose annotations ask for an internal one, or name the ranges, are left alone.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer
#   description: Service, the type LoadBalancer
# custom:
#   id: network/load-balancer-sources
#   severity: medium
#   remediation: >-
#     List the blocks of addresses in `loadBalancerSourceRanges`, or ask your cloud for an internal load
#     balancer; put what is for everybody behind an Ingress or a Gateway.
#   frameworks:
#     nsa: ["Network: policies"]
#     owasp: ["K07"]
#     owasp-2025: ["K06"]
package kubernetes.network.load_balancer_sources

import data.kubernetes.lib.document
import data.kubernetes.lib.network

warn contains msg if {
	input.kind == "Service"
	input.apiVersion == "v1"
	input.spec.type == "LoadBalancer"
	network.none(input.spec, "loadBalancerSourceRanges")
	not limited
	msg := sprintf("%s: the load balancer serves every address", [document.subject])
}

warn contains msg if {
	input.kind == "Service"
	input.apiVersion == "v1"
	some range in input.spec.loadBalancerSourceRanges
	range in {"0.0.0.0/0", "::/0"}
	msg := sprintf("%s: the load balancer serves every address (`%s`)", [document.subject, range])
}

limited if {
	some key, value in input.metadata.annotations
	is_string(key)
	is_string(value)
	contains(key, "load-balancer")
	lower(value) == "internal"
}

# The words that clouds use in annotations for a load balancer that is not for everybody.
limited if {
	some key, value in input.metadata.annotations
	is_string(key)
	regex.match(`(?i)internal|source-ranges|load-balancer-scheme|address-type|private`, key)
	not value in {"false", "internet-facing", "0.0.0.0/0", "external"}
}
