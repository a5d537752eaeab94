# METADATA
# title: Services lead to ports that pods have
# description: >-
#   A `targetPort` with a name means the port of that name of the pod. Where none of the pods that the Service
#   selects has one, it answers nobody. This is said of pods that the documents of the run make.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports
#   description: Service, port definitions
# custom:
#   id: network/target-port
#   severity: low
#   remediation: Correct the name, or give its number.
#   tags: [reliability]
#   frameworks:
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.network.target_port

import data.kubernetes.lib.document
import data.kubernetes.lib.network
import data.kubernetes.lib.pods

warn contains msg if {
	input.kind == "Service"
	input.apiVersion == "v1"
	map := input.spec.selector
	is_object(map)
	count(map) > 0
	some port in input.spec.ports
	name := port.targetPort
	is_string(name)
	not regex.match(`^[0-9]+$`, name)
	found := pods.selected(input.metadata.namespace, {"matchLabels": map})
	count(found) > 0
	protocol := network.protocol(port)
	every template in found {
		not [name, protocol] in pods.ports(template)
	}
	msg := sprintf("%s: none of its pods has a port `%s` (%s)", [document.subject, name, protocol])
}
