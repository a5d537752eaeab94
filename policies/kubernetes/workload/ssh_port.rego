# METADATA
# title: Containers run no SSH server
# description: >-
#   A container is changed by a new image, and looked into with `kubectl exec`, which the API server
#   authorizes and records. An SSH server goes past both, with keys of its own.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/debug/debug-application/get-shell-running-container/
#   description: Get a shell to a running container
# custom:
#   id: workload/ssh-port
#   severity: medium
#   remediation: "Remove the SSH server from the image, and the port from the container."
#   frameworks:
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1021.004"]
package kubernetes.workload.ssh_port

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

warn contains msg if {
	some container in workload.containers
	some port in container.ports
	port.containerPort == 22
	msg := sprintf("%s: %s serves port 22, that of SSH", [
		document.subject,
		workload.container_name(container),
	])
}
