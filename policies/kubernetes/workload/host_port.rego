# METADATA
# title: Containers take no ports of their node
# description: >-
#   A host port is open on every address of the node, past Services and most network policies, and
#   two pods that want the same one cannot share a node. Pods in the host's network are reported by
#   `workload/host-namespaces`.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/overview/#services
#   description: Configuration best practices, "Services"
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "Host Ports"
# custom:
#   id: workload/host-port
#   severity: medium
#   remediation: "Remove `hostPort`, and expose the port through a Service."
#   frameworks:
#     cis: ["5.2.13"]
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
package kubernetes.workload.host_port

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	some container in workload.containers
	object.get(workload.pod_spec, "hostNetwork", false) != true
	some port in container.ports
	port.hostPort > 0
	is_number(port.hostPort)
	msg := sprintf("%s: %s takes the port %v of its node", [
		document.subject,
		workload.container_name(container),
		port.hostPort,
	])
}
