# METADATA
# title: Policies say who may connect
# description: >-
#   A rule with ports and without `from` lets everybody in to these ports: all pods of the cluster, and what is
#   outside. For what serves the internet that is meant; ports for metrics and administration are seldom for
#   everybody.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors
#   description: Network policies, "Behavior of to and from selectors"
# custom:
#   id: network/open-ports
#   severity: low
#   remediation: Name the pods or namespaces in `from`.
#   frameworks:
#     cis: ["5.3.2"]
#     nsa: ["Network: policies"]
#     owasp: ["K07"]
#     owasp-2025: ["K05"]
package kubernetes.network.open_ports

import data.kubernetes.lib.document
import data.kubernetes.lib.network

warn contains msg if {
	network.policy
	"Ingress" in network.policy_types(input)
	some rule in input.spec.ingress
	is_object(rule)
	network.none(rule, "from")
	count(network.list(rule, "ports")) > 0
	ports := [sprintf("%v", [object.get(port, "port", "all ports")]) | some port in rule.ports; is_object(port)]
	msg := sprintf("%s: lets everybody connect to %s", [document.subject, concat(", ", ports)])
}
