# METADATA
# title: Services open no port on every node
# description: >-
#   A Service of type NodePort is reached at each node, past load balancers, Ingresses and what they check.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
#   description: Service, the type NodePort
# custom:
#   id: network/node-port
#   severity: low
#   remediation: >-
#     Use ClusterIP with an Ingress or a Gateway in front.
#   frameworks:
#     nsa: ["Network: worker nodes"]
#     owasp: ["K07"]
#     owasp-2025: ["K06"]
package kubernetes.network.node_port

import data.kubernetes.lib.document

warn contains msg if {
	input.kind == "Service"
	input.apiVersion == "v1"
	input.spec.type == "NodePort"
	msg := sprintf("%s: opens a port on every node", [document.subject])
}
