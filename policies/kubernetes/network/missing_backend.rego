# METADATA
# title: Ingresses lead to Services that are there
# description: >-
#   An Ingress that leads to a Service which is not there answers with an error, and whoever makes a Service of
#   that name gets the requests. This is said where other Services of the namespace are among the documents, and
#   nothing that an operator makes Services of.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource
#   description: Ingress, "The Ingress resource"
# custom:
#   id: network/missing-backend
#   severity: low
#   remediation: Correct the name of the Service, add it, or remove the path.
#   tags: [reliability]
#   frameworks:
#     owasp: ["K07"]
#     owasp-2025: ["K05"]
package kubernetes.network.missing_backend

import data.kubernetes.lib.document
import data.kubernetes.lib.neighbours
import data.kubernetes.lib.network
import data.kubernetes.lib.pods

warn contains msg if {
	network.ingress
	some rule in input.spec.rules
	some path in rule.http.paths
	name := path.backend.service.name
	missing(name)
	msg := words(name)
}

warn contains msg if {
	network.ingress
	name := input.spec.defaultBackend.service.name
	missing(name)
	msg := words(name)
}

words(name) := sprintf("%s: the Service `%s` is not among the documents of namespace %s", [
	document.subject,
	name,
	neighbours.namespace,
])

missing(name) if {
	not document.unset(input, ["metadata", "namespace"])
	is_string(name)
	count(data.inventory.namespace[neighbours.namespace].v1.Service) > 0
	not data.inventory.namespace[neighbours.namespace].v1.Service[name]
	not data.inventory.cluster.v1.Service[name]
	not pods.operated(neighbours.namespace)
}
