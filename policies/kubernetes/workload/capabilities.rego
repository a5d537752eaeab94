# METADATA
# title: Containers drop all capabilities
# description: >-
#   Capabilities are the pieces of root's power. A container gets a set of them by default, which few
#   programs need: drop `ALL`, and add back `NET_BIND_SERVICE` at most, which a server needs for a
#   port below 1024. What a dangerous capability is, `workload/dangerous-capabilities` reports. Windows has
#   no capabilities, and a privileged container has all of them.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
#   description: Pod Security Standards, restricted, "Capabilities (v1.22+)"
# custom:
#   id: workload/capabilities
#   severity: medium
#   remediation: >-
#     Set `securityContext.capabilities.drop: ["ALL"]` on every container, and remove every entry of
#     `capabilities.add` other than `NET_BIND_SERVICE`.
#   frameworks:
#     cis: ["5.2.9", "5.2.10"]
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1611"]
package kubernetes.workload.capabilities

import data.kubernetes.lib.capability
import data.kubernetes.lib.document
import data.kubernetes.lib.workload

allowed := {"NET_BIND_SERVICE"}

deny contains msg if {
	some container in workload.containers
	not workload.windows
	not workload.privileged(container)
	some name in container.securityContext.capabilities.add
	not name in allowed
	not capability.dangerous(name)
	msg := sprintf("%s: %s adds the capability `%v`", [
		document.subject,
		workload.container_name(container),
		name,
	])
}

deny contains msg if {
	some container in workload.whole_containers
	not workload.windows
	not workload.privileged(container)
	not drops_all(container)
	msg := sprintf("%s: %s does not drop the capability `ALL`", [
		document.subject,
		workload.container_name(container),
	])
}

drops_all(container) if {
	some name in container.securityContext.capabilities.drop
	is_string(name)
	upper(name) == "ALL"
}
