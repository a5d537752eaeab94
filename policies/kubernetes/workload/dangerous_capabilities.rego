# METADATA
# title: Containers add no capability that leads to the node
# description: >-
#   Some capabilities are nearly as much as being privileged: with `SYS_ADMIN` a container mounts the node's
#   disks, with `SYS_MODULE` it loads kernel modules, with `SYS_PTRACE` it reads other processes, with
#   `NET_ADMIN` and `NET_RAW` it redirects and forges traffic. Other added capabilities are reported by
#   `workload/capabilities`.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   description: Pod Security Standards, baseline, "Capabilities"
# - ref: https://man7.org/linux/man-pages/man7/capabilities.7.html
#   description: What each capability allows
# custom:
#   id: workload/dangerous-capabilities
#   severity: high
#   remediation: >-
#     Remove the entry from `capabilities.add`. Where a program needs it, keep it in a container of its own
#     that does nothing else.
#   frameworks:
#     cis: ["5.2.8", "5.2.9"]
#     nsa: ["Pod security: enforcement"]
#     owasp: ["K01"]
#     owasp-2025: ["K01"]
#     mitre: ["T1611"]
package kubernetes.workload.dangerous_capabilities

import data.kubernetes.lib.capability
import data.kubernetes.lib.document
import data.kubernetes.lib.workload

deny contains msg if {
	some container in workload.containers
	not workload.windows
	not workload.privileged(container)
	some name in container.securityContext.capabilities.add
	capability.dangerous(name)
	msg := sprintf("%s: %s adds the dangerous capability `%s`", [
		document.subject,
		workload.container_name(container),
		name,
	])
}
