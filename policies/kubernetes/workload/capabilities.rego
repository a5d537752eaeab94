# METADATA
# title: Containers drop all capabilities
# description: >-
#   Capabilities are the pieces of root's power. A container gets a set of them by default, which few
#   programs need: drop `ALL`, and add back `NET_BIND_SERVICE` at most, which a server needs for a
#   port below 1024. Windows has no capabilities.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
#   description: Pod Security Standards, restricted, "Capabilities (v1.22+)"
# custom:
#   id: workload/capabilities
#   severity: high
#   remediation: >-
#     Set `securityContext.capabilities.drop: ["ALL"]` on every container, and remove every entry of
#     `capabilities.add` other than `NET_BIND_SERVICE`.
package kubernetes.workload.capabilities

import data.kubernetes.lib.document
import data.kubernetes.lib.workload

allowed := {"NET_BIND_SERVICE"}

deny contains msg if {
	some container in workload.containers
	not workload.windows
	some capability in container.securityContext.capabilities.add
	not capability in allowed
	msg := sprintf("%s: %s adds the capability `%v`", [
		document.subject,
		workload.container_name(container),
		capability,
	])
}

deny contains msg if {
	some container in workload.containers
	not workload.windows
	not drops_all(container)
	msg := sprintf("%s: %s does not drop the capability `ALL`", [
		document.subject,
		workload.container_name(container),
	])
}

drops_all(container) if "ALL" in container.securityContext.capabilities.drop
