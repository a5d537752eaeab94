# METADATA
# title: Services have pods
# description: >-
#   A Service whose selector no pod has answers nobody. This is said where the documents of the run make pods
#   in the namespace of the Service, and none of them has the labels, nor any pod for which no namespace is
#   named, and where there is nothing that an operator makes pods of.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service
#   description: Service, "Defining a Service"
# custom:
#   id: network/unused-service
#   severity: low
#   remediation: >-
#     Correct the labels in `selector`: they are those of the pods, in the template of a workload.
#   tags: [reliability]
#   frameworks:
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.network.unused_service

import data.kubernetes.lib.document
import data.kubernetes.lib.pods
import data.kubernetes.lib.selector

warn contains msg if {
	input.kind == "Service"
	input.apiVersion == "v1"
	map := input.spec.selector
	is_object(map)
	count(map) > 0
	object.get(input.spec, "type", null) != "ExternalName"
	namespace := input.metadata.namespace
	found := pods.in_namespace(namespace)
	count(found) > 0
	not pods.operated(namespace)
	every labels in found | pods.of_no_namespace {
		not selector.selects(map, labels)
	}
	msg := sprintf("%s: selects none of the pods of namespace %s", [document.subject, namespace])
}
